// SPDX-License-Identifier: Apache-2.0

internal import Model

/// The writer's side of everything that routes share: path sets, attributes, AS paths, sources.
///
///     path set  ->  attributes  ->  AS path
///               ->  source
///
/// Each refers to the next, and goes when nothing refers to it; a path set only after the
/// retention. Sources stay: there are as many as neighbors.
struct PathTable {
    /// More paths than this for one prefix in one view are not kept.
    static let pathsPerPrefix = 256

    private let published: PublishedTable
    private var pathSets = Interner<PathList>()
    private var attributes = Interner<PathAttributes>()
    private var asPaths = Interner<ASPath>()
    private var sourceIDs: [RouteSource: RouteSourceID] = [:]
    private var sources: [RouteSource] = []
    /// Path sets that wait in the retirement queue.
    private var queued: Set<UInt32> = []
    /// Those of them that came into use and out of it again: they wait once more.
    private var renewed: Set<UInt32> = []
    /// By path set, the entries of views that use it now; by AS path, the path sets so used.
    private var uses: [UInt32] = []
    private var asPathUses: [UInt32] = []
    /// Number of AS paths that routes of some view have now.
    private(set) var usedASPaths = 0

    init(published: PublishedTable, retiring retirement: inout Retirement) {
        self.published = published
        let empty = asPathIndex(of: ASPath(), retiring: &retirement)
        asPaths.retain(empty)  // stays at 0 for good
    }

    /// Numbers of distinct values that have an index: in use, or within the retention.
    var counts: (pathSets: Int, attributes: Int, asPaths: Int) {
        (pathSets.count, attributes.count, asPaths.count)
    }

    mutating func id(
        of source: RouteSource,
        retiring retirement: inout Retirement
    ) -> RouteSourceID {
        if let id = sourceIDs[source] { return id }
        let id = RouteSourceID(rawValue: UInt32(sources.count))
        sources.append(source)
        sourceIDs[source] = id
        retirement.add(published.sources.publish(InternedSource(source), at: id.rawValue))
        return id
    }

    /// The id of `source`; nil when it never told a route.
    func id(of source: RouteSource) -> RouteSourceID? { sourceIDs[source] }

    private mutating func asPathIndex(
        of path: ASPath,
        retiring retirement: inout Retirement
    ) -> UInt32 {
        if let index = asPaths.index(of: path) { return index }
        let index = asPaths.insert(path)
        retirement.add(published.asPaths.publish(InternedASPath(path), at: index))
        return index
    }

    /// The index of `value`; to be released after use.
    mutating func takeAttributes(
        _ value: PathAttributes,
        retiring retirement: inout Retirement
    ) -> UInt32 {
        if let index = attributes.index(of: value) {
            attributes.retain(index)
            return index
        }
        let asPath = asPathIndex(of: value.asPath, retiring: &retirement)
        asPaths.retain(asPath)
        let index = attributes.insert(value)
        attributes.retain(index)
        let interned = InternedAttributes(value, asPath: ASPathID(rawValue: asPath))
        retirement.add(published.attributes.publish(interned, at: index))
        return index
    }

    mutating func releaseAttributes(_ index: UInt32, retiring retirement: inout Retirement) {
        guard attributes.release(index), let interned = published.attributes.take(index) else {
            return
        }
        attributes.forget(interned.attributes)
        retirement.add(.object(interned))
        retirement.add(.attributes(index))
        let asPath = interned.asPath.rawValue
        guard asPaths.release(asPath), let path = published.asPaths.take(asPath) else { return }
        asPaths.forget(path.path)
        retirement.add(.object(path))
        retirement.add(.asPath(asPath))
    }

    func paths(of id: PathSetID) -> PathList? {
        published.pathSets.read(id.rawValue) { $0.paths }
    }

    /// The id of `paths`; to be retained if it is kept.
    mutating func id(of paths: PathList, retiring retirement: inout Retirement) -> PathSetID {
        if let index = pathSets.index(of: paths) { return PathSetID(rawValue: index) }
        let index = pathSets.insert(paths)
        attributes.retain(paths.best.attributes)
        for path in paths.others { attributes.retain(path.attributes) }
        retirement.add(published.pathSets.publish(PathSet(paths), at: index))
        return PathSetID(rawValue: index)
    }

