// SPDX-License-Identifier: Apache-2.0

import Attribution
import FlowReception
import Foundation
package import Model
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
    /// Those that make an exporter known which the configuration does not list.
    private var adoptions: [Adoption] = []

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

    /// Explains adopted exporters as what they count as, from the slots on from which they count.
    package mutating func take(_ adoptions: [Adoption]) {
        let listed = Set(settings.inventory.exporters.flatMap { $0.addresses.map(\.unmapped) })
        self.adoptions = adoptions.filter { !listed.contains($0.address.unmapped) }
        settings.inventory = settings.inventory.with(adoptions)
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
        if let address = heldAddress(in: document) {
            var answer = try holding(address).explained(question, format, isHeld: true)
            answer.messages = messages
            return answer
        }
        document.inventory = settings.inventory
        document.isHeld = isHeld
        let text =
            format == .json ? document.json.text(isPretty: true) + "\n" : document.text
        return Answer(text: text, messages: messages)
    }

    /// Where the flow's exporter sends from, when it is held apart what comes from there.
    private func heldAddress(in document: ExplanationDocument) -> IPAddress? {
        guard let item = document.items.first else { return nil }
        let address = item.record.exporter.unmapped
        guard let explanation = item.explanation else {
            let isLearned = settings.learn.from.contains { $0.contains(address) }
            return isLearned ? address : nil
        }
        guard let adoption = adoptions.first(where: { $0.address.unmapped == address }) else {
            return nil
        }
        let second = (explanation.posting?.end ?? item.record.arrival) / 1_000_000_000
        let slot = second - second % settings.slotSeconds
        return slot < adoption.since ? address : nil
    }

    /// The same with `address` as an exporter that nobody has listed.
    private func holding(_ address: IPAddress) -> Explain {
        var explain = self
        explain.messages = []
        explain.adoptions = []
        explain.settings.learn.from = []
        for index in explain.settings.inventory.exporters.indices {
            explain.settings.inventory.exporters[index].addresses.removeAll {
                $0.unmapped == address
            }
        }
        var exporter = Exporter(pending: address)
        exporter.views = [CollectorComponents.commonView]
        explain.settings.inventory.exporters.append(exporter)
        return explain
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
            return ExplanationDocument(
                refused: line.batch.records,
                for: .unknownExporter,
                of: line.batch
            )
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
        // As for a datagram: who sends counts before whose sFlow it is.
        let source = exporters.firstIndex { exporter in
            exporter.identify == .source && exporter.addresses.contains { $0.unmapped == address }
        }
        let agent = exporters.firstIndex { exporter in
            exporter.identify == .agent
                && exporter.addresses.contains { $0.unmapped == line.agent?.unmapped }
        }
        let named = exporters.firstIndex { $0.name == line.exporter }
        return (source ?? agent ?? named).map { UInt16($0) }
    }

    private func record(_ number: UInt64, in path: String) throws -> ExplanationDocument {
        var attributor = attributor()
        var search = CaptureSearch(
            settings.inventory,
            slotSeconds: settings.slotSeconds,
            limits: CollectorComponents.decodingLimits(settings)
        )
        switch try search.explain(record: number, in: path, by: &attributor) {
        case .explained(let explained, let batch):
            return ExplanationDocument(explained, of: batch)
        case .refused(let records, let reason, let batch):
            return ExplanationDocument(refused: records, for: reason, of: batch)
        case .beyondLimits:
            throw InputProblem(
                "record \(number) of \(path) cannot be followed: by limits.templates and "
                    + "limits.domains, not every template of its datagram is remembered"
            )
        case .absent(let count):
            throw InputProblem("\(path) has \(count) records; there is no record \(number)")
        }
    }
}
