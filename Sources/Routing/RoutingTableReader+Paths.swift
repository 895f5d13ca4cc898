// SPDX-License-Identifier: Apache-2.0

public import Model

/// From matches to paths, for a batch of flows: the hot path.
///
/// # How it works
///
/// Three passes over blocks of 64 matches, so that the loads of many are under way at once:
///
///     match -> [ path set, entry ] -> path record -> traits of the attributes -> RoutePath
///
/// Only a match that is *recent* looks at the changes of its entry: its route may have been another
/// at the time of the flow. A path that is one of several is looked for only where the flow names a
/// next hop that the best does not have.
extension RoutingTableReader {
    /// Puts the path of each flow into `paths`, in the same order, replacing what was there.
    ///
    /// - Parameters:
    ///   - matches: What ``routes(to:views:into:)`` found.
    ///   - nextHops: The BGP next hop each flow names, or nil: the path with that one is taken,
    ///     else the best. A match without one, for the array is shorter, names none.
    ///   - times: When each flow ended, in nanoseconds since 1970-01-01 00:00 UTC; a match without
    ///     one takes the route as it is.
    ///   - paths: ``RoutePath/none`` where there was no route.
    public func paths(
        of matches: [RouteMatch],
        nextHops: [IPAddress?],
        times: [Int64],
        into paths: inout [RoutePath]
    ) {
        paths.removeAll(keepingCapacity: true)
        paths.reserveCapacity(matches.count)
        online { table in
            var start = 0
            while start < matches.count {
                let end = min(start + PathBlock.capacity, matches.count)
                table.paths(of: matches, start..<end, nextHops, times, into: &paths)
                start = end
            }
        }
    }

    /// The prefix of the route that `path` belongs to; nil when it is no longer known.
    ///
    /// It is the longest prefix of the view that covered the address at `time`, that of the flow,
    /// as ``Route/prefix``.
    public func prefix(of path: RoutePath, at time: Int64? = nil) -> IPPrefix? {
        guard !path.isNone else { return nil }
        return online { table in
            let word = ColumnWord(rawValue: path.word)
            let owner = table.owner(of: word, at: path.entry, in: path.view, at: time)
            return table.prefixes.prefix(at: owner)
        }
    }

    /// The address of `id`; nil for none, or when it is no longer known.
    public func nextHop(_ id: NextHopID) -> IPAddress? { online { $0.attributes.nextHop(id) } }
}

/// What the passes over a block hand on to each other.
private struct PathBlock {
    static let capacity = 64
    var words = InlineArray<64, UInt32>(repeating: 0)
    var entries = InlineArray<64, UInt32>(repeating: 0)
    var views = InlineArray<64, ViewID>(repeating: .none)
    var paths = InlineArray<64, Path?>(repeating: nil)
    var mismatches: UInt64 = 0
}

extension PublishedTable {
    fileprivate func paths(
        of matches: [RouteMatch],
        _ range: Range<Int>,
        _ nextHops: [IPAddress?],
        _ times: [Int64],
        into paths: inout [RoutePath]
    ) {
        let records = pathSets.records
        var block = PathBlock()
        for (place, index) in range.enumerated() {
            let match = matches[index]
            var word = match.pathSet == .none ? ColumnWord.none : ColumnWord(own: match.pathSet)
            var entry = match.prefix.rawValue
            var view = match.view
            if match.isRecent, index < times.count, let past = past(match, at: times[index]) {
                (word, entry, view) = (past.word, past.entry, past.view)
            }
            block.words[place] = word.rawValue
            block.entries[place] = entry
            block.views[place] = view
            records.prefetch(word.pathSet)
        }
        for (place, index) in range.enumerated() {
            let word = ColumnWord(rawValue: block.words[place])
            guard !word.isNone, let record = records[word.pathSet] else { continue }
            var path = record.path
            if index < nextHops.count, let nextHop = nextHops[index],
                let (other, mismatch) = self.path(in: word.pathSet, nextHop: nextHop)
            {
                path = other
                if mismatch { block.mismatches |= 1 << UInt64(place) }
            }
            block.paths[place] = path
            attributes.prefetchTraits(at: path.attributes)
        }
        for place in 0..<range.count {
            guard let path = block.paths[place] else {
                paths.append(.none)
                continue
            }
            paths.append(
                RoutePath(
                    attributes.traits(at: path.attributes),
                    path,
                    word: ColumnWord(rawValue: block.words[place]),
                    entry: block.entries[place],
                    view: block.views[place],
                    mismatch: block.mismatches & 1 << UInt64(place) != 0
                )
            )
        }
    }
}
