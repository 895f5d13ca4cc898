// SPDX-License-Identifier: Apache-2.0

public import Model

/// A store that lives as long as its process: for replays, the demo and tests.
///
/// Also the plainest thing that is right: what the other back-ends must agree with.
public actor InMemoryVolumeStore: VolumeStore {
    private var batches: Set<String> = []
    private var lastTime: Int64?
    private var secondsOfSlots: Int64?
    private var interfaces = FactTable<InterfaceKey>()
    private var neighbors = FactTable<NeighborKey>()
    private var paths = FactTable<PathKey>()
    private var prefixes = FactTable<PrefixKey>()
    private var ledgers: [LedgerKey: Ledger] = [:]
    private var states: [Int64: SlotState] = [:]
    private var known: Set<Gap> = []
    private var exporterStates: [String: ExporterState] = [:]
    private var sessionStates: [String: (time: Int64, state: SessionState)] = [:]
    private var alertRecords: [AlertKey: AlertRecord] = [:]

    public init() {}

    public func add(_ batch: FlushBatch) async throws(VolumeStoreError) -> Bool {
        guard !batches.contains(batch.id) else { return false }
        try batch.checkLimits()
        if let secondsOfSlots { try batch.checkSlotSeconds(stored: secondsOfSlots) }
        // All that can fail comes before the first change.
        let newInterfaces = try interfaces.sums(with: batch.interfaces)
        let newNeighbors = try neighbors.sums(with: batch.neighbors)
        let newPaths = try paths.sums(with: batch.paths)
        let newPrefixes = try prefixes.sums(with: batch.prefixes)
        let newLedgers = try ledgerSums(with: batch.ledgers)

        batches.insert(batch.id)
        lastTime = max(lastTime ?? batch.time, batch.time)
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

    private func keep(_ batch: FlushBatch) {
        for state in batch.exporters {
            if let old = exporterStates[state.name], old.lastSeen > state.lastSeen { continue }
            exporterStates[state.name] = state
        }
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

    public func lastFlush() async throws(VolumeStoreError) -> Int64? { lastTime }

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
        ]
        return StoreStatistics(
            rows: rows.sorted { ($1.count, $0.table) < ($0.count, $1.table) },
            octets: 0
        )
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

/// The rows of one table, by slot and then by key.
private struct FactTable<Key: ContentOrdered> {
    private var rows: [Int64: [Key: Measure]] = [:]

    var count: Int { rows.values.reduce(0) { $0 + $1.count } }

    /// The rows that `facts` touch, as they will be.
    func sums(with facts: [Fact<Key>]) throws(VolumeStoreError) -> [Int64: [Key: Measure]] {
        var sums: [Int64: [Key: Measure]] = [:]
        for fact in facts {
            let old = sums[fact.slot]?[fact.key] ?? rows[fact.slot]?[fact.key] ?? Measure()
            guard let sum = old.adding(fact.measure) else {
                let slot = timeText(fact.slot)
                throw .refused(reason: "slot \(slot): counts would exceed \(Int64.max)")
            }
            sums[fact.slot, default: [:]][fact.key] = sum
        }
        return sums
    }

    mutating func replace(_ sums: [Int64: [Key: Measure]]) {
        for (slot, measures) in sums { rows[slot, default: [:]].merge(measures) { $1 } }
    }

    func facts(in slots: Range<Int64>) -> [Fact<Key>] {
        rows.keys.filter(slots.contains).sorted().flatMap { slot in
            (rows[slot] ?? [:]).sorted { $0.key.precedes($1.key) }
                .map { Fact(slot: slot, key: $0.key, measure: $0.value) }
        }
    }
}
