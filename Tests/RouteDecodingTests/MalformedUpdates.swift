// SPDX-License-Identifier: Apache-2.0

import Model
import RouteDecoding

/// UPDATEs that no router should send.
extension MalformedMessage {
    private static let all = Attribute.mandatory
    private static let origin = Attribute.origin
    private static let path = Attribute.asPath
    private static let hop = Attribute.nextHop

    static let attributes: [MalformedMessage] = [
        .update("ORIGIN marked optional", "RFC 7606, 3", "c0 01 01 00 \(path) \(hop)", .withdrawn),
        .update(
            "COMMUNITIES marked non-transitive",
            "RFC 7606, 3",
            "\(all) 80 08 04 fbf40001",
            .withdrawn
        ),
        .update(
            "the Partial bit of COMMUNITIES is no error",
            "RFC 7606, 3",
            "\(all) e0 08 04 fbf40001",
            .announced
        ),
        .update(
            "unused flag bits are no error",
            "RFC 4271, 4.3",
            "4f 01 01 00 \(path) \(hop)",
            .announced
        ),
        .update("no ORIGIN", "RFC 7606, 3", "\(path) \(hop)", .withdrawn),
        .update("no AS_PATH", "RFC 7606, 3", "\(origin) \(hop)", .withdrawn),
        .update("no NEXT_HOP", "RFC 7606, 3", "\(origin) \(path)", .withdrawn),
        .update("no attributes at all", "RFC 7606, 3", "", .withdrawn),
        .update("ORIGIN twice: the first counts", "RFC 7606, 3", "\(all) 40 01 01 07", .announced),
        .update(
            "MP_REACH_NLRI twice",
            "RFC 7606, 3",
            "\(Attribute.reachIPv6) \(Attribute.reachIPv6) \(all)",
            .ends(.malformedAttributeList)
        ),
        .update(
            "MP_UNREACH_NLRI twice",
            "RFC 7606, 3",
            "\(Attribute.unreachIPv6) \(Attribute.unreachIPv6) \(all)",
            .ends(.malformedAttributeList)
        ),
        .update(
            "the last attribute is longer than the list",
            "RFC 7606, 4",
            "\(all) c0 08 08 fbf40001",
            .withdrawn
        ),
        .update("two octets are left of the list", "RFC 7606, 4", "\(all) c0 08", .withdrawn),
        .update("an extended length lacks an octet", "RFC 7606, 4", "\(all) d0 08 00", .withdrawn),
        .update(
            "a well-known attribute nobody knows",
            "RFC 4271, 6.3",
            "\(all) 40 3f 00",
            .ends(.unrecognizedWellKnownAttribute, data: "403f00")
        ),
        .update(
            "AGGREGATOR and COMMUNITIES broken: the stronger handling counts",
            "RFC 7606, 3",
            "\(all) c0 07 01 00 c0 08 03 fbf400",
            .withdrawn
        ),
    ]

