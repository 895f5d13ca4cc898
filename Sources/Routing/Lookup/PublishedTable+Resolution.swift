// SPDX-License-Identifier: Apache-2.0

internal import Model

/// From match to route.
extension PublishedTable {
    /// What a view has, or had, for an entry.
    struct FoundWord {
        var word: ColumnWord
        var entry: UInt32
        var changed: Int64
    }

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
        if let time, let found = past(match, at: time) { return route(found, in: match.view) }
        guard match.pathSet != .none else { return nil }
        let word = ColumnWord(own: match.pathSet)
        return route(current(word, at: match.prefix.rawValue, in: match.view), in: match.view)
    }

    private func route(_ found: FoundWord, in view: ViewID) -> FoundRoute {
        FoundRoute(
            pathSet: found.word.pathSet,
            owner: owner(of: found.word, at: found.entry, in: view),
            changed: found.changed
        )
    }

    /// What the entry of `match` had at `time`, or else what was there by default, where it is
    /// another than that of the match.
    func past(_ match: RouteMatch, at time: Int64) -> FoundWord? {
        guard match.isRecent else { return nil }
        let isByDefault = match.prefix.rawValue != match.entry
        switch events.past(at: eventIndex(at: match.entry, in: match.view), time) {
        case .other(let event): return FoundWord(event, at: match.entry)
        case .same where !isByDefault && match.pathSet != .none: return nil
        case .same, .nothing: break
        case .unknown: return nil
        }
        guard let family = prefixes.family(at: match.entry) else { return nil }
        let byDefault = TrieKey.defaultIndex(of: family)
        guard byDefault != match.entry else { return nil }
        switch events.past(at: eventIndex(at: byDefault, in: match.view), time) {
        case .other(let event): return FoundWord(event, at: byDefault)
        case .same:
            let word = word(at: byDefault, in: match.view)
            return word.isNone ? nil : current(word, at: byDefault, in: match.view)
        case .nothing, .unknown: return nil
        }
    }

    private func current(_ word: ColumnWord, at index: UInt32, in view: ViewID) -> FoundWord {
        let changed = events.time(of: eventIndex(at: index, in: view)) ?? 0
        return FoundWord(word: word, entry: index, changed: changed)
    }

    /// The nearest prefix around `index`, or itself, at which `view` has or had `word` as its own;
    /// when the writer has just changed that, at which it has any.
    func owner(of word: ColumnWord, at index: UInt32, in view: ViewID) -> UInt32 {
        guard index >= PrefixTrie.firstIndex else { return index }
        var candidate = index
        var nearest: UInt32?
        for _ in 0...128 {
            let now = self.word(at: candidate, in: view)
            if now.settled == word.own { return candidate }
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
    @inline(__always)
    func path(in pathSet: PathSetID, nextHop: IPAddress?) -> (path: Path, mismatch: Bool)? {
        guard let record = pathSets.record(of: pathSet) else { return nil }
        guard let nextHop else { return (record.path, false) }
        if attributes.nextHop(record.path.nextHop) == nextHop { return (record.path, false) }
        guard !record.isOnly else { return (record.path, true) }
        return pathSets.readList(pathSet) { list in
            let other = list.others.first { attributes.nextHop($0.nextHop) == nextHop }
            return (other ?? list.best, other == nil)
        }
    }

    func route(_ found: FoundRoute, view: ViewID, nextHop: IPAddress?) -> Route? {
        guard let (path, mismatch) = path(in: found.pathSet, nextHop: nextHop),
            let prefix = prefixes.prefix(at: found.owner)
        else { return nil }
        let traits = attributes.traits(at: path.attributes)
        return Route(
            prefix: prefix,
            view: view,
            asPath: traits.asPath,
            neighborAS: traits.neighborAS,
            originAS: traits.originAS,
            nextHop: attributes.nextHop(path.nextHop),
            source: path.source,
            isStale: path.isStale,
            changed: found.changed,
            nextHopMismatch: mismatch
        )
    }
}

extension PublishedTable.FoundWord {
    /// What `event` replaced.
    fileprivate init(_ event: RouteEvent, at entry: UInt32) {
        self.init(word: event.replaced, entry: entry, changed: event.replacedSince)
    }
}
