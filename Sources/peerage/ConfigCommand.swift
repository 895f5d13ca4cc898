// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Model
import Settings

struct ConfigCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "config",
        abstract: "Checks and shows the configuration, and proposes what it lacks.",
        subcommands: [Check.self, Show.self, Schema.self, Discover.self]
    )

    struct Check: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Says every problem: file, line, column, key and what was expected.",
            discussion: """
                Notes are no problems: files and variables that are missing, views that nothing \
                fills, alert rules that watch nothing. With notes alone the status is 0.
                """
        )

        @OptionGroup var configuration: ConfigurationOption

        func run() throws {
            let (settings, notes) = try configuration.check()
            let inventory = settings.inventory
            for note in notes { standardError("note: \(note)") }
            standardOutput(
                "\(configuration.resolvedPath): good: \(inventory.exporters.count) exporters, "
                    + "\(inventory.interconnects.count) interconnects, "
                    + "\(settings.alerts.rules.count) alert rules\n"
            )
        }
    }

    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Prints the configuration in effect, defaults filled in, secrets left out."
        )

        @OptionGroup var configuration: ConfigurationOption

        func run() throws { standardOutput(try configuration.load().show()) }
    }

    struct Schema: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Prints the JSON Schema of the configuration."
        )

        func run() throws { standardOutput(Settings.schema()) }
    }

    struct Discover: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Prints, as configuration to paste, what was seen and is not listed.",
            discussion: """
                Exporters that are pending, interfaces that carry traffic, their busiest neighbors \
                and MAC addresses, and a guess of the kind of each, with its reason in a comment. \
                Save it beside the configuration, correct it, and name it under include:.
                """
        )

        @OptionGroup var configuration: ConfigurationOption

        func run() async throws {
            try await ask("/api/v1/config/discover", [:], try configuration.load())
        }
    }
}
