// SPDX-License-Identifier: Apache-2.0

import Model
import Reporting
import Settings
import Storage

/// Exporters that are held apart, and what is held of each (DESIGN 3.13); also adopted ones of
/// which something is held that they sent before they counted.
struct PendingDocument {
    private var rows: [Row] = []

    private struct Row {
        var state: ExporterState
        var ledger = Ledger()
        /// The name it was adopted by, and the slot it counts from; nil while it is pending.
        var adoption: (name: String, since: Int64)?
        /// Octets in either direction, the busiest first.
        var interfaces: [(index: UInt32, name: String, octets: UInt64)] = []
    }

    /// Interfaces shown of each.
    private static let mostInterfaces = 5

    init(settings: Settings, store: any VolumeStore) async throws(VolumeStoreError) {
        let exporters = try await CountedExporters(inventory: settings.inventory, store: store)
        var adoptions: [String: (name: String, since: Int64)] = [:]
        let pending = try await store.exporters().filter { state in
            if case .held(let name, let since?) = exporters.standing(of: state.name) {
                adoptions[state.name] = (name, since)
            }
            return state.isPending && adoptions[state.name] != nil || exporters.isHeld(state)
        }
        guard let last = pending.map(\.lastSeen).max() else { return }
        let from = last - settings.learn.holdSeconds - settings.slotSeconds
        let range = from..<last + settings.slotSeconds
        var ledgers: [String: Ledger] = [:]
        for fact in exporters.split(try await store.ledgers(in: range)).held {
            ledgers[fact.exporter, default: Ledger()] += fact.ledger
        }
        let names = Set(pending.map(\.name))
        var octets: [InterfacePlace: UInt64] = [:]
        for fact in try await store.interfaceFacts(in: range)
        where names.contains(fact.key.exporter)
            && fact.slot < adoptions[fact.key.exporter]?.since ?? .max
        {
            let place = InterfacePlace(exporter: fact.key.exporter, index: fact.key.interface)
            octets[place, default: 0].addSaturating(fact.measure.octets)
        }
        let notes = try await store.interfaceNotes()
        rows = pending.compactMap { state in
            let ledger = ledgers[state.name] ?? Ledger()
            let adoption = adoptions[state.name]
            if adoption != nil, ledger.receivedOctets == 0 { return nil }
            let own = octets.filter { $0.key.exporter == state.name }
                .sorted { ($1.value, $0.key) < ($0.value, $1.key) }
            let interfaces = own.prefix(Self.mostInterfaces).map { place, octets in
                let note = notes.first { $0.exporter == state.name && $0.index == place.index }
                return (place.index, note?.name ?? "", octets)
            }
            return Row(
                state: state,
                ledger: ledger,
                adoption: adoption,
                interfaces: interfaces
            )
        }
    }

    func json() -> String {
        let exporters = rows.map { row -> JSONValue in
            let interfaces = row.interfaces.map { interface -> JSONValue in
                [
                    "interface": .unsigned(UInt64(interface.index)),
                    "name": interface.name.isEmpty ? .null : .string(interface.name),
                    "octets": .unsigned(interface.octets),
                ]
            }
            var (name, since): (JSONValue, JSONValue) = (.null, .null)
            if let adoption = row.adoption {
                name = .string(adoption.name)
                since = .string(Timestamp.text(seconds: adoption.since))
            }
            return .object(
                [.init("address", .string(row.state.name))]
                    + ExporterState?.some(row.state).members
                    + [
                        .init("datagrams", .unsigned(row.ledger.datagrams)),
                        .init("quarantinedOctets", .unsigned(row.ledger.receivedOctets)),
                        .init("interfaces", .array(interfaces)),
                        .init("adoptedAs", name),
                        .init("countsSince", since),
                    ]
            )
        }
        let document: JSONValue = ["exporters": .array(exporters)]
        return document.text(isPretty: true) + "\n"
    }

    func text() -> String {
        if rows.isEmpty { return "nothing is held apart\n" }
        return rows.map { row in
            let state = row.state
            var lines = [
                "\(state.name)  \(state.flowProtocol.word)  1 in \(state.rate.text) "
                    + "(\(state.rateSource.word))  first seen "
                    + "\(Timestamp.text(seconds: state.firstSeen)), last "
                    + "\(Timestamp.text(seconds: state.lastSeen))",
                "  held  \(row.ledger.receivedOctets) octets in \(row.ledger.datagrams) datagrams",
            ]
            if let adoption = row.adoption {
                let command = "adopt \(state.name) --name \(adoption.name) --since first"
                lines.append(
                    "  counts as \(adoption.name) from \(Timestamp.text(seconds: adoption.since)) "
                        + "on; `peerage exporters \(command)` makes this count too"
                )
            }
            lines += row.interfaces.map { interface in
                let name =
                    interface.name.isEmpty
                    ? "" : " \(ConfigurationProposal.harmless(interface.name))"
                return "  interface \(interface.index)\(name)  \(interface.octets) octets"
            }
            return lines.joined(separator: "\n") + "\n"
        }.joined()
    }
}
