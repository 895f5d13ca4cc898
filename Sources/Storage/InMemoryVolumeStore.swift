// SPDX-License-Identifier: Apache-2.0

public import Model

/// A store that lives as long as its process: for replays, the demo and tests.
///
/// Also the plainest thing that is right: what the other back-ends must agree with.
public actor InMemoryVolumeStore: VolumeStore {
    /// Time of each, by id.
    private var batches: [String: Int64] = [:]
    private var secondsOfSlots: Int64?
    private var interfaces = InMemoryFactTable<InterfaceKey>()
    private var neighbors = InMemoryFactTable<NeighborKey>()
    private var paths = InMemoryFactTable<PathKey>()
    private var prefixes = InMemoryFactTable<PrefixKey>()
    private var ledgers: [LedgerKey: Ledger] = [:]
    private var states: [Int64: SlotState] = [:]
    private var known: Set<Gap> = []
    private var told: [OperationalEvent] = []
    private var notes: [NoteKey: (time: Int64, note: InterfaceNote)] = [:]
    private var adopted: [IPAddress: Adoption] = [:]
    private var exporterStates: [String: ExporterState] = [:]
    private var sessionStates: [String: (time: Int64, state: SessionState)] = [:]
    private var alertRecords: [AlertKey: AlertRecord] = [:]

    public init() {}

    public func add(_ batch: FlushBatch) async throws(VolumeStoreError) -> Bool {
        guard batches[batch.id] == nil else { return false }
        try batch.checkLimits()
        if let secondsOfSlots { try batch.checkSlotSeconds(stored: secondsOfSlots) }
        // All that can fail comes before the first change.
        let newInterfaces = try interfaces.sums(with: batch.interfaces)
        let newNeighbors = try neighbors.sums(with: batch.neighbors)
        let newPaths = try paths.sums(with: batch.paths)
        let newPrefixes = try prefixes.sums(with: batch.prefixes)
        let newLedgers = try ledgerSums(with: batch.ledgers)

        batches[batch.id] = batch.time
        secondsOfSlots = batch.slotSeconds
        interfaces.replace(newInterfaces)
        neighbors.replace(newNeighbors)
        paths.replace(newPaths)
        prefixes.replace(newPrefixes)
        ledgers.merge(newLedgers) { $1 }
        open(batch.slots)
        seal(batch.sealed)
        known.formUnion(batch.gaps)
        keep(batch)
        return true
    }

    private func ledgerSums(
        with facts: [LedgerFact]
    ) throws(VolumeStoreError) -> [LedgerKey: Ledger] {
        var sums: [LedgerKey: Ledger] = [:]
        for fact in facts {
            let key = LedgerKey(slot: fact.slot, exporter: fact.exporter)
            var sum = sums[key] ?? ledgers[key] ?? Ledger()
            sum += fact.ledger
            guard sum.largestCount <= UInt64(Int64.max) else {
                throw .refused(reason: "a ledger's counts would exceed \(Int64.max)")
            }
            sums[key] = sum
        }
        return sums
    }

    private func open(_ slots: Set<Int64>) {
        for slot in slots {
            var state = states[slot] ?? SlotState(start: slot, generation: 0, isSealed: false)
            if state.isSealed {
                state.generation += 1
                state.isSealed = false
            }
            states[slot] = state
        }
    }

    private func seal(_ slots: [Int64]) {
        for slot in slots {
            states[slot, default: SlotState(start: slot, generation: 0, isSealed: false)]
                .isSealed = true
        }
    }

    /// What a clock that was ahead has left is of this batch's time at the latest.
    private func pullBack(_ batch: FlushBatch) {
        guard let latest = batch.latestCredibleTime else { return }
        for (name, state) in exporterStates where state.lastSeen > latest {
            exporterStates[name]?.lastSeen = batch.time
            exporterStates[name]?.firstSeen = min(state.firstSeen, batch.time)
        }
        for (name, state) in sessionStates where state.time > latest {
            sessionStates[name]?.time = batch.time
        }
        for (key, note) in notes where note.time > latest { notes[key]?.time = batch.time }
    }

    private func keep(_ batch: FlushBatch) {
        pullBack(batch)
        for state in batch.exporters {
            if let old = exporterStates[state.name], old.lastSeen > state.lastSeen { continue }
            exporterStates[state.name] = state
        }
        for note in batch.interfaceNotes {
            let key = NoteKey(exporter: note.exporter, index: note.index)
            guard let old = notes[key] else {
                notes[key] = (batch.time, note)
                continue
            }
            guard old.time <= batch.time else { continue }
            notes[key] = (batch.time, note.filled(from: old.note))
        }
        told += batch.events
        for state in batch.sessions {
            if let old = sessionStates[state.neighbor], old.time > batch.time { continue }
            sessionStates[state.neighbor] = (batch.time, state)
        }
    }

    public func interfaceFacts(
        in slots: Range<Int64>
    ) async throws(VolumeStoreError) -> [InterfaceFact] { interfaces.facts(in: slots) }

    public func neighborFacts(
        in slots: Range<Int64>
    ) async throws(VolumeStoreError) -> [NeighborFact] { neighbors.facts(in: slots) }

    public func pathFacts(
        in slots: Range<Int64>
    ) async throws(VolumeStoreError) -> [PathFact] { paths.facts(in: slots) }

    public func prefixFacts(
        in hours: Range<Int64>
    ) async throws(VolumeStoreError) -> [PrefixFact] { prefixes.facts(in: hours) }

    public func ledgers(in slots: Range<Int64>) async throws(VolumeStoreError) -> [LedgerFact] {
        ledgers.filter { slots.contains($0.key.slot) }
            .map { LedgerFact(slot: $0.key.slot, exporter: $0.key.exporter, ledger: $0.value) }
            .sorted { ($0.slot, $0.exporter) < ($1.slot, $1.exporter) }
    }

    public func slots(in slots: Range<Int64>) async throws(VolumeStoreError) -> [SlotState] {
        states.values.filter { slots.contains($0.start) }.sorted { $0.start < $1.start }
    }

    public func gaps(in times: Range<Int64>) async throws(VolumeStoreError) -> [Gap] {
        known.filter { !times.isEmpty && $0.from < times.upperBound && $0.to > times.lowerBound }
            .sorted { ($0.from, $0.to, $0.reason) < ($1.from, $1.to, $1.reason) }
    }

    public func exporters() async throws(VolumeStoreError) -> [ExporterState] {
        exporterStates.values.sorted { $0.name < $1.name }
    }

    public func sessions() async throws(VolumeStoreError) -> [SessionState] {
        sessionStates.values.map(\.state).sorted { $0.neighbor < $1.neighbor }
    }

    public func events(
        in times: Range<Int64>
    ) async throws(VolumeStoreError) -> [OperationalEvent] {
        told.enumerated().filter { times.contains($0.element.time) }
            .sorted { ($0.element.time, $0.offset) < ($1.element.time, $1.offset) }
            .map(\.element)
    }

    public func interfaceNotes() async throws(VolumeStoreError) -> [InterfaceNote] {
        notes.values.map(\.note).sorted { ($0.exporter, $0.index) < ($1.exporter, $1.index) }
    }

    public func adoptions() async throws(VolumeStoreError) -> [Adoption] {
        adopted.values.sorted { $0.address < $1.address }
    }

    public func adopt(_ adoption: Adoption) async throws(VolumeStoreError) {
        adopted[adoption.address] = adoption
    }

    public func deleteHeld(
        exporters: [String],
        before slot: Int64
    ) async throws(VolumeStoreError) -> Int {
        let names = Set(exporters)
        interfaces.remove { $0 < slot && names.contains($1.exporter) }
        neighbors.remove { $0 < slot && names.contains($1.interface.exporter) }
        paths.remove { $0 < slot && names.contains($1.neighbor.interface.exporter) }
        prefixes.remove { $0 + 3_600 <= slot && names.contains($1.interface.exporter) }
        var dropped: UInt64 = 0
        for (key, ledger) in ledgers where key.slot < slot && names.contains(key.exporter) {
            dropped.addSaturating(ledger.receivedOctets)
            ledgers[key] = nil
        }
        for name in names {
            guard let state = exporterStates[name], state.lastSeen < slot else { continue }
            exporterStates[name] = nil
            notes = notes.filter { $0.key.exporter != name }
        }
        return Int(clamping: dropped)
    }

    public func forget(batchesBefore time: Int64) async throws(VolumeStoreError) -> Int {
        guard let last = batches.values.max() else { return 0 }
        let count = batches.count
        batches = batches.filter {
            $0.value >= min(time, last) || $0.key.hasPrefix(FlushBatch.replayPrefix)
        }
        return count - batches.count
    }

    public func compact() async throws(VolumeStoreError) {}

    public func alerts() async throws(VolumeStoreError) -> [AlertRecord] {
        alertRecords.values.sorted { ($0.rule, $0.object) < ($1.rule, $1.object) }
    }

    public func save(_ records: [AlertRecord]) async throws(VolumeStoreError) {
        for record in records {
            alertRecords[AlertKey(rule: record.rule, object: record.object)] = record
        }
    }

    public func span() async throws(VolumeStoreError) -> Range<Int64>? {
        guard let first = states.keys.min(), let last = states.keys.max() else { return nil }
        return first..<last + 1
    }

    public func lastFlush(notAfter time: Int64) async throws(VolumeStoreError) -> Int64? {
        batches.lazy
            .filter { $0.value <= time && !$0.key.hasPrefix(FlushBatch.replayPrefix) }
            .map(\.value).max()
    }

    public func slotSeconds() async throws(VolumeStoreError) -> Int64? { secondsOfSlots }

    public func check() async throws(VolumeStoreError) -> [StoreProblem] {
        var audit = StoreAudit()
        guard let all = try await span() else { return [] }
        audit.check(
            interfaces: interfaces.facts(in: all),
            neighbors: neighbors.facts(in: all),
            paths: paths.facts(in: all),
            ledgers: try await ledgers(in: all)
        )
        return audit.problems
    }

    public func statistics() async throws(VolumeStoreError) -> StoreStatistics {
        let rows: [(table: String, count: Int)] = [
            ("interface_fact", interfaces.count), ("neighbor_fact", neighbors.count),
            ("path_fact", paths.count), ("prefix_fact", prefixes.count),
            ("ledger", ledgers.count), ("slot", states.count), ("gap", known.count),
            ("flush_batch", batches.count), ("exporter_state", exporterStates.count),
            ("session_state", sessionStates.count), ("alert_state", alertRecords.count),
            ("event", told.count), ("interface_note", notes.count), ("adoption", adopted.count),
        ]
        var statistics = StoreStatistics(
            rows: rows.sorted { ($1.count, $0.table) < ($0.count, $1.table) },
            octets: 0
        )
        statistics.span = try await span()
        statistics.batches = batches.count
        statistics.oldestBatch = batches.values.min()
        statistics.newestBatch = batches.values.max()
        return statistics
    }
}

private struct LedgerKey: Hashable {
    var slot: Int64
    var exporter: String
}

private struct AlertKey: Hashable {
    var rule: String
    var object: String
}

private struct NoteKey: Hashable {
    var exporter: String
    var index: UInt32
}
