// SPDX-License-Identifier: Apache-2.0

import Model

// Where routes come from.

extension Keys {
    static let neighbor = Section<Settings.Neighbor>(
        "a neighbor",
        initial: { _ in
            Settings.Neighbor(name: "", address: .v4(0), asn: .zero)
        },
        rows: [
            .key("name", .name, \.name, required: true, "Name of the router, and of its view."),
            .key("address", .address, \.address, required: true, "Where the session comes from."),
            .key("asn", .asn, \.asn, required: true, "The router's AS number."),
            .optional(
                "localAddress",
                .address,
                \.localAddress,
                default: "any that listen.bgp covers",
                "The one of our addresses that its session comes to."
            ),
            .optional(
                "md5",
                secret,
                \.md5,
                default: "no signatures",
                "Where the key of TCP MD5 signatures is found (RFC 2385), of 1 to 80 octets."
            ),
            .optional(
                "ttlSecurity",
                .count(1...254, of: "hop"),
                \.ttlHops,
                default: "any distance",
                "How far away it may be: packets from farther are dropped (RFC 5082)."
            ),
            .inside(
                "maxPrefixes",
                maxPrefixes,
                \.maxPrefixes,
                "More prefixes of one family end the session (RFC 4486)."
            ),
            .key(
                "staleSeconds",
                .integer(0...86_400),
                \.staleSeconds,
                unit: "seconds",
                "How long its routes stand, marked stale, after the session has dropped."
            ),
            .key(
                "addPath",
                .boolean,
                \.addPath,
                "Whether it may tell several paths to a prefix (RFC 7911)."
            ),
            .optional(
                "role",
                .word(),
                \.role,
                default: "not said, nor asked",
                "What we are to it: a neighbor that sees it otherwise is refused (RFC 9234)."
            ),
            .optional(
                "weight",
                .integer(0...65_535),
                \.weight,
                default: "200",
                """
                How much its routes are believed beside those of other sources of its view: the \
                most decides before anything the routes say.
                """
            ),
        ]
    )

    private static let maxPrefixes = Section<Settings.Neighbor.MaxPrefixes>(
        "the most prefixes",
        initial: { _ in Settings.Neighbor.MaxPrefixes() },
        rows: [
            .key("ipv4", .integer(1...100_000_000), \.ipv4, "Of IPv4."),
            .key("ipv6", .integer(1...100_000_000), \.ipv6, "Of IPv6."),
            .key(
                "restart",
                .duration(1...604_800),
                \.restartSeconds,
                "How long a session that passed a bound is refused."
            ),
        ]
    )

    static let table = Section<Settings.Table>(
        "a table",
        initial: { _ in Settings.Table(view: "", mrt: "") },
        rows: [
            .key("view", .name, \.view, required: true, "The view that the routes fill."),
            .key(
                "mrt",
                .path,
                \.mrt,
                required: true,
                """
                File of MRT records (RFC 6396): TABLE_DUMP, TABLE_DUMP_V2 or BGP4MP, plain or \
                compressed by gzip, bzip2, xz or zstd.
                """
            ),
            .optional(
                "peer",
                .address,
                \.peer,
                default: "all peers",
                "Only the routes of the peer with this address."
            ),
        ]
    )
}
