// SPDX-License-Identifier: Apache-2.0

package import Model
import Reporting
package import Settings
package import Storage

/// One screen: collector, exporters, sessions, unknown interfaces, ledger, store, alerts, events.
package struct StatusDocument: Sendable {
    /// The collector that runs; nil when none could be asked.
    let collector: CollectorStanding?
    /// Where a collector that runs could have been asked; nil for nowhere.
    let control: String?
    /// The process that writes to the store though no collector answers; nil for none.
    let writer: Int?
    let now: Int64
    /// From the first slot stored to the end of the last that is not still to come.
    let span: Range<Int64>?
    let exporters: [Exporter]
    let silent: [String]
    let sessions: [SessionState]
    let unknownInterfaces: [UnknownInterface]
    /// Of the last hour of volumes.
    let ledger: LedgerDocument
    let alerts: [AlertRecord]
    let events: [OperationalEvent]
    let statistics: StoreStatistics
    /// Age of what the store was last given; nil when it never was given anything.
    let secondsSinceFlush: Int64?

    /// An exporter, and what it lost in the last hour of volumes.
    struct Exporter: Equatable, Sendable {
        var state: ExporterState
        var isPending: Bool
        /// By its own sequence numbers, in the protocol's unit.
        var sequenceLost: UInt64
        /// Datagrams that came twice.
        var duplicates: UInt64 = 0
        /// By estimate, what the records that never came stand for.
        var missingOctets: UInt64 = 0
    }

    /// An interface that carries traffic and is not in the inventory.
    struct UnknownInterface: Equatable, Sendable {
        var exporter: String
        var interface: UInt32
        /// As the exporter told; empty when it did not.
        var name: String
        var octets: UInt64
    }

    /// How far back events are looked for, in seconds.
    private static let eventSeconds: Int64 = 86_400
    private static let mostEvents = 20

    /// Reads what a store holds of the last hour it knows.
    ///
    /// - Parameters:
    ///   - settings: The configuration.
    ///   - store: What was counted.
    ///   - collector: How the running collector stands; nil when none answers.
    ///   - sessions: The sessions as of now; nil for what the store has of them.
    ///   - writer: The process that writes to the store; nil for none.
    ///   - now: In seconds since 1970-01-01 00:00 UTC.
    /// - Throws: What the store throws.
    package init(
        settings: Settings,
        store: any VolumeStore,
        collector: CollectorStanding?,
        sessions: [SessionState]?,
        writer: Int? = nil,
        now: Int64
    ) async throws(VolumeStoreError) {
        self.collector = collector
        self.now = now
        self.writer = writer
        control = settings.control
        secondsSinceFlush = try await store.lastFlush(notAfter: now).map { now - $0 }
        span = try await Self.span(of: store, slotSeconds: settings.slotSeconds, now: now)
        // The store knows those of neighbors that are no longer configured as well.
        let neighbors = Set(settings.neighbors.map(\.name))
        let all: [SessionState]
        if let sessions { all = sessions } else { all = try await store.sessions() }
        self.sessions = all.filter { neighbors.contains($0.neighbor) }
        alerts = try await store.alerts().filter(\.isFiring)
        statistics = try await store.statistics()
        let recent = span.map { max($0.lowerBound, $0.upperBound - 3600)..<$0.upperBound } ?? 0..<0
        let events = try await store.events(in: now - Self.eventSeconds..<now + 1)
        self.events = Array(events.suffix(Self.mostEvents).reversed())

        let known = try await CountedExporters(inventory: settings.inventory, store: store)
        let states = try await store.exporters()
        let (counted, held) = known.split(try await store.ledgers(in: recent))
        let recently = LedgerDocument(ledgers: counted + held, gaps: [])
        let parts = Dictionary(
            recently.exporters.map { ($0.name, $0.part) },
            uniquingKeysWith: { first, _ in first }
        )
        // An adopted exporter has another state under its address, from before.
        let names = Set(known.inventory.exporters.map(\.name))
        exporters = states.filter { !$0.isPending || known.isPending($0) }.map { state in
            Exporter(
                state: state,
                isPending: !names.contains(state.name) && known.isPending(state),
                sequenceLost: parts[state.name]?.ledger.sequenceLost ?? 0,
                duplicates: parts[state.name]?.ledger.duplicates ?? 0,
                missingOctets: parts[state.name]?.missingOctets ?? 0
            )
        }
        let seen = Set(states.map(\.name))
        silent = known.inventory.exporters.map(\.name).filter { !seen.contains($0) }
        ledger = LedgerDocument(
            ledgers: counted,
            held: held,
            // Also those that came after the last volumes.
            gaps: try await store.gaps(in: recent.lowerBound..<max(recent.upperBound, now))
        )
        unknownInterfaces = Self.unknown(
            in: known.counted(try await store.interfaceFacts(in: recent)),
            notes: try await store.interfaceNotes(),
            inventory: known.inventory
        )
    }

    /// A clock that was ahead leaves slots of times to come, which hide what is counted now.
    private static func span(
        of store: any VolumeStore,
        slotSeconds: Int64,
        now: Int64
    ) async throws(VolumeStoreError) -> Range<Int64>? {
        guard let slots = try await store.span(), slots.lowerBound <= now else { return nil }
        var last = slots.upperBound - 1
        if last > now {
            last = try await store.slots(in: slots.lowerBound..<now + 1).last?.start ?? last
        }
        return slots.lowerBound..<last + slotSeconds
    }

    private static func unknown(
        in facts: [InterfaceFact],
        notes: [InterfaceNote],
        inventory: Inventory
    ) -> [UnknownInterface] {
        let standing = InterfaceStanding(inventory: inventory)
        var octets: [InterfacePlace: UInt64] = [:]
        for fact in facts {
            let place = InterfacePlace(exporter: fact.key.exporter, index: fact.key.interface)
            guard standing.isUnknown(place.index, of: place.exporter) else { continue }
            octets[place, default: 0].addSaturating(fact.measure.octets)
        }
        var names: [InterfacePlace: String] = [:]
        for note in notes {
            names[InterfacePlace(exporter: note.exporter, index: note.index)] = note.name
        }
        return octets.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { place, octets in
            UnknownInterface(
                exporter: place.exporter,
                interface: place.index,
                name: names[place] ?? "",
                octets: octets
            )
        }
    }
}
