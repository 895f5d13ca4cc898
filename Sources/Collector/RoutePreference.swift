// SPDX-License-Identifier: Apache-2.0

import Model
import Routing

/// Why one path of a prefix stands before the next, for people.
enum RoutePreference {
    /// "local preference 200 before 100"; nil for the last path.
    static func reason(_ path: RankedRoute, before other: RankedRoute) -> String? {
        guard let step = path.step else { return nil }
        let (a, b) = (path.attributes, other.attributes)
        func values(_ name: String, _ value: (PathAttributes) -> some BinaryInteger) -> String {
            "\(name) \(value(a)) before \(value(b))"
        }
        switch step {
        case .adjRIBOut: return "Adj-RIB-Out last"
        case .weight: return "weight \(path.source.weight) before \(other.source.weight)"
        case .longLivedStale: return "LLGR_STALE last"
        case .localPreference: return values("local preference") { $0.localPreference ?? 100 }
        case .asPathLength: return values("AS path length") { $0.asPath.selectionLength }
        case .origin: return values("origin") { $0.origin.rawValue }
        case .multiExitDiscriminator: return values("MED") { $0.multiExitDiscriminator ?? 0 }
        case .external: return "external before internal"
        case .routerID:
            let ours = a.originatorID ?? path.source.routerID
            return "router id \(ours) before \(b.originatorID ?? other.source.routerID)"
        case .clusterCount: return values("CLUSTER_LIST length") { $0.clusterCount }
        case .neighborAddress: return "neighbor address"
        case .firstHeard: return "first heard of, then path identifier"
        }
    }
}
