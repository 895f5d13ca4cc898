// SPDX-License-Identifier: Apache-2.0

/// Finds the longest prefix that covers an address, in both families.
///
/// # How it works
///
/// A multibit trie with leaves pushed down (controlled prefix expansion; Srinivasan and Varghese
/// 1999). The root of a family takes 24 bits of the address at once, each node below 6 more:
///
///     root, 2^24 words               node, 64 words
///     [ .. | leaf 7 | link 5 | .. ]     [ leaf 7 | leaf 7 | leaf 9 | link 8 | leaf 7 .. ]
///                        `--------------^
///
/// So an IPv4 /24 takes one load, and an IPv6 /48 takes five. Where a root has no prefix it has no
/// memory either: a full table fills most of that of IPv4, and a few pages of that of IPv6.
/// Decision 0026 has what else was measured.
///
/// A word is a *leaf*, the index of the longest prefix that covers all addresses below, or a
/// *link*, the position of a node. A lookup follows links until it meets a leaf, and never goes
/// back. A prefix is written to all words of its range that showed the prefix around it, so
/// 198.51.100.0/22 fills 4 words of the root. A leaf below ``firstIndex`` says that nothing covers
/// the address.
///
/// The words of both roots and all nodes lie in one published array: a node is written completely
/// before a link to it is stored, and used again only after a grace period.
struct PrefixTrie {
    /// Nodes lie in the upper half of the words, so a word with this bit is where a node begins.
    static let linkBit: UInt32 = 1 << 31
    static let rootBits = 24
    static let nodeBits = 6
    /// Prefix indexes begin here: 0 and 1 are the default routes of IPv4 and IPv6, which stand
    /// outside the trie.
    static let firstIndex: UInt32 = 2
    /// The root of IPv6 follows that of IPv4.
    static let rootWords: UInt32 = 1 << UInt32(rootBits)
    /// Binary logarithm of the words whose memory is given back together.
    static let segmentShift: UInt32 = 14
    private static let nodeShift = UInt32(nodeBits)
    /// The root of IPv4, and the nodes; that of IPv6 is read at a few places only.
    static let denseParts = [0..<Int(rootWords), Int(linkBit)..<2 * Int(linkBit)]

    private let words: PublishedWords
    private var nodes = IndexPool(blockShift: segmentShift - nodeShift)
    /// For each node, the number of prefixes that end in it or below it.
    private var population: [UInt32] = []
    /// For each segment of the roots, the number of prefixes that lie in it in part or in whole.
    private var rootPopulation: [UInt32]

    init(words: PublishedWords) {
        self.words = words
        rootPopulation = Array(repeating: 0, count: Int(2 * Self.rootWords >> Self.segmentShift))
    }

    /// Whether the nodes of one more prefix, 18 at most, have room among those a link can name.
    var hasRoom: Bool { nodes.bound < 1 << 25 - 256 }

    /// Number of nodes in use, without the roots.
    var nodeCount: Int { nodes.live }

    /// Position of the word for `key` in the root of its family.
    @inline(__always)
    static func rootPosition(_ key: TrieKey) -> UInt32 {
        key.rootOffset + UInt32(truncatingIfNeeded: key.high &>> UInt64(64 - rootBits))
    }

    /// Position of the word for `key` in the node that `link` leads to, which stands for the first
    /// `depth` bits.
    @inline(__always)
    static func position(_ key: TrieKey, in link: UInt32, at depth: Int) -> UInt32 {
        link | key.slot(at: depth)
    }

    private static func link(to node: UInt32) -> UInt32 { linkBit + node << nodeShift }

    private static func node(of link: UInt32) -> UInt32 { (link & ~linkBit) >> nodeShift }

    private static func range(of node: UInt32) -> Range<UInt32> {
        link(to: node)..<link(to: node + 1)
    }

    /// The longest prefix that covers the first address of `key`.
    func leaf(_ key: TrieKey) -> UInt32 {
        words.boundlessCells.leaf(from: words[Self.rootPosition(key)], of: key, at: Self.rootBits)
    }

    /// Writes `index`, a new prefix, over `parent`, the longest prefix around it; returns the
    /// leaves in its range that stay, which are of longer prefixes.
    mutating func insert(_ index: UInt32, _ key: TrieKey, over parent: UInt32) -> [UInt32] {
        let range = openRange(of: key)
        count(key, 1)
        var inner: [UInt32] = []
        replace(parent, by: index, in: range, noting: &inner)
        return inner
    }

    /// Writes `parent` wherever `index` stands, and frees the nodes and the memory of the root that
    /// no prefix needs.
    mutating func remove(
        _ index: UInt32,
        _ key: TrieKey,
        uncovering parent: UInt32,
        retiring retirement: inout Retirement
    ) {
        var inner: [UInt32] = []
        replace(index, by: parent, in: openRange(of: key), noting: &inner)
        closeRange(of: key, retiring: &retirement)
    }

