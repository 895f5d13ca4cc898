// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

struct StoreCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "store",
        abstract: "Checks the store, says how large it is, makes it smaller.",
        subcommands: [Check.self, Stats.self, Compact.self]
    )

    struct Options: ParsableArguments {
        @OptionGroup var configuration: ConfigurationOption

        @Option(help: "How to print the answer.")
        var format: AnswerFormat = .table

        func ask(_ path: String, method: String = "GET") async throws {
            let settings = try configuration.load()
            try await peerage.ask(path, ["format": format.rawValue], settings, method: method)
        }
    }

    struct Check: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Re-checks every sum that can be re-checked; status 3 when one does not hold."
        )

        @OptionGroup var options: Options

        func run() async throws { try await options.ask("/api/v1/store/check") }
    }

    struct Stats: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Size, rows by table, the time covered, and what waits to be stored."
        )

        @OptionGroup var options: Options

        func run() async throws { try await options.ask("/api/v1/store/stats") }
    }

    struct Compact: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Gives back the space of what was deleted; may take long.",
            discussion: "Needs as much free space again as the store has. A collector may run."
        )

        @OptionGroup var options: Options

        func run() async throws {
            try await options.ask("/api/v1/store/compact", method: "POST")
        }
    }
}
