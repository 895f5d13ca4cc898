// SPDX-License-Identifier: Apache-2.0

internal import Model

/// One path to a prefix: who told it, which of theirs it is, and what they said.
struct Path: Hashable, Sendable {
    /// Index of the attributes without the next hop (``AttributeTable``).
    var attributes: UInt32
    var nextHop: NextHopID
    var source: RouteSourceID
    /// RFC 7911; 0 without ADD-PATH.
    var pathIdentifier: UInt32
    var isStale = false

    /// Whether `other` would take its place: it is the same source's path of the same identifier.
    func isReplaced(by other: Path) -> Bool {
        source == other.source && pathIdentifier == other.pathIdentifier
    }

    /// The path as it was told.
    var fresh: Path {
        var path = self
        path.isStale = false
        return path
    }
}

/// All paths of a view to a prefix, best first, then as they would take over.
struct PathList: Hashable, Sendable {
    var best: Path
    var others: [Path] = []

    init(best: Path, others: [Path] = []) {
        self.best = best
        self.others = others
    }

    /// The list of `paths`, which are ranked already; nil for none.
    init?(ranked paths: [Path]) {
        guard let best = paths.first else { return nil }
        self.init(best: best, others: Array(paths.dropFirst()))
    }

    /// The list with no path stale.
    var fresh: PathList { PathList(best: best.fresh, others: others.map(\.fresh)) }

    var all: [Path] { [best] + others }

    /// Whether `source` has a path in it, and one that is not stale.
    func standing(of source: RouteSourceID) -> SourceStanding {
        var standing = SourceStanding()
        standing.add(best, source)
        for path in others { standing.add(path, source) }
        return standing
    }
}

/// What one source has among the paths to a prefix.
struct SourceStanding: Equatable {
    var hasPath = false
    var hasFreshPath = false

    mutating func add(_ path: Path, _ source: RouteSourceID) {
        guard path.source == source else { return }
        hasPath = true
        hasFreshPath = hasFreshPath || !path.isStale
    }
}

/// A path list as readers see it, where there is more than one path.
final class PathSet: Sendable {
    let paths: PathList

    init(_ paths: PathList) { self.paths = paths }
}

final class InternedASPath: Sendable {
    let path: ASPath

    init(_ path: ASPath) { self.path = path }
}

final class InternedSource: Sendable {
    let source: RouteSource

    init(_ source: RouteSource) { self.source = source }
}
