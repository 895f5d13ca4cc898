// SPDX-License-Identifier: Apache-2.0

public import Model

/// One of the paths of a view to a prefix, and what puts it before the next.
public struct RankedRoute: Sendable {
    public let source: RouteSource
    public let attributes: PathAttributes
    /// RFC 7911; 0 without ADD-PATH.
    public let pathIdentifier: UInt32
    /// Whether its session has ended, and it was not told again since.
    public let isStale: Bool
    /// In what it is better than the next path; nil for the last.
    public internal(set) var step: RouteSelectionStep?
}

/// A step of route selection; they are compared in this order (RFC 4271, section 9.1.2.2, where
/// nothing else is said).
public enum RouteSelectionStep: Sendable, CaseIterable {
    /// Adj-RIB-Out comes last, whatever else.
    case adjRIBOut
    /// Of the source; ours to say.
    case weight
    /// LLGR_STALE comes last (RFC 9494, section 4.3).
    case longLivedStale
    case localPreference
    case asPathLength
    case origin
    /// Between paths from one neighboring AS.
    case multiExitDiscriminator
    /// External before internal.
    case external
    /// BGP identifier, or ORIGINATOR_ID in its place.
    case routerID
    /// Length of CLUSTER_LIST (RFC 4456, section 9).
    case clusterCount
    case neighborAddress
    /// Which source was heard of first, then the path identifier: no RFC's, to have an order.
    case firstHeard
}

extension RoutingTableReader {
    /// All paths of the matched route, best first, as it is now; empty without route.
    public func paths(of match: RouteMatch) -> [RankedRoute] {
        online { table in
            var routes: [RankedRoute] = []
            var last: RankedPath?
            for path in table.pathSets.paths(of: match.pathSet)?.all ?? [] {
                guard let attributes = table.attributes.attributes(of: path),
                    let source = table.sources.read(path.source.rawValue, { $0.source })
                else { continue }
                let ranked = RankedPath(path, attributes, from: source)
                if let last { routes[routes.count - 1].step = last.step(before: ranked) }
                last = ranked
                routes.append(
                    RankedRoute(
                        source: source,
                        attributes: attributes,
                        pathIdentifier: path.pathIdentifier,
                        isStale: path.isStale
                    )
                )
            }
            return routes
        }
    }
}
