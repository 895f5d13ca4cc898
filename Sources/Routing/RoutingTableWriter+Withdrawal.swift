// SPDX-License-Identifier: Apache-2.0

public import Model

/// Many routes of a view that end at once.
///
/// # How it works
///
/// A route that ends alone gives its place to the one around it, there and in all prefixes within.
/// Where most of a view ends, the one around mostly ends too, and each prefix would be given one
/// after the other. So where no path is left, there or around, the first walk leaves the prefixes
/// within alone, of which nearly all have a route of their own. The second walk finds those that
/// have none and still repeat one that is gone.
///
///     10.0.0.0/8   ends               -> none                     none
///     10.1.0.0/16  of another router     repeats 10.0.0.0/8   ->  none
///     10.1.2.0/24  ends               -> none                     none
///                                        first walk               second walk
///
/// Both take the whole table, in parts, so that others can be served between two of them. In
/// between, the source must say nothing in that view; others may. What they change looks for the
/// nearest route of its own, and a prefix that others come to lie in is mended first: nothing that
/// has been walked past repeats what is gone.
extension RoutingTableWriter {
    /// Withdraws, in the next part, what `source` has not announced again since it was marked
    /// stale.
    ///
    /// - Parameters:
    ///   - source: Whose routes.
    ///   - view: In which view.
    ///   - family: Only those of this family; nil for both.
    ///   - time: As in ``RouteUpdate/time``; without one, it is the newest heard of.
    ///   - walk: How far the walk has come.
    public mutating func sweepStale(
        _ source: RouteSource,
        in view: ViewID,
        family: AddressFamily? = nil,
        at time: Int64? = nil,
        _ walk: inout TableWalk
    ) {
        let isIPv4 = family.map { $0 == .ipv4 }
        withdrawAll(of: source, in: view, isIPv4: isIPv4, at: time, &walk) { $0.isStale }
    }

    /// Withdraws all that is stale of `source` in `view`, at once.
    ///
    /// `time` is as in ``RouteUpdate/time``; without one, it is the newest heard of.
    public mutating func sweepStale(
        _ source: RouteSource,
        in view: ViewID,
        at time: Int64? = nil
    ) {
        var walk = TableWalk()
        while !walk.isDone { sweepStale(source, in: view, at: time, &walk) }
    }

    /// Withdraws all routes of `source` in `view`; `time` as for ``sweepStale(_:in:at:)``.
    public mutating func remove(
        _ source: RouteSource,
        from view: ViewID,
        at time: Int64? = nil
    ) {
        var walk = TableWalk()
        while !walk.isDone { remove(source, from: view, at: time, &walk) }
    }

    /// Withdraws the next part of them.
    public mutating func remove(
        _ source: RouteSource,
        from view: ViewID,
        at time: Int64?,
        _ walk: inout TableWalk
    ) {
        withdrawAll(of: source, in: view, isIPv4: nil, at: time, &walk) { _ in true }
    }

    private mutating func withdrawAll(
        of source: RouteSource,
        in view: ViewID,
        isIPv4: Bool?,
        at time: Int64?,
        _ walk: inout TableWalk,
        where isMeant: (Path) -> Bool
    ) {
        guard let id = paths.id(of: source), isUsed(view) else {
            walk.isDone = true
            return
        }
        newestTime = max(newestTime, time ?? newestTime)
        var change = RouteChange(
            view: Int(view.rawValue),
            source: id,
            time: time ?? newestTime
        )
        let columns = columns[change.view]
        let isSecond = walk.isSecond
        for index in walk.take(of: tree.bound) {
            prefetchAround(beyond: index, in: columns)
            let word = columns.word(at: index)
            guard !word.isNone else { continue }
            if let isIPv4, tree.isIPv4(index) != isIPv4 { continue }
            if isSecond {
                mend(index, in: columns, time: change.time)
            } else if let old = word.ownPathSet {
                withdraw(old, at: index, in: columns, &change) { $0.source == id && isMeant($0) }
            }
        }
        count(change)
        walk.goOnTwice()
    }

    /// Takes the paths that are meant from those of a prefix; what is within it is left alone when
    /// those were all, here and around it.
    private mutating func withdraw(
        _ old: PathSetID,
        at index: UInt32,
        in columns: ViewColumns,
        _ change: inout RouteChange,
        where isMeant: (Path) -> Bool
    ) {
        let outcome = paths.mapping(old, retiring: &retirement) { isMeant($0) ? nil : $0 }
        guard case .nothing = outcome else {
            return become(outcome, from: old, at: index, in: columns, &change)
        }
        let left = left(around: index, in: columns, where: isMeant)
        let isIPv4 = tree.isIPv4(index)
        let before = published.pathSets.standing(of: change.source, in: old)
        store(left, at: index, in: columns, time: change.time)
        // What is within was given nothing, if it was asked when this was still to come.
        if !left.isNone { pushDown(left, from: index, in: columns, time: change.time) }
        change.count(before, SourceStanding(), isIPv4: isIPv4)
        paths.endUse(old, retiring: &retirement)
        countOwner(-1, at: index, in: change.view, isIPv4: isIPv4)
    }

    /// What the prefix at `index` has of those around it when all paths are gone that are meant:
    /// of the nearest with a route of its own, for only that is right between the two walks.
    mutating func left(
        around index: UInt32,
        in columns: ViewColumns,
        where isMeant: (Path) -> Bool = { _ in false }
    ) -> ColumnWord {
        var parent = tree.parent(of: index)
        while parent != 0 {
            let word = columns.word(at: parent)
            if let own = word.ownPathSet, !published.pathSets.all(of: own, meet: isMeant) {
                return word.inherited
            }
            parent = tree.parent(of: parent)
        }
        return .none
    }

    /// Gives a prefix without a route of its own, and those within, what the nearest around has.
    mutating func mend(_ index: UInt32, in columns: ViewColumns, time: Int64) {
        let word = columns.word(at: index)
        guard !word.isOwn, index >= PrefixTrie.firstIndex, tree.isLinked(index) else { return }
        let left = left(around: index, in: columns)
        guard left != word.settled else { return }
        store(left, at: index, in: columns, time: time)
        pushDown(left, from: index, in: columns, time: time)
    }

    /// Begins to load what the walk will ask for of a prefix soon after `index`: its paths, its
    /// last change, and what the prefix around it has, anywhere in the table.
    ///
    /// Mutating, for else all fields of the writer are loaded at each step.
    mutating func prefetchAround(beyond index: UInt32, in columns: ViewColumns) {
        let far = index + 2 * Self.prefetchDistance
        let near = index + Self.prefetchDistance
        guard far < tree.bound else { return }
        columns.pathSets.cells.prefetch(tree.parent(of: far))
        published.pathSets.records.prefetch(columns.word(at: far).pathSet)
        history.prefetch(columns.events[near], replacing: columns.word(at: near))
    }
}
