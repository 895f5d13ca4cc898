// SPDX-License-Identifier: Apache-2.0

internal import Model

/// The path sets, as readers see them.
///
/// # How it works
///
/// Nearly every prefix of a view has one path, so a path set is a flat record, four words in one
/// cache line; only where there are more, an object beside it lists them all:
///
///     record  [ source, stale, more, present | attributes | next hop | path identifier ]
///     object  [ best path | others .. ]        (under the same index, only with *more*)
///
/// The record tells the best path. It is written before the word of a column that leads to it, the
/// first word last; a set that is freed loses *present* first, and the rest stays as it was until
/// no reader can look at it any more.
final class PublishedPaths: Sendable {
    /// Records whose memory is given back together.
    static let blockShift: UInt32 = 12
    private let words = PublishedWords(segmentShift: blockShift + 2, capacityShift: 28)
    private let lists = PublishedObjects<PathSet>()

    private static let isPresent: UInt32 = 1
    private static let isStale: UInt32 = 2
    private static let hasMore: UInt32 = 4
    private static let sourceShift: UInt32 = 8

    /// The best path of a set, and whether it is the only one.
    struct Record {
        var path: Path
        var isOnly: Bool
    }

    /// The records, for a batch of flows.
    struct Records {
        fileprivate let words: PublishedCells

        /// Begins to load the record of `id`.
        @inline(__always)
        func prefetch(_ id: PathSetID) { words.prefetch(id.rawValue &<< 2) }

        @inline(__always)
        subscript(id: PathSetID) -> Record? { PublishedPaths.record(of: id, in: words) }
    }

    var records: Records { Records(words: words.cells) }

    /// The record of `id`; nil when there is none (any more).
    @inline(__always)
    func record(of id: PathSetID) -> Record? { Self.record(of: id, in: words.cells) }

    @inline(__always)
    private static func record(of id: PathSetID, in words: PublishedCells) -> Record? {
        guard id != .none else { return nil }
        let position = id.rawValue &<< 2
        let state = words[position]
        guard state & Self.isPresent != 0 else { return nil }
        let path = Path(
            attributes: words[position | 1],
            nextHop: NextHopID(rawValue: words[position | 2]),
            source: RouteSourceID(rawValue: state >> Self.sourceShift),
            pathIdentifier: words[position | 3],
            isStale: state & Self.isStale != 0
        )
        return Record(path: path, isOnly: state & Self.hasMore == 0)
    }

    /// All paths of `id`; nil when there are none (any more).
    func paths(of id: PathSetID) -> PathList? {
        guard let record = record(of: id) else { return nil }
        if record.isOnly { return PathList(best: record.path) }
        return lists.read(id.rawValue) { $0.paths }
    }

    /// Calls `body` with the path list of `id`, which has more than one.
    func readList<Result>(_ id: PathSetID, _ body: (PathList) -> Result) -> Result? {
        lists.read(id.rawValue) { body($0.paths) }
    }

    /// What `source` has among the paths of `id`.
    func standing(of source: RouteSourceID, in id: PathSetID?) -> SourceStanding {
        var standing = SourceStanding()
        guard let id, let record = record(of: id) else { return standing }
        guard record.isOnly else { return readList(id) { $0.standing(of: source) } ?? standing }
        standing.add(record.path, source)
        return standing
    }

    /// Whether there are paths of `id`, and all are meant.
    @inline(__always)
    func all(of id: PathSetID, meet isMeant: (Path) -> Bool) -> Bool {
        guard let record = record(of: id) else { return false }
        guard isMeant(record.path) else { return false }
        return record.isOnly || readList(id) { $0.others.allSatisfy(isMeant) } ?? false
    }

    /// Whether two sets say the same but for what is stale.
    func areSameRoutes(_ a: PathSetID, _ b: PathSetID) -> Bool {
        guard let first = record(of: a), let second = record(of: b),
            first.isOnly == second.isOnly, first.path.fresh == second.path.fresh
        else { return false }
        return first.isOnly || paths(of: a)?.fresh == paths(of: b)?.fresh
    }

    /// Writer only.
    func publish(_ list: PathList, at index: UInt32, retiring retirement: inout Retirement) {
        words.prepare(index << 2)
        var state = list.best.source.rawValue << Self.sourceShift | Self.isPresent
        if list.best.isStale { state |= Self.isStale }
        if !list.others.isEmpty {
            state |= Self.hasMore
            retirement.add(lists.publish(PathSet(list), at: index))
        }
        words.store(list.best.attributes, at: index << 2 | 1)
        words.store(list.best.nextHop.rawValue, at: index << 2 | 2)
        words.store(list.best.pathIdentifier, at: index << 2 | 3)
        words.store(state, at: index << 2)
    }

    /// Writer only: takes the set at `index` out of the readers' sight.
    func withdraw(_ index: UInt32, retiring retirement: inout Retirement) {
        words.store(0, at: index << 2)
        if let list = lists.take(index) { retirement.add(list) }
    }

    /// Writer only.
    func dropSegments(holding index: UInt32, retiring retirement: inout Retirement) {
        words.dropSegment(holding: index << 2)
        lists.dropSegments(of: Self.blockShift, holding: index, retiring: &retirement)
    }

    var octets: Int { words.octets + lists.octets }
}

extension PublishedObjects {
    /// Writer only: drops all segments of the block of `1 << blockShift` that holds `index`.
    func dropSegments(
        of blockShift: UInt32,
        holding index: UInt32,
        retiring retirement: inout Retirement
    ) {
        let first = (index >> blockShift) << blockShift
        for step in stride(from: 0, to: 1 << blockShift, by: 1 << Int(Self.segmentShift)) {
            retirement.add(dropSegment(holding: first + UInt32(step)))
        }
    }
}
