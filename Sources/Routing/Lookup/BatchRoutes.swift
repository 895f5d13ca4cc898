// SPDX-License-Identifier: Apache-2.0

internal import Model

// From many addresses to the routes of their views: the hot path.
//
// # How it works
//
// As for the prefixes (``LookupBlock``), and then two steps more:
//
//     columns     where the view has its word for the prefix    -> asked for
//     matches     that word, after the prefixes of the next block were found
//
// An exporter's first view nearly always decides; where it has nothing, the others and the default
// routes are asked one by one.

/// The columns that a call has met, so that each is found once; good until the next quiet point.
private struct ColumnCache {
    private var views = InlineArray<16, ViewID>(repeating: .none)
    private var columns: InlineArray<16, PublishedCells>

    /// Creates a cache that knows `none` of no view.
    init(none: PublishedCells) { columns = InlineArray(repeating: none) }

    @inline(__always)
    mutating func column(of view: ViewID, in table: PublishedTable) -> PublishedCells {
        let place = Int(view.rawValue) & 15
        if views[place] != view {
            views[place] = view
            columns[place] = table.column(of: view)
        }
        return columns[place]
    }
}

/// What a block of lookups in views knows until its words have come.
private struct RouteBlock {
    private var cache: ColumnCache
    private var columns: InlineArray<64, PublishedCells>
    private var entries = InlineArray<64, UInt32>(repeating: 0)

    init(none: PublishedCells) {
        cache = ColumnCache(none: none)
        columns = InlineArray(repeating: none)
    }

    /// Asks for the words that the first view of each list has for the prefixes in `block`.
    @inline(__always)
    mutating func ask(
        _ block: inout LookupBlock,
        _ lists: Span<ViewList>,
        in table: PublishedTable
    ) {
        for lane in 0..<lists.count {
            let column = cache.column(of: lists[lane][0], in: table)
            let entry = block.words[lane & 63]
            entries[lane & 63] = entry
            columns[lane & 63] = column
            column.prefetch(entry)
        }
    }

    /// Reads them, and puts the matches into `output` from `start` on.
    ///
    /// Mutating, for else the arrays are copied at each step.
    @inline(never)
    mutating func read(
        _ addresses: Span<IPAddress>,
        _ lists: Span<ViewList>,
        in table: PublishedTable,
        from start: Int,
        into output: inout MutableSpan<RouteMatch>
    ) {
        for lane in 0..<lists.count {
            let entry = entries[lane & 63]
            let word = ColumnWord(rawValue: columns[lane & 63][entry])
            if entry >= PrefixTrie.firstIndex, !word.isNone {
                output[start + lane] = RouteMatch(
                    prefix: PrefixID(rawValue: entry),
                    pathSet: word.pathSet,
                    view: lists[lane][0],
                    entry: entry,
                    isRecent: word.isRecent
                )
            } else {
                let family = addresses[lane].family
                output[start + lane] = table.decideAmongAll(entry, family, lists[lane])
            }
        }
    }
}

extension PublishedTable {
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
        let cells = trie.boundlessCells
        let all = addresses.span.extracting(0..<end)
        var block = LookupBlock()
        var columns = RouteBlock(none: noColumn.cells)
        block.begin(all, in: cells)
        var asked = 0..<0
        while asked.upperBound < end {
            let part = LookupBlock.part(from: asked.upperBound, to: end)
            let next = LookupBlock.part(from: part.upperBound, to: end)
            block.find(all.extracting(part), before: all.extracting(next), in: cells)
            columns.read(
                all.extracting(asked),
                lists.span.extracting(asked),
                in: self,
                from: asked.lowerBound,
                into: &output
            )
            columns.ask(&block, lists.span.extracting(part), in: self)
            asked = part
        }
        columns.read(
            all.extracting(asked),
            lists.span.extracting(asked),
            in: self,
            from: asked.lowerBound,
            into: &output
        )
        var start = end
        while start < addresses.count {
            output[start] = .none
            start += 1
        }
    }

    /// Seldom needed, so that it does not stand in the way.
    @inline(never)
    fileprivate func decideAmongAll(
        _ entry: UInt32,
        _ family: AddressFamily,
        _ list: ViewList
    ) -> RouteMatch {
        decide(entry: entry, family: family, views: list)
    }

    /// The words of `view`; of none where it is not there.
    @inline(never)
    fileprivate func column(of view: ViewID) -> PublishedCells {
        views.read(UInt32(view.rawValue)) { $0.pathSets.cells } ?? noColumn.cells
    }
}
