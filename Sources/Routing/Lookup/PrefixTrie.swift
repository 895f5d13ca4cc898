// SPDX-License-Identifier: Apache-2.0

/// Finds the longest prefix that covers an address, in both families.
///
/// # How it works
///
/// A multibit trie with leaves pushed down (controlled prefix expansion; Srinivasan and Varghese
/// 1999). The root of a family takes 16 bits of the address at once, each node below 8 more:
///
///     root, 65,536 words             node, 256 words
///     [ .. | leaf 7 | link 5 | .. ]     [ leaf 7 | leaf 7 | leaf 9 | link 8 | leaf 7 .. ]
///                        `--------------^
///
/// So an IPv4 /24 takes two loads, the first of them from a root that stays in the cache, and an
/// IPv6 /48 takes five. Decision 0026 has what else was measured.
///
/// A word is a *leaf*: the index of the longest prefix that covers all addresses below, or a
/// *link* to a node. A lookup follows links until it meets a leaf, and never goes back. A prefix is
/// written to all words of its range that showed the prefix around it, so 198.51.100.0/22 fills 4
/// words of a node. A leaf below ``firstIndex`` says that nothing covers the address.
///
/// The words of both roots and all nodes lie in one published array: a node is written completely
/// before a link to it is stored, and used again only after a grace period.
struct PrefixTrie {
    static let linkBit: UInt32 = 1 << 31
    static let rootBits = 16
    static let nodeBits = 8
    static let nodeWords: UInt32 = 1 << 8
    /// Prefix indexes begin here: 0 and 1 are the default routes of IPv4 and IPv6, which stand
    /// outside the trie.
    static let firstIndex: UInt32 = 2
    /// Each root is as large as 256 nodes; that of IPv6 follows that of IPv4.
    static let rootNodes: UInt32 = 1 << 8
    /// Binary logarithm of the words whose memory is given back together.
    static let segmentShift: UInt32 = 14

    private let words: PublishedWords
    private var nodes = IndexPool(blockShift: segmentShift - 8, reserved: 2 * rootNodes)
    /// For each node, the number of prefixes that end in it or below it.
    private var population: [UInt32] = []

    init(words: PublishedWords) { self.words = words }

    /// Whether the nodes of one more prefix, 14 at most, have room among those that a link can name.
    var hasRoom: Bool { nodes.bound < 1 << 23 - 128 }

    /// Number of nodes in use, without the roots.
    var nodeCount: Int { nodes.live }

    /// Position of the word for `key` in the root of its family.
    @inline(__always)
    static func rootPosition(_ key: TrieKey) -> UInt32 {
        key.rootOffset + UInt32(truncatingIfNeeded: key.high &>> 48)
    }

    /// Position of the word for `key` in `node`, which stands for the first `depth` bits.
    @inline(__always)
    static func position(_ key: TrieKey, in node: UInt32, at depth: Int) -> UInt32 {
        let slot = depth < 64 ? key.high &>> (56 - depth) : key.low &>> (120 - depth)
        return node << 8 | UInt32(truncatingIfNeeded: slot) & 255
    }

    private static func range(of node: UInt32) -> Range<UInt32> {
        node << 8..<(node + 1) << 8
    }

    /// The longest prefix that covers the first address of `key`.
    func leaf(_ key: TrieKey) -> UInt32 {
        var word = words[Self.rootPosition(key)]
        var depth = Self.rootBits
        while word & Self.linkBit != 0 {
            word = words[Self.position(key, in: word & ~Self.linkBit, at: depth)]
            depth += Self.nodeBits
        }
        return word
    }

    /// Writes `index`, a new prefix, over `parent`, the longest prefix around it; returns the
    /// leaves in its range that stay, which are of longer prefixes.
    mutating func insert(
        _ index: UInt32,
        _ key: TrieKey,
        over parent: UInt32,
        retiring retirement: inout Retirement
    ) -> [UInt32] {
        let range = openRange(of: key, retiring: &retirement)
        count(key, 1)
        var inner: [UInt32] = []
        replace(parent, by: index, in: range, noting: &inner)
        return inner
    }

