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

    /// The route of `match`, or the one that was in its place at `time`; what came later stands
    /// for what is not known, or was not there.
    func resolve(_ match: RouteMatch, at time: Int64?) -> FoundRoute? {
        guard !match.isNone else { return nil }
        if let time, let found = past(match, at: time) { return found }
        guard match.pathSet != .none else { return nil }
        return current(ColumnWord(own: match.pathSet), at: match.prefix.rawValue, in: match.view)
    }

    /// The route at `time` of the entry of `match`, or else by default, where it is another than
    /// that of the match.
    private func past(_ match: RouteMatch, at time: Int64) -> FoundRoute? {
        let isByDefault = match.prefix.rawValue != match.entry
        switch events.past(at: eventIndex(at: match.entry, in: match.view), time) {
        case .other(let event): return replaced(by: event, at: match.entry, in: match.view)
        case .same where !isByDefault && match.pathSet != .none: return nil
        case .same, .nothing: break
        case .unknown: return nil
        }
        guard let family = prefixes.family(at: match.entry) else { return nil }
        let byDefault = TrieKey.defaultIndex(of: family)
        guard byDefault != match.entry else { return nil }
        switch events.past(at: eventIndex(at: byDefault, in: match.view), time) {
        case .other(let event): return replaced(by: event, at: byDefault, in: match.view)
        case .same:
            let word = views.read(UInt32(match.view.rawValue)) { $0.word(at: byDefault) } ?? .none
            return word.isNone ? nil : current(word, at: byDefault, in: match.view)
        case .nothing, .unknown: return nil
        }
    }

    private func current(_ word: ColumnWord, at index: UInt32, in view: ViewID) -> FoundRoute {
        FoundRoute(
            pathSet: word.pathSet,
            owner: owner(of: word, at: index, in: view),
            changed: events.time(of: eventIndex(at: index, in: view)) ?? 0
        )
    }

    private func replaced(by event: RouteEvent, at index: UInt32, in view: ViewID) -> FoundRoute {
        FoundRoute(
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
            if events.hasReplaced(word.own, at: eventIndex(at: candidate, in: view)) {
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
