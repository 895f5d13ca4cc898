// SPDX-License-Identifier: Apache-2.0

/// Plain values by plain keys, for what is looked up or counted with every record.
///
/// # How it works
///
/// Open addressing: a key's hash says at which place to begin, and what is not there is at one of
/// the next. Places hold numbers only; the rows they mean lie side by side, in order of arrival:
///
///     places   [ - | 7f3a..:2 | - | - | 91c4..:1 | 93e0..:3 | ... ]   half of the hash : row
///     rows     [ key, value | key, value | key, value ]
///
/// A row is looked at only where half of the hash is the same, which is nearly always the row that
/// was meant. At most three in four places are taken, so a search ends soon. Every table has a seed
/// of its own: nobody outside can choose keys that meet (RELIABILITY T5).
///
/// Nothing is removed, and a lookup counts no references.
public struct FlatTable<Key: FlatKey, Value: Sendable>: Sendable {
    /// A key with its value.
    public struct Row: Sendable {
        public let key: Key
        public var value: Value

        @inlinable
        init(key: Key, value: Value) {
            self.key = key
            self.value = value
        }
    }

    /// In the order they were inserted.
    @usableFromInline var storage: [Row] = []
    /// Half of the hash above 1 + the index of the row; 0 for an empty place.
    @usableFromInline var places: [UInt64] = []
    @usableFromInline let seed: UInt64

    @usableFromInline static var fewestPlaces: Int { 16 }

    public init() { seed = .random(in: .min ... .max) }

    @inlinable public var rows: [Row] { storage }
    @inlinable public var count: Int { storage.count }
    @inlinable public var isEmpty: Bool { storage.isEmpty }

    /// The value of the row of that index.
    @inlinable
    public subscript(row: Int) -> Value {
        get { storage[row].value }
        _modify { yield &storage[row].value }
    }

    /// The index of the row of `key`; nil when there is none.
    @inlinable
    public func row(of key: Key) -> Int? {
        guard !places.isEmpty else { return nil }
        let half = key.hash(seed: seed) >> 32
        let mask = places.count - 1
        var position = Int(truncatingIfNeeded: half) & mask
        while true {
            let place = places[position]
            if place == 0 { return nil }
            if place >> 32 == half {
                let row = Int(truncatingIfNeeded: place & 0xffff_ffff) - 1
                if storage[row].key == key { return row }
            }
            position = (position + 1) & mask
        }
    }

    /// The value of `key`; nil when it has none.
    @inlinable
    public func value(of key: Key) -> Value? { row(of: key).map { storage[$0].value } }

    /// Adds a row for a key that has none.
    ///
    /// - Returns: Its index.
    @inlinable
    @discardableResult
    public mutating func insert(_ key: Key, _ value: Value) -> Int {
        if (storage.count + 1) * 4 > places.count * 3 { grow() }
        storage.append(Row(key: key, value: value))
        put(key.hash(seed: seed) & ~0xffff_ffff | UInt64(storage.count))
        return storage.count - 1
    }

    @usableFromInline
    mutating func grow() {
        let old = places
        let capacity = Swift.max(old.count * 2, Self.fewestPlaces)
        places = Array(repeating: 0, count: capacity)
        for place in old where place != 0 { put(place) }
    }

    @inlinable
    mutating func put(_ place: UInt64) {
        let mask = places.count - 1
        var position = Int(truncatingIfNeeded: place >> 32) & mask
        while places[position] != 0 { position = (position + 1) & mask }
        places[position] = place
    }
}

/// A key of a ``FlatTable``: numbers without references.
public protocol FlatKey: Equatable, Sendable {
    /// A hash that nobody can foretell who does not know `seed`.
    func hash(seed: UInt64) -> UInt64
}

/// Folds words into a hash, two with each multiplication.
///
/// A product of 64 by 64 bits depends on every bit of both; its halves, one over the other, are the
/// hash so far (the way of wyhash, which is in the public domain).
public struct FlatHash {
    @usableFromInline var state: UInt64

    @inlinable
    public init(seed: UInt64) { state = seed }

    @inlinable
    @inline(__always)
    public mutating func combine(_ first: UInt64, _ second: UInt64) {
        let product = (first ^ state)
            .multipliedFullWidth(by: second ^ 0x9e37_79b9_7f4a_7c15 ^ (state << 32 | state >> 32))
        state = product.high ^ product.low
    }

    @inlinable
    @inline(__always)
    public mutating func combine(_ bits: UInt128) {
        combine(UInt64(truncatingIfNeeded: bits >> 64), UInt64(truncatingIfNeeded: bits))
    }

    /// The hash of all that was combined, every half of it as good as the other.
    @inlinable
    public var value: UInt64 {
        let product = (state ^ 0xa076_1d64_78bd_642f)
            .multipliedFullWidth(by: 0xe703_7ed1_a0b4_28db)
        return product.high ^ product.low
    }
}
