// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

struct AlertCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "alert",
        abstract: "Evaluates the alert rules, and lists what fires.",
        subcommands: [Check.self, List.self]
    )

    struct Options: ParsableArguments {
        @OptionGroup var configuration: ConfigurationOption

        @Option(help: "Only this rule.")
        var rule: String?

        @Option(help: "How to print what fires.")
        var format: AnswerFormat = .table
    }

    struct Check: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Evaluates now, posts what happened; status 3 when an alert fires."
        )

        @OptionGroup var options: Options

        func run() async throws {
            let settings = try options.configuration.load()
            let parameters = ["rule": options.rule, "format": options.format.rawValue]
            try await ask("/api/v1/alerts/check", parameters, settings, method: "POST")
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "What fires, since when, and what was measured; evaluates nothing."
        )

        @OptionGroup var options: Options

        func run() async throws {
            let settings = try options.configuration.load()
            let parameters = ["rule": options.rule, "format": options.format.rawValue]
            try await ask("/api/v1/alerts", parameters, settings)
        }
    }
}
