// SPDX-License-Identifier: Apache-2.0

public import Model

/// Changes the routes of a ``RoutingTable``; there is one, on one thread at a time.
///
/// Readers see each prefix change at once. Call ``reclaim(at:)`` now and then, say every second.
public struct RoutingTableWriter: ~Copyable, Sendable {
    /// What the writer knows of a view beyond its columns.
    struct View {
        let name: String
        var prefixes = PrefixCounts()
        var sources = CountsBySource()
        var stage = ViewStage.used
    }

    /// Views beyond this number are not made.
    static let viewLimit = 4096

    let published: PublishedTable
    var tree: PrefixTree
    var paths: PathTable
    var history: RouteHistory
    var retirement: Retirement
    /// By view id; ``noColumns`` for a view that is gone.
    var columns: [ViewColumns] = []
    let noColumns = ViewColumns(name: "")
    var views: [View] = []
    var viewIDs: [String: ViewID] = [:]
    /// Ids of views that are gone, to be given again.
    var freeViews: [ViewID] = []
    /// Views whose columns are being freed.
    var endingViews: [EndingView] = []
    /// How far the columns have been walked through since events were forgotten.
    var settling = SettlingWalk()
    /// Prefixes that some view has.
    var distinctPrefixes = PrefixCounts()
    /// Paths that were not kept, for their prefixes had too many.
    var refusedPaths = 0
    /// The newest time heard of, in nanoseconds since 1970-01-01 00:00 UTC.
    var newestTime: Int64 = 0

    init(_ published: PublishedTable, retention: Int64) {
        var retirement = Retirement(retention: retention)
        self.published = published
        tree = PrefixTree(published: published)
        paths = PathTable(published: published, retiring: &retirement)
        history = RouteHistory(published: published, retention: retention)
        self.retirement = retirement
    }

    deinit { published.keep(retirement.waitingObjects) }

    /// Loads what ``apply(_:from:to:)`` needs of attributes that were told before.
    ///
    /// Who has many updates to hand over tells of their attributes first: what is loaded for one
    /// does not wait for what is loaded for another.
    public mutating func expect(_ shared: SharedAttributes) {
        paths.pathSets.load(shared.pathSetMark.index)
    }

    /// Withdraws and announces what `update` says, as told by `source`.
    ///
    /// An announcement replaces the source's path to the prefix of the same path identifier.
    public mutating func apply(
        _ update: RouteUpdate,
        from source: RouteSource,
        to view: ViewID
    ) {
        guard isUsed(view), let sourceID = paths.id(of: source, retiring: &retirement) else {
            return
        }
        newestTime = max(newestTime, update.time)
        var change = RouteChange(view: Int(view.rawValue), source: sourceID, time: update.time)
        for withdrawn in update.withdrawn { withdraw(withdrawn, &change) }
        if let first = update.announced.first {
            let identifier = first.pathIdentifier
            let known = paths.recall(update, from: sourceID, pathIdentifier: identifier)
            change.latest = known.map { (nil, identifier, $0) }
            for announced in update.announced { announce(announced, by: update, &change) }
            if let path = change.path { paths.release(path, retiring: &retirement) }
        }
        count(change)
    }

    mutating func count(_ change: RouteChange) {
        guard change.prefixes != PrefixCounts() || change.freshPrefixes != PrefixCounts() else {
            return
        }
        views[change.view].sources.count(change)
    }
}