    /// One attribute each.
    static let values: [MalformedMessage] = [
        .update("ORIGIN 3", "RFC 7606, 7.1", "40 01 01 03 \(path) \(hop)", .withdrawn),
        .update(
            "ORIGIN of two octets",
            "RFC 7606, 7.1",
            "40 01 02 0000 \(path) \(hop)",
            .withdrawn
        ),
        .update(
            "a segment longer than AS_PATH",
            "RFC 7606, 7.2",
            "\(origin) 40 02 06 02 02 0000fbf4 \(hop)",
            .withdrawn
        ),
        .update("a segment of none", "RFC 7606, 7.2", "\(origin) 40 02 02 0200 \(hop)", .withdrawn),
        .update(
            "a segment of type 5",
            "RFC 7606, 7.2",
            "\(origin) 40 02 06 05 01 0000fbf4 \(hop)",
            .withdrawn
        ),
        .update(
            "one octet behind the segments",
            "RFC 7606, 7.2",
            "\(origin) 40 02 07 02 01 0000fbf4 02 \(hop)",
            .withdrawn
        ),
        .update(
            "AS 0 in AS_PATH",
            "RFC 7607, 2",
            "\(origin) 40 02 06 02 01 00000000 \(hop)",
            .withdrawn
        ),
        .update(
            "a confederation segment of a neighbor outside of it",
            "RFC 5065, 5",
            "\(origin) 40 02 0c 03 01 0000fdea 02 01 0000fbf4 \(hop)",
            by: outsider,
            .withdrawn
        ),
        .update("NEXT_HOP of no octets", "RFC 7606, 7.3", "\(origin) \(path) 40 03 00", .withdrawn),
        .update(
            "NEXT_HOP of sixteen octets",
            "RFC 7606, 7.3",
            "\(origin) \(path) 40 03 10 20010db8000000000000000000000001",
            .withdrawn
        ),
        .update(
            "MULTI_EXIT_DISC of two octets",
            "RFC 7606, 7.4",
            "\(all) 80 04 02 0001",
            .withdrawn
        ),
        .update(
            "LOCAL_PREF of five octets",
            "RFC 7606, 7.5",
            "\(all) 40 05 05 00000000c8",
            .withdrawn
        ),
        .update(
            "LOCAL_PREF of five octets of an external neighbor",
            "RFC 7606, 7.5",
            "\(all) 40 05 05 00000000c8",
            by: BGPSessionOptions(isExternal: true),
            .announced
        ),
        .update("ATOMIC_AGGREGATE of one octet", "RFC 7606, 7.6", "\(all) 40 06 01 00", .announced),
        .update(
            "AGGREGATOR of six octets",
            "RFC 7606, 7.7",
            "\(all) c0 07 06 fbf4c0000201",
            .announced
        ),
        .update(
            "AGGREGATOR in AS 0",
            "RFC 7607, 2",
            "\(all) c0 07 08 00000000c0000201",
            .announced
        ),
        .update(
            "COMMUNITIES of three octets",
            "RFC 7606, 7.8",
            "\(all) c0 08 03 fbf400",
            .withdrawn
        ),
        .update("COMMUNITIES of no octets", "RFC 7606, 7.8", "\(all) c0 08 00", .withdrawn),
        .update(
            "ORIGINATOR_ID of three octets",
            "RFC 7606, 7.9",
            "\(all) 80 09 03 c00002",
            .withdrawn
        ),
        .update(
            "ORIGINATOR_ID of an external neighbor",
            "RFC 7606, 7.9",
            "\(all) 80 09 03 c00002",
            by: BGPSessionOptions(isExternal: true),
            .announced
        ),
        .update(
            "CLUSTER_LIST of five octets",
            "RFC 7606, 7.10",
            "\(all) 80 0a 05 c0000207c0",
            .withdrawn
        ),
        .update("CLUSTER_LIST of no octets", "RFC 7606, 7.10", "\(all) 80 0a 00", .withdrawn),
        .update(
            "EXTENDED COMMUNITIES of seven octets",
            "RFC 7606, 7.14",
            "\(all) c0 10 07 0002fbf4000000",
            .withdrawn
        ),
        .update(
            "IPv6 Address Specific Extended Community of eight octets",
            "RFC 7606, 7.15",
            "\(all) c0 19 08 0002fbf400000001",
            .withdrawn
        ),
        .update("AS4_PATH, broken", "RFC 6793, 6", "\(all) c0 11 03 020100", .announced),
        .update(
            "AS4_AGGREGATOR of seven octets",
            "RFC 6793, 6",
            "\(all) c0 12 07 fa56ea00c00002",
            .announced
        ),
        .update(
            "LARGE_COMMUNITY of eleven octets",
            "RFC 8092, 6",
            "\(all) c0 20 0b 0000fbf400000001000000",
            .withdrawn
        ),
        .update(
            "OTC of eight octets",
            "RFC 9234, 5",
            "\(all) c0 23 08 0000fbf40000fbf4",
            .withdrawn
        ),
        .update("garbage in AIGP", "RFC 7311, 3", "\(all) 80 1a 03 01ffff", .announced),
        .update("garbage in ATTR_SET", "RFC 6368, 5", "\(all) c0 80 02 ffff", .announced),
        .update(
            "garbage in an attribute of tunnels",
            "RFC 9012, 13",
            "\(all) c0 17 01 ff",
            .announced
        ),
    ]

    private static var outsider: BGPSessionOptions {
        var options = BGPSessionOptions(isExternal: true)
        options.refusesConfederations = true
        return options
    }

    private static var severalPaths: BGPSessionOptions {
        var options = BGPSessionOptions()
        options.addPathFamilies = [.ipv4]
        return options
    }

