// SPDX-License-Identifier: Apache-2.0

import Model
import RouteDecoding
import Testing

/// A message that no router should send, what becomes of it, and the paragraph that says so.
struct MalformedMessage: CustomTestStringConvertible, Sendable {
    enum Outcome: Equatable, Sendable {
        /// The session ends with this error; data in hexadecimal, nil where it does not matter.
        case ends(BGPErrorCode, data: String? = nil)
        /// The routes announced count as withdrawn, and the session goes on.
        case withdrawn
        /// The routes are announced all the same.
        case announced
        /// Nothing comes of it, and the session goes on.
        case ignored
    }

    var name: String
    /// "RFC 7606, 7.1".
    var paragraph: String
    /// The whole message.
    var octets: [UInt8]
    var options = BGPSessionOptions()
    var outcome: Outcome

    var testDescription: String { "\(name) (\(paragraph))" }

    /// What is announced in the UPDATEs here: 198.51.100.0/24.
    static let route = "18 c63364"

    private static let marker = [UInt8](repeating: 0xff, count: 16)

    /// Octets as they are, behind a marker.
    fileprivate static func raw(
        _ name: String,
        _ paragraph: String,
        _ octets: String,
        _ outcome: Outcome
    ) -> MalformedMessage {
        .init(name: name, paragraph: paragraph, octets: marker + hex(octets), outcome: outcome)
    }

    fileprivate static func open(
        _ name: String,
        _ paragraph: String,
        _ body: String,
        _ outcome: Outcome
    ) -> MalformedMessage {
        let octets = BGPMessageHeader.message(.open, hex(body))
        return .init(name: name, paragraph: paragraph, octets: octets, outcome: outcome)
    }

    /// An UPDATE with these attributes and routes.
    fileprivate static func update(
        _ name: String,
        _ paragraph: String,
        _ attributes: String,
        announced: String = route,
        by options: BGPSessionOptions = BGPSessionOptions(),
        _ outcome: Outcome
    ) -> MalformedMessage {
        let body = RouteDecodingTests.update(attributes: attributes, announced: announced)
        return self.body(name, paragraph, body, by: options, outcome)
    }

    /// An UPDATE of these octets.
    fileprivate static func body(
        _ name: String,
        _ paragraph: String,
        _ octets: [UInt8],
        by options: BGPSessionOptions = BGPSessionOptions(),
        _ outcome: Outcome
    ) -> MalformedMessage {
        let octets = BGPMessageHeader.message(.update, octets)
        return .init(
            name: name,
            paragraph: paragraph,
            octets: octets,
            options: options,
            outcome: outcome
        )
    }

    fileprivate static func refresh(
        _ name: String,
        _ paragraph: String,
        _ body: String,
        _ outcome: Outcome
    ) -> MalformedMessage {
        let octets = BGPMessageHeader.message(.routeRefresh, hex(body))
        return .init(name: name, paragraph: paragraph, octets: octets, outcome: outcome)
    }

    fileprivate static func notification(
        _ name: String,
        _ paragraph: String,
        _ body: String,
        _ outcome: Outcome
    ) -> MalformedMessage {
        let octets = BGPMessageHeader.message(.notification, hex(body))
        return .init(name: name, paragraph: paragraph, octets: octets, outcome: outcome)
    }
}

extension MalformedMessage {
    static let table: [MalformedMessage] =
        headers + opens + attributes + values + routes + families + refreshes

    private static let all = Attribute.mandatory
    private static let origin = Attribute.origin
    private static let path = Attribute.asPath
    private static let hop = Attribute.nextHop

    private static let headers: [MalformedMessage] = [
        .init(
            name: "a marker that is not all ones",
            paragraph: "RFC 4271, 6.1",
            octets: [0x7f] + hex(String(repeating: "ff", count: 15) + "0013 04"),
            outcome: .ends(.connectionNotSynchronized, data: "")
        ),
        .raw("18 octets", "RFC 4271, 6.1", "0012 04", .ends(.badMessageLength, data: "0012")),
        .raw(
            "no length at all",
            "RFC 4271, 6.1",
            "0000 02",
            .ends(.badMessageLength, data: "0000")
        ),
        .raw(
            "an OPEN of 4,097 octets, which may never be that long",
            "RFC 8654, 4",
            "1001 01",
            .ends(.badMessageLength, data: "1001")
        ),
        .raw(
            "a KEEPALIVE with a body",
            "RFC 4271, 6.1",
            "0014 04",
            .ends(.badMessageLength, data: "0014")
        ),
        .raw("an OPEN of 28 octets", "RFC 4271, 6.1", "001c 01", .ends(.badMessageLength)),
        .raw("an UPDATE of 22 octets", "RFC 4271, 6.1", "0016 02", .ends(.badMessageLength)),
        .raw("a NOTIFICATION of 20 octets", "RFC 4271, 6.1", "0014 03", .ends(.badMessageLength)),
        .raw("type 0", "RFC 4271, 6.1", "0013 00", .ends(.badMessageType, data: "00")),
        .raw("type 7", "RFC 4271, 6.1", "0013 07", .ends(.badMessageType, data: "07")),
        .raw("type 255", "RFC 4271, 6.1", "0013 ff", .ends(.badMessageType, data: "ff")),
    ]

