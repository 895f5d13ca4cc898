// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Collector
import Console

struct ExportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Writes files for finance.",
        subcommands: [Volumes.self]
    )

    struct Volumes: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "One row an interconnect, peer and direction, each with its digest."
        )

        @OptionGroup var configuration: ConfigurationOption

        @Option(help: "A month in network.timezone: 2026-10, this or last.")
        var month: String

        @Option(help: "The format of the file.")
        var format: Format = .csv

        @Option(
            help: ArgumentHelp("Where to write; - is standard output.", valueName: "path"),
            completion: .file()
        )
        var output: String

        @Flag(help: "Write over a file that is there.")
        var force = false

        enum Format: String, ExpressibleByArgument, CaseIterable {
            case csv
        }

        func run() async throws {
            let settings = try configuration.load()
            let parameters = ["month": month, "format": format.rawValue]
            if output == "-" {
                return try await ask("/api/v1/exports/volumes", parameters, settings)
            }
            let response = await answer("/api/v1/exports/volumes", parameters, settings)
            guard response.exitStatus == 0 else { throw ExitCode(response.exitStatus) }
            try await explaining { try OutputFile.write(response.body, to: output, force: force) }
        }
    }
}
