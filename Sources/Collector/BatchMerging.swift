// SPDX-License-Identifier: Apache-2.0

import Model
import Storage

extension FlushBatch {
    /// How many rows it holds, of facts and ledgers.
    var rowCount: Int {
        interfaces.count + neighbors.count + paths.count + prefixes.count + ledgers.count
    }

    /// Adds what another batch of the same collector brings; rows of equal key and slot are not
    /// summed.
    mutating func append(_ other: FlushBatch) {
        interfaces += other.interfaces
        neighbors += other.neighbors
        paths += other.paths
        prefixes += other.prefixes
        ledgers += other.ledgers
        gaps += other.gaps
        exporters += other.exporters
        events += other.events
        interfaceNotes += other.interfaceNotes
        if !other.sessions.isEmpty { sessions = other.sessions }
        sealed = Set(sealed + other.sealed).sorted()
    }

    /// The sum of batches that follow each other, as the last of them; nil when a store could not
    /// hold it, though it might hold the parts.
    ///
    /// Rows of equal key and slot become one, so that a long outage costs the memory of its slots
    /// and not of its flushes.
    static func merged(_ batches: some Collection<FlushBatch>) -> FlushBatch? {
        guard var sum = batches.first else { return nil }
        for batch in batches.dropFirst() {
            sum.append(batch)
            sum.id = batch.id
            sum.time = max(sum.time, batch.time)
        }
        // The sums of a batch that can be held cannot overflow.
        guard (try? sum.checkLimits()) != nil else { return nil }
        sum.interfaces = summed(sum.interfaces)
        sum.neighbors = summed(sum.neighbors)
        sum.paths = summed(sum.paths)
        sum.prefixes = summed(sum.prefixes)
        sum.ledgers = summed(sum.ledgers)
        sum.keepLatestStates()
        sum.interfaceNotes = latest(sum.interfaceNotes, of: NoteKey.init) { _, _ in true }
        return sum
    }

    /// One state of each exporter, the one that was seen last: from two addresses, it may send to
    /// two workers.
    mutating func keepLatestStates() {
        var firstSeen: [String: Int64] = [:]
        for state in exporters {
            firstSeen[state.name] = min(firstSeen[state.name] ?? state.firstSeen, state.firstSeen)
        }
        exporters = Self.latest(exporters, of: \.name) { $0.lastSeen <= $1.lastSeen }
        for index in exporters.indices {
            exporters[index].firstSeen = firstSeen[exporters[index].name] ?? 0
        }
    }

    private static func summed<Key>(_ facts: [Fact<Key>]) -> [Fact<Key>] {
        var sums: [Slotted<Key>: Measure] = [:]
        sums.reserveCapacity(facts.count)
        for fact in facts {
            sums[Slotted(slot: fact.slot, key: fact.key), default: Measure()] += fact.measure
        }
        return sums.map { Fact(slot: $0.key.slot, key: $0.key.key, measure: $0.value) }
    }

    private static func summed(_ facts: [LedgerFact]) -> [LedgerFact] {
        var sums: [Slotted<String>: Ledger] = [:]
        for fact in facts {
            sums[Slotted(slot: fact.slot, key: fact.exporter), default: Ledger()] += fact.ledger
        }
        return sums.map { LedgerFact(slot: $0.key.slot, exporter: $0.key.key, ledger: $0.value) }
    }

    /// One value of each key: a later one in the place of an earlier one that it may replace.
    private static func latest<Value, Key: Hashable>(
        _ values: [Value],
        of key: (Value) -> Key,
        replaces: (Value, Value) -> Bool
    ) -> [Value] {
        var latest: [Key: Value] = [:]
        for value in values {
            if let old = latest[key(value)], !replaces(old, value) { continue }
            latest[key(value)] = value
        }
        return Array(latest.values)
    }
}

private struct Slotted<Key: Hashable>: Hashable {
    var slot: Int64
    var key: Key
}

private struct NoteKey: Hashable {
    var exporter: String
    var index: UInt32

    init(_ note: InterfaceNote) {
        exporter = note.exporter
        index = note.index
    }
}
