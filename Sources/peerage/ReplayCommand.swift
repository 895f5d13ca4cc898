// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Collector

struct ReplayCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay",
        abstract: "Accounts capture files by their own time, and prints the ledger.",
        discussion: "Replaying a capture again changes nothing in the store, and says so."
    )

    @OptionGroup var configuration: ConfigurationOption

    @Option(
        name: .customLong("mrt"),
        help: ArgumentHelp(
            "An MRT file to route by: a table, or messages, which are told by time; without VIEW "
                + "it serves exporters that name no view.",
            valueName: "[VIEW=]FILE"
        ),
        completion: .file()
    )
    var tables: [String] = []

    @Option(help: "Where volumes go: the store of the configuration, or 'memory' to throw away.")
    var store: StoreChoice = .configured

    @Option(help: "How to print the ledger.")
    var format: LedgerFormat = .table

    @Flag(help: "Print the ledger of each slot as well.")
    var slots = false

    @Argument(help: "pcap or pcapng files, in order.", completion: .file())
    var captures: [String]

    enum StoreChoice: String, ExpressibleByArgument, CaseIterable {
        case configured, memory
    }

    func run() async throws {
        let settings = try configuration.load()
        try await explaining {
            let replay = try await ReplayRun(
                settings: settings,
                captures: captures,
                inMemory: store == .memory
            )
            let report = try await replay.run(
                tables: tables,
                format: format,
                withSlots: slots,
                progress: Progress.onTerminal(unit: "datagrams")
            )
            for message in report.messages { standardError(message) }
            standardOutput(report.text)
            guard !report.isIncomplete else { throw ExitCode(1) }
        }
    }
}
