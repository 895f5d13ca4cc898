// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Model
import Settings

struct ConfigCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "config",
        abstract: "Checks and shows the configuration.",
        subcommands: [Check.self, Show.self, Schema.self]
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
}
