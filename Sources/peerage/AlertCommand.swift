// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Collector

struct AlertCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "alert",
        abstract: "Evaluates the alert rules.",
        subcommands: [Check.self]
    )

    struct Check: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Evaluates now, posts what happened; status 3 when an alert fires."
        )

        @OptionGroup var configuration: ConfigurationOption

        @Option(help: "Only this rule.")
        var rule: String?

        @Option(help: "How to print what fires.")
        var format: AlertCheck.Format = .table

        func run() async throws {
            let settings = try configuration.load()
            let check = try await explaining {
                try await AlertCheck.run(
                    settings,
                    rule: rule,
                    logger: StandardErrorLog.logger()
                )
            }
            for message in check.messages { standardError(message) }
            standardOutput(check.text(format))
            guard check.firing.isEmpty else { throw ExitCode(3) }
        }
    }
}
