// SPDX-License-Identifier: Apache-2.0

internal import Model

// From many addresses to matches: the hot path.
//
// # How it works
//
// One lookup waits for memory at each step; many at once wait together. So addresses go through the
// trie in blocks, and each step asks for what the next one reads:
//
//     roots       word of the root, asked for while the block before was read
//     levels      word of a node, for those whose word was a link; the others stay behind
//
// For IPv4 the root is nearly always all. No step has a branch that depends on what it reads: those
// on their way are counted on by the bit that makes a word a link.

/// What a block of lookups knows between two steps.
struct LookupBlock {
    static let size = 64

    /// Where the root has its word for each address of this block, then of the next.
    private var roots = InlineArray<64, UInt32>(repeating: 0)
    /// In the end, the indexes of the longest prefixes.
    fileprivate(set) var words = InlineArray<64, UInt32>(repeating: 0)
    /// Which addresses are on their way, and where each is next.
    private var lanes = InlineArray<64, UInt8>(repeating: 0)
    private var positions = InlineArray<64, UInt32>(repeating: 0)

    /// The block that begins at `start`, of what ends at `end`.
    @inline(__always)
    static func part(from start: Int, to end: Int) -> Range<Int> {
        start..<start + min(size, end - start)
    }

    /// Begins with the first block.
    @inline(__always)
    mutating func begin(_ addresses: Span<IPAddress>, in cells: BoundlessCells) {
        for lane in 0..<min(addresses.count, Self.size) { askRoot(lane, addresses[lane], cells) }
    }

    /// Finds the longest prefixes around `addresses`, which are ``size`` at most, and begins with
    /// `next`, which are no more.
    @inline(__always)
    mutating func find(
        _ addresses: Span<IPAddress>,
        before next: Span<IPAddress>,
        in cells: BoundlessCells
    ) {
        var links: UInt32 = 0
        if next.count == Self.size {
            // The usual case, as a loop that can be unrolled.
            for lane in 0..<Self.size {
                links |= readRoot(lane, cells)
                askRoot(lane, next[lane], cells)
            }
        } else {
            for lane in 0..<addresses.count { links |= readRoot(lane, cells) }
            begin(next, in: cells)
        }
        if links & PrefixTrie.linkBit != 0 { follow(addresses, cells) }
    }

    @inline(__always)
    private mutating func askRoot(_ lane: Int, _ address: IPAddress, _ cells: BoundlessCells) {
        let slot = UInt32(
            truncatingIfNeeded: Self.key(address) &>> UInt64(64 - PrefixTrie.rootBits)
        )
        let position = TrieKey.rootOffset(of: address.family) | slot
        roots[lane & 63] = position
        cells.prefetch(position)
    }

    @inline(__always)
    private mutating func readRoot(_ lane: Int, _ cells: BoundlessCells) -> UInt32 {
        let word = cells[roots[lane & 63]]
        words[lane & 63] = word
        return word
    }

    /// Follows the links among the words of the root.
    @inline(never)
    private mutating func follow(_ addresses: Span<IPAddress>, _ cells: BoundlessCells) {
        var count = 0
        for lane in 0..<addresses.count {
            lanes[count & 63] = UInt8(truncatingIfNeeded: lane)
            count &+= Int(words[lane & 63] &>> 31)
        }
        var depth = PrefixTrie.rootBits
        for place in 0..<count {
            let lane = Int(lanes[place & 63])
            ask(place, words[lane & 63], addresses[lane], depth, cells)
        }
        while count > 0, depth + 2 * PrefixTrie.nodeBits <= 64 {
            depth += PrefixTrie.nodeBits
            count = readAndAsk(count, addresses, depth, cells)
        }
        for place in 0..<count {
            let lane = Int(lanes[place & 63])
            let key = TrieKey(addresses[lane])
            words[lane & 63] = cells.leaf(from: words[lane & 63], of: key, at: depth)
        }
    }

    /// Reads the words that were asked for, and asks for those after them, which follow on the
    /// first `depth` bits; returns how many of them are links.
    @inline(__always)
    private mutating func readAndAsk(
        _ count: Int,
        _ addresses: Span<IPAddress>,
        _ depth: Int,
        _ cells: BoundlessCells
    ) -> Int {
        var links = 0
        for place in 0..<count {
            let lane = lanes[place & 63]
            let word = cells[positions[place & 63]]
            words[Int(lane) & 63] = word
            lanes[links & 63] = lane
            ask(links, word, addresses[Int(lane)], depth, cells)
            links &+= Int(word &>> 31)
        }
        return links
    }

    /// Asks for the word in the node that `word` leads to; for any that is read often after a leaf.
    @inline(__always)
    private mutating func ask(
        _ place: Int,
        _ word: UInt32,
        _ address: IPAddress,
        _ depth: Int,
        _ cells: BoundlessCells
    ) {
        let isLink = UInt32(bitPattern: Int32(bitPattern: word) &>> 31)
        let position = word & isLink | TrieKey.slot(of: Self.key(address), at: depth)
        positions[place & 63] = position
        cells.prefetch(position)
    }

    /// The first 64 bits.
    @inline(__always)
    private static func key(_ address: IPAddress) -> UInt64 {
        UInt64(truncatingIfNeeded: address.bits &>> 64)
    }
}

extension BoundlessCells {
    /// The leaf that `word`, found for the first `depth` bits of `key`, leads to.
    @inline(__always)
    func leaf(from word: UInt32, of key: TrieKey, at depth: Int) -> UInt32 {
        var word = word
        var depth = depth
        while word & PrefixTrie.linkBit != 0, depth < 128 {
            word = self[PrefixTrie.position(key, in: word, at: depth)]
            depth += PrefixTrie.nodeBits
        }
        return word
    }
}

extension PublishedTable {
    /// The index of the longest prefix of any view around each of `addresses`.
    func entries(of addresses: Span<IPAddress>, into entries: inout MutableSpan<UInt32>) {
        let cells = trie.boundlessCells
        let end = min(addresses.count, entries.count)
        let addresses = addresses.extracting(0..<end)
        var block = LookupBlock()
        block.begin(addresses, in: cells)
        var start = 0
        while start < end {
            let part = LookupBlock.part(from: start, to: end)
            let next = LookupBlock.part(from: part.upperBound, to: end)
            block.find(addresses.extracting(part), before: addresses.extracting(next), in: cells)
            for lane in 0..<part.count { entries[start + lane] = block.words[lane & 63] }
            start = part.upperBound
        }
    }
}
