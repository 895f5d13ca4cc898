// SPDX-License-Identifier: Apache-2.0

import Model
import RouteDecoding

/// What holds of every route, whatever it was read from.
enum RouteInvariants {
    /// Checks what was read from `octets` octets in a session of `options`.
    static func check(_ update: RouteUpdate, _ options: BGPSessionOptions, octets: Int) {
        Invariants.require(
            update.announced.count + update.withdrawn.count <= octets,
            "a route takes an octet at least"
        )
        for route in update.announced { check(route, options) }
        for route in update.withdrawn { check(route, options) }
        Invariants.require(
            update.endOfRIB.isEmpty || update.announced.isEmpty && update.withdrawn.isEmpty,
            "End-of-RIB comes alone"
        )
        let families = Set(update.announced.map(\.prefix.family))
        Invariants.require(families.count <= 1, "what has one next hop is of one family")
        guard !update.announced.isEmpty else { return }
        check(update.attributes, options, octets: octets)
    }

    private static func check(
        _ route: RouteUpdate.Reachability,
        _ options: BGPSessionOptions
    ) {
        check(route.prefix)
        Invariants.require(
            route.pathIdentifier == 0
                || options.addPathFamilies.contains(route.prefix.family),
            "paths are numbered where both agreed"
        )
    }

    static func check(_ prefix: IPPrefix) {
        Invariants.require(
            prefix.length <= prefix.family.addressBits,
            "a prefix is no longer than an address"
        )
        let host = prefix.length == 128 ? 0 : prefix.address.bits << UInt128(prefix.length)
        Invariants.require(host == 0, "a prefix has no host bits")
    }

    static func check(
        _ attributes: PathAttributes,
        _ options: BGPSessionOptions,
        octets: Int
    ) {
        let words = attributes.asPath.words
        Invariants.require(words.count <= octets / 2 + 2, "a path is no longer than it came")
        Invariants.require(words.count <= 4_100, "a path is bounded")
        var index = 0
        while index < words.count {
            let kind = words[index] >> 16
            let count = Int(words[index] & 0xffff)
            Invariants.require((1...4).contains(kind), "a segment is of a kind")
            Invariants.require(
                count > 0 || index == words.count - 1 && kind == 1,
                "only where a path was cut off a segment is empty"
            )
            for member in words[index...].dropFirst().prefix(count) {
                Invariants.require(member != 0, "no AS is 0")
            }
            index += 1 + count
        }
        Invariants.require(index == words.count, "segments fill the path")
        let communities =
            attributes.communities.count * 4 + attributes.largeCommunities.count * 12
            + attributes.extendedCommunities.count * 8
        Invariants.require(communities <= octets, "communities take their octets")
        guard options.isExternal else { return }
        Invariants.require(
            attributes.localPreference == nil && attributes.originatorID == nil,
            "another AS has no say in what is ours"
        )
    }
}
