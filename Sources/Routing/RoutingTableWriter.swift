// SPDX-License-Identifier: Apache-2.0

public import Model

/// Changes the routes of a ``RoutingTable``; there is one, on one thread at a time.
///
/// Readers see each prefix change at once. Call ``reclaim(at:)`` now and then, say every second.
public struct RoutingTableWriter: ~Copyable, Sendable {
    /// What the writer knows of a view beyond its columns.
    struct View {
        let columns: ViewColumns
        var prefixes = PrefixCounts()
        var prefixesBySource: [RouteSourceID: PrefixCounts] = [:]
        /// Those that are not stale.
        var freshPrefixesBySource: [RouteSourceID: PrefixCounts] = [:]
    }

    /// Views beyond this number are not made.
    static let viewLimit = 4096

    let published: PublishedTable
    var tree: PrefixTree
    var paths: PathTable
    var history: RouteHistory
    var retirement: Retirement
    var views: [View] = []
    /// Prefixes that some view has.
    var distinctPrefixes = PrefixCounts()
    /// The newest time heard of, in nanoseconds since 1970-01-01 00:00 UTC.
    var newestTime: Int64 = 0
    private var viewIDs: [String: ViewID] = [:]

    init(_ published: PublishedTable, retention: Int64) {
        var retirement = Retirement(retention: retention)
        self.published = published
        tree = PrefixTree(published: published)
        paths = PathTable(published: published, retiring: &retirement)
        history = RouteHistory(published: published, retention: retention)
        self.retirement = retirement
    }

    deinit { published.keep(retirement.objects) }

    /// The view of that name, which is made if it is not there.
    ///
    /// A table has at most 4,096 views; what would be one more is ``ViewID/none``.
    public mutating func view(named name: String) -> ViewID {
        if let id = viewIDs[name] { return id }
        guard views.count < Self.viewLimit else { return .none }
        let id = ViewID(rawValue: UInt16(views.count))
        let columns = ViewColumns(name: name)
        views.append(View(columns: columns))
        viewIDs[name] = id
        retirement.add(published.views.publish(columns, at: UInt32(id.rawValue)))
        return id
    }

    /// Whether views of all these names are there, or can be made: none is ever freed.
    public func canMake(views names: Set<String>) -> Bool {
        views.count + names.count { viewIDs[$0] == nil } <= Self.viewLimit
    }

    /// Withdraws and announces what `update` says, as told by `source`.
    ///
    /// An announcement replaces the source's path to the prefix of the same path identifier.
    public mutating func apply(
        _ update: RouteUpdate,
        from source: RouteSource,
        to view: ViewID
    ) {
        guard views.indices.contains(Int(view.rawValue)) else { return }
        newestTime = max(newestTime, update.time)
        let sourceID = paths.id(of: source, retiring: &retirement)
        var change = RouteChange(view: Int(view.rawValue), source: sourceID, time: update.time)
        for withdrawn in update.withdrawn { withdraw(withdrawn, &change) }
        if !update.announced.isEmpty {
            let attributes = paths.takeAttributes(update.attributes, retiring: &retirement)
            for announced in update.announced { announce(announced, attributes, &change) }
            paths.releaseAttributes(attributes, retiring: &retirement)
        }
        count(change)
    }

    mutating func count(_ change: RouteChange) {
        views[change.view].prefixesBySource[change.source, default: PrefixCounts()] +=
            change.prefixes
        views[change.view].freshPrefixesBySource[change.source, default: PrefixCounts()] +=
            change.freshPrefixes
    }
}
