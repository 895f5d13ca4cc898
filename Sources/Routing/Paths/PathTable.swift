// SPDX-License-Identifier: Apache-2.0

internal import Model

/// The writer's side of everything that routes share: path sets, attributes, AS paths, sources.
///
///     path set  ->  attributes  ->  AS path
///               ->  next hop
///               ->  source
///
/// Each refers to the next, and goes when nothing refers to it; a path set only after the
/// retention. Sources stay: there are as many as neighbors.
struct PathTable {
    /// More paths than this for one prefix in one view are not kept: as many as a prefix has at
    /// the largest exchanges, and no list is so long that ranking it is felt.
    static let pathsPerPrefix = 32
    /// Sources have 24 bits in a record of a path.
    static let mostSources = 1 << 24

    let published: PublishedTable
    var pathSets: PathSetTable
    private var attributes: AttributeTable
    private var nextHops: NextHopTable
    private var sourceIDs: [RouteSource: RouteSourceID] = [:]
    private(set) var sources: [RouteSource] = []
    /// The last one asked for: a message comes from the source of the message before.
    private var latestSource: RouteSourceID?
    /// By AS path, the path sets that entries of views use now.
    private var asPathUses: [UInt32] = []
    /// Number of AS paths that routes of some view have now.
    private(set) var usedASPaths = 0

    init(published: PublishedTable, retiring retirement: inout Retirement) {
        self.published = published
        pathSets = PathSetTable(published: published)
        attributes = AttributeTable(published: published, retiring: &retirement)
        nextHops = NextHopTable(published: published)
    }

    /// Numbers of distinct values that have an index: in use, or within the retention.
    var counts: (pathSets: Int, attributes: Int, asPaths: Int, nextHops: Int) {
        (pathSets.count, attributes.count, attributes.asPathCount, nextHops.count)
    }

    /// The id of `source`; nil when there are too many.
    mutating func id(
        of source: RouteSource,
        retiring retirement: inout Retirement
    ) -> RouteSourceID? {
        if let latestSource, sources[Int(latestSource.rawValue)] == source { return latestSource }
        if let id = sourceIDs[source] {
            latestSource = id
            return id
        }
        guard sources.count < Self.mostSources else { return nil }
        let id = RouteSourceID(rawValue: UInt32(sources.count))
        sources.append(source)
        sourceIDs[source] = id
        latestSource = id
        retirement.add(published.sources.publish(InternedSource(source), at: id.rawValue))
        return id
    }

    /// The id of `source`; nil when it never told a route.
    func id(of source: RouteSource) -> RouteSourceID? { sourceIDs[source] }

    /// A path with what `update` announces, of `source`; to be released after use.
    mutating func take(
        _ update: RouteUpdate,
        from source: RouteSourceID,
        retiring retirement: inout Retirement
    ) -> Path {
        Path(
            attributes: attributes.take(update.shared, retiring: &retirement),
            nextHop: nextHops.take(update.nextHop),
            source: source,
            pathIdentifier: 0
        )
    }

    /// The set of one path alone, with what `update` announces; nil when it has to be searched for.
    mutating func recall(
        _ update: RouteUpdate,
        from source: RouteSourceID,
        pathIdentifier: UInt32
    ) -> PathSetID? {
        let number = update.shared.pathSetMark.number
        let index = update.shared.pathSetMark.index
        guard number != 0, let nextHop = nextHops.id(of: update.nextHop) else { return nil }
        return pathSets.marked(index: index, number: number) { path in
            path.nextHop == nextHop && path.source == source
                && path.pathIdentifier == pathIdentifier
        }
    }

    /// Leaves a mark on `shared` for ``recall(_:from:pathIdentifier:)``, if `id` is of one path,
    /// which was told with it.
    func mark(_ shared: SharedAttributes, with id: PathSetID) { pathSets.mark(shared, with: id) }

    mutating func release(_ path: Path, retiring retirement: inout Retirement) {
        attributes.release(path.attributes, retiring: &retirement)
        nextHops.release(path.nextHop, retiring: &retirement)
    }

    /// The id of `list`; to be retained if it is kept.
    mutating func id(of list: PathList, retiring retirement: inout Retirement) -> PathSetID {
        let (id, isNew) = pathSets.id(of: list, retiring: &retirement)
        if isNew {
            retain(list.best)
            for path in list.others { retain(path) }
        }
        return id
    }

    private mutating func retain(_ path: Path) {
        attributes.retain(path.attributes)
        nextHops.retain(path.nextHop)
    }

    /// Notes that an entry of a view has these paths as its own.
    mutating func use(_ id: PathSetID) {
        if pathSets.use(id) { countASPaths(of: id, used: true) }
    }

    mutating func endUse(_ id: PathSetID, retiring retirement: inout Retirement) {
        if pathSets.endUse(id) { countASPaths(of: id, used: false) }
        pathSets.release(id, retiring: &retirement)
    }

    private mutating func countASPaths(of id: PathSetID, used: Bool) {
        guard let record = published.pathSets.record(of: id) else { return }
        if record.isOnly { return countASPath(of: record.path, used: used) }
        for path in published.pathSets.paths(of: id)?.all ?? [] {
            countASPath(of: path, used: used)
        }
    }

    private mutating func countASPath(of path: Path, used: Bool) {
        let asPath = Int(published.attributes.traits(at: path.attributes).asPath.rawValue)
        while asPathUses.count <= asPath { asPathUses.append(0) }
        let before = asPathUses[asPath]
        asPathUses[asPath] = used ? before + 1 : before - 1
        if used, before == 0 { usedASPaths += 1 }
        if !used, before == 1 { usedASPaths -= 1 }
    }

    /// Notes that an event remembers these paths.
    mutating func retain(_ id: PathSetID) { pathSets.retain(id) }

    mutating func release(_ id: PathSetID, retiring retirement: inout Retirement) {
        pathSets.release(id, retiring: &retirement)
    }

    /// Takes a path set out of the readers' sight after the retention, if it is still unused.
    mutating func expire(_ index: UInt32, retiring retirement: inout Retirement) {
        guard let list = pathSets.expire(index, retiring: &retirement) else { return }
        release(list.best, retiring: &retirement)
        for path in list.others { release(path, retiring: &retirement) }
    }

    mutating func freePathSet(_ index: UInt32, retiring retirement: inout Retirement) {
        pathSets.free(index, retiring: &retirement)
    }

    mutating func freeAttributes(_ index: UInt32, retiring retirement: inout Retirement) {
        attributes.free(index, retiring: &retirement)
    }

    mutating func freeASPath(_ index: UInt32, retiring retirement: inout Retirement) {
        attributes.freeASPath(index, retiring: &retirement)
    }

    mutating func freeNextHop(_ index: UInt32) {
        nextHops.free(index)
    }
}
