// SPDX-License-Identifier: Apache-2.0

/// Gives equal values one index, counts who needs it, and gives it back when nobody does.
struct Interner<Value: Hashable & Sendable> {
    private var indexes: [Value: UInt32] = [:]
    private var references: [UInt32] = []
    private var pool = IndexPool(blockShift: PublishedObjects<PathSet>.segmentShift)

    /// Number of values that have an index.
    var count: Int { indexes.count }

    func index(of value: Value) -> UInt32? { indexes[value] }

    /// Takes an index for `value`, which must have none yet; nobody needs it so far.
    mutating func insert(_ value: Value) -> UInt32 {
        let index = pool.take()
        while references.count <= index { references.append(0) }
        references[Int(index)] = 0
        indexes[value] = index
        return index
    }

    mutating func retain(_ index: UInt32) { references[Int(index)] += 1 }

    /// Counts one need less; true when it was the last.
    mutating func release(_ index: UInt32) -> Bool {
        references[Int(index)] -= 1
        return references[Int(index)] == 0
    }

    func isNeeded(_ index: UInt32) -> Bool { references[Int(index)] > 0 }

    /// Ends that `value` has an index; the index itself is still taken.
    mutating func forget(_ value: Value) { indexes[value] = nil }

    /// Makes `index` usable again; true when its block has become empty.
    mutating func free(_ index: UInt32) -> Bool { pool.give(index) }
}
