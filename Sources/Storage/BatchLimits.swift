// SPDX-License-Identifier: Apache-2.0

package import Model

extension FlushBatch {
    /// Refuses a batch that a store could not hold exactly, before anything of it is written.
    ///
    /// Stores count in signed 64-bit integers: no count of the batch, and no sum of one over the
    /// batch, may exceed `Int64.max`. The collector caps long before, so this is a fault of ours.
    package func checkLimits() throws(VolumeStoreError) {
        guard slotSeconds > 0 else {
            throw .refused(reason: "batch \(id): slots of \(slotSeconds) seconds")
        }
        for slot in slots.union(prefixes.map(\.slot)).union(sealed) {
            guard slot.magnitude <= Self.farthestSlot else {
                throw .refused(reason: "batch \(id): a slot at \(slot)")
            }
        }
        try check(interfaces, "interface")
        try check(neighbors, "neighbor")
        try check(paths, "path")
        try check(prefixes, "prefix")
        for counter in Ledger.counters {
            try check(ledgers.lazy.map { $0.ledger[keyPath: counter] }, "ledger")
        }
        for kind in Ledger.ReasonKind.allCases {
            let counts = ledgers.flatMap { $0.ledger.counts(of: kind) }
            try check(counts.lazy.map(\.count), "ledger")
        }
    }

    /// Refuses a batch whose slots are not as long as the store's, of `stored` seconds.
    package func checkSlotSeconds(stored: Int64) throws(VolumeStoreError) {
        guard slotSeconds == stored else {
            throw .refused(
                reason: "batch \(id): slots of \(slotSeconds) seconds, "
                    + "in a store of slots of \(stored) seconds"
            )
        }
    }

    /// In seconds from 1970, some nine million years: sums of such times cannot overflow.
    private static let farthestSlot: UInt64 = 1 << 48

    private func check<Key>(_ facts: [Fact<Key>], _ table: String) throws(VolumeStoreError) {
        try check(facts.lazy.map(\.measure.octets), table)
        try check(facts.lazy.map(\.measure.packets), table)
        try check(facts.lazy.map(\.measure.unscaledOctets), table)
        try check(facts.lazy.map(\.measure.unscaledPackets), table)
        for fact in facts where !(fact.measure.variance >= 0 && fact.measure.variance.isFinite) {
            throw .refused(reason: "batch \(id): a variance of \(fact.measure.variance)")
        }
    }

    private func check(
        _ counts: some Sequence<UInt64>,
        _ table: String
    ) throws(VolumeStoreError) {
        var total: UInt64 = 0
        for count in counts {
            let (sum, overflow) = total.addingReportingOverflow(count)
            guard !overflow, sum <= UInt64(Int64.max) else {
                throw .refused(reason: "batch \(id): \(table) counts exceed \(Int64.max)")
            }
            total = sum
        }
    }
}

extension Measure {
    /// The sum, or nil when a part of it is more than a store can hold.
    package func adding(_ part: Measure) -> Measure? {
        let limit = UInt64(Int64.max)
        guard part.octets <= limit, part.packets <= limit,
            part.unscaledOctets <= limit, part.unscaledPackets <= limit,
            octets <= limit - part.octets, packets <= limit - part.packets,
            unscaledOctets <= limit - part.unscaledOctets,
            unscaledPackets <= limit - part.unscaledPackets
        else { return nil }
        var sum = self
        sum += part
        return sum
    }
}

extension FlushBatch {
    /// What is stored as of a later time than this was stored by a clock that was ahead, in seconds
    /// since 1970-01-01 00:00 UTC; nil where that cannot be told.
    ///
    /// A running collector stores its batches in the order of time, but for what its workers differ
    /// by. A replay may be of any time before what is stored.
    package var latestCredibleTime: Int64? {
        if id.hasPrefix(Self.replayPrefix) { return nil }
        let (latest, isBeyond) = time.addingReportingOverflow(60)
        return isBeyond ? nil : latest
    }

    /// The slots that the batch counts in; prefixes are kept by the hour and open none.
    package var slots: Set<Int64> {
        var slots = Set(interfaces.lazy.map(\.slot))
        slots.formUnion(neighbors.lazy.map(\.slot))
        slots.formUnion(paths.lazy.map(\.slot))
        slots.formUnion(ledgers.lazy.map(\.slot))
        return slots
    }
}
