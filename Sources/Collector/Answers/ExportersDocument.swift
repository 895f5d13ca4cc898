// SPDX-License-Identifier: Apache-2.0

import Model
import Reporting
import Settings
import Storage

/// Who exports flows: listed, adopted, or pending until somebody adopts it.
struct ExportersDocument {
    private var rows: [Row] = []

    private struct Row {
        var name: String
        var addresses: [IPAddress]
        var standing: String
        /// Slots from here on count; nil when all do, or none.
        var since: Int64?
        var state: ExporterState?
    }

    init(settings: Settings, store: any VolumeStore) async throws(VolumeStoreError) {
        let exporters = try await CountedExporters(inventory: settings.inventory, store: store)
        let states = try await store.exporters()
        let adoptions = try await store.adoptions()
        for exporter in exporters.inventory.exporters {
            let isListed = settings.inventory.exporter(named: exporter.name) != nil
            let addresses = exporter.addresses
            rows.append(
                Row(
                    name: exporter.name,
                    addresses: addresses,
                    standing: isListed ? "listed" : "adopted",
                    since: adoptions.filter { addresses.contains($0.address) }.map(\.since).max(),
                    state: states.first { $0.name == exporter.name }
                )
            )
        }
        for state in states where exporters.isPending(state) {
            let addresses = [state.address ?? IPAddress(state.name)].compactMap { $0 }
            rows.append(
                Row(name: state.name, addresses: addresses, standing: "pending", state: state)
            )
        }
        rows.sort { $0.name < $1.name }
    }

    func json() -> String {
        let exporters = rows.map { row -> JSONValue in
            let state = row.state
            return .object(
                [
                    .init("exporter", .string(row.name)),
                    .init("addresses", .array(row.addresses.map { .string("\($0)") })),
                    .init("standing", .string(row.standing)),
                    .init(
                        "countsSince",
                        row.since.map { .string(Timestamp.text(seconds: $0)) } ?? .null
                    ),
                ] + state.members
            )
        }
        let document: JSONValue = ["exporters": .array(exporters)]
        return document.text(isPretty: true) + "\n"
    }

    func text() -> String {
        if rows.isEmpty { return "no exporters\n" }
        return rows.map { row in
            let addresses = row.addresses.map(\.description).joined(separator: ",")
            let seen = row.state.map { state in
                "\(state.flowProtocol.word)  last seen \(Timestamp.text(seconds: state.lastSeen))  "
                    + "1 in \(state.rate.text) (\(state.rateSource.word))"
            }
            return "\(row.name)  \(addresses)  \(row.standing)  \(seen ?? "never seen")\n"
        }.joined()
    }
}

extension ExporterState? {
    /// What is known of an exporter; null where nothing is.
    var members: [JSONValue.Member] {
        let time = { (seconds: Int64?) -> JSONValue in
            seconds.map { $0 > 0 ? .string(Timestamp.text(seconds: $0)) : .null } ?? .null
        }
        return [
            .init("firstSeen", time(self?.firstSeen)),
            .init("lastSeen", time(self?.lastSeen)),
            .init("protocol", self.map { .string($0.flowProtocol.word) } ?? .null),
            .init("samplingRate", self.map { .number($0.rate.value) } ?? .null),
            .init("samplingSource", self.map { .string($0.rateSource.word) } ?? .null),
            .init("skewMilliseconds", self?.skewMilliseconds.map(JSONValue.integer) ?? .null),
            .init("restarts", self.map { .integer(Int64($0.restarts)) } ?? .null),
        ]
    }
}

extension SamplingRate {
    /// "1000", or "3/2" where it is a fraction.
    var text: String { denominator == 1 ? "\(numerator)" : "\(numerator)/\(denominator)" }
}
