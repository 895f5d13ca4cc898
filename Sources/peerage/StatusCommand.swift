// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Collector

struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "One screen: exporters, sessions, unknown interfaces, ledger, store."
    )

    @OptionGroup var configuration: ConfigurationOption

    @Option(help: "How to print it.")
    var format: Format = .table

    enum Format: String, ExpressibleByArgument, CaseIterable {
        case table, json
    }

    func run() async throws {
        let settings = try configuration.load()
        try await explaining {
            let store = try await CollectorService.openStoreToRead(settings)
            let status = try await StatusDocument(settings: settings, store: store)
            standardOutput(format == .json ? status.json() : status.text())
        }
    }
}
