// SPDX-License-Identifier: Apache-2.0

internal import Model

/// One path to a prefix: who told it, which of theirs it is, and what they said.
struct Path: Hashable, Sendable {
    /// Index of the interned attributes.
    var attributes: UInt32
    var source: RouteSourceID
    /// RFC 7911; 0 without ADD-PATH.
    var pathIdentifier: UInt32
    var isStale = false
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
    var fresh: PathList {
        var list = self
        list.best.isStale = false
        for index in others.indices { list.others[index].isStale = false }
        return list
    }

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

/// A path list as readers see it.
final class PathSet: Sendable {
    let paths: PathList

    init(_ paths: PathList) { self.paths = paths }
}

/// Path attributes, with what is derived from them worked out once.
final class InternedAttributes: Sendable {
    let attributes: PathAttributes
    let asPath: ASPathID
    let neighborAS: ASN?
    let originAS: ASN
    let selectionLength: Int
    let nextHop: IPAddress?

    init(_ attributes: PathAttributes, asPath: ASPathID) {
        self.attributes = attributes
        self.asPath = asPath
        neighborAS = attributes.asPath.neighborAS
        originAS = attributes.asPath.originAS ?? .zero
        selectionLength = attributes.asPath.selectionLength
        nextHop = attributes.nextHop
    }
}

final class InternedASPath: Sendable {
    let path: ASPath

    init(_ path: ASPath) { self.path = path }
}

final class InternedSource: Sendable {
    let source: RouteSource

    init(_ source: RouteSource) { self.source = source }
}
