// SPDX-License-Identifier: Apache-2.0

/// The flows of a ``TotalsTable`` and their last totals.
///
/// # How it works
///
/// Open-addressed tables whose sizes are powers of two, each for one of 64 parts of the keys: a
/// part that is full is doubled by itself, so that no datagram waits until hundreds of thousands of
/// flows have moved. A place that becomes free is filled by what had to go further because of it,
/// so there are no tombs.
struct TotalsSlots: Sendable {
    struct Slot: Sendable {
        /// 0 for none.
        var key: UInt64 = 0
        var octets: UInt64 = 0
        var packets: UInt64 = 0
        /// A time whose four lowest bits are flags.
        private var stamp: Int64 = 0

        private static let flags: Int64 = 15

        init() {}

        init(key: UInt64, octets: UInt64, packets: UInt64, until: Int64) {
            self.key = key
            self.octets = octets
            self.packets = packets
            self.until = until
        }

        /// Up to when the flow is counted, to 16 ns, in nanoseconds since 1970-01-01 00:00 UTC.
        var until: Int64 {
            get { Self.rounded(stamp) }
            set { stamp = Self.rounded(newValue) | stamp & Self.flags }
        }
        /// Whether it was heard of more than once.
        var isRepeated: Bool {
            get { stamp & 1 != 0 }
            set { flag(1, newValue) }
        }
        /// Whether its exporter said that it ended.
        var isEnded: Bool {
            get { stamp & 2 != 0 }
            set { flag(2, newValue) }
        }
        /// Whether its octets are not known, though it began before: no record told them.
        var lacksOctets: Bool {
            get { stamp & 4 != 0 }
            set { flag(4, newValue) }
        }
        /// The same of its packets.
        var lacksPackets: Bool {
            get { stamp & 8 != 0 }
            set { flag(8, newValue) }
        }

        /// A time as exact as it is kept.
        static func rounded(_ time: Int64) -> Int64 { time & ~flags }

        private mutating func flag(_ bit: Int64, _ isSet: Bool) {
            stamp = isSet ? stamp | bit : stamp & ~bit
        }

        /// What it is compared by when it has been forgotten.
        var total: UInt64 { octets > 0 ? octets : packets }
    }

    /// The flows of one part of the keys.
    private struct Part: Sendable {
        var slots: [Slot] = []
        var count = 0
        /// The place that was looked at last for one to be freed.
        var hand = 0

        /// Whether one more would be too many: up to 13/16 are used.
        var isFull: Bool { (count + 1) * 16 > slots.count * 13 }

        func home(_ key: UInt64) -> Int { Int(truncatingIfNeeded: key) & (slots.count - 1) }

        func place(of key: UInt64) -> Int? {
            guard !slots.isEmpty else { return nil }
            var place = home(key)
            // There is always an empty slot, so this ends.
            while slots[place].key != 0 {
                if slots[place].key == key { return place }
                place = (place + 1) & (slots.count - 1)
            }
            return nil
        }

        mutating func put(_ slot: Slot) {
            var place = home(slot.key)
            while slots[place].key != 0 { place = (place + 1) & (slots.count - 1) }
            slots[place] = slot
            count += 1
        }

        mutating func remove(at place: Int) {
            let mask = slots.count - 1
            var free = place
            var next = (free + 1) & mask
            while slots[next].key != 0 {
                // What is as far from its home as from the free place, or farther, may go there.
                if (next - home(slots[next].key)) & mask >= (next - free) & mask {
                    slots[free] = slots[next]
                    free = next
                }
                next = (next + 1) & mask
            }
            slots[free] = Slot()
            count -= 1
        }

        mutating func rebuild(_ size: Int) {
            let old = slots
            slots = [Slot](repeating: Slot(), count: size)
            count = 0
            hand = hand & (size - 1)
            for slot in old where slot.key != 0 { put(slot) }
        }
    }

    /// All of them, or none before the first flow.
    private var parts: [Part] = []
    private(set) var count = 0
    /// How many places there are.
    private(set) var size = 0

    private static let most = 64
    private static let smallest = 8
    /// Parts of so few places differ much in how many flows they have.
    private static let few = 512

    /// The size for `count` flows: a power of two.
    static func size(for count: Int) -> Int {
        let wanted = max(count + count / 3, most * smallest)
        return 1 << (Int.bitWidth - (wanted - 1).leadingZeroBitCount)
    }

    /// How many places a part may have for `count` flows in all: as many as are planned, or twice
    /// those where chance gives one part much more than another.
    static func places(for count: Int) -> Int {
        let planned = size(for: count) / most
        return planned > few ? planned : planned * 2
    }

    /// The slot at a place, which may be empty.
    subscript(_ place: Int) -> Slot {
        get { parts[place & (Self.most - 1)].slots[place / Self.most] }
        set { parts[place & (Self.most - 1)].slots[place / Self.most] = newValue }
    }

    /// How many places a part has.
    func places(in part: Int) -> Int { parts.isEmpty ? 0 : parts[part].slots.count }

    /// Whether one more flow would be too many for the places of a part.
    func isFull(_ part: Int) -> Bool { parts.isEmpty || parts[part].isFull }

    /// The part after `part` that has places; there must be a flow.
    func part(after part: Int) -> Int {
        var next = (part + 1) & (Self.most - 1)
        // Some part has places, so this ends.
        while parts[next].slots.isEmpty { next = (next + 1) & (Self.most - 1) }
        return next
    }

    /// The next place of a part that has some, going round.
    mutating func advance(in part: Int) -> Int {
        parts[part].hand = (parts[part].hand + 1) & (parts[part].slots.count - 1)
        return parts[part].hand * Self.most + part
    }

    private static func stored(_ key: UInt64) -> UInt64 { key == 0 ? 1 : key }

    /// The part where a key belongs.
    static func part(_ key: UInt64) -> Int { Int(key >> 32) & (most - 1) }

    /// Where a flow is.
    func place(of key: UInt64) -> Int? {
        guard !parts.isEmpty else { return nil }
        let key = Self.stored(key)
        let part = Self.part(key)
        return parts[part].place(of: key).map { $0 * Self.most + part }
    }

    /// Puts in a flow that is not there.
    mutating func insert(_ slot: Slot) {
        if parts.isEmpty { parts = [Part](repeating: Part(), count: Self.most) }
        var slot = slot
        slot.key = Self.stored(slot.key)
        let part = Self.part(slot.key)
        let places = parts[part].slots.count
        if parts[part].isFull {
            parts[part].rebuild(max(Self.smallest, places * 2))
            size += parts[part].slots.count - places
        }
        parts[part].put(slot)
        count += 1
    }

    /// Takes out the flow at a place.
    mutating func remove(at place: Int) {
        parts[place & (Self.most - 1)].remove(at: place / Self.most)
        count -= 1
    }

    /// A part of more places than `most`; nil when there is none.
    func part(above most: Int) -> Int? { parts.firstIndex { $0.slots.count > most } }

    /// Gives up the places of a part that are not needed, where `most` are enough.
    ///
    /// - Returns: Whether they are.
    mutating func shrink(_ part: Int, to most: Int) -> Bool {
        let wanted = (parts[part].count + 1) * 16
        guard wanted <= most * 13 else { return false }
        var places = Self.smallest
        while wanted > places * 13 { places *= 2 }
        size -= parts[part].slots.count - places
        parts[part].rebuild(places)
        return true
    }
}