    /// Routes, and what is lost without them.
    static let routes: [MalformedMessage] = [
        .body(
            "withdrawn routes beyond the message",
            "RFC 4271, 6.3",
            hex("0003 08 0a"),
            .ends(.malformedAttributeList, data: "")
        ),
        .body(
            "attributes beyond the message",
            "RFC 4271, 6.3",
            hex("0000 0010 4001"),
            .ends(.malformedAttributeList, data: "")
        ),
        .update(
            "length 33",
            "RFC 7606, 5.3",
            all,
            announced: "21 c633640000",
            .ends(.invalidNetworkField)
        ),
        .update(
            "a prefix cut short",
            "RFC 7606, 5.3",
            all,
            announced: "18 c633",
            .ends(.invalidNetworkField)
        ),
        .body(
            "a withdrawn prefix of length 255",
            "RFC 7606, 5.3",
            hex("0002 ff 0a 0000"),
            .ends(.invalidNetworkField)
        ),
        .update(
            "half a path identifier",
            "RFC 7911, 3",
            all,
            announced: "0000",
            by: severalPaths,
            .ends(.invalidNetworkField)
        ),
        .update(
            "a prefix without its path identifier",
            "RFC 7911, 3",
            all,
            by: severalPaths,
            .ends(.invalidNetworkField)
        ),
        .update(
            "ORIGIN 3 without routes",
            "RFC 7606, 5.2",
            "40 01 01 03 \(path) \(hop)",
            announced: "",
            .ends(.invalidOrigin, data: "40010103")
        ),
        .update(
            "attributes cut short without routes",
            "RFC 7606, 5.2",
            "\(all) c0 08",
            announced: "",
            .ends(.malformedAttributeList)
        ),
        .update(
            "COMMUNITIES broken, nothing but MP_UNREACH_NLRI beside",
            "RFC 7606, 5.2",
            "\(Attribute.unreachIPv6) c0 08 03 fbf400",
            announced: "",
            .ends(.optionalAttributeError)
        ),
    ]

    static let families: [MalformedMessage] = [
        .update(
            "MP_REACH_NLRI with a next hop of five octets",
            "RFC 7606, 7.11",
            "80 0e 0a 0002 01 05 0102030405 00 \(all)",
            .ends(.optionalAttributeError)
        ),
        .update(
            "MP_REACH_NLRI with a next hop longer than itself",
            "RFC 7606, 7.11",
            "80 0e 06 0002 01 10 2001 \(all)",
            .ends(.optionalAttributeError)
        ),
        .update(
            "an IPv4 next hop of IPv6 routes",
            "RFC 8950, 3",
            "80 0e 0e 0002 01 04 c0000201 00 20 20010db8 \(all)",
            .ends(.optionalAttributeError)
        ),
        .update(
            "MP_REACH_NLRI of two octets",
            "RFC 7606, 7.11",
            "80 0e 02 0002 \(all)",
            .ends(.optionalAttributeError)
        ),
        .update(
            "MP_REACH_NLRI with length 129",
            "RFC 7606, 5.3",
            "80 0e 17 0002 01 10 20010db8000000000000000000000001 00 81 20 \(all)",
            .ends(.optionalAttributeError)
        ),
        .update(
            "MP_UNREACH_NLRI of two octets",
            "RFC 7606, 7.12",
            "80 0f 02 0002 \(all)",
            .ends(.optionalAttributeError)
        ),
        .update(
            "MP_UNREACH_NLRI with length 129",
            "RFC 7606, 5.3",
            "80 0f 05 0002 01 81 20 \(all)",
            .ends(.optionalAttributeError)
        ),
        .update(
            "garbage of labeled unicast (1/4)",
            "RFC 8277, 2",
            "80 0e 06 0001 04 ff ffff \(all)",
            .announced
        ),
        .update(
            "garbage of multicast (1/2)",
            "RFC 4760, 6",
            "80 0e 04 0001 02 04 \(all)",
            .announced
        ),
        .update(
            "garbage of VPNs (1/128)",
            "RFC 4364, 4",
            "80 0e 07 0001 80 18 ffffff \(all)",
            .announced
        ),
        .update(
            "garbage of EVPN (25/70)",
            "RFC 7432, 7",
            "80 0e 06 0019 46 00 00ff \(all)",
            .announced
        ),
        .update(
            "garbage of FlowSpec (1/133)",
            "RFC 8955, 4",
            "80 0e 06 0001 85 00 00f1 \(all)",
            .announced
        ),
        .update(
            "garbage of a family nobody knows",
            "RFC 4760, 6",
            "80 0e 04 fffe fe ff \(all)",
            .announced
        ),
        .update(
            "garbage withdrawn of VPNs (2/128)",
            "RFC 4659, 3",
            "80 0f 05 0002 80 ffff \(all)",
            .announced
        ),
    ]
}
