// SPDX-License-Identifier: Apache-2.0

public import Model

/// How far a walk through all prefixes has come that is made in parts.
public struct TableWalk: Sendable {
    /// How many prefixes a part takes: a few milliseconds' work.
    public static let part: UInt32 = 4_096

    var next: UInt32 = 0
    public internal(set) var isDone = false

    public init() {}

    /// Ends the walk: there is nothing to do.
    public mutating func end() { isDone = true }

    /// The next part of a list; ends the walk with the last one.
    public mutating func take<Element>(of list: [Element]) -> [Element] {
        take(of: UInt32(clamping: list.count)).map { list[Int($0)] }
    }

    /// The next part; ends the walk with the last one.
    mutating func take(of bound: UInt32) -> Range<UInt32> {
        let start = min(next, bound)
        let end = bound - start > Self.part ? start + Self.part : bound
        next = end
        isDone = end == bound
        return start..<end
    }
}

/// Routes that outlive the session they came by.
///
/// Each walk takes the whole table, in parts, so that others can be served between two of them. In
/// between, the source must say nothing in that view.
extension RoutingTableWriter {
    /// Marks the next part of the routes of `source` in `view` as stale: its session has ended.
    ///
    /// They stay in use until announced again, or swept. Of `family` only, where one is given: its
    /// routes are told again (RFC 7313, section 4).
    public mutating func markStale(
        _ source: RouteSource,
        in view: ViewID,
        family: AddressFamily? = nil,
        _ walk: inout TableWalk
    ) {
        guard let id = paths.id(of: source), isUsed(view) else {
            walk.isDone = true
            return
        }
        var change = RouteChange(view: Int(view.rawValue), source: id, time: newestTime)
        let columns = columns[change.view]
        let isIPv4 = family.map { $0 == .ipv4 }
        for index in walk.take(of: tree.bound) {
            prefetch(beyond: index, in: columns)
            if let isIPv4, tree.isIPv4(index) != isIPv4 { continue }
            guard let old = columns.word(at: index).ownPathSet,
                let new = paths.stale(old, of: id, retiring: &retirement)
            else { continue }
            restate(old, as: new, at: index, in: columns, &change)
        }
        count(change)
    }

    /// Puts other paths in the place of those of a prefix, which is no change of its route.
    private mutating func restate(
        _ old: PathSetID,
        as new: PathSetID,
        at index: UInt32,
        in columns: ViewColumns,
        _ change: inout RouteChange
    ) {
        let before = paths.standing(of: change.source, in: old)
        let after = paths.standing(of: change.source, in: new)
        change.count(before, after, isIPv4: tree.isIPv4(index))
        paths.use(new)
        let word = ColumnWord(own: new)
        store(word, at: index, in: columns, time: nil)
        pushDown(word.inherited, from: index, in: columns, time: nil)
        paths.endUse(old, retiring: &retirement)
    }

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

    /// Marks all routes of `source` in `view` as stale, at once.
    public mutating func markStale(_ source: RouteSource, in view: ViewID) {
        var walk = TableWalk()
        while !walk.isDone { markStale(source, in: view, &walk) }
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
        for index in walk.take(of: tree.bound) {
            prefetch(beyond: index, in: columns)
            guard let old = columns.word(at: index).ownPathSet else { continue }
            if let isIPv4, tree.isIPv4(index) != isIPv4 { continue }
            let outcome = paths.mapping(old, retiring: &retirement) {
                $0.source == id && isMeant($0) ? nil : $0
            }
            become(outcome, from: old, at: index, in: columns, &change)
        }
        count(change)
    }

    /// Begins to load what a walk in order will ask for of a prefix soon after `index`: what lies
    /// around it and within it, anywhere in the table, and its paths.
    func prefetch(beyond index: UInt32, in columns: ViewColumns) {
        let ahead = index + Self.prefetchDistance
        guard ahead < tree.bound else { return }
        let words = columns.pathSets.cells
        words.prefetch(tree.parent(of: ahead))
        words.prefetch(tree.firstChild(of: ahead))
        published.pathSets.records.prefetch(columns.word(at: ahead).pathSet)
    }

    private static let prefetchDistance: UInt32 = 16
}
