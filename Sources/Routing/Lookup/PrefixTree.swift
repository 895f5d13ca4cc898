// SPDX-License-Identifier: Apache-2.0

internal import Model

/// The prefixes of all views: an index for each, and which lies directly within which.
///
/// Each prefix knows the longest one around it (its *parent*, 0 for none) and those directly
/// within it; so a route that covers can be pushed down, and one withdrawn uncovers what is around
/// it, without a search. Readers see the parents and the prefixes themselves.
struct PrefixTree {
    private struct Node {
        var firstChild: UInt32 = 0
        var nextSibling: UInt32 = 0
        var previousSibling: UInt32 = 0
        /// Number of views with a route of their own for this prefix.
        var owners: UInt16 = 0
        var length: UInt8 = 0
        var waiting = Waiting.no
    }

    /// Whether a prefix waits in the retirement queue as unused.
    private enum Waiting: UInt8 {
        case no
        case queued
        /// It came into use since, and out of it again: it waits once more.
        case renewed
        /// It is in the tree no more, and waits for its last readers.
        case unlinked
    }

    /// Binary logarithm of the prefixes whose published words are given back together.
    static let blockShift: UInt32 = 10
    /// Prefixes that there is address space for.
    private static let most: UInt32 = 1 << 24

    private(set) var trie: PrefixTrie
    private let prefixes: PublishedPrefixes
    private let parents: PublishedWords
    private var indexes = IndexPool(blockShift: PrefixTree.blockShift)
    private var nodes: [Node] = []

    init(published: PublishedTable) {
        trie = PrefixTrie(words: published.trie)
        prefixes = published.prefixes
        parents = published.parents
        for _ in 0..<PrefixTrie.firstIndex {
            nodes.append(Node())
            _ = indexes.take()
        }
    }

    /// All indexes in use are below this.
    var bound: UInt32 { min(indexes.bound, UInt32(nodes.count)) }

    /// Number of prefixes in the table, used or waiting, without the defaults.
    var count: Int { indexes.live - Int(PrefixTrie.firstIndex) }

    /// Whether one more prefix can be put in.
    var hasRoom: Bool {
        trie.hasRoom && indexes.bound <= Self.most - 1 << Self.blockShift
    }

    func parent(of index: UInt32) -> UInt32 { parents[index] }

    func isIPv4(_ index: UInt32) -> Bool {
        prefixes.family(at: index) == .ipv4
    }

    /// The index of `prefix`; nil when the table does not have it.
    func find(_ prefix: IPPrefix) -> UInt32? {
        if prefix.length == 0 { return TrieKey.defaultIndex(of: prefix.family) }
        let index = longestAround(TrieKey(prefix))
        return index != 0 && nodes[Int(index)].length == prefix.length ? index : nil
    }

    /// The longest prefix around the range of `key`, or exactly it; 0 for none.
    private func longestAround(_ key: TrieKey) -> UInt32 {
        var index = trie.leaf(key)
        while index >= PrefixTrie.firstIndex, Int(nodes[Int(index)].length) > key.length {
            index = parents[index]
        }
        return index < PrefixTrie.firstIndex ? 0 : index
    }

    /// Takes an index for `prefix`, which the table must not have, and tells its parent; readers
    /// do not meet it before ``link(_:_:below:)``.
    mutating func make(_ prefix: IPPrefix) -> (index: UInt32, parent: UInt32) {
        let parent = longestAround(TrieKey(prefix))
        let index = indexes.take()
        while nodes.count <= index { nodes.append(Node()) }
        nodes[Int(index)] = Node(length: prefix.length)
        prefixes.store(prefix, at: index)
        parents.prepare(index)
        parents.store(parent, at: index)
        return (index, parent)
    }

    /// Puts `index` into the trie, between `parent` and the prefixes within.
    mutating func link(_ index: UInt32, _ prefix: IPPrefix, below parent: UInt32) {
        if parent != 0 { adopt(index, by: parent) }
        let key = TrieKey(prefix)
        for leaf in trie.insert(index, key, over: parent) {
            // Some prefixes are hidden by longer ones, so each leaf is followed upwards.
            var child = leaf
            while parents[child] != parent, parents[child] != index { child = parents[child] }
            guard parents[child] == parent else { continue }
            if parent != 0 { abandon(child, by: parent) }
            parents.store(index, at: child)
            adopt(child, by: index)
        }
    }

