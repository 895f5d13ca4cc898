// SPDX-License-Identifier: Apache-2.0

import Model
import Reporting
import Storage

extension StatusDocument {
    /// The document as one JSON object.
    package func json() -> String {
        JSONValue.object([
            .init("collector", collectorJSON),
            .init("from", span.map { timestamp($0.lowerBound) } ?? .null),
            .init("to", span.map { timestamp($0.upperBound) } ?? .null),
            .init("secondsSinceFlush", secondsSinceFlush.map(JSONValue.integer) ?? .null),
            .init("exporters", .array(exporters.map(json))),
            .init("silentExporters", .array(silent.map(JSONValue.string))),
            .init("sessions", .array(sessions.map(json))),
            .init("unknownInterfaces", .array(unknownInterfaces.map(json))),
            .init("alerts", .array(alerts.map(json))),
            .init("events", .array(events.map(json))),
            .init("ledger", ledger.json),
            .init("store", storeJSON),
        ]).text(isPretty: true) + "\n"
    }

    private func timestamp(_ seconds: Int64) -> JSONValue {
        .string(Timestamp.text(seconds: seconds))
    }

    /// null when no collector could be asked.
    private var collectorJSON: JSONValue {
        guard let collector else { return .null }
        return [
            "version": .string(collector.version),
            "startedAt": timestamp(collector.startedAt),
            "ready": .bool(collector.notReady.isEmpty),
            "waitingFor": .array(collector.notReady.map(JSONValue.string)),
            "residentOctets": .unsigned(collector.residentOctets),
        ]
    }

    private func json(_ exporter: Exporter) -> JSONValue {
        let state = exporter.state
        return .object(
            [
                .init("name", .string(state.name)),
                .init("address", state.address.map { .string("\($0)") } ?? .null),
            ] + ExporterState?.some(state).members + [
                .init("sequenceLost", .unsigned(exporter.sequenceLost)),
                .init("duplicates", .unsigned(exporter.duplicates)),
                .init("missingOctets", .unsigned(exporter.missingOctets)),
                .init("pending", .bool(exporter.isPending)),
            ]
        )
    }

    private func json(_ session: SessionState) -> JSONValue {
        [
            "neighbor": .string(session.neighbor),
            "state": .string(session.state),
            "since": timestamp(session.since),
            "ipv4Prefixes": .integer(Int64(session.ipv4Prefixes)),
            "ipv6Prefixes": .integer(Int64(session.ipv6Prefixes)),
            "stale": .bool(session.isStale),
            "lastError": session.lastError.isEmpty ? .null : .string(session.lastError),
        ]
    }

    private func json(_ interface: UnknownInterface) -> JSONValue {
        [
            "exporter": .string(interface.exporter),
            "interface": .unsigned(UInt64(interface.interface)),
            "name": interface.name.isEmpty ? .null : .string(interface.name),
            "octets": .unsigned(interface.octets),
        ]
    }

    private func json(_ alert: AlertRecord) -> JSONValue {
        [
            "rule": .string(alert.rule),
            "object": .string(alert.object),
            "state": .string(alert.state),
            "since": timestamp(alert.since),
            "value": .number(alert.value),
        ]
    }

    private func json(_ event: OperationalEvent) -> JSONValue {
        [
            "time": timestamp(event.time),
            "event": .string(event.kind.rawValue),
            "object": event.object.isEmpty ? .null : .string(event.object),
            "detail": event.detail.isEmpty ? .null : .string(event.detail),
        ]
    }

    private var storeJSON: JSONValue {
        [
            "octets": .integer(Int64(statistics.octets)),
            "waitingBatches": .integer(Int64(collector?.waitingBatches ?? 0)),
            "waitingRows": .integer(Int64(collector?.waitingRows ?? 0)),
            "rows": .object(
                statistics.rows.map { JSONValue.Member($0.table, .integer(Int64($0.count))) }
            ),
        ]
    }
}

extension SessionState {
    /// Whether its routes stand though it has dropped.
    var isStale: Bool { state != "established" && ipv4Prefixes + ipv6Prefixes > 0 }
}