    /// The words of the root that stand for `key`, or the one on the way to it.
    private static func rootRange(of key: TrieKey) -> Range<UInt32> {
        let position = rootPosition(key)
        return position..<position + 1 << UInt32(max(0, rootBits - key.length))
    }

    /// The segments of the root that ``rootRange(of:)`` lies in.
    private static func rootSegments(of key: TrieKey) -> ClosedRange<UInt32> {
        let range = rootRange(of: key)
        return range.lowerBound >> segmentShift...(range.upperBound - 1) >> segmentShift
    }

    /// The words that stand for `key`, after making the nodes on the way to them.
    private mutating func openRange(of key: TrieKey) -> Range<UInt32> {
        for segment in Self.rootSegments(of: key) {
            words.prepare(segment << Self.segmentShift)
        }
        guard key.length > Self.rootBits else { return Self.rootRange(of: key) }
        var position = Self.rootPosition(key)
        var depth = Self.rootBits
        while depth < key.length {
            let word = words[position]
            let isLink = word & Self.linkBit != 0
            let link = isLink ? word : makeNode(word)
            if !isLink { words.store(link, at: position) }
            position = Self.position(key, in: link, at: depth)
            depth += Self.nodeBits
        }
        return position..<position + 1 << UInt32(depth - key.length)
    }

    /// Makes a node all of whose words are `leaf`; returns the link to it.
    private mutating func makeNode(_ leaf: UInt32) -> UInt32 {
        let node = nodes.take()
        let range = Self.range(of: node)
        words.prepare(range.lowerBound)
        words.replace(range) { _ in leaf }
        while population.count <= node { population.append(0) }
        population[Int(node)] = 0
        return range.lowerBound
    }

    private func replace(
        _ old: UInt32,
        by new: UInt32,
        in range: Range<UInt32>,
        noting inner: inout [UInt32]
    ) {
        words.replace(range) { word in
            if word == old || (word < Self.firstIndex && old < Self.firstIndex) { return new }
            if word & Self.linkBit != 0 {
                let node = Self.node(of: word)
                replace(old, by: new, in: Self.range(of: node), noting: &inner)
            } else if inner.last != word {
                inner.append(word)
            }
            return word
        }
    }

    /// Adds `change` to the population of what is on the way to `key`.
    private mutating func count(_ key: TrieKey, _ change: Int32) {
        let change = UInt32(bitPattern: change)
        for segment in Self.rootSegments(of: key) {
            rootPopulation[Int(segment)] = rootPopulation[Int(segment)] &+ change
        }
        var word = words[Self.rootPosition(key)]
        var depth = Self.rootBits
        while depth < key.length, word & Self.linkBit != 0 {
            let node = Int(Self.node(of: word))
            population[node] = population[node] &+ change
            word = words[Self.position(key, in: word, at: depth)]
            depth += Self.nodeBits
        }
    }

    /// Puts a leaf in the place of the first node on the way to `key` in which no prefix ends, and
    /// gives back the memory of a root in which none does.
    private mutating func closeRange(of key: TrieKey, retiring retirement: inout Retirement) {
        count(key, -1)
        var position = Self.rootPosition(key)
        var depth = Self.rootBits
        while depth < key.length, words[position] & Self.linkBit != 0 {
            let link = words[position]
            if population[Int(Self.node(of: link))] == 0 {
                free(link, at: position, retiring: &retirement)
                break
            }
            position = Self.position(key, in: link, at: depth)
            depth += Self.nodeBits
        }
        // Each word of such a segment is a leaf that says that nothing covers the address.
        for segment in Self.rootSegments(of: key) where rootPopulation[Int(segment)] == 0 {
            words.dropSegment(holding: segment << Self.segmentShift)
        }
    }

    private mutating func free(
        _ link: UInt32,
        at position: UInt32,
        retiring retirement: inout Retirement
    ) {
        // Nodes below are as empty, and since each was freed when it became so, form one chain.
        var word = link
        var unlinked: [UInt32] = []
        while word & Self.linkBit != 0 {
            let inner = Self.node(of: word)
            unlinked.append(inner)
            let link = Self.range(of: inner).first { words[$0] & Self.linkBit != 0 }
            word = words[link ?? Self.link(to: inner)]
        }
        words.store(word, at: position)
        for node in unlinked { retirement.add(.node(node)) }
    }

    /// Makes `node` usable again, once no reader can be in it.
    mutating func release(_ node: UInt32) {
        guard nodes.give(node) else { return }
        words.dropSegment(holding: Self.link(to: node))
    }
}