    /// Takes `index` out of the trie; what lay within it goes to its parent.
    private mutating func unlink(_ index: UInt32, retiring retirement: inout Retirement) {
        guard let prefix = prefixes.prefix(at: index) else { return }
        let parent = parents[index]
        trie.remove(index, TrieKey(prefix), uncovering: parent, retiring: &retirement)
        for child in children(of: index) {
            abandon(child, by: index)
            parents.store(parent, at: child)
            if parent != 0 { adopt(child, by: parent) }
        }
        if parent != 0 { abandon(index, by: parent) }
    }

    /// The first of the prefixes directly within `index`, and the next after one; 0 for none.
    func firstChild(of index: UInt32) -> UInt32 { nodes[Int(index)].firstChild }
    func nextSibling(of index: UInt32) -> UInt32 { nodes[Int(index)].nextSibling }

    /// Whether `index` lies between those around it and within it, and is not about to go.
    func isLinked(_ index: UInt32) -> Bool { nodes[Int(index)].waiting != .unlinked }

    /// Begins to load the neighbors of `index`.
    func prefetch(_ index: UInt32) { nodes.prefetch(index) }

    /// The prefixes directly within `index`.
    func children(of index: UInt32) -> [UInt32] {
        var children: [UInt32] = []
        var child = nodes[Int(index)].firstChild
        while child != 0 {
            children.append(child)
            child = nodes[Int(child)].nextSibling
        }
        return children
    }

    private mutating func adopt(_ child: UInt32, by parent: UInt32) {
        let next = nodes[Int(parent)].firstChild
        nodes[Int(child)].nextSibling = next
        nodes[Int(child)].previousSibling = 0
        if next != 0 { nodes[Int(next)].previousSibling = child }
        nodes[Int(parent)].firstChild = child
    }

    private mutating func abandon(_ child: UInt32, by parent: UInt32) {
        let next = nodes[Int(child)].nextSibling
        let previous = nodes[Int(child)].previousSibling
        if next != 0 { nodes[Int(next)].previousSibling = previous }
        if previous != 0 {
            nodes[Int(previous)].nextSibling = next
        } else {
            nodes[Int(parent)].firstChild = next
        }
    }

    /// Counts one more or one fewer view with a route for `index`; returns how many there are.
    mutating func count(_ index: UInt32, _ change: Int) -> Int {
        let owners = Int(nodes[Int(index)].owners) + change
        nodes[Int(index)].owners = UInt16(clamping: owners)
        return owners
    }

    /// Lets `index`, which no view has any more, wait for its removal; the defaults stay.
    mutating func enqueue(_ index: UInt32, retiring retirement: inout Retirement) {
        guard index >= PrefixTrie.firstIndex else { return }
        guard nodes[Int(index)].waiting == .no else {
            nodes[Int(index)].waiting = .renewed
            return
        }
        nodes[Int(index)].waiting = .queued
        retirement.add(.unusedPrefix(index))
    }

    /// Ends the wait: takes the prefix out of the trie, if no view has taken it up in the meantime.
    mutating func expire(_ index: UInt32, retiring retirement: inout Retirement) {
        let isRenewed = nodes[Int(index)].waiting == .renewed
        nodes[Int(index)].waiting = .no
        guard nodes[Int(index)].owners == 0 else { return }
        if isRenewed {
            enqueue(index, retiring: &retirement)
        } else {
            unlink(index, retiring: &retirement)
            nodes[Int(index)].waiting = .unlinked
            retirement.add(.unlinkedPrefix(index))
        }
    }

    /// Makes `index` usable again; true when its block has become empty.
    mutating func release(_ index: UInt32) -> Bool {
        nodes[Int(index)] = Node()
        guard indexes.give(index) else { return false }
        parents.dropSegment(holding: index)
        prefixes.dropSegments(holding: index)
        return true
    }

    mutating func releaseNode(_ node: UInt32) {
        trie.release(node)
    }
}
