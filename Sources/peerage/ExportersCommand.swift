// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

struct ExportersCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "exporters",
        abstract: "Lists who exports flows, and adopts exporters that are held apart.",
        discussion: """
            An exporter inside the networks of learn.from that the configuration does not list is \
            pending: what it reports is kept, and counts in no report until it is adopted.
            """,
        subcommands: [List.self, Pending.self, Adopt.self]
    )

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Every exporter: listed, adopted or pending, and when it was last seen."
        )

        @OptionGroup var configuration: ConfigurationOption

        @Option(help: "How to print the answer.")
        var format: AnswerFormat = .table

        func run() async throws {
            let settings = try configuration.load()
            try await ask("/api/v1/exporters", ["format": format.rawValue], settings)
        }
    }

    struct Pending: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Who is held apart, since when, how much, and its busiest interfaces."
        )

        @OptionGroup var configuration: ConfigurationOption

        @Option(help: "How to print the answer.")
        var format: AnswerFormat = .table

        func run() async throws {
            let settings = try configuration.load()
            try await ask("/api/v1/exporters/pending", ["format": format.rawValue], settings)
        }
    }

    struct Adopt: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Makes a pending exporter count, and prints the lines to paste.",
            discussion: "A collector that runs counts it under its name at once."
        )

        @OptionGroup var configuration: ConfigurationOption

        @Argument(help: "Where it sends from.")
        var address: String

        @Option(help: "What it is called from now on.")
        var name: String

        @Option(
            parsing: .unconditional,
            help: ArgumentHelp(
                "From which slot on it counts: first, or a time; else what was said before, "
                    + "or the slot that it is now.",
                valueName: "first|time"
            )
        )
        var since: String?

        @Option(help: "How to print the answer.")
        var format: AnswerFormat = .table

        func run() async throws {
            let settings = try configuration.load()
            try await ask(
                "/api/v1/exporters/adopt",
                ["address": address, "name": name, "since": since, "format": format.rawValue],
                settings,
                method: "POST"
            )
        }
    }
}
