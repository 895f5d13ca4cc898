// SPDX-License-Identifier: Apache-2.0

import Model
import Routing

/// A generator of the same numbers on every run (SplitMix64).
struct Numbers: RandomNumberGenerator {
    var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var number = state
        number = (number ^ number >> 30) &* 0xbf58_476d_1ce4_e5b9
        number = (number ^ number >> 27) &* 0x94d0_49bb_1331_11eb
        return number ^ number >> 31
    }
}

/// The plainest routing table: for each view a list of all paths, searched from end to end.
struct PlainTable {
    struct PlainPath {
        var source: RouteSource
        var pathIdentifier: UInt32
        var attributes: PathAttributes
        var isStale = false
    }

    var views: [[IPPrefix: [PlainPath]]]

    init(views: Int) { self.views = Array(repeating: [:], count: views) }

    mutating func apply(_ update: RouteUpdate, from source: RouteSource, to view: Int) {
        for withdrawn in update.withdrawn {
            views[view][withdrawn.prefix]?.removeAll {
                $0.source == source && $0.pathIdentifier == withdrawn.pathIdentifier
            }
        }
        for announced in update.announced {
            views[view][announced.prefix, default: []].removeAll {
                $0.source == source && $0.pathIdentifier == announced.pathIdentifier
            }
            views[view][announced.prefix, default: []].append(
                PlainPath(
                    source: source,
                    pathIdentifier: announced.pathIdentifier,
                    attributes: update.attributes
                )
            )
        }
        tidy(view)
    }

    mutating func markStale(_ source: RouteSource, in view: Int) {
        for prefix in Array(views[view].keys) {
            for index in views[view][prefix, default: []].indices
            where views[view][prefix]?[index].source == source {
                views[view][prefix]?[index].isStale = true
            }
        }
    }

    mutating func remove(_ source: RouteSource, from view: Int, staleOnly: Bool) {
        for prefix in Array(views[view].keys) {
            views[view][prefix]?.removeAll { $0.source == source && ($0.isStale || !staleOnly) }
        }
        tidy(view)
    }

    private mutating func tidy(_ view: Int) { views[view] = views[view].filter { !$1.isEmpty } }

    /// The view that decides, its longest prefix and its best path.
    func route(to address: IPAddress, views list: [Int]) -> (Int, IPPrefix, PlainPath)? {
        for byDefault in [false, true] {
            for view in list {
                var longest: IPPrefix?
                for prefix in views[view].keys where (prefix.length == 0) == byDefault {
                    if prefix.contains(address), prefix.length >= longest?.length ?? 0 {
                        longest = prefix
                    }
                }
                if let longest, let paths = views[view][longest] {
                    return (view, longest, Self.best(paths))
                }
            }
        }
        return nil
    }

    /// The weight of the source, then RFC 4271, section 9.1.2.2, word by word: paths are removed
    /// from consideration.
    static func best(_ paths: [PlainPath]) -> PlainPath {
        var left = paths
        func keepLowest<Key: Comparable>(_ key: (PlainPath) -> Key) {
            let lowest = left.map(key).min()
            left.removeAll { key($0) != lowest }
        }
        keepLowest { $0.source.rib == .adjRIBOut ? 1 : 0 }
        keepLowest { -Int($0.source.weight) }
        keepLowest { $0.attributes.communities.contains(0xffff_0006) ? 1 : 0 }  // RFC 9494, 4.3
        keepLowest { -Int($0.attributes.localPreference ?? 100) }
        keepLowest { $0.attributes.asPath.selectionLength }
        keepLowest { $0.attributes.origin.rawValue }
        let compared = left
        left.removeAll { path in
            compared.contains { other in
                other.attributes.asPath.neighborAS == path.attributes.asPath.neighborAS
                    && other.attributes.multiExitDiscriminator ?? 0
                        < path.attributes.multiExitDiscriminator ?? 0
            }
        }
        keepLowest { $0.source.isExternal ? 0 : 1 }
        keepLowest { $0.attributes.originatorID ?? $0.source.routerID }
        keepLowest { $0.attributes.clusterCount }  // RFC 4456, section 9
        keepLowest { $0.source.address }
        keepLowest { $0.pathIdentifier }
        return left[0]
    }

    var summary: RoutingSummary {
        func count(_ prefixes: some Sequence<IPPrefix>, _ family: AddressFamily) -> Int {
            prefixes.count { $0.family == family }
        }
        let all = Set(views.flatMap(\.keys))
        let paths = views.flatMap { $0.values.flatMap { $0.map(\.attributes.asPath) } }
        return RoutingSummary(
            views: views.enumerated().map { index, view in
                ViewSummary(
                    name: "view \(index)",
                    ipv4Prefixes: count(view.keys, .ipv4),
                    ipv6Prefixes: count(view.keys, .ipv6)
                )
            },
            ipv4Prefixes: count(all, .ipv4),
            ipv6Prefixes: count(all, .ipv6),
            paths: Set(paths).count
        )
    }
}