    private static let opens: [MalformedMessage] = [
        .open(
            "version 3",
            "RFC 4271, 6.2",
            "03 fbf4 005a c0000207 00",
            .ends(.unsupportedVersion, data: "0004")
        ),
        .open("AS 0", "RFC 7607, 2", "04 0000 005a c0000207 00", .ends(.badPeerAS)),
        .open(
            "AS 0 in four octets",
            "RFC 7607, 2",
            "04 fbf4 005a c0000207 08 02 06 41 04 00000000",
            .ends(.badPeerAS)
        ),
        .open("identifier 0", "RFC 6286, 2.2", "04 fbf4 005a 00000000 00", .ends(.badIdentifier)),
        .open(
            "hold time of one second",
            "RFC 4271, 6.2",
            "04 fbf4 0001 c0000207 00",
            .ends(.unacceptableHoldTime)
        ),
        .open(
            "hold time of two seconds",
            "RFC 4271, 6.2",
            "04 fbf4 0002 c0000207 00",
            .ends(.unacceptableHoldTime)
        ),
        .open(
            "an optional parameter that is no capability",
            "RFC 4271, 6.2",
            "04 fbf4 005a c0000207 02 01 00",
            .ends(.unsupportedOptionalParameter)
        ),
        .open(
            "a four-octet AS of two octets",
            "RFC 6793, 3",
            "04 fbf4 005a c0000207 06 02 04 41 02 fbf4",
            .ends(.openMessageError)
        ),
        .open(
            "a capability longer than its parameter",
            "RFC 5492, 4",
            "04 fbf4 005a c0000207 04 02 02 41 04",
            .ends(.openMessageError)
        ),
        .open(
            "a parameter longer than the list",
            "RFC 4271, 6.2",
            "04 fbf4 005a c0000207 05 02 04 02 00 00",
            .ends(.openMessageError)
        ),
        .open(
            "parameters longer than the message",
            "RFC 4271, 6.2",
            "04 fbf4 005a c0000207 05 02 02 02 00",
            .ends(.openMessageError)
        ),
        .open(
            "octets behind the parameters",
            "RFC 4271, 6.2",
            "04 fbf4 005a c0000207 00 00",
            .ends(.openMessageError)
        ),
        .open(
            "extended parameters cut short",
            "RFC 9072, 2",
            "04 fbf4 005a c0000207 ff ff 0009 02 0006 41 04",
            .ends(.openMessageError)
        ),
        .open(
            "a family of three octets",
            "RFC 4760, 8",
            "04 fbf4 005a c0000207 07 02 05 01 03 000100",
            .ends(.openMessageError)
        ),
        .open(
            "graceful restart without its time",
            "RFC 4724, 3",
            "04 fbf4 005a c0000207 05 02 03 40 01 00",
            .ends(.openMessageError)
        ),
        .open(
            "ADD-PATH of three octets",
            "RFC 7911, 4",
            "04 fbf4 005a c0000207 07 02 05 45 03 000101",
            .ignored
        ),
        .open(
            "ADD-PATH that neither sends nor receives",
            "RFC 7911, 4",
            "04 fbf4 005a c0000207 08 02 06 45 04 00010104",
            .ignored
        ),
        .open(
            "next hops cut short",
            "RFC 8950, 4",
            "04 fbf4 005a c0000207 09 02 07 05 05 0001000100",
            .ignored
        ),
        .open(
            "long-lived restart of eight octets",
            "RFC 9494, 3.1",
            "04 fbf4 005a c0000207 0c 02 0a 47 08 0001018000000e10",
            .ignored
        ),
        .open(
            "a role of no octets",
            "RFC 9234, 4.1",
            "04 fbf4 005a c0000207 04 02 02 09 00",
            .ignored
        ),
    ]

    /// The list of attributes as such.
    private static let attributes: [MalformedMessage] = [
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
    private static let values: [MalformedMessage] = [
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
    private static let routes: [MalformedMessage] = [
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

    private static let families: [MalformedMessage] = [
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

    private static let refreshes: [MalformedMessage] = [
        .refresh(
            "a begin of five octets",
            "RFC 7313, 5",
            "0001 01 01 00",
            .ends(
                .invalidRefreshLength,
                data: String(repeating: "ff", count: 16) + "001805 0001010100"
            )
        ),
        .refresh(
            "an end of six octets",
            "RFC 7313, 5",
            "0002 02 01 0000",
            .ends(.invalidRefreshLength)
        ),
        .refresh("three octets", "RFC 7313, 5", "0001 00", .ends(.invalidRefreshLength)),
        .refresh("none", "RFC 7313, 5", "", .ends(.invalidRefreshLength)),
        .refresh("subtype 3", "RFC 7313, 5", "0001 03 01", .ignored),
        .refresh("of a family nobody knows", "RFC 2918, 4", "fffe 00 01", .ignored),
        .refresh(
            "with filters that were not offered",
            "RFC 5291, 5",
            "0001 00 01 01 40 0000",
            .ignored
        ),
        .notification("of a code nobody knows", "RFC 4271, 6.4", "ff ff 00", .ignored),
        .notification(
            "a text longer than the message",
            "RFC 9003, 2",
            "06 02 06 68656c6c6f",
            .ignored
        ),
        .notification("a text that is no UTF-8", "RFC 9003, 2", "06 02 02 ffff", .ignored),
        .notification("a Hard Reset without what it is for", "RFC 8538, 3.1", "06 09", .ignored),
    ]
}
