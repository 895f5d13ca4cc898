// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Collector
import Foundation
import Model

struct RoutesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "routes",
        abstract: "Shows the routes of a running collector, of the configuration or of a file.",
        discussion: """
            A collector that serves its control socket is asked for what its sessions have told; \
            without one, the tables of the configuration are loaded.
            """,
        subcommands: [Summary.self, Lookup.self, Neighbors.self, Dump.self]
    )

    /// Where the routes come from, and how to print them.
    struct Options: ParsableArguments {
        @Option(help: "How to print the answer.")
        var format: RoutesQuery.Format = .table

        @Option(
            help: ArgumentHelp("An MRT file; one view a peer.", valueName: "file"),
            completion: .file()
        )
        var mrt: String?

        @OptionGroup var configuration: ConfigurationOption

        func validate() throws {
            guard mrt == nil || configuration.path == nil else {
                throw ValidationError("--mrt or --config, not both")
            }
        }

        /// Asks the collector or the configuration, or a file with `question`; what was wrong with
        /// files ends in status 1.
        func ask(
            _ path: String,
            _ parameters: [String: String] = [:],
            _ question: (borrowing RoutesQuery) -> String
        ) async throws {
            guard let mrt else {
                let parameters = parameters.merging(["format": format.rawValue]) { $1 }
                return try await peerage.ask(path, parameters, try configuration.load())
            }
            try await explaining {
                let query = try RoutesQuery.loaded(mrt: mrt)
                standardOutput(question(query))
                for problem in query.problems { standardError("peerage: \(problem)") }
                guard query.problems.isEmpty else { throw ExitCode(1) }
            }
        }
    }

    struct Summary: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Counts prefixes and paths.")

        @OptionGroup var options: Options

        func run() async throws {
            try await options.ask("/api/v1/routes/summary") { $0.summary(options.format) }
        }
    }

    struct Lookup: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Finds the longest match of each address, in each view."
        )

        @OptionGroup var options: Options

        @Flag(help: "All paths of each prefix, best first, and what put each before the next.")
        var all = false

        @Argument(help: "IPv4 or IPv6 addresses.")
        var addresses: [String]

        func run() async throws {
            let parsed = try addresses.map { text in
                guard let address = IPAddress(text) else {
                    throw ValidationError(
                        "'\(text)' is no address; expected 192.0.2.1 or 2001:db8::1"
                    )
                }
                return address
            }
            let list = parsed.map(\.description).joined(separator: ",")
            let parameters = ["address": list, "all": all ? "true" : "false"]
            try await options.ask("/api/v1/routes/lookup", parameters) {
                $0.lookup(parsed, all: all, options.format)
            }
        }
    }

    struct Neighbors: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "The BGP sessions and BMP stations: state, since when, prefixes, last error."
        )

        @OptionGroup var configuration: ConfigurationOption

        @Option(help: "How to print the answer.")
        var format: RoutesQuery.Format = .table

        func run() async throws {
            let parameters = ["format": format.rawValue]
            try await ask("/api/v1/routes/neighbors", parameters, try configuration.load())
        }
    }

    struct Dump: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Writes the routes as an MRT file (RFC 6396), a table dump for each view."
        )

        @OptionGroup var options: Options

        @Option(help: "Only this view.")
        var view: String?

        @Option(help: "Where to write.", completion: .file())
        var output: String

        @Flag(help: "Write over a file that is there.")
        var force = false

        func run() async throws {
            // A collector that writes it stands in another folder.
            let path = URL(filePath: output).path(percentEncoded: false)
            guard let mrt = options.mrt else {
                let parameters = [
                    "path": path, "view": view, "force": force ? "true" : nil,
                    "format": options.format.rawValue,
                ]
                let settings = try options.configuration.load()
                return try await ask("/api/v1/routes/dump", parameters, settings, method: "POST")
            }
            try await explaining {
                let query = try RoutesQuery.loaded(mrt: mrt)
                standardOutput(
                    try await query.dump(to: path, view: view, force: force, options.format)
                )
                for problem in query.problems { standardError("peerage: \(problem)") }
                guard query.problems.isEmpty else { throw ExitCode(1) }
            }
        }
    }
}
