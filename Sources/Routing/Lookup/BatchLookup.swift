// SPDX-License-Identifier: Apache-2.0

internal import Model

// From many addresses to matches: the hot path.
//
// # How it works
//
// One lookup waits for memory at each step; many at once wait together. So a block of addresses is
// taken through the trie step by step:
//
//     roots       word of the root           -> where the next is, asked for
//     levels      word there, while any is a link  -> where the next is, asked for
//     columns     where the view has its word      -> asked for
//     matches     that word
//
// A pass has no branch that depends on what it reads: the place after a leaf is the leaf again.
// When few addresses of a block are left on their way, they go it one by one.

/// What a block of lookups knows between two passes.
struct LookupBlock {
    static let size = 64

    private var positions = InlineArray<64, UInt32>(repeating: 0)
    /// In the end, the indexes of the longest prefixes.
    fileprivate(set) var words = InlineArray<64, UInt32>(repeating: 0)

    /// Finds the longest prefixes around `addresses`, which are ``size`` at most.
    @inline(__always)
    mutating func find(
        _ addresses: Span<IPAddress>,
        in cells: PublishedCells
    ) {
        let count = addresses.count
        for lane in 0..<count {
            let address = addresses[lane]
            let key = Self.key(address)
            let root =
                TrieKey.rootOffset(of: address.family) + UInt32(truncatingIfNeeded: key &>> 48)
            let position = Self.position(after: cells[root], at: root, key, PrefixTrie.rootBits)
            positions[lane & 63] = position
            cells.prefetch(position)
        }
        // For IPv4 this is nearly always all.
        var depth = PrefixTrie.rootBits + PrefixTrie.nodeBits
        var links: UInt32 = 0
        for lane in 0..<count {
            let word = cells[positions[lane & 63]]
            words[lane & 63] = word
            links &+= word &>> 31
        }
        if Int(links) * 8 > count {
            for lane in 0..<count { ask(lane, addresses[lane], words[lane & 63], depth, cells) }
            repeat {
                links = readAndAsk(addresses, depth + PrefixTrie.nodeBits, cells)
                depth += PrefixTrie.nodeBits
            } while depth < 64 && Int(links) * 8 > count
        }
        guard links > 0 else { return }
        for lane in 0..<count where words[lane & 63] & PrefixTrie.linkBit != 0 {
            let key = TrieKey(addresses[lane])
            words[lane & 63] = cells.leaf(from: words[lane & 63], of: key, at: depth)
        }
    }

    /// Reads the words that were asked for, and asks for those after them, which follow on the
    /// first `depth` bits; returns how many of them are links.
    @inline(__always)
    private mutating func readAndAsk(
        _ addresses: Span<IPAddress>,
        _ depth: Int,
        _ cells: PublishedCells
    ) -> UInt32 {
        var links: UInt32 = 0
        for lane in 0..<addresses.count {
            let word = cells[positions[lane & 63]]
            words[lane & 63] = word
            links &+= word &>> 31
            ask(lane, addresses[lane], word, depth, cells)
        }
        return links
    }

    @inline(__always)
    private mutating func ask(
        _ lane: Int,
        _ address: IPAddress,
        _ word: UInt32,
        _ depth: Int,
        _ cells: PublishedCells
    ) {
        let key = Self.key(address)
        let position = Self.position(after: word, at: positions[lane & 63], key, depth)
        positions[lane & 63] = position
        cells.prefetch(position)
    }

    /// The first 64 bits.
    @inline(__always)
    private static func key(_ address: IPAddress) -> UInt64 {
        UInt64(truncatingIfNeeded: address.bits &>> 64)
    }

    /// Where to go on after `word`, which is at `position`: into the node it links to, or nowhere.
    @inline(__always)
    private static func position(
        after word: UInt32,
        at position: UInt32,
        _ key: UInt64,
        _ depth: Int
    ) -> UInt32 {
        let inner = word &<< 8 | UInt32(truncatingIfNeeded: key &>> (56 &- depth)) & 255
        let mask = UInt32(bitPattern: Int32(bitPattern: word) &>> 31)
        return position ^ ((position ^ inner) & mask)
    }
}

extension PublishedCells {
    /// The leaf that `word`, found for the first `depth` bits of `key`, leads to.
    @inline(__always)
    func leaf(from word: UInt32, of key: TrieKey, at depth: Int) -> UInt32 {
        var word = word
        var depth = depth
        while word & PrefixTrie.linkBit != 0, depth < 128 {
            word = self[PrefixTrie.position(key, in: word & ~PrefixTrie.linkBit, at: depth)]
            depth += PrefixTrie.nodeBits
        }
        return word
    }
}

extension PublishedTable {
    /// The index of the longest prefix of any view around each of `addresses`.
    func entries(of addresses: Span<IPAddress>, into entries: inout MutableSpan<UInt32>) {
        let cells = trie.cells
        var block = LookupBlock()
        var start = 0
        let end = min(addresses.count, entries.count)
        while start < end {
            let count = min(LookupBlock.size, end - start)
            block.find(addresses.extracting(start..<start + count), in: cells)
            for lane in 0..<count { entries[start + lane] = block.words[lane & 63] }
            start += count
        }
    }

    /// Looks up in blocks, each in passes over all of its addresses.
    func routes(
        to addresses: [IPAddress],
        views lists: [ViewList],
        into matches: inout [RouteMatch]
    ) {
        if matches.count != addresses.count {
            matches.removeAll(keepingCapacity: true)
            matches.append(contentsOf: repeatElement(.none, count: addresses.count))
        }
        let end = min(addresses.count, lists.count)
        var output = matches.mutableSpan
        let cells = trie.cells
        var block = LookupBlock()
        var start = 0
        while start < end {
            let count = min(LookupBlock.size, end - start)
            let part = start..<start + count
            let span = addresses.span.extracting(part)
            block.find(span, in: cells)
            decide(block, span, lists.span.extracting(part), from: start, into: &output)
            start += count
        }
        while start < addresses.count {
            output[start] = .none
            start += 1
        }
    }

    /// The first view of each list, and the few that need more one by one.
    @inline(__always)
    private func decide(
        _ block: borrowing LookupBlock,
        _ addresses: Span<IPAddress>,
        _ lists: Span<ViewList>,
        from start: Int,
        into output: inout MutableSpan<RouteMatch>
    ) {
        var columns = InlineArray<64, PublishedCells>(repeating: noColumn.cells)
        var last = ViewID.none
        var column = noColumn.cells
        for lane in 0..<lists.count {
            let view = lists[lane][0]
            if view != last {
                column = self.column(of: view)
                last = view
            }
            columns[lane & 63] = column
            column.prefetch(block.words[lane & 63])
        }
        for lane in 0..<lists.count {
            let entry = block.words[lane & 63]
            let word = ColumnWord(rawValue: columns[lane & 63][entry])
            let list = lists[lane]
            if entry >= PrefixTrie.firstIndex, !word.isNone {
                let prefix = PrefixID(rawValue: entry)
                output[start + lane] = RouteMatch(
                    prefix: prefix,
                    pathSet: word.pathSet,
                    view: list[0],
                    entry: entry,
                    isRecent: word.isRecent
                )
            } else {
                let family = addresses[lane].family
                output[start + lane] = decide(entry: entry, family: family, views: list)
            }
        }
    }

    /// The words of `view`; of none where it is not there.
    private func column(of view: ViewID) -> PublishedCells {
        views.read(UInt32(view.rawValue)) { $0.pathSets.cells } ?? noColumn.cells
    }
}
