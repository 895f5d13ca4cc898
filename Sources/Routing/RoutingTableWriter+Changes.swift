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
    /// What is announced, when it was needed; the prefix tells the identifier.
    var path: Path?
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
    /// Announces one route of `update`.
    mutating func announce(
        _ announced: RouteUpdate.Reachability,
        by update: RouteUpdate,
        _ change: inout RouteChange
    ) {
        guard let index = tree.find(announced.prefix) ?? insert(announced.prefix) else {
            refusedPaths += 1
            return
        }
        let columns = columns[change.view]
        let old = columns.word(at: index).ownPathSet
        let new: PathSetID
        if let latest = change.latest, latest.old == old,
            latest.pathIdentifier == announced.pathIdentifier
        {
            new = latest.new
        } else {
            var path =
                change.path ?? paths.take(update, from: change.source, retiring: &retirement)
            change.path = path
            path.pathIdentifier = announced.pathIdentifier
            guard let added = paths.adding(path, to: old, retiring: &retirement) else {
                refusedPaths += 1
                return
            }
            new = added
            change.latest = (old, announced.pathIdentifier, new)
            paths.mark(update.shared, with: new)
        }
        let isIPv4 = announced.prefix.family == .ipv4
        let after = SourceStanding(hasPath: true, hasFreshPath: true)
        replace(old, with: new, leaving: after, at: index, isIPv4: isIPv4, in: columns, &change)
    }

    mutating func withdraw(
        _ withdrawn: RouteUpdate.Reachability,
        _ change: inout RouteChange
    ) {
        let columns = columns[change.view]
        guard let index = tree.find(withdrawn.prefix),
            let old = columns.word(at: index).ownPathSet
        else { return }
        let source = change.source
        let outcome = paths.mapping(old, retiring: &retirement) { path in
            let isMeant =
                path.source == source && path.pathIdentifier == withdrawn.pathIdentifier
            return isMeant ? nil : path
        }
        become(outcome, from: old, at: index, in: columns, &change)
    }

    /// Gives the prefix at `index` what its path set has become.
    mutating func become(
        _ outcome: PathTable.Outcome,
        from old: PathSetID,
        at index: UInt32,
        in columns: ViewColumns,
        _ change: inout RouteChange
    ) {
        let new: PathSetID?
        switch outcome {
        case .unchanged: return
        case .paths(let paths): new = paths
        case .nothing: new = nil
        }
        let isIPv4 = tree.isIPv4(index)
        let after = published.pathSets.standing(of: change.source, in: new)
        replace(old, with: new, leaving: after, at: index, isIPv4: isIPv4, in: columns, &change)
    }

    /// Puts `prefix` into the table, where every view has for it what it had for the prefix around
    /// it; nil when there is no room.
    private mutating func insert(_ prefix: IPPrefix) -> UInt32? {
        guard tree.hasRoom else { return nil }
        let (index, parent) = tree.make(prefix)
        if parent != 0 {
            for view in columns.indices {
                mend(parent, in: columns[view], time: newestTime)
                let word = columns[view].word(at: parent)
                let event = columns[view].events[parent]
                guard !word.isNone || event != 0, views[view].stage != .ending else { continue }
                inherit(word, event, at: index, in: columns[view])
            }
        }
        tree.link(index, prefix, below: parent)
        return index
    }

    private mutating func inherit(
        _ word: ColumnWord,
        _ event: UInt32,
        at index: UInt32,
        in columns: ViewColumns
    ) {
        let inherited = word.isRecent ? word.inherited.recent : word.inherited
        columns.pathSets.prepare(index)
        columns.events.prepare(index)
        columns.events.store(inherit(event), at: index)
        columns.pathSets.store(inherited.rawValue, at: index)
    }

    /// The event, used once more, that says of a prefix within another what `event` says of that:
    /// what was that one's own it only inherited.
    private mutating func inherit(_ index: UInt32) -> UInt32 {
        guard history.isKnown(index), let event = published.events.event(at: index) else {
            history.retain(index)
            return index
        }
        let previous = inherit(event.previous)
        if previous == event.previous, !event.replaced.isOwn {
            history.release(previous, retiring: &retirement)
            history.retain(index)
            return index
        }
        var inner = event
        inner.replaced = event.replaced.inherited
        inner.previous = previous
        let new = take(inner)
        history.release(previous, retiring: &retirement)
        return new
    }

    /// The index of `event`, used once more.
    private mutating func take(_ event: RouteEvent) -> UInt32 {
        let (index, isNew) = history.take(event, retiring: &retirement)
        if isNew, !event.replaced.isNone { paths.retain(event.replaced.pathSet) }
        return index
    }

    /// Gives the prefix at `index` other paths in the view, of which the source of the change has
    /// `after`; or takes them from it.
    private mutating func replace(
        _ old: PathSetID?,
        with new: PathSetID?,
        leaving after: SourceStanding,
        at index: UInt32,
        isIPv4: Bool,
        in columns: ViewColumns,
        _ change: inout RouteChange
    ) {
        guard old != new else { return }
        let before = published.pathSets.standing(of: change.source, in: old)
        if let new { paths.use(new) }
        let word =
            new.map { ColumnWord(own: $0) } ?? left(around: index, in: columns)
        // A route that was stale and is told again as it was has not changed.
        var isRefreshed = false
        if let old, let new { isRefreshed = published.pathSets.areSameRoutes(old, new) }
        let time = isRefreshed ? nil : change.time
        store(word, at: index, in: columns, time: time)
        pushDown(word.inherited, from: index, in: columns, time: time)
        change.count(before, after, isIPv4: isIPv4)
        if let old { paths.endUse(old, retiring: &retirement) }
        if old == nil { countOwner(1, at: index, in: change.view, isIPv4: isIPv4) }
        if new == nil { countOwner(-1, at: index, in: change.view, isIPv4: isIPv4) }
    }

    mutating func countOwner(_ step: Int, at index: UInt32, in view: Int, isIPv4: Bool) {
        views[view].prefixes.add(step, isIPv4: isIPv4)
        let owners = tree.count(index, step)
        if step > 0, owners == 1 { distinctPrefixes.add(1, isIPv4: isIPv4) }
        guard owners == 0 else { return }
        distinctPrefixes.add(-1, isIPv4: isIPv4)
        tree.enqueue(index, retiring: &retirement)
    }

    /// Stores the word for `index`, and with it what it replaces and when; without `time`, only
    /// the word.
    mutating func store(
        _ word: ColumnWord,
        at index: UInt32,
        in columns: ViewColumns,
        time: Int64?
    ) {
        let old = columns.word(at: index)
        guard old.settled != word else { return }
        guard let time else {
            columns.pathSets.store((old.isRecent ? word.recent : word).rawValue, at: index)
            return
        }
        if old.rawValue == 0 {
            columns.pathSets.prepare(index)
            columns.events.prepare(index)
        }
        let oldEvent = columns.events[index]
        guard !history.isWithinTick(of: oldEvent, time) else {
            columns.pathSets.store(word.recent.rawValue, at: index)
            return
        }
        let event = RouteEvent(
            time: time,
            replaced: old.settled,
            replacedSince: old.isNone ? 0 : history.time(of: oldEvent) ?? 0,
            previous: history.previous(of: oldEvent)
        )
        columns.events.store(take(event), at: index)
        columns.pathSets.store(word.recent.rawValue, at: index)
        history.release(oldEvent, retiring: &retirement)
        endReleased()
    }

    /// Gives `word` to all prefixes within `index` for which the view has no route of its own.
    mutating func pushDown(
        _ word: ColumnWord,
        from index: UInt32,
        in columns: ViewColumns,
        time: Int64?
    ) {
        guard index >= PrefixTrie.firstIndex else { return }
        var child = tree.firstChild(of: index)
        while child != 0 {
            if !columns.word(at: child).isOwn {
                store(word, at: child, in: columns, time: time)
                pushDown(word, from: child, in: columns, time: time)
            }
            child = tree.nextSibling(of: child)
        }
    }

    /// Ends that events hold the path sets of what they replaced, of those that are gone.
    mutating func endReleased() {
        while let word = history.takeReleased() {
            paths.release(word.pathSet, retiring: &retirement)
        }
    }
}
