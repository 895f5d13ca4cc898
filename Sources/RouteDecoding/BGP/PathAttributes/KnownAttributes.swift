// SPDX-License-Identifier: Apache-2.0

import Model
import Wire

/// Attribute lists that were read before, by their octets: those of the UPDATEs of one session, or
/// of the entries of table dumps.
///
/// # How it works
///
/// A router has some ten thousand sets of attributes, and has each with many prefixes: when it
/// tells its table, the octets of nearly all lists have been read already. A list is looked up by
/// a hash, compared word by word, and gives the same object as the last time, which the routing
/// table knows again without looking into it.
///
///     hash -> slot [ hash | where | attributes | next hop ]   words [ .. | octets of a list | .. ]
///                             '----------------------------------------^  equal?
///
/// Open addressing with linear probing (Knuth, volume 3, section 6.4, algorithm L), in a table that
/// doubles when it is two thirds full. Nothing is removed: when the lists are too many or too long,
/// all are forgotten, and those that come again are read once more. The hash has a seed of its own:
/// nobody can choose octets that fall together.
package struct KnownAttributes: Sendable {
    /// What a list is looked up by.
    struct Key: BitwiseCopyable {
        /// Of its octets; not 0.
        fileprivate var hash: UInt64 = 1
        /// How many octets, and the flag in the lowest bit.
        fileprivate var shape: UInt32 = 0

        var octets: Int { Int(shape >> 1) }
        var flag: Bool { shape & 1 == 1 }
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
        var shared: SharedAttributes?
        var nextHop: IPAddress?
    }

    /// Lists of a router that tells its table; they are forgotten when it has.
    package static let ofTable = 65_536
    /// Lists of a router of which only changes come.
    package static let ofChanges = 2_048
    private static let fewest = 256

    /// As many as a power of two, of which one is empty at least.
    private var slots = [Slot()]
    /// The octets of all lists, one after the other.
    private var words: [UInt64] = []
    private let most: Int
    private let mostWords: Int
    private let seed = UInt64.random(in: .min ... .max)
    /// Lists that are known.
    package private(set) var count = 0
    /// Of what ``load(_:)`` has loaded, so that it is loaded.
    private var loaded: UInt64 = 0
    /// Octets of the lists that are known.
    package var octets: Int { 8 * words.count }

    /// - Parameters:
    ///   - most: How many lists are remembered; 0 for none.
    ///   - mostWords: Their octets, in words of eight, but for the last list: those of a router
    ///     that tells its table are a quarter of it.
    package init(most: Int, mostWords: Int = 1 << 21) {
        self.most = most
        self.mostWords = mostWords
    }

    /// What `list` is looked up by; `flag` is what its outcome depends on besides its octets.
    func key(of list: WireReader, _ flag: Bool) -> Key {
        let shape = UInt32(list.remaining) << 1 | (flag ? 1 : 0)
        var hash = seed ^ UInt64(shape)
        var list = list
        list.forEachWord { word in
            // Multiply and fold: each bit of both comes to bear on all of the result.
            let product = (hash ^ word).multipliedFullWidth(by: 0x9e37_79b9_7f4a_7c15)
            hash = (product.high ^ product.low) &+ 0x2545_f491_4f6c_dd1d
        }
        return Key(hash: hash | 1, shape: shape)
    }

    /// The slot that has the hash, or the empty one where it belongs: one load, nearly always.
    func candidate(_ key: Key) -> Int {
        var place = home(of: key.hash)
        while slots[place].hash != 0, slots[place].hash != key.hash {
            place = (place + 1) & (slots.count - 1)
        }
        return place
    }

    /// The slot of `list`, or the empty one where it belongs.
    func place(of list: WireReader, _ key: Key) -> Int {
        var place = home(of: key.hash)
        while slots[place].hash != 0 {
            if slots[place].hash == key.hash, slots[place].shape == key.shape,
                equals(list, wordsFrom: Int(slots[place].start))
            {
                return place
            }
            place = (place + 1) & (slots.count - 1)
        }
        return place
    }

    /// What the list in the slot at `place` came to; nil in an empty one.
    func entry(at place: Int) -> Entry? {
        slots[place].shared.map { Entry(shared: $0, nextHop: slots[place].nextHop) }
    }

    func find(_ list: WireReader, _ key: Key) -> Entry? { entry(at: place(of: list, key)) }

    /// Loads what is needed of the list in the slot at `place`, if any.
    mutating func load(_ place: Int) {
        guard let shared = slots[place].shared else { return }
        let start = Int(slots[place].start)
        // The words that are full: whether a rest follows them does not matter.
        let length = Int(slots[place].shape >> 1) / 8
        if length > 0 { loaded &+= words[start] &+ words[start + length - 1] }
        loaded &+= shared.pathSetMark.number
    }

    /// Remembers what a list came to that is not known.
    mutating func remember(_ entry: Entry, _ list: WireReader, _ key: Key) {
        guard most > 0 else { return }
        if count >= most || words.count >= mostWords { forget() }
        if 3 * (count + 1) > 2 * slots.count { grow() }
        var slot = Slot(hash: key.hash, start: UInt32(words.count), shape: key.shape)
        (slot.shared, slot.nextHop) = (entry.shared, entry.nextHop)
        put(slot)
        var list = list
        list.forEachWord { words.append($0) }
        count += 1
    }

    private func home(of hash: UInt64) -> Int {
        Int(truncatingIfNeeded: hash >> 8) & (slots.count - 1)
    }

    private func equals(_ list: WireReader, wordsFrom start: Int) -> Bool {
        let words = words.span
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
        slots = [Slot()]
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
