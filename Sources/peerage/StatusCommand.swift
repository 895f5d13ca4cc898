// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "One screen: collector, exporters, sessions, ledger, store, alerts, events."
    )

    @OptionGroup var configuration: ConfigurationOption

    @Option(help: "How to print it.")
    var format: AnswerFormat = .table

    func run() async throws {
        let settings = try configuration.load()
        try await ask("/api/v1/status", ["format": format.rawValue], settings)
    }
}
