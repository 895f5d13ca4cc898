// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Collector
import Settings

struct CollectCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "collect",
        abstract: "Runs the collector in the foreground: flows, routes, store, alerts.",
        discussion: """
            SIGTERM and SIGINT drain what has been received, store it and end, within 10 seconds. \
            SIGHUP reads the configuration again: it says what has changed and goes on with it, \
            or says what is wrong and goes on as before. What it opens or stores by once and for \
            all (collector, slotSeconds, flushSeconds, latenessSeconds, listen, store.sqlite.path, \
            state, control, tables, and limits but for templates and domains) waits for a restart, \
            and is said to.
            """
    )

    @OptionGroup var configuration: ConfigurationOption

    @Option(help: "How to print the log.")
    var logFormat: CollectorLog.Format = .text

    func run() async throws {
        let logger = CollectorLog.logger(format: logFormat)
        let process: CollectorProcess
        do throws(SettingsError) {
            process = try CollectorProcess(
                path: configuration.resolvedPath,
                version: peerageVersion,
                logger: logger
            )
        } catch {
            standardError(error.description)
            throw ExitCode(2)
        }
        try await explaining { try await process.run() }
    }
}
