// SPDX-License-Identifier: Apache-2.0

import Analysis
import Attribution
import Crypto
public import Foundation
import Model
public import Reporting
public import Settings
public import Storage

/// Answers questions about a period: reads the facts, gives them their meaning, makes the report.
public struct ReportService: Sendable {
    private let settings: Settings
    private let store: any VolumeStore
    private let now: Date

    /// - Parameters:
    ///   - settings: The configuration.
    ///   - store: What is reported of.
    ///   - now: What "last" and "-7d" are counted from.
    public init(settings: Settings, store: any VolumeStore, now: Date = Date()) {
        self.settings = settings
        self.store = store
        self.now = now
    }

    /// Which stretch of time someone asked for.
    public enum Request: Sendable {
        case month(String)
        case between(from: String, to: String)
        /// All that the store holds, times that nobody counted among it.
        case everything
    }

    /// The period of `request`, in the network's time zone, from the start of a slot to the end of
    /// another.
    public func period(_ request: Request) async throws -> Period {
        let timezone = settings.inventory.network.timezone
        switch request {
        case .month(let text):
            return try Period.month(text, timezone: timezone, now: now)
        case .between(let from, let to):
            let period = Period(
                from: try Period.time(from, timezone: timezone, now: now),
                to: try Period.time(to, timezone: timezone, now: now)
            )
            guard period.from < period.to else {
                throw InputProblem("--from \(from) --to \(to): expected a beginning before the end")
            }
            return period.aligned(to: settings.slotSeconds)
        case .everything: return try await everything()
        }
    }

    /// From the first slot that was counted to the last, and on to the end of what nobody counted
    /// after it, unless that is still to come.
    private func everything() async throws -> Period {
        let second = Int64(now.timeIntervalSince1970.rounded(.down))
        guard let span = try await store.span() else {
            let gaps = try await store.gaps(in: .min..<second)
            guard let from = gaps.map(\.from).min(), let to = gaps.map(\.to).max() else {
                throw InputProblem("the store is empty: there is nothing to report yet")
            }
            return Period(from: from, to: min(to, second)).aligned(to: settings.slotSeconds)
        }
        let end = max(span.upperBound - 1 + settings.slotSeconds, span.upperBound)
        guard end < second else { return Period(from: span.lowerBound, to: end) }
        let gaps = try await store.gaps(in: end..<second)
        let last = min(gaps.map(\.to).max() ?? end, second)
        let missing = (max(last - end, 0) + settings.slotSeconds - 1) / settings.slotSeconds
        return Period(from: span.lowerBound, to: end + missing * settings.slotSeconds)
    }

    /// Makes the report of that name; the ledger with a part for each slot, if asked for.
    public func report(
        _ name: String,
        of period: Period,
        withSlots: Bool = false
    ) async throws -> ReportDocument {
        guard let report = Report.named(name) else {
            let names = Report.table.map(\.name).joined(separator: ", ")
            throw InputProblem("there is no report '\(name)'; expected \(names)")
        }
        var input = try await input(for: period)
        input.ledgerSlots = withSlots
        return ReportDocument(report, of: input)
    }

    /// The monthly volumes as finance takes them.
    public func volumesExport(of period: Period) async throws -> String {
        VolumesExport(of: try await input(for: period), hash: Self.sha256).csv()
    }

    /// The ledger, with its slots if asked for.
    public func ledger(of period: Period, withSlots: Bool) async throws -> LedgerDocument {
        let exporters = try await CountedExporters(inventory: settings.inventory, store: store)
        let (counted, held) = exporters.split(try await store.ledgers(in: period.range))
        return LedgerDocument(
            ledgers: counted,
            held: held,
            gaps: try await store.gaps(in: period.range),
            withSlots: withSlots
        )
    }

    /// Everything a report may ask of `period`.
    func input(for period: Period) async throws -> ReportInput {
        let exporters = try await CountedExporters(inventory: settings.inventory, store: store)
        let inventory = exporters.inventory
        let resolver = FactResolver(inventory: inventory)
        var input = ReportInput(
            period: period.range,
            timezone: inventory.network.timezone,
            slotSeconds: settings.slotSeconds,
            inventory: inventory
        )
        input.inventoryVersion = String(Self.sha256(Array(settings.show().utf8)).prefix(12))
        input.presentSlots = try await store.slots(in: period.range).map(\.start)
        for fact in exporters.counted(try await store.neighborFacts(in: period.range)) {
            if let volume = resolver.resolve(fact) { input.volumes.append(volume) }
        }
        for fact in exporters.counted(try await store.pathFacts(in: period.range)) {
            guard let volume = resolver.resolve(fact), let index = volume.interconnect,
                inventory.interconnects[index].relationship == .transit
            else { continue }
            input.paths.add(volume)
        }
        let ledgers = try await store.ledgers(in: period.range)
        (input.ledgers, input.heldLedgers) = exporters.split(ledgers)
        input.gaps = try await store.gaps(in: period.range)
        return input
    }

    private static let sha256: VolumesExport.Hash = { hexadecimal(SHA256.hash(data: $0)) }
}
