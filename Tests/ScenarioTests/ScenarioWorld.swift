// SPDX-License-Identifier: Apache-2.0

import Accounting
import Alerting
import Collector
import Console
import Foundation
import Logging
import Model
import Reporting
import Settings
import Storage
import Wire

/// What a scenario acts upon: a pipeline, a routing table, a store, and the time.
final class ScenarioWorld {
    var rules: [AlertRuleSettings] = []
    private var settings: Settings
    private let feed: RouteFeed
    private let store = InMemoryVolumeStore()
    private let writer: VolumeWriter
    private var pipeline: FlowPipeline
    private var explained: ExplainedTotals
    private var hasLearned = false
    private var now: Int64
    private var sequence: UInt32 = 0
    private var events: [AlertEvent] = []

    init(_ settings: Settings, start: Int64) async throws {
        self.settings = settings
        now = start
        feed = CollectorComponents.routeFeed(settings)
        pipeline = CollectorComponents.pipeline(settings, feed)
        explained = ExplainedTotals(settings, feed)
        writer = VolumeWriter(
            store: store,
            collector: "scenario",
            idPrefix: "scenario",
            sealer: try await CollectorComponents.sealer(settings, resuming: store)
        )
    }

    /// Goes on with another inventory.
    func correct(_ settings: Settings) async throws {
        try await flush()
        self.settings = settings
        pipeline = CollectorComponents.pipeline(settings, feed)
        explained.correct(settings, feed)
    }

    /// Lets time pass, slot by slot, as a collector would.
    func advance(to time: Int64) async throws {
        guard time >= now else { throw Scenario.Problem(description: "time goes back") }
        while now < time {
            now = min(time, now - now % settings.slotSeconds + settings.slotSeconds)
            try await flush()
        }
    }

    /// Holds exporters apart from now on.
    func learn(_ prefix: String, most: String?) async throws {
        guard let prefix = IPPrefix(prefix) else {
            throw Scenario.Problem(description: "'\(prefix)' is no prefix")
        }
        settings.learn.from = [prefix]
        hasLearned = true
        if let most = most.flatMap({ Int($0) }) { settings.learn.exporters = most }
        try await correct(settings)
    }

    /// Adopts an exporter as the command does, and counts it under its name at once.
    func adopt(_ address: String, _ words: [String: String]) async throws {
        try await flush()
        let (settings, store) = (settings, store)
        var sources = AnswerSources(
            settings: { settings },
            reading: { store },
            writing: { store }
        )
        let now = now
        sources.now = { Date(timeIntervalSince1970: Double(now)) }
        let response = await Answers(sources).answer(
            ConsoleRequest(
                method: "POST",
                path: "/api/v1/exporters/adopt",
                parameters: words.merging(["address": address]) { $1 }
            )
        )
        guard response.status == 200 else {
            throw Scenario.Problem(description: response.body)
        }
        let inventory = settings.inventory.with(try await store.adoptions())
        let views = CollectorComponents.viewLists(inventory, feed)
        pipeline.replaceInventory(inventory, viewLists: views)
    }

    func perform(_ action: Scenario.Action) async throws {
        switch action {
        case .route(let view, let prefix, let words):
            try apply(view, prefix, words)
        case .withdraw(let view, let prefix):
            try apply(view, prefix, nil)
        case .flow(let exporter, let words):
            try flow(exporter, words)
        case .pass, .inventory, .rule, .expect, .learn, .adopt:
            break
        }
    }

    /// The rows of a report over everything so far.
    func rows(of report: String) async throws -> [JSONValue] {
        try await flush()
        if report == "alerts" { return events.map(Self.row) }
        let service = ReportService(settings: settings, store: store)
        if report == "exporters" { return try await states() }
        if report == "slots" {
            guard let span = try await store.span() else { return [] }
            return try await store.slots(in: span).map(Self.row)
        }
        guard try await store.span() != nil else {
            return report == "ledger" ? [LedgerDocument(ledgers: [], gaps: []).json] : []
        }
        let period = try await service.period(.everything)
        if report == "ledger" {
            return [try await service.ledger(of: period, withSlots: false).json]
        }
        let document = try await service.report(report, of: period)
        guard case .object(let members) = document.json,
            case .array(let rows) = members.first(where: { $0.key == "rows" })?.value
        else { return [] }
        return rows
    }