    /// Notes that an entry of a view has these paths as its own.
    mutating func use(_ id: PathSetID) {
        retain(id)
        while uses.count <= id.rawValue { uses.append(0) }
        uses[Int(id.rawValue)] += 1
        if uses[Int(id.rawValue)] == 1 { countASPaths(of: id, used: true) }
    }

    mutating func endUse(_ id: PathSetID, retiring retirement: inout Retirement) {
        uses[Int(id.rawValue)] -= 1
        if uses[Int(id.rawValue)] == 0 { countASPaths(of: id, used: false) }
        release(id, retiring: &retirement)
    }

    private mutating func countASPaths(of id: PathSetID, used: Bool) {
        for path in paths(of: id)?.all ?? [] {
            let asPath = published.attributes.read(path.attributes) { Int($0.asPath.rawValue) }
            guard let asPath else { continue }
            while asPathUses.count <= asPath { asPathUses.append(0) }
            let before = asPathUses[asPath]
            asPathUses[asPath] = used ? before + 1 : before - 1
            if used, before == 0 { usedASPaths += 1 }
            if !used, before == 1 { usedASPaths -= 1 }
        }
    }

    /// Notes that an event remembers these paths.
    mutating func retain(_ id: PathSetID) { pathSets.retain(id.rawValue) }

    mutating func release(_ id: PathSetID, retiring retirement: inout Retirement) {
        guard pathSets.release(id.rawValue) else { return }
        if queued.insert(id.rawValue).inserted {
            retirement.add(.unusedPathSet(id.rawValue))
        } else {
            renewed.insert(id.rawValue)
        }
    }

    /// Takes a path set out of the readers' sight after the retention, if it is still unused.
    mutating func expire(_ index: UInt32, retiring retirement: inout Retirement) {
        if renewed.remove(index) != nil, !pathSets.isNeeded(index) {
            retirement.add(.unusedPathSet(index))
            return
        }
        queued.remove(index)
        guard !pathSets.isNeeded(index), let set = published.pathSets.take(index) else { return }
        pathSets.forget(set.paths)
        for path in set.paths.all { releaseAttributes(path.attributes, retiring: &retirement) }
        retirement.add(.object(set))
        retirement.add(.pathSetIndex(index))
    }

    mutating func freePathSet(_ index: UInt32, retiring retirement: inout Retirement) {
        guard pathSets.free(index) else { return }
        retirement.add(published.pathSets.dropSegment(holding: index))
    }

    mutating func freeAttributes(_ index: UInt32, retiring retirement: inout Retirement) {
        guard attributes.free(index) else { return }
        retirement.add(published.attributes.dropSegment(holding: index))
    }

    mutating func freeASPath(_ index: UInt32, retiring retirement: inout Retirement) {
        guard asPaths.free(index) else { return }
        retirement.add(published.asPaths.dropSegment(holding: index))
    }

    /// Whether two lists say the same but for what is stale.
    func areSameRoutes(_ a: PathSetID, _ b: PathSetID) -> Bool {
        paths(of: a)?.fresh == paths(of: b)?.fresh
    }

    /// `list` with `path` added, in the place of the same source's path of the same identifier;
    /// nil when there are too many already.
    func adding(_ path: Path, to list: PathList?) -> PathList? {
        guard let list else { return PathList(best: path) }
        var paths = list.all.filter {
            $0.source != path.source || $0.pathIdentifier != path.pathIdentifier
        }
        guard paths.count < Self.pathsPerPrefix else { return nil }
        paths.append(path)
        return ranked(paths)
    }

    /// `list` with only the paths for which `change` gives one, as changed; nil for none.
    func mapping(_ list: PathList, _ change: (Path) -> Path?) -> PathList? {
        if list.others.isEmpty { return change(list.best).map { PathList(best: $0) } }
        return ranked(list.all.compactMap(change))
    }

    private func ranked(_ paths: [Path]) -> PathList? {
        guard paths.count > 1 else { return PathList(ranked: paths) }
        let compared = paths.compactMap { path in
            published.attributes.read(path.attributes) {
                RankedPath(path, $0, from: sources[Int(path.source.rawValue)])
            }
        }
        return PathList(ranked: RankedPath.ranked(compared))
    }
}
