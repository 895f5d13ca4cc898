// SPDX-License-Identifier: Apache-2.0

public import Model

/// How far a walk through all prefixes has come that is made in parts.
public struct TableWalk: Sendable {
    /// How many prefixes a part takes: a few milliseconds' work.
    public static let part: UInt32 = 4_096

    private let length: UInt32
    var next: UInt32 = 0
    /// Whether it goes through all a second time.
    private(set) var isSecond = false
    private(set) var isGivenUp = false
    public internal(set) var isDone = false

    public init() { self.init(part: Self.part) }

    /// Parts of another length.
    package init(part: UInt32) { length = part }

    /// Ends the walk: there is nothing to do.
    public mutating func end() { isDone = true }

    /// Goes through all once more, when the first time is over.
    mutating func goOnTwice() {
        guard isDone, !isSecond else { return }
        self = TableWalk(part: length)
        isSecond = true
    }

    /// Gives up what the walk was to do: ends it where it has not begun, else it goes through all
    /// once more to mend what it has done.
    public mutating func giveUp() {
        guard !isGivenUp else { return }
        let hasBegun = isSecond || next > 0
        self = TableWalk(part: length)
        isGivenUp = true
        isDone = !hasBegun
    }

    /// The next part of a list; ends the walk with the last one.
    public mutating func take<Element>(of list: [Element]) -> [Element] {
        take(of: UInt32(clamping: list.count)).map { list[Int($0)] }
    }

    /// The next part; ends the walk with the last one.
    mutating func take(of bound: UInt32) -> Range<UInt32> {
        let start = min(next, bound)
        let end = bound - start > length ? start + length : bound
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
            prefetchWithin(beyond: index, in: columns)
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
        let before = published.pathSets.standing(of: change.source, in: old)
        let after = published.pathSets.standing(of: change.source, in: new)
        change.count(before, after, isIPv4: tree.isIPv4(index))
        paths.use(new)
        let word = ColumnWord(own: new)
        store(word, at: index, in: columns, time: nil)
        pushDown(word.inherited, from: index, in: columns, time: nil)
        paths.endUse(old, retiring: &retirement)
    }

    /// Marks all routes of `source` in `view` as stale, at once.
    public mutating func markStale(_ source: RouteSource, in view: ViewID) {
        var walk = TableWalk()
        while !walk.isDone { markStale(source, in: view, &walk) }
    }

    /// Begins to load what the walk will ask for of a prefix soon after `index`: its paths, and
    /// what lies within it, anywhere in the table.
    ///
    /// Mutating, for else all fields of the writer are loaded at each step.
    private mutating func prefetchWithin(beyond index: UInt32, in columns: ViewColumns) {
        let far = index + 2 * Self.prefetchDistance
        let near = index + Self.prefetchDistance
        guard far < tree.bound else { return }
        let words = columns.pathSets.cells
        published.pathSets.records.prefetch(columns.word(at: far).pathSet)
        let child = tree.firstChild(of: far)
        words.prefetch(child)
        tree.prefetch(child)
        let sibling = tree.nextSibling(of: tree.firstChild(of: near))
        words.prefetch(sibling)
        tree.prefetch(sibling)
    }

    static let prefetchDistance: UInt32 = 12
}