    /// What `explain` says of every record, beside what was accounted; nil where exporters are
    /// learned, of which it knows nothing.
    func explanations() async throws -> (
        explained: [String: UInt64], accounted: [String: UInt64]
    )? {
        try await flush()
        guard settings.learn.from.isEmpty, !hasLearned else { return nil }
        let accounted = try await ExplainedTotals.accounted(
            store,
            inventory: explained.isCorrected ? nil : settings.inventory
        )
        return (explained.octets, accounted)
    }

    private func states() async throws -> [JSONValue] {
        try await store.exporters().map { state in
            ["exporter": .string(state.name), "pending": .bool(state.isPending)]
        }
    }

    private func flush() async throws {
        explained.finishBatch()
        pipeline.finishBatch()
        var part = FlushBatch(id: "", collector: "", time: now)
        pipeline.handOver(to: &part)
        let outcome = await writer.write([part], now: now)
        if let problem = outcome.problem { throw problem }
        guard let last = outcome.sealed.max(), !rules.isEmpty else { return }
        settings.alerts.rules = rules
        let service = try AlertService(
            settings: settings,
            store: store,
            logger: Logger(label: "scenario") { _ in SwiftLogNoOpLogHandler() }
        )
        events += try await service.run(through: last, deliver: true).events
    }

    private func flow(_ exporter: String, _ words: [String: String]) throws {
        let known = settings.inventory.exporter(named: exporter)
        guard let address = known?.addresses.first ?? IPAddress(exporter) else {
            throw Scenario.Problem(description: "no exporter '\(exporter)'")
        }
        let datagram = try ScenarioDatagram(words, time: now)
        for _ in 0..<(Int(words["times"] ?? "1") ?? 1) {
            sequence += 1
            let template = UInt16(256 + sequence % 60000)
            let octets = datagram.octets(time: now, sequence: sequence, template: template)
            explained.take(octets, from: address, at: now)
            pipeline.take(octets, from: address, at: now)
        }
    }

    private func apply(
        _ view: String,
        _ prefix: String,
        _ words: [String: String]?
    ) throws(Scenario.Problem) {
        guard let prefix = IPPrefix(prefix) else {
            throw Scenario.Problem(description: "'\(prefix)' is no prefix")
        }
        var update = RouteUpdate(time: now * 1_000_000_000)
        if let words {
            let path = (words["path"] ?? "").split(separator: ",").compactMap { UInt32($0) }
            update.announced = [.init(prefix)]
            update.attributes.asPath = ASPath(sequence: path.map(ASN.init(rawValue:)))
            update.attributes.nextHop = words["nextHop"].flatMap { IPAddress($0) }
        } else {
            update.withdrawn = [.init(prefix)]
        }
        let source = RouteSource(name: view, address: .v4(1), asn: ASN(rawValue: 64500))
        feed.load(update, from: source, to: feed.view(named: view))
    }

    private static func row(_ slot: SlotState) -> JSONValue {
        [
            "start": .string(Timestamp.text(seconds: slot.start)),
            "generation": .integer(Int64(slot.generation)),
            "sealed": .bool(slot.isSealed),
        ]
    }

    private static func row(_ event: AlertEvent) -> JSONValue {
        [
            "rule": .string(event.rule),
            "event": .string(event.transition.rawValue),
            "object": .string(event.object),
            "slot": .string(Timestamp.text(seconds: event.slot)),
        ]
    }
}

extension FlowPipeline {
    /// Takes one datagram, at accounting time in seconds.
    fileprivate mutating func take(_ octets: [UInt8], from address: IPAddress, at time: Int64) {
        take(
            Datagram(
                exporter: address,
                port: 2055,
                arrival: time * 1_000_000_000,
                octets: WireReader(octets.span, as: "scenario").octets
            )
        )
    }
}
