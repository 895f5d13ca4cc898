// SPDX-License-Identifier: Apache-2.0

import Model

/// The rows of one table, by slot and then by key.
struct InMemoryFactTable<Key: ContentOrdered> {
    private var rows: [Int64: [Key: Measure]] = [:]

    var count: Int { rows.values.reduce(0) { $0 + $1.count } }

    /// The rows that `facts` touch, as they will be.
    func sums(with facts: [Fact<Key>]) throws(VolumeStoreError) -> [Int64: [Key: Measure]] {
        var sums: [Int64: [Key: Measure]] = [:]
        for fact in facts {
            let old = sums[fact.slot]?[fact.key] ?? rows[fact.slot]?[fact.key] ?? Measure()
            guard let sum = old.adding(fact.measure) else {
                let slot = Timestamp.text(seconds: fact.slot)
                throw .refused(reason: "slot \(slot): counts would exceed \(Int64.max)")
            }
            sums[fact.slot, default: [:]][fact.key] = sum
        }
        return sums
    }

    mutating func replace(_ sums: [Int64: [Key: Measure]]) {
        for (slot, measures) in sums { rows[slot, default: [:]].merge(measures) { $1 } }
    }

    /// Removes the rows whose slot and key are as `isGone` says.
    mutating func remove(where isGone: (Int64, Key) -> Bool) {
        for (slot, measures) in rows {
            let kept = measures.filter { !isGone(slot, $0.key) }
            rows[slot] = kept.isEmpty ? nil : kept
        }
    }

    func facts(in slots: Range<Int64>) -> [Fact<Key>] {
        rows.keys.filter(slots.contains).sorted().flatMap { slot in
            (rows[slot] ?? [:]).sorted { $0.key.precedes($1.key) }
                .map { Fact(slot: slot, key: $0.key, measure: $0.value) }
        }
    }
}
