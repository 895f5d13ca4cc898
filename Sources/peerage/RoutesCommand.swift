// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Collector
import Model

struct RoutesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "routes",
        abstract: "Shows what the tables of a file or of the configuration hold.",
        discussion: "What BGP sessions have told a running collector is not among it yet.",
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

        func validate() throws {
            guard mrt == nil || configuration.path == nil else {
                throw ValidationError("--mrt or --config, not both")
            }
        }

        /// Answers a question of the routes; what was wrong with their files ends in status 1.
        func answer(_ question: (borrowing RoutesQuery) -> String) async throws {
            try await explaining {
                let query =
                    if let mrt {
                        try RoutesQuery.loaded(mrt: mrt)
                    } else {
                        try RoutesQuery.loaded(try configuration.load())
                    }
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
            try await options.answer { $0.summary(options.format) }
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
            try await options.answer { $0.lookup(parsed, options.format) }
        }
    }
}
