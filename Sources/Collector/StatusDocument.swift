// SPDX-License-Identifier: Apache-2.0

import Model
import Reporting
public import Settings
public import Storage

/// One screen: exporters, sessions, unknown interfaces, ledger, store.
public struct StatusDocument: Sendable {
    private let span: Range<Int64>?
    private let exporters: [ExporterState]
    private let silent: [String]
    private let sessions: [SessionState]
    private let unknownInterfaces: [UnknownInterface]
    private let ledger: LedgerDocument
    private let alerts: [AlertRecord]
    private let statistics: StoreStatistics
    /// Age of what the store was last given; nil when it never was given anything.
    private let secondsSinceFlush: Int64?
    private let flushSeconds: Int64

    /// An interface that carries traffic and is not in the inventory.
    struct UnknownInterface: Equatable, Sendable {
        var exporter: String
        var interface: UInt32
        var octets: UInt64
    }

    /// Reads what a store holds of the last hour it knows.
    public init(settings: Settings, store: any VolumeStore) async throws(VolumeStoreError) {
        let now = WallClock.nanoseconds() / 1_000_000_000
        secondsSinceFlush = try await store.lastFlush().map { max(0, now - $0) }
        flushSeconds = settings.flushSeconds
        let slots = try await store.span()
        span = slots.map { $0.lowerBound..<$0.upperBound - 1 + settings.slotSeconds }
        exporters = try await store.exporters()
        sessions = try await store.sessions()
        alerts = try await store.alerts().filter(\.isFiring)
        statistics = try await store.statistics()
        let seen = Set(exporters.map(\.name))
        silent = settings.inventory.exporters.map(\.name).filter { !seen.contains($0) }
        let recent = span.map { max($0.lowerBound, $0.upperBound - 3600)..<$0.upperBound } ?? 0..<0
        ledger = LedgerDocument(
            ledgers: try await store.ledgers(in: recent),
            gaps: try await store.gaps(in: recent)
        )
        unknownInterfaces = Self.unknown(
            in: try await store.interfaceFacts(in: recent),
            inventory: settings.inventory
        )
    }

    private static func unknown(
        in facts: [InterfaceFact],
        inventory: Inventory
    ) -> [UnknownInterface] {
        let resolver = InterfaceStanding(inventory: inventory)
        var octets: [String: [UInt32: UInt64]] = [:]
        for fact in facts {
            let (exporter, interface) = (fact.key.exporter, fact.key.interface)
            guard resolver.isUnknown(interface, of: exporter) else { continue }
            octets[exporter, default: [:]][interface, default: 0] &+= fact.measure.octets
        }
        return octets.flatMap { exporter, interfaces in
            interfaces.map {
                UnknownInterface(exporter: exporter, interface: $0.key, octets: $0.value)
            }
        }
        .sorted {
            ($1.octets, $0.exporter, $0.interface) < ($0.octets, $1.exporter, $1.interface)
        }
    }
}

// MARK: - JSON

extension StatusDocument {
    /// The document as one JSON object.
    public func json() -> String {
        JSONValue.object([
            .init("from", span.map { timestamp($0.lowerBound) } ?? .null),
            .init("to", span.map { timestamp($0.upperBound) } ?? .null),
            .init("secondsSinceFlush", secondsSinceFlush.map(JSONValue.integer) ?? .null),
            .init("exporters", .array(exporters.map(json))),
            .init("silentExporters", .array(silent.map(JSONValue.string))),
            .init("sessions", .array(sessions.map(json))),
            .init("unknownInterfaces", .array(unknownInterfaces.map(json))),
            .init("alerts", .array(alerts.map(json))),
            .init("ledger", ledger.json),
            .init("store", storeJSON),
        ]).text(isPretty: true) + "\n"
    }

    private func timestamp(_ seconds: Int64) -> JSONValue {
        .string(Timestamp.text(seconds: seconds))
    }

    private func json(_ exporter: ExporterState) -> JSONValue {
        [
            "name": .string(exporter.name),
            "lastSeen": timestamp(exporter.lastSeen),
            "protocol": .string(exporter.flowProtocol.word),
            "samplingRate": .number(exporter.rate.value),
            "samplingSource": .string(exporter.rateSource.word),
        ]
    }

    private func json(_ session: SessionState) -> JSONValue {
        [
            "neighbor": .string(session.neighbor),
            "state": .string(session.state),
            "since": timestamp(session.since),
            "ipv4Prefixes": .integer(Int64(session.ipv4Prefixes)),
            "ipv6Prefixes": .integer(Int64(session.ipv6Prefixes)),
            "lastError": session.lastError.isEmpty ? .null : .string(session.lastError),
        ]
    }

    private func json(_ interface: UnknownInterface) -> JSONValue {
        [
            "exporter": .string(interface.exporter),
            "interface": .unsigned(UInt64(interface.interface)),
            "octets": .unsigned(interface.octets),
        ]
    }

    private func json(_ alert: AlertRecord) -> JSONValue {
        [
            "rule": .string(alert.rule),
            "object": .string(alert.object),
            "state": .string(alert.state),
            "since": timestamp(alert.since),
        ]
    }

    private var storeJSON: JSONValue {
        [
            "octets": .integer(Int64(statistics.octets)),
            "rows": .object(
                statistics.rows.map { JSONValue.Member($0.table, .integer(Int64($0.count))) }
            ),
        ]
    }
}

// MARK: - Text

extension StatusDocument {
    /// The document as lines for a terminal.
    public func text() -> String {
        var lines: [String] = []
        if let span {
            let from = Timestamp.text(seconds: span.lowerBound)
            lines.append("volumes   \(from) to \(Timestamp.text(seconds: span.upperBound))")
        } else {
            lines.append("volumes   none yet")
        }
        if let secondsSinceFlush {
            let isRunning = secondsSinceFlush <= 3 * flushSeconds + 5
            let hint = isRunning ? "" : ": no collector seems to run, and what follows is of then"
            lines.append("flushed   \(secondsSinceFlush) s ago\(hint)")
        }
        lines.append("")
        lines += exporters.map { exporter in
            "exporter  \(exporter.name)  \(exporter.flowProtocol.word)  "
                + "last seen \(Timestamp.text(seconds: exporter.lastSeen))  "
                + "1 in \(rateText(exporter.rate)) (\(exporter.rateSource.word))"
        }
        lines += silent.map { "exporter  \($0)  never seen" }
        lines += sessions.map { session in
            "session   \(session.neighbor)  \(session.state) since "
                + "\(Timestamp.text(seconds: session.since))  \(session.ipv4Prefixes) IPv4, "
                + "\(session.ipv6Prefixes) IPv6 prefixes"
                + (session.lastError.isEmpty ? "" : "  last error: \(session.lastError)")
        }
        lines += unknownInterfaces.prefix(20).map { interface in
            "unknown   interface \(interface.interface) of \(interface.exporter)  "
                + "\(interface.octets) octets in that hour: list it in the inventory"
        }
        lines += alerts.map { "alert     \($0.rule)  \($0.object)  \($0.state)" }
        lines.append("")
        lines.append("ledger of the last hour of volumes")
        lines.append(ledger.text)
        let rows = statistics.rows.map { "\($0.table) \($0.count)" }.joined(separator: ", ")
        lines.append("store     \(statistics.octets) octets: \(rows)")
        return lines.joined(separator: "\n") + "\n"
    }

    private func rateText(_ rate: SamplingRate) -> String {
        rate.denominator == 1 ? "\(rate.numerator)" : "\(rate.numerator)/\(rate.denominator)"
    }
}
