// SPDX-License-Identifier: Apache-2.0

/// An open-addressed table of flows and their last totals.
///
/// Its size is a power of two and it is at most three quarters full; a place that becomes free is
/// filled by what had to go further because of it, so there are no tombs.
struct TotalsSlots: Sendable {
    struct Slot: Sendable {
        /// 0 for none.
        var key: UInt64 = 0
        var octets: UInt64 = 0
        var packets: UInt64 = 0
        /// A time whose two lowest bits are flags.
        private var stamp: Int64 = 0

        init() {}

        init(key: UInt64, octets: UInt64, packets: UInt64, until: Int64) {
            self.key = key
            self.octets = octets
            self.packets = packets
            self.until = until
        }

        /// Up to when the flow is counted, to 4 ns, in nanoseconds since 1970-01-01 00:00 UTC.
        var until: Int64 {
            get { stamp & ~3 }
            set { stamp = newValue & ~3 | stamp & 3 }
        }
        /// Whether it was heard of more than once.
        var isRepeated: Bool {
            get { stamp & 1 != 0 }
            set { stamp = newValue ? stamp | 1 : stamp & ~1 }
        }
        /// Whether its exporter said that it ended.
        var isEnded: Bool {
            get { stamp & 2 != 0 }
            set { stamp = newValue ? stamp | 2 : stamp & ~2 }
        }
        /// What it is compared by when it has been forgotten.
        var total: UInt64 { octets > 0 ? octets : packets }
    }

    private var storage: [Slot] = []
    private(set) var count = 0

    /// How many places there are.
    var size: Int { storage.count }

    /// The size for `count` flows: a power of two.
    static func size(for count: Int) -> Int {
        let wanted = max(count + count / 3 + 1, 64)
        return 1 << (Int.bitWidth - (wanted - 1).leadingZeroBitCount)
    }

    /// The slot at a place, which may be empty.
    subscript(_ place: Int) -> Slot {
        get { storage[place] }
        set { storage[place] = newValue }
    }

    private static func stored(_ key: UInt64) -> UInt64 { key == 0 ? 1 : key }

    private func home(_ key: UInt64) -> Int {
        Int(truncatingIfNeeded: key) & (storage.count - 1)
    }

    /// Where a flow is.
    func place(of key: UInt64) -> Int? {
        guard !storage.isEmpty else { return nil }
        let key = Self.stored(key)
        var place = home(key)
        // There is always an empty slot, so this ends.
        while storage[place].key != 0 {
            if storage[place].key == key { return place }
            place = (place + 1) & (storage.count - 1)
        }
        return nil
    }

    /// Puts in a flow that is not there.
    mutating func insert(_ slot: Slot) {
        if (count + 1) * 4 > storage.count * 3 { rebuild(max(64, storage.count * 2)) }
        var slot = slot
        slot.key = Self.stored(slot.key)
        put(slot)
    }

    private mutating func put(_ slot: Slot) {
        var place = home(slot.key)
        while storage[place].key != 0 { place = (place + 1) & (storage.count - 1) }
        storage[place] = slot
        count += 1
    }

    /// Takes out the flow at a place.
    mutating func remove(at place: Int) {
        let mask = storage.count - 1
        var free = place
        var next = (free + 1) & mask
        while storage[next].key != 0 {
            // What is as far from its home as from the free place, or farther, may go there.
            if (next - home(storage[next].key)) & mask >= (next - free) & mask {
                storage[free] = storage[next]
                free = next
            }
            next = (next + 1) & mask
        }
        storage[free] = Slot()
        count -= 1
    }

    /// Moves all to a table of another size, in which there is room.
    mutating func rebuild(_ size: Int) {
        let old = storage
        storage = [Slot](repeating: Slot(), count: size)
        count = 0
        for slot in old where slot.key != 0 { put(slot) }
    }
}
