// SPDX-License-Identifier: Apache-2.0

import Model

// Routers that report by BMP.

extension Keys {
    static let station = Section<Settings.Station>(
        "a station",
        initial: { _ in Settings.Station(name: "", address: .v4(0)) },
        rows: [
            .key("name", .name, \.name, required: true, "Name of the router, and of its view."),
            .key(
                "address",
                .address,
                \.address,
                required: true,
                "Where its connection comes from; from anywhere else it is refused."
            ),
            .key(
                "use",
                .word(),
                \.use,
                """
                The tables that are kept of what it reports; auto keeps all, and believes Loc-RIB \
                before Adj-RIB-In after policy, before a BGP session, before Adj-RIB-In before \
                policy.
                """
            ),
            .key(
                "staleSeconds",
                .integer(0...86_400),
                \.staleSeconds,
                unit: "seconds",
                "How long its routes stand, marked stale, after the connection has dropped."
            ),
            .inside(
                "maxPrefixes",
                maxPrefixesOfTable,
                \.maxPrefixes,
                """
                More prefixes of one family leave a table of a peer out, until it begins anew; so \
                do 16 times as many in all its tables.
                """
            ),
            .optional(
                "weight",
                .integer(0...65_535),
                \.weight,
                default: "locRib 400, postPolicy 300, prePolicy 100; a BGP session has 200",
                """
                Of two sources of a view the one with more is believed, whatever the routes say; \
                one for all its tables but Adj-RIB-Out, which fill no other's view.
                """
            ),
        ]
    )

    private static let maxPrefixesOfTable = Section<Settings.Neighbor.MaxPrefixes>(
        "the most prefixes",
        initial: { _ in Settings.Neighbor.MaxPrefixes() },
        rows: [
            .key("ipv4", .integer(1...100_000_000), \.ipv4, "Of IPv4."),
            .key("ipv6", .integer(1...100_000_000), \.ipv6, "Of IPv6."),
        ]
    )
}
