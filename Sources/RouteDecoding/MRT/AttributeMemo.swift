// SPDX-License-Identifier: Apache-2.0

package import Model
package import Wire

/// Attribute lists of table dumps that were read before, by their octets.
///
/// # How it works
///
/// A router has some ten thousand sets of attributes and has each with many prefixes: of nearly all
/// entries of a table dump the octets have been read already. They are looked up by a hash,
/// compared word by word, and give the same object as the last time, which the routing table knows
/// again without looking into it.
///
///     hash -> slot [ hash | where | attributes | next hop ]   words [ .. | octets of a list | .. ]
///                             `----------------------------------------^  equal?
///
/// Open addressing with linear probing (Knuth, volume 3, section 6.4, algorithm L), in a table that
/// doubles when it is two thirds full. Nothing is removed: when the lists are too many or too long,
/// all are forgotten, and those that come again are read once more. The hash has a seed of its own,
/// so that nobody can choose octets that fall together.
package struct AttributeMemo: Sendable {
    /// Lists that are remembered at once: as many as a full table has, and as many again.
    package static let mostLists = 131_072
    /// Their octets, in words.
    private static let mostWords = 1 << 22

    /// What a list is known by.
    struct Key: BitwiseCopyable {
        /// Of its octets; not 0.
        var hash: UInt64
        /// How many they are, and how they are read.
        var shape: UInt32

        var hasFourOctetASNs: Bool { shape & 1 == 1 }
    }

    private struct Slot {
        /// 0 for an empty one.
        var hash: UInt64 = 0
        /// Where its octets begin.
        var start: UInt32 = 0
        var shape: UInt32 = 0
        var shared: SharedAttributes?
        var nextHop: IPAddress?
    }

    private var slots = [Slot](repeating: Slot(), count: AttributeMemo.fewest)
    /// The octets of all lists, one after the other.
    private var words: [UInt64] = []
    private let most: Int
    private let seed = UInt64.random(in: .min ... .max)
    /// Lists remembered.
    package private(set) var count = 0
    /// Of what ``load(_:)`` has loaded, so that it is loaded.
    private var loaded: UInt64 = 0

    private static let fewest = 1_024

    package init(most: Int = Self.mostLists) { self.most = most }

    /// Gives `update` the attributes in `list`, those of an entry of a table dump, whose
    /// MP_REACH_NLRI holds no routes but a next hop (RFC 6396, section 4.3.4).
    ///
    /// - Returns: What was read; nil when it was read before, without errors.
    package mutating func read(
        _ list: inout WireReader,
        hasFourOctetASNs: Bool = true,
        into update: inout RouteUpdate
    ) -> DecodedAttributes? {
        read(&list, key(of: list, hasFourOctetASNs: hasFourOctetASNs), into: &update)
    }

    /// The same, for who has the key.
    mutating func read(
        _ list: inout WireReader,
        _ key: Key,
        into update: inout RouteUpdate
    ) -> DecodedAttributes? {
        let place = place(of: list, key)
        if slots[place].hash != 0, let shared = slots[place].shared {
            update.shared = shared
            update.nextHop = slots[place].nextHop
            return nil
        }
        let octets = list
        var decoded = DecodedAttributes()
        var options = BGPSessionOptions(hasFourOctetASNs: key.hasFourOctetASNs)
        options.allowsBareNextHop = true
        decoded.read(&list, options)
        update.shared = SharedAttributes(decoded.attributes)
        update.nextHop = decoded.multiprotocolNextHop ?? decoded.attributes.nextHop
        if decoded.errors.isEmpty, decoded.truncatedPaths == 0 {
            var slot = Slot(hash: key.hash, shape: key.shape)
            slot.shared = update.shared
            slot.nextHop = update.nextHop
            remember(slot, octets, at: place)
        }
        return decoded
    }

    func key(of list: WireReader, hasFourOctetASNs: Bool) -> Key {
        let shape = UInt32(list.remaining) << 1 | (hasFourOctetASNs ? 1 : 0)
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

    /// The attributes of the list in the slot at `place`, if any.
    func attributes(at place: Int) -> SharedAttributes? { slots[place].shared }

    /// Loads what is needed of that list.
    mutating func load(_ place: Int) {
        guard slots[place].hash != 0, let shared = slots[place].shared else { return }
        let start = Int(slots[place].start)
        let length = Int(slots[place].shape >> 4)
        if length > 0 { loaded &+= words[start] &+ words[start + length - 1] }
        loaded &+= shared.pathSetMark.number
    }

    /// The slot of `list`, or the empty one where it belongs.
    private func place(of list: WireReader, _ key: Key) -> Int {
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

    /// Puts a list into the empty slot at `place`.
    private mutating func remember(_ slot: consuming Slot, _ octets: WireReader, at place: Int) {
        guard count < most, words.count < Self.mostWords else { return forget() }
        slot.start = UInt32(words.count)
        var octets = octets
        octets.forEachWord { words.append($0) }
        slots[place] = slot
        count += 1
        if 3 * count > 2 * slots.count { grow() }
    }

    private mutating func forget() {
        slots = Array(repeating: Slot(), count: Self.fewest)
        words = []
        count = 0
    }

    private mutating func grow() {
        let old = slots
        slots = Array(repeating: Slot(), count: 2 * old.count)
        for slot in old where slot.hash != 0 {
            var place = home(of: slot.hash)
            while slots[place].hash != 0 { place = (place + 1) & (slots.count - 1) }
            slots[place] = slot
        }
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
