// SPDX-License-Identifier: Apache-2.0

package import Model

/// Attribute lists that were read before, by their octets.
///
/// # How it works
///
/// A router has some ten thousand sets of attributes and sends each with many prefixes: in most
/// messages and nearly all entries of a table dump the octets have been read already. They are
/// looked up by a hash, compared octet by octet, and give the same object as the last time, which
/// the routing table knows again without looking into it.
///
///     hash -> set of four places -> octets equal? -> attributes, next hop, which ones were there
///
/// The table begins small and doubles while it fills, to at most so many places; from then on what
/// has not been asked for the longest goes first, among the four. The hash has a seed of its own:
/// who chooses octets that fall together gains a slower session of his. What decides how a list is
/// read (``BGPSessionOptions``) is part of the key, so several sessions may share one.
package struct AttributeMemo: Sendable {
    /// A list that was read without errors.
    package struct Entry: Sendable {
        package let shared: SharedAttributes
        package let nextHop: IPAddress?
        /// A bit for each type code that was there, and how many attributes there were.
        let seen: UInt64
        let count: Int
        fileprivate let words: [UInt64]
        fileprivate let octets: Int
        fileprivate let options: UInt8
    }

    /// Remembers nothing.
    package static let none = AttributeMemo(most: 0)
    /// What a file may have: as many as a full table has, and as many again.
    package static let ofFile = 131_072

    /// Hashes of what is there, 0 for nothing: a set of four beside each other.
    private var hashes: [UInt64] = []
    private var entries: [Entry?] = []
    /// When each was last asked for.
    private var used: [UInt32] = []
    private var asked: UInt32 = 0
    private var filled = 0
    private let most: Int
    private let seed: UInt64

    private static let ways = 4
    private static let fewest = 256

    /// - Parameter most: How many lists it remembers, a power of two; 0 for none.
    package init(most: Int) {
        self.most = most
        seed = most == 0 ? 0 : UInt64.random(in: 1 ... .max)
    }

    /// Lists remembered.
    package var entryCount: Int { filled }

    /// What is remembered of these octets.
    mutating func find(_ key: borrowing AttributeKey) -> Entry? {
        guard !hashes.isEmpty else { return nil }
        let hash = key.hash(from: seed)
        let start = start(of: hash)
        for index in start..<start + Self.ways where hashes[index] == hash {
            guard let entry = entries[index],
                key.equals(entry.words, octets: entry.octets, entry.options)
            else {
                continue
            }
            asked &+= 1
            used[index] = asked
            return entry
        }
        return nil
    }

    /// Whether there is any use in asking.
    var remembers: Bool { most > 0 }

    /// Remembers what a list without errors came to.
    mutating func remember(_ attributes: Attributes, for key: borrowing AttributeKey) {
        guard remembers else { return }
        if 2 * filled >= hashes.count, hashes.count < most { grow() }
        let entry = Entry(
            shared: attributes.shared,
            nextHop: attributes.nextHop,
            seen: attributes.decoded.seen & ~key.leftOut,
            count: attributes.decoded.count - key.leftOut.nonzeroBitCount,
            words: key.words,
            octets: key.count,
            options: key.options
        )
        put(entry, key.hash(from: seed))
    }

    private mutating func put(_ entry: Entry, _ hash: UInt64) {
        let start = start(of: hash)
        var oldest = start
        for index in start..<start + Self.ways {
            if hashes[index] == 0 {
                oldest = index
                break
            }
            // Wraps: what was asked for half a turn ago is old.
            if asked &- used[index] > asked &- used[oldest] { oldest = index }
        }
        if hashes[oldest] == 0 { filled += 1 }
        asked &+= 1
        (hashes[oldest], entries[oldest], used[oldest]) = (hash, entry, asked)
    }

    private mutating func grow() {
        let (oldHashes, oldEntries) = (hashes, entries)
        let size = max(Self.fewest, min(most, 2 * hashes.count))
        hashes = Array(repeating: 0, count: size)
        entries = Array(repeating: nil, count: size)
        used = Array(repeating: asked, count: size)
        filled = 0
        for (hash, entry) in zip(oldHashes, oldEntries) {
            if let entry { put(entry, hash) }
        }
    }

    /// The first place of the set that a hash belongs to.
    private func start(of hash: UInt64) -> Int {
        Int(truncatingIfNeeded: hash >> 20) & (hashes.count - Self.ways) & ~(Self.ways - 1)
    }
}
