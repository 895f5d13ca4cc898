// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Collector
import Logging

struct CollectCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "collect",
        abstract: "Runs the collector in the foreground: flows, routes, store, alerts.",
        discussion: """
            SIGTERM and SIGINT drain what has been received, store it and end. SIGHUP is noted and \
            changes nothing yet: a new configuration takes a restart.
            """
    )

    @OptionGroup var configuration: ConfigurationOption

    func run() async throws {
        let settings = try configuration.load()
        try await explaining {
            let logger = StandardErrorLog.logger()
            let work = Task {
                let store = try await CollectorService.openStore(settings)
                let service = CollectorService(settings: settings, store: store, logger: logger)
                try await service.start()
                try await service.run()
            }
            let signals = TerminationSignals(
                hangup: { logger.warning("reload is not supported yet: restart the collector") },
                termination: { work.cancel() }
            )
            defer { signals.ignore() }
            try await work.value
        }
    }
}
