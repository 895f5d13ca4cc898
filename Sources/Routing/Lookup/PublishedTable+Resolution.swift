// SPDX-License-Identifier: Apache-2.0

internal import Model

/// From match to route.
extension PublishedTable {
    /// What a view has, or had, for an entry.
    struct FoundWord {
        var word: ColumnWord
        var entry: UInt32
        var view: ViewID
        var changed: Int64
    }

    /// A route of a view, by its ids.
    struct FoundRoute {
        var pathSet: PathSetID
        /// Index of the prefix the route is for.
        var owner: UInt32
        var view: ViewID
        var changed: Int64
    }

    /// The route of `match`, or the one that was in its place at `time`; what came later stands
    /// for what is not known, or was not there.
    func resolve(_ match: RouteMatch, at time: Int64?) -> FoundRoute? {
        guard !match.isNone else { return nil }
        guard let found = time.flatMap({ past(match, at: $0) }) ?? current(match) else {
            return nil
        }
        return FoundRoute(
            pathSet: found.word.pathSet,
            owner: owner(of: found.word, at: found.entry, in: found.view, at: time),
            view: found.view,
            changed: found.changed
        )
    }

    private func current(_ match: RouteMatch) -> FoundWord? {
        guard match.pathSet != .none else { return nil }
        return current(
            ColumnWord(own: match.pathSet),
            at: match.prefix.rawValue,
            in: match.view
        )
    }

    /// What the entry of `match` had at `time`, or else what was there by default, where it is
    /// another than that of the match.
    func past(_ match: RouteMatch, at time: Int64) -> FoundWord? {
        guard match.isRecent else { return nil }
        if let former = former(of: match, at: time) { return former }
        let isByDefault = match.prefix.rawValue != match.entry
        switch events.past(at: eventIndex(at: match.entry, in: match.view), time) {
        case .other(let event): return FoundWord(event, at: match.entry, in: match.view)
        case .same where !isByDefault && match.pathSet != .none: return nil
        case .same, .nothing: break
        case .unknown: return nil
        }
        guard let family = prefixes.family(at: match.entry) else { return nil }
        let byDefault = TrieKey.defaultIndex(of: family)
        guard byDefault != match.entry else { return nil }
        switch events.past(at: eventIndex(at: byDefault, in: match.view), time) {
        case .other(let event): return FoundWord(event, at: byDefault, in: match.view)
        case .same:
            let word = word(at: byDefault, in: match.view)
            return word.isNone ? nil : current(word, at: byDefault, in: match.view)
        case .nothing, .unknown: return nil
        }
    }

    /// What a view asked before that of `match` had at `time` and has no more: of the entry, or
    /// by default, where it was that.
    private func former(of match: RouteMatch, at time: Int64) -> FoundWord? {
        guard match.former != .none, let family = prefixes.family(at: match.entry) else {
            return nil
        }
        let byDefault = TrieKey.defaultIndex(of: family)
        let index = hadRoute(at: match.entry, in: match.former) ? match.entry : byDefault
        let event = eventIndex(at: index, in: match.former)
        guard case .other(let event) = events.past(at: event, time) else { return nil }
        return FoundWord(event, at: index, in: match.former)
    }

    private func current(_ word: ColumnWord, at index: UInt32, in view: ViewID) -> FoundWord {
        let changed = events.time(of: eventIndex(at: index, in: view)) ?? 0
        return FoundWord(word: word, entry: index, view: view, changed: changed)
    }

    /// The nearest prefix around `index`, or itself, of which `view` had a route of its own at
    /// `time`, or has one now; that is where `word` came from.
    ///
    /// When the writer has changed it since the word was read, it is the nearest at which the view
    /// has `word`, or had it lately, or has any.
    func owner(
        of word: ColumnWord,
        at index: UInt32,
        in view: ViewID,
        at time: Int64?
    ) -> UInt32 {
        guard index >= PrefixTrie.firstIndex else { return index }
        let owner = around(index) { self.word(at: $0, in: view, at: time).isOwn }
        if let owner, self.word(at: owner, in: view, at: time) == word.own { return owner }
        return around(index) { candidate in
            self.word(at: candidate, in: view).settled == word.own
                || events.hasReplaced(word.own, at: eventIndex(at: candidate, in: view))
        } ?? owner ?? index
    }

    /// The first of `index` and the prefixes around it that is meant.
    private func around(_ index: UInt32, where isMeant: (UInt32) -> Bool) -> UInt32? {
        var candidate = index
        for _ in 0...128 where candidate >= PrefixTrie.firstIndex {
            if isMeant(candidate) { return candidate }
            candidate = parents[candidate]
        }
        return nil
    }

    /// What `view` had for the entry `index` at `time`, as far as that is known; what it has now
    /// without one.
    private func word(at index: UInt32, in view: ViewID, at time: Int64?) -> ColumnWord {
        let now = word(at: index, in: view)
        guard now.isRecent, let time else { return now.settled }
        switch events.past(at: eventIndex(at: index, in: view), time) {
        case .same, .unknown: return now.settled
        case .other(let event): return event.replaced
        case .nothing: return .none
        }
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

    func route(_ found: FoundRoute, nextHop: IPAddress?) -> Route? {
        guard let (path, mismatch) = path(in: found.pathSet, nextHop: nextHop),
            let prefix = prefixes.prefix(at: found.owner)
        else { return nil }
        let traits = attributes.traits(at: path.attributes)
        return Route(
            prefix: prefix,
            view: found.view,
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
    fileprivate init(_ event: RouteEvent, at entry: UInt32, in view: ViewID) {
        self.init(word: event.replaced, entry: entry, view: view, changed: event.replacedSince)
    }
}
