// SPDX-License-Identifier: Apache-2.0

import Model
import Wire

/// The attribute lists that the UPDATEs of one session had, by their octets.
///
/// # How it works
///
/// While a router tells its table, it sends each of its some ten thousand sets of attributes
/// several times. A list that was read before is looked up by a hash, compared word by word, and
/// gives the same object as the last time, which the routing table knows again without looking
/// into it.
///
///     hash -> slot [ hash | where | attributes | next hop ]   words [ .. | octets of a list | .. ]
///                             '----------------------------------------^  equal?
///
/// Open addressing with linear probing (Knuth, volume 3, section 6.4, algorithm L), in a table that
/// doubles when it is two thirds full. Nothing is removed: when the lists are too many or too long,
/// all are forgotten. The hash has a seed of its own: nobody can choose octets that fall together.
package struct KnownAttributes: Sendable {
    /// What a list is looked up by.
    struct Key: ~Escapable {
        let list: WireReader
        let hash: UInt64
        /// How many octets, and whether routes stood in MP_REACH_NLRI before them, for then the
        /// next hop is not among them.
        let shape: UInt32

        @_lifetime(copy list)
        fileprivate init(list: WireReader, hash: UInt64, shape: UInt32) {
            self.list = list
            self.hash = hash
            self.shape = shape
        }
    }

    /// What a list came to.
    struct Entry {
        let shared: SharedAttributes
        let nextHop: IPAddress?
    }

    private struct Slot {
        /// 0 for an empty one.
        var hash: UInt64 = 0
        /// Where its words begin.
        var start: UInt32 = 0
        var shape: UInt32 = 0
        var entry: Entry?
    }

    /// Lists of a router that tells its table; they are forgotten when it has.
    package static let ofTable = 65_536
    /// Lists of a router of which only changes come.
    package static let ofChanges = 2_048
    private static let fewest = 256
    /// Their octets, in words: those of a router that tells its table are a quarter of it.
    private static let mostWords = 1 << 21

    private var slots: [Slot] = []
    private var words: [UInt64] = []
    private let most: Int
    private let seed = UInt64.random(in: .min ... .max)
    /// Lists that are known.
    package private(set) var count = 0
    /// Octets of the lists that are known.
    package var octets: Int { 8 * words.count }

    /// - Parameter most: How many lists are remembered.
    package init(most: Int) { self.most = most }

    @_lifetime(copy list)
    func key(of list: WireReader, behindRoutes: Bool) -> Key {
        let shape = UInt32(truncatingIfNeeded: list.remaining) << 1 | (behindRoutes ? 1 : 0)
        var hash = seed ^ UInt64(shape)
        var rest = list
        rest.forEachWord { word in
            // Multiply and fold: each bit of both comes to bear on all of the result.
            let product = (hash ^ word).multipliedFullWidth(by: 0x9e37_79b9_7f4a_7c15)
            hash = (product.high ^ product.low) &+ 0x2545_f491_4f6c_dd1d
        }
        return Key(list: list, hash: hash | 1, shape: shape)
    }

    func find(_ key: borrowing Key) -> Entry? {
        guard !slots.isEmpty else { return nil }
        var place = home(of: key.hash)
        while slots[place].hash != 0 {
            if slots[place].hash == key.hash, slots[place].shape == key.shape,
                equals(key.list, wordsFrom: Int(slots[place].start))
            {
                return slots[place].entry
            }
            place = (place + 1) & (slots.count - 1)
        }
        return nil
    }

    /// Remembers what a list came to that is not known.
    mutating func remember(_ entry: Entry, for key: borrowing Key) {
        if count >= most || words.count >= Self.mostWords { forget() }
        if 3 * (count + 1) > 2 * slots.count { grow() }
        var slot = Slot(hash: key.hash, start: UInt32(words.count), shape: key.shape)
        slot.entry = entry
        var list = key.list
        list.forEachWord { words.append($0) }
        put(slot)
        count += 1
    }

    private func home(of hash: UInt64) -> Int {
        Int(truncatingIfNeeded: hash >> 8) & (slots.count - 1)
    }

    private func equals(_ list: WireReader, wordsFrom start: Int) -> Bool {
        var list = list
        var position = start
        var difference: UInt64 = 0
        list.forEachWord { word in
            difference |= words[position] ^ word
            position += 1
        }
        return difference == 0
    }

    private mutating func put(_ slot: Slot) {
        var place = home(of: slot.hash)
        while slots[place].hash != 0 { place = (place + 1) & (slots.count - 1) }
        slots[place] = slot
    }

    private mutating func forget() {
        slots = []
        words = []
        count = 0
    }

    private mutating func grow() {
        let old = slots
        slots = Array(repeating: Slot(), count: max(Self.fewest, 2 * old.count))
        for slot in old where slot.hash != 0 { put(slot) }
    }
}

extension WireReader {
    /// Hands over the rest of the octets, eight at a time; the last ones as one word, if any.
    @inline(__always)
    fileprivate mutating func forEachWord(_ body: (UInt64) -> Void) {
        while remaining >= 8, let word = try? read(UInt64.self) { body(word) }
        guard !isAtEnd else { return }
        var rest: UInt64 = 0
        while let octet = try? read(UInt8.self) { rest = rest << 8 | UInt64(octet) }
        body(rest)
    }
}
