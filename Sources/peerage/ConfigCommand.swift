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
            abstract: "Says every problem: file, line, column, key and what was expected."
        )

        @OptionGroup var configuration: ConfigurationOption

        func run() throws {
            let settings = try configuration.load()
            let inventory = settings.inventory
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
