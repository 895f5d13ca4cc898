// SPDX-License-Identifier: Apache-2.0

internal import Model

/// One source's change to one view, while it is made.
struct RouteChange {
    let view: Int
    let source: RouteSourceID
    let time: Int64
    /// By how much the number of prefixes with a path of the source has changed.
    var prefixes = PrefixCounts()
    /// The same of prefixes with a path that is not stale.
    var freshPrefixes = PrefixCounts()
    /// The last path set that was replaced, and by which: the next prefix is often alike.
    var latest: (old: PathSetID?, pathIdentifier: UInt32, new: PathSetID)?

    init(view: Int, source: RouteSourceID, time: Int64) {
        self.view = view
        self.source = source
        self.time = time
    }

    /// Counts what a prefix has become for the source.
    mutating func count(_ before: SourceStanding, _ after: SourceStanding, isIPv4: Bool) {
        if before.hasPath != after.hasPath {
            prefixes.add(after.hasPath ? 1 : -1, isIPv4: isIPv4)
        }
        if before.hasFreshPath != after.hasFreshPath {
            freshPrefixes.add(after.hasFreshPath ? 1 : -1, isIPv4: isIPv4)
        }
    }
}

/// Changes of single prefixes, kept effective in the columns.
extension RoutingTableWriter {
    mutating func announce(
        _ announced: RouteUpdate.Reachability,
        _ attributes: UInt32,
        _ change: inout RouteChange
    ) {
        let index = tree.find(announced.prefix) ?? insert(announced.prefix)
        let old = ownPathSet(at: index, in: change.view)
        let new: PathSetID
        if let latest = change.latest, latest.old == old,
            latest.pathIdentifier == announced.pathIdentifier
        {
            new = latest.new
        } else {
            let path = Path(
                attributes: attributes,
                source: change.source,
                pathIdentifier: announced.pathIdentifier
            )
            guard let list = paths.adding(path, to: old.flatMap(paths.paths(of:))) else { return }
            new = paths.id(of: list, retiring: &retirement)
            change.latest = (old, announced.pathIdentifier, new)
        }
        replace(old, with: new, at: index, &change)
    }

    mutating func withdraw(
        _ withdrawn: RouteUpdate.Reachability,
        _ change: inout RouteChange
    ) {
        guard let index = tree.find(withdrawn.prefix),
            let old = ownPathSet(at: index, in: change.view),
            let list = paths.paths(of: old)
        else { return }
        let source = change.source
        let rest = paths.mapping(list) { path in
            let isMeant =
                path.source == source && path.pathIdentifier == withdrawn.pathIdentifier
            return isMeant ? nil : path
        }
        let new = rest.map { paths.id(of: $0, retiring: &retirement) }
        replace(old, with: new, at: index, &change)
    }

    /// The path set that `view` has for exactly the prefix at `index`.
    func ownPathSet(at index: UInt32, in view: Int) -> PathSetID? {
        let word = views[view].columns.word(at: index)
        return word.isOwn ? word.pathSet : nil
    }

    /// Puts `prefix` into the table: every view has for it what it had for the prefix around it.
    private mutating func insert(_ prefix: IPPrefix) -> UInt32 {
        let (index, parent) = tree.make(prefix, retiring: &retirement)
        if parent != 0 {
            for view in views {
                let word = view.columns.word(at: parent).inherited
                let event = view.columns.events[parent]
                guard !word.isNone || event != 0 else { continue }
                retirement.add(view.columns.pathSets.prepare(index))
                retirement.add(view.columns.events.prepare(index))
                history.retain(event)
                view.columns.events.store(event, at: index)
                view.columns.pathSets.store(word.rawValue, at: index)
            }
        }
        tree.link(index, prefix, below: parent, retiring: &retirement)
        return index
    }

    /// Gives the prefix at `index` other paths in the view, or takes them from it.
    mutating func replace(
        _ old: PathSetID?,
        with new: PathSetID?,
        at index: UInt32,
        _ change: inout RouteChange
    ) {
        guard old != new else { return }
        let isIPv4 = tree.isIPv4(index)
        let before = standing(of: change.source, in: old)
        if let new { paths.use(new) }
        let after = standing(of: change.source, in: new)
        let around = index < PrefixTrie.firstIndex ? 0 : tree.parent(of: index)
        let covering =
            around == 0 ? ColumnWord.none : views[change.view].columns.word(at: around).inherited
        let word = new.map { ColumnWord(own: $0) } ?? covering
        // A route that was stale and is told again as it was has not changed.
        let isRefreshed = old.flatMap { old in new.map { paths.areSameRoutes(old, $0) } } ?? false
        let time = isRefreshed ? nil : change.time
        store(word, at: index, in: change.view, time: time)
        pushDown(word.inherited, from: index, in: change.view, time: time)
        change.count(before, after, isIPv4: isIPv4)
        if let old { paths.endUse(old, retiring: &retirement) }
        if old == nil { countOwner(1, at: index, in: change.view, isIPv4: isIPv4) }
        if new == nil { countOwner(-1, at: index, in: change.view, isIPv4: isIPv4) }
    }

    func standing(of source: RouteSourceID, in pathSet: PathSetID?) -> SourceStanding {
        guard let pathSet else { return SourceStanding() }
        return published.pathSets.read(pathSet.rawValue) { $0.paths.standing(of: source) }
            ?? SourceStanding()
    }

    private mutating func countOwner(_ step: Int, at index: UInt32, in view: Int, isIPv4: Bool) {
        views[view].prefixes.add(step, isIPv4: isIPv4)
        let owners = tree.count(index, step)
        if step > 0, owners == 1 { distinctPrefixes.add(1, isIPv4: isIPv4) }
        guard owners == 0 else { return }
        distinctPrefixes.add(-1, isIPv4: isIPv4)
        tree.enqueue(index, retiring: &retirement)
    }

    /// Stores the word for `index`, and with it what it replaces and when; without `time`, only
    /// the word.
    mutating func store(_ word: ColumnWord, at index: UInt32, in view: Int, time: Int64?) {
        let columns = views[view].columns
        let old = columns.word(at: index)
        guard old != word else { return }
        guard let time else {
            columns.pathSets.store(word.rawValue, at: index)
            return
        }
        retirement.add(columns.pathSets.prepare(index))
        retirement.add(columns.events.prepare(index))
        let oldEvent = columns.events[index]
        let event = RouteEvent(
            time: time,
            replaced: old,
            replacedSince: old.isNone ? 0 : history.time(of: oldEvent) ?? 0,
            previous: history.previous(of: oldEvent)
        )
        let (newEvent, isNew) = history.take(event, retiring: &retirement)
        if isNew, !old.isNone { paths.retain(old.pathSet) }
        columns.events.store(newEvent, at: index)
        columns.pathSets.store(word.rawValue, at: index)
        history.release(oldEvent, retiring: &retirement)
        endReleased()
    }

    /// Gives `word` to all prefixes within `index` for which the view has no route of its own.
    mutating func pushDown(
        _ word: ColumnWord,
        from index: UInt32,
        in view: Int,
        time: Int64?
    ) {
        guard index >= PrefixTrie.firstIndex else { return }
        var within = tree.children(of: index)
        while let child = within.popLast() {
            guard !views[view].columns.word(at: child).isOwn else { continue }
            store(word, at: child, in: view, time: time)
            within += tree.children(of: child)
        }
    }

    /// Ends that events hold the path sets of what they replaced, of those that are gone.
    mutating func endReleased() {
        while let word = history.takeReleased() {
            paths.release(word.pathSet, retiring: &retirement)
        }
    }
}
