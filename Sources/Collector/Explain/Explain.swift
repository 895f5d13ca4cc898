// SPDX-License-Identifier: Apache-2.0

import Attribution
import FlowReception
import Foundation
import Model
import Reporting
import RouteReception
import Routing
public import Settings

/// `peerage explain`: why a flow got its rate, evidence, neighbor, path, interconnect and outcome.
public struct Explain: Sendable {
    /// Which flow.
    public enum Question: Sendable {
        /// One JSON object, by the keys of a line of `decode`.
        case flow(String)
        /// A record of a capture, by the number that `decode` gives it.
        case capture(path: String, record: UInt64)
    }

    public enum Format: String, CaseIterable, Sendable {
        case table, json
    }

    /// What to print.
    public struct Answer: Equatable, Sendable {
        public var text: String
        /// What a person should know besides.
        public var messages: [String]
    }

    private var settings: Settings
    private let feed: RouteFeed
    private var messages: [String]

    /// Explains by the routing tables of the configuration, as `replay` would account.
    public init(_ settings: Settings) throws {
        let feed = CollectorComponents.routeFeed(settings)
        let loaded = try TableLoader.load(settings, feed: feed)
        self.settings = settings
        self.feed = feed
        messages = loaded.compactMap(\.problem)
        let tables = loaded.count == 1 ? "the table" : "the \(loaded.count) tables"
        messages.append(
            loaded.isEmpty
                ? "no collector is running and the configuration names no tables: there are no "
                    + "routes"
                : "no collector is running: the routes are those of \(tables) of the configuration"
        )
    }

    /// Explains by the routes that a running collector has now.
    package init(_ settings: Settings, live feed: RouteFeed) {
        self.settings = settings
        self.feed = feed
        messages = []
    }

    /// Answers on a thread of its own: a capture may be long.
    public func answer(_ question: Question, _ format: Format) async throws -> Answer {
        let queue = DispatchQueue(label: "explain", qos: .utility)
        let result = await withCheckedContinuation { continuation in
            queue.async {
                continuation.resume(returning: Result { try explained(question, format) })
            }
        }
        return try result.get()
    }

    private func explained(
        _ question: Question,
        _ format: Format,
        isHeld: Bool = false
    ) throws -> Answer {
        var document: ExplanationDocument
        var messages = messages
        switch question {
        case .flow(let text):
            document = try flow(text)
            messages.append(
                "a flow by itself: what `observes: auto` would have learned from others is not "
                    + "known"
            )
        case .capture(let path, let number):
            document = try record(number, in: path)
        }
        if let pending = pendingExporter(in: document) {
            var adopting = self
            adopting.settings.learn.from = []
            adopting.settings.inventory.exporters.append(pending)
            adopting.messages = []
            var answer = try adopting.explained(question, format, isHeld: true)
            answer.messages = messages
            return answer
        }
        document.inventory = settings.inventory
        document.isHeld = isHeld
        let text =
            format == .json ? document.json.text(isPretty: true) + "\n" : document.text
        return Answer(text: text, messages: messages)
    }

    /// The exporter as it is held apart, when that is what becomes of its datagrams.
    private func pendingExporter(in document: ExplanationDocument) -> Exporter? {
        guard let item = document.items.first, item.explanation == nil else { return nil }
        let address = item.record.exporter.unmapped
        guard settings.learn.from.contains(where: { $0.contains(address) }) else { return nil }
        var exporter = Exporter(pending: address)
        exporter.views = [CollectorComponents.commonView]
        return exporter
    }

    private func attributor() -> Attributor {
        Attributor(
            inventory: settings.inventory,
            viewLists: CollectorComponents.viewLists(settings.inventory, feed),
            reader: feed.table.makeReader()
        )
    }

    private func flow(_ text: String) throws -> ExplanationDocument {
        let line = try FlowLine(text, now: WallClock.nanoseconds())
        guard let exporter = exporter(of: line) else {
            return ExplanationDocument(refused: line.batch.records, of: line.batch)
        }
        var attributor = attributor()
        let explained = attributor.explain(
            line.batch,
            exporters: [exporter],
            wanted: [0],
            slotSeconds: settings.slotSeconds
        )
        return ExplanationDocument(
            explained.map { (line.batch.records[$0.place], $0.explanation) },
            of: line.batch
        )
    }

    private func exporter(of line: FlowLine) -> UInt16? {
        let exporters = settings.inventory.exporters
        let address = IPAddress(line.exporter)?.unmapped
        let index = exporters.firstIndex { exporter in
            switch exporter.identify {
            case .source: exporter.addresses.contains { $0.unmapped == address }
            case .agent: exporter.addresses.contains { $0.unmapped == line.agent?.unmapped }
            }
        }
        return (index ?? exporters.firstIndex { $0.name == line.exporter }).map { UInt16($0) }
    }

    private func record(_ number: UInt64, in path: String) throws -> ExplanationDocument {
        var attributor = attributor()
        var search = CaptureSearch(settings.inventory, slotSeconds: settings.slotSeconds)
        switch try search.explain(record: number, in: path, by: &attributor) {
        case .explained(let explained, let batch):
            return ExplanationDocument(explained, of: batch)
        case .refused(let records, let batch):
            return ExplanationDocument(refused: records, of: batch)
        case .absent(let count):
            throw InputProblem("\(path) has \(count) records; there is no record \(number)")
        }
    }
}
