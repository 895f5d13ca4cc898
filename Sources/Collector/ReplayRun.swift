// SPDX-License-Identifier: Apache-2.0

import FlowReception
import Foundation
import Model
import Reporting
public import Settings
import Storage

/// How a ledger is printed.
public enum LedgerFormat: String, CaseIterable, Sendable {
    case table, json
}

/// `peerage replay`: a replay with what the command prints of it.
public struct ReplayRun {
    private let settings: Settings
    private let store: any VolumeStore
    private let captures: [String]

    /// What to print, and how it ended.
    public struct Result: Sendable {
        public var text: String
        public var messages: [String]
        /// Whether a capture or a table was damaged, so that something is missing.
        public var isIncomplete: Bool
    }

    /// Opens the store of the configuration, or one in memory that is thrown away, once it is
    /// known that `captures` can be read.
    public init(settings: Settings, captures: [String], inMemory: Bool) async throws {
        for path in captures {
            try InputProblem.refuseStandardInput(path)
            _ = try CaptureFile.opened(path)
        }
        self.captures = captures
        self.settings = settings
        store =
            inMemory ? InMemoryVolumeStore() : try await CollectorService.openStore(settings)
    }

    /// Replays the captures, routed by `tables` ("[VIEW=]FILE").
    public func run(
        tables: [String],
        format: LedgerFormat,
        withSlots: Bool,
        progress: (Int) -> Void
    ) async throws -> Result {
        let tables = tables.map(Self.table)
        for table in tables { try InputProblem.refuseStandardInput(table.path) }
        let outcome = try await Replay(settings: settings, store: store).run(
            captures: captures,
            tables: tables,
            progress: progress
        )
        let ledger = LedgerDocument(
            ledgers: outcome.ledgers,
            gaps: [],
            withSlots: withSlots
        )
        var messages = outcome.unchanged.map {
            "\($0): accounted before; nothing was changed in the store"
        }
        messages += outcome.cutOff.map {
            "\($0): ends in the middle of a packet; what came before is accounted"
        }
        messages += outcome.tableProblems
        if outcome.skippedDatagrams > 0 {
            messages.append("\(outcome.skippedDatagrams) datagrams are no flow exports")
        }
        return Result(
            text: format == .json ? ledger.json.text(isPretty: true) + "\n" : ledger.text,
            messages: messages,
            isIncomplete: !outcome.cutOff.isEmpty || !outcome.tableProblems.isEmpty
        )
    }

    /// "VIEW=FILE", or "FILE" for the view of exporters that name none.
    ///
    /// What has a slash before its first "=" is a path.
    private static func table(_ text: String) -> (view: String, path: String) {
        let parts = text.split(separator: "=", maxSplits: 1).map(String.init)
        guard parts.count == 2, !parts[0].contains("/") else {
            return (CollectorComponents.commonView, text)
        }
        return (parts[0], parts[1])
    }
}