    /// Writes `parent` wherever `index` stands, and frees the nodes that no prefix needs.
    mutating func remove(
        _ index: UInt32,
        _ key: TrieKey,
        uncovering parent: UInt32,
        retiring retirement: inout Retirement
    ) {
        var inner: [UInt32] = []
        replace(index, by: parent, in: openRange(of: key, retiring: &retirement), noting: &inner)
        closeRange(of: key, retiring: &retirement)
    }

    /// The words that stand for `key`, after making the nodes on the way to them.
    private mutating func openRange(
        of key: TrieKey,
        retiring retirement: inout Retirement
    ) -> Range<UInt32> {
        var position = Self.rootPosition(key)
        var depth = Self.rootBits
        if words[position] == 0 { retirement.add(words.prepare(position)) }
        while depth < key.length {
            let word = words[position]
            let isLink = word & Self.linkBit != 0
            let node = isLink ? word & ~Self.linkBit : makeNode(word, retiring: &retirement)
            if !isLink { words.store(node | Self.linkBit, at: position) }
            position = Self.position(key, in: node, at: depth)
            depth += Self.nodeBits
        }
        if depth == Self.rootBits { prepareRoot(position, depth - key.length, &retirement) }
        return position..<position + 1 << UInt32(depth - key.length)
    }

    private func prepareRoot(_ position: UInt32, _ bits: Int, _ retirement: inout Retirement) {
        for step in stride(
            from: position,
            to: position + 1 << UInt32(bits),
            by: 1 << Int(Self.segmentShift)
        ) {
            retirement.add(words.prepare(step))
        }
    }

    private mutating func makeNode(_ leaf: UInt32, retiring retirement: inout Retirement) -> UInt32
    {
        let node = nodes.take()
        retirement.add(words.prepare(node << 8))
        for position in Self.range(of: node) { words.store(leaf, at: position) }
        while population.count <= node { population.append(0) }
        population[Int(node)] = 0
        return node
    }

    private func replace(
        _ old: UInt32,
        by new: UInt32,
        in range: Range<UInt32>,
        noting inner: inout [UInt32]
    ) {
        for position in range {
            let word = words[position]
            if word == old || (word < Self.firstIndex && old < Self.firstIndex) {
                words.store(new, at: position)
            } else if word & Self.linkBit != 0 {
                let node = word & ~Self.linkBit
                replace(old, by: new, in: Self.range(of: node), noting: &inner)
            } else if inner.last != word {
                inner.append(word)
            }
        }
    }

    /// Adds `change` to the population of the nodes on the way to `key`.
    private mutating func count(_ key: TrieKey, _ change: Int32) {
        var word = words[Self.rootPosition(key)]
        var depth = Self.rootBits
        while depth < key.length, word & Self.linkBit != 0 {
            let node = word & ~Self.linkBit
            population[Int(node)] = population[Int(node)] &+ UInt32(bitPattern: change)
            word = words[Self.position(key, in: node, at: depth)]
            depth += Self.nodeBits
        }
    }

    /// Puts a leaf in the place of the first node on the way to `key` in which no prefix ends.
    private mutating func closeRange(of key: TrieKey, retiring retirement: inout Retirement) {
        count(key, -1)
        var position = Self.rootPosition(key)
        var depth = Self.rootBits
        while depth < key.length, words[position] & Self.linkBit != 0 {
            let node = words[position] & ~Self.linkBit
            if population[Int(node)] == 0 {
                free(node, at: position, retiring: &retirement)
                return
            }
            position = Self.position(key, in: node, at: depth)
            depth += Self.nodeBits
        }
    }

    private mutating func free(
        _ node: UInt32,
        at position: UInt32,
        retiring retirement: inout Retirement
    ) {
        // Nodes below are as empty, and since each was freed when it became so, form one chain.
        var word = node | Self.linkBit
        var unlinked: [UInt32] = []
        while word & Self.linkBit != 0 {
            let inner = word & ~Self.linkBit
            unlinked.append(inner)
            let link = Self.range(of: inner).first { words[$0] & Self.linkBit != 0 }
            word = words[link ?? inner << 8]
        }
        words.store(word, at: position)
        for node in unlinked { retirement.add(.node(node)) }
    }

    /// Makes `node` usable again, once no reader can be in it.
    mutating func release(_ node: UInt32, retiring retirement: inout Retirement) {
        guard nodes.give(node), let block = words.dropSegment(holding: node << 8) else { return }
        retirement.add(block)
    }
}
