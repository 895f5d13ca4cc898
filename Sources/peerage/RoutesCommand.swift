// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Collector
import Model

struct RoutesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "routes",
        abstract: "Shows what the routing table holds.",
        subcommands: [Summary.self, Lookup.self]
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

        func query() throws -> RoutesQuery {
            if let mrt { return try RoutesQuery.loaded(mrt: mrt) }
            return try RoutesQuery.loaded(try configuration.load())
        }
    }

    struct Summary: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Counts prefixes and paths.")

        @OptionGroup var options: Options

        func run() async throws {
            try await explaining {
                standardOutput(try options.query().summary(options.format))
            }
        }
    }

    struct Lookup: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Finds the longest match of each address, in each view."
        )

        @OptionGroup var options: Options

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
            try await explaining {
                standardOutput(try options.query().lookup(parsed, options.format))
            }
        }
    }
}
