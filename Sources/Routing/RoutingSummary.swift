// SPDX-License-Identifier: Apache-2.0

public import Model

/// What a routing table holds.
public struct RoutingSummary: Equatable, Sendable {
    public var views: [ViewSummary]
    /// Distinct prefixes over all views, default routes among them.
    public var ipv4Prefixes: Int
    public var ipv6Prefixes: Int
    /// Distinct AS paths of all routes.
    public var paths: Int
    /// Paths that were announced and not kept since the table was made: their prefixes had as many
    /// in their view as are kept.
    public var refusedPaths: Int

    public init(
        views: [ViewSummary],
        ipv4Prefixes: Int,
        ipv6Prefixes: Int,
        paths: Int,
        refusedPaths: Int = 0
    ) {
        self.views = views
        self.ipv4Prefixes = ipv4Prefixes
        self.ipv6Prefixes = ipv6Prefixes
        self.paths = paths
        self.refusedPaths = refusedPaths
    }
}

/// What one view holds.
public struct ViewSummary: Equatable, Sendable {
    public var name: String
    public var ipv4Prefixes: Int
    public var ipv6Prefixes: Int

    public init(name: String, ipv4Prefixes: Int, ipv6Prefixes: Int) {
        self.name = name
        self.ipv4Prefixes = ipv4Prefixes
        self.ipv6Prefixes = ipv6Prefixes
    }
}

/// Numbers of prefixes, by family.
public struct PrefixCounts: Equatable, Sendable {
    public var ipv4 = 0
    public var ipv6 = 0

    public init(ipv4: Int = 0, ipv6: Int = 0) {
        self.ipv4 = ipv4
        self.ipv6 = ipv6
    }

    mutating func add(_ change: Int, isIPv4: Bool) {
        if isIPv4 { ipv4 += change } else { ipv6 += change }
    }

    static func += (counts: inout PrefixCounts, change: PrefixCounts) {
        counts.ipv4 += change.ipv4
        counts.ipv6 += change.ipv6
    }
}

extension RoutingTableWriter {
    public func summary() -> RoutingSummary {
        RoutingSummary(
            views: views.filter { $0.stage == .used }.map { view in
                ViewSummary(
                    name: view.name,
                    ipv4Prefixes: view.prefixes.ipv4,
                    ipv6Prefixes: view.prefixes.ipv6
                )
            },
            ipv4Prefixes: distinctPrefixes.ipv4,
            ipv6Prefixes: distinctPrefixes.ipv6,
            paths: paths.usedASPaths,
            refusedPaths: refusedPaths
        )
    }

    /// Numbers of prefixes to which `source` has a path in `view`.
    public func prefixCounts(of source: RouteSource, in view: ViewID) -> PrefixCounts {
        guard let id = paths.id(of: source), views.indices.contains(Int(view.rawValue)) else {
            return PrefixCounts()
        }
        return views[Int(view.rawValue)].sources[id].prefixes
    }

    /// Those of them that are not stale.
    public func freshPrefixCounts(of source: RouteSource, in view: ViewID) -> PrefixCounts {
        guard let id = paths.id(of: source), views.indices.contains(Int(view.rawValue)) else {
            return PrefixCounts()
        }
        return views[Int(view.rawValue)].sources[id].fresh
    }

    /// What is kept, in use or not, and what waits to be freed.
    package var footprint: Footprint {
        let counts = paths.counts
        return Footprint(
            prefixes: tree.count,
            nodes: tree.trie.nodeCount,
            pathSets: counts.pathSets,
            attributes: counts.attributes,
            asPaths: counts.asPaths,
            nextHops: counts.nextHops,
            events: history.count,
            waiting: retirement.count,
            octets: published.octets
        )
    }
}

/// Numbers of the table's parts.
package struct Footprint: Equatable, Sendable {
    package var prefixes: Int
    package var nodes: Int
    package var pathSets: Int
    package var attributes: Int
    package var asPaths: Int
    package var nextHops: Int
    package var events: Int
    /// Retired and not yet freed.
    package var waiting: Int
    /// Of the shared arrays.
    package var octets: Int
}
