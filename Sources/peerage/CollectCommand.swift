// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Collector

struct CollectCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "collect",
        abstract: "Runs the collector in the foreground: flows, routes, store, alerts.",
        discussion: """
            SIGTERM and SIGINT drain what has been received, store it and end, within 10 seconds.
            """
    )

    @OptionGroup var configuration: ConfigurationOption

    func run() async throws {
        let settings = try configuration.load()
        let logger = StandardErrorLog.logger()
        try await explaining {
            try await CollectorProcess(settings: settings, logger: logger).run()
        }
    }
}
