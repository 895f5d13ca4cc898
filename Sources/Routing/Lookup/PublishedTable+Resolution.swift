// SPDX-License-Identifier: Apache-2.0

internal import Model

/// From match to route.
extension PublishedTable {
    /// A route of a view, by its ids.
    struct FoundRoute {
        var pathSet: PathSetID
        /// Index of the prefix the route is for.
        var owner: UInt32
        var changed: Int64
    }

    /// The route of `match`, or the one it replaced, when `time` is before that.
    func resolve(_ match: RouteMatch, at time: Int64?) -> FoundRoute? {
        guard !match.isNone else { return nil }
        let index = match.prefix.rawValue
        if let time {
            // The default route may have taken over from the entry's own, so that is asked first.
            if let found = replaced(at: match.entry, in: match.view, after: time) { return found }
            if match.entry != index,
                let found = replaced(at: index, in: match.view, after: time)
            {
                return found
            }
        }
        guard match.pathSet != .none else { return nil }
        return FoundRoute(
            pathSet: match.pathSet,
            owner: owner(of: ColumnWord(own: match.pathSet), at: index, in: match.view),
            changed: events.time(of: eventIndex(at: index, in: match.view)) ?? 0
        )
    }

    /// The route for `index` that was replaced after `time`, as far as that is known.
    private func replaced(at index: UInt32, in view: ViewID, after time: Int64) -> FoundRoute? {
        let place = eventIndex(at: index, in: view)
        guard let event = events.replacement(at: place, after: time) else { return nil }
        return FoundRoute(
            pathSet: event.replaced.pathSet,
            owner: owner(of: event.replaced, at: index, in: view),
            changed: event.replacedSince
        )
    }

    /// The nearest prefix around `index`, or itself, at which `view` has or had `word` as its own;
    /// when the writer has just changed that, at which it has any.
    private func owner(of word: ColumnWord, at index: UInt32, in view: ViewID) -> UInt32 {
        guard index >= PrefixTrie.firstIndex else { return index }
        var candidate = index
        var nearest: UInt32?
        for _ in 0...128 {
            let now = views.read(UInt32(view.rawValue)) { $0.word(at: candidate) } ?? .none
            if now == word.own { return candidate }
            if now.isOwn, nearest == nil { nearest = candidate }
            if let event = event(at: candidate, in: view), event.replaced == word.own {
                return candidate
            }
            candidate = parents[candidate]
            guard candidate >= PrefixTrie.firstIndex else { break }
        }
        return nearest ?? index
    }

    /// The path of `pathSet` with `nextHop`, else the best; and whether that was not to be found.
    func path(in pathSet: PathSetID, nextHop: IPAddress?) -> (path: Path, mismatch: Bool)? {
        pathSets.read(pathSet.rawValue) { set in
            guard let nextHop else { return (set.paths.best, false) }
            if has(nextHop, set.paths.best) { return (set.paths.best, false) }
            let other = set.paths.others.first { has(nextHop, $0) }
            return (other ?? set.paths.best, other == nil)
        }
    }

    private func has(_ nextHop: IPAddress, _ path: Path) -> Bool {
        attributes.read(path.attributes) { $0.nextHop == nextHop } ?? false
    }

    func route(_ found: FoundRoute, view: ViewID, nextHop: IPAddress?) -> Route? {
        guard let (path, mismatch) = path(in: found.pathSet, nextHop: nextHop),
            let prefix = prefixes.prefix(at: found.owner)
        else { return nil }
        return attributes.read(path.attributes) { attributes in
            Route(
                prefix: prefix,
                view: view,
                asPath: attributes.asPath,
                neighborAS: attributes.neighborAS ?? .zero,
                originAS: attributes.originAS,
                nextHop: attributes.nextHop,
                source: path.source,
                isStale: path.isStale,
                changed: found.changed,
                nextHopMismatch: mismatch
            )
        }
    }
}
