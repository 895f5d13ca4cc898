// SPDX-License-Identifier: Apache-2.0

import Testing

/// A record, or a file, that breaks a rule, and what becomes of it.
struct MalformedMRT: Sendable, CustomTestStringConvertible {
    let name: String
    /// The paragraph that is broken.
    let paragraph: String
    let type: UInt16
    let subtype: UInt16
    let body: String
    /// What is counted; nil for what is read all the same.
    let counted: String?
    /// Routes, withdrawals and changes of state that are told nevertheless.
    let told: Int

    var testDescription: String { "\(name) (\(paragraph))" }

    init(
        _ name: String,
        _ paragraph: String,
        _ kind: (UInt16, UInt16),
        _ body: String,
        _ counted: String?,
        told: Int = 0
    ) {
        self.name = name
        self.paragraph = paragraph
        (type, subtype) = kind
        self.body = body
        self.counted = counted
        self.told = told
    }

    /// Two peers: 198.51.100.7 in AS64500 (two octets), 2001:db8::7 in AS4200000000.
    static let peers = """
        c0000201 0003 616263 0002 \
        00 0a000001 c6336407 fbf4 \
        03 0a000002 20010db8000000000000000000000007 fa56ea00
        """
    private static let attributes = Attribute.mandatory  // 20 octets
    private static let entry = "0000 3b9aca01 0014 \(attributes)"
    private static let session = "0000fbf4 0000fbf5 0000 0001 c6336407 c6336401"
    private static let marker = String(repeating: "f", count: 32)
    private static let update = "\(marker) 002f 02 0000 0014 \(attributes) 18 cb0071"

    static let cases = records + tables + sessions

    /// The headers of records (RFC 6396, sections 2 and 3).
    private static let records = [
        MalformedMRT("a kind of record that is not read", "RFC 6396, 4", (48, 0), "00", nil),
        MalformedMRT(
            "an extended time that is cut off",
            "RFC 6396, 3",
            (17, 4),
            "0003",
            "truncated MRT record"
        ),
        MalformedMRT(
            "an extended time of more than a second, which is added all the same",
            "RFC 6396, 3",
            (17, 4),
            "ffffffff \(session) \(update)",
            nil,
            told: 1
        ),
    ]

    /// Tables (RFC 6396, sections 4.2 and 4.3; RFC 8050, section 4).
    private static let tables = [
        MalformedMRT(
            "a view name beyond the table of peers",
            "RFC 6396, 4.3.1",
            (13, 1),
            "c0000201 ffff 616263",
            "truncated PEER_INDEX_TABLE"
        ),
        MalformedMRT(
            "fewer peers than are counted",
            "RFC 6396, 4.3.1",
            (13, 1),
            "c0000201 0000 0002 00 0a000001 c6336407 fbf4",
            "truncated PEER_INDEX_TABLE"
        ),
        MalformedMRT(
            "a peer that is cut off",
            "RFC 6396, 4.3.1",
            (13, 1),
            "c0000201 0000 0001 03 0a000001 20010db8",
            "truncated PEER_INDEX_TABLE"
        ),
        MalformedMRT(
            "an IPv4 prefix of 33 bits",
            "RFC 6396, 4.3.2",
            (13, 2),
            "00000000 21 cb0071",
            "malformed TABLE_DUMP_V2 RIB"
        ),
        MalformedMRT(
            "an IPv6 prefix of 129 bits",
            "RFC 6396, 4.3.2",
            (13, 4),
            "00000000 81 20010db8",
            "malformed TABLE_DUMP_V2 RIB"
        ),
        MalformedMRT(
            "a prefix that is cut off",
            "RFC 6396, 4.3.2",
            (13, 2),
            "00000000 18 cb00",
            "truncated TABLE_DUMP_V2 RIB"
        ),
        MalformedMRT(
            "fewer entries than are counted: those that are there are told",
            "RFC 6396, 4.3.2",
            (13, 2),
            "00000000 18 cb0071 0002 \(entry)",
            "truncated TABLE_DUMP_V2 RIB",
            told: 1
        ),
        MalformedMRT(
            "more entries than are counted: the rest is not read",
            "RFC 6396, 4.3.2",
            (13, 2),
            "00000000 18 cb0071 0001 \(entry) \(entry)",
            nil,
            told: 1
        ),
        MalformedMRT(
            "no sequence number",
            "RFC 6396, 4.3.2",
            (13, 2),
            "0000",
            "truncated TABLE_DUMP_V2 RIB"
        ),
        MalformedMRT(
            "an entry of a peer that is not in the table of peers",
            "RFC 6396, 4.3.4",
            (13, 2),
            "00000000 18 cb0071 0002 0007 3b9aca01 0014 \(attributes) \(entry)",
            "peer not in PEER_INDEX_TABLE",
            told: 1
        ),
        MalformedMRT(
            "attributes that reach beyond the record",
            "RFC 6396, 4.3.4",
            (13, 2),
            "00000000 18 cb0071 0001 0000 3b9aca01 ffff \(attributes)",
            "truncated TABLE_DUMP_V2 RIB"
        ),
        MalformedMRT(
            "an attribute that reaches beyond its entry, the length of which holds",
            "RFC 6396, 4.3.4",
            (13, 2),
            "00000000 18 cb0071 0002 0000 3b9aca01 0004 40020600 \(entry)",
            "route with attribute 0: length",
            told: 1
        ),
        MalformedMRT(
            "AS numbers of two octets, which a table of this kind must not have",
            "RFC 6396, 4.3.4",
            (13, 2),
            "00000000 18 cb0071 0002 0000 3b9aca01 0007 40 02 04 02 01 fbf4 \(entry)",
            "route with AS_PATH: value",
            told: 1
        ),
        MalformedMRT(
            "a next hop of five octets",
            "RFC 6396, 4.3.4",
            (13, 4),
            "00000000 20 20010db8 0001 0000 3b9aca01 0009 80 0e 06 05 20010db8 00",
            "route with MP_REACH_NLRI: value"
        ),
        MalformedMRT(
            "a whole MP_REACH_NLRI instead of the next hop alone",
            "RFC 6396, 4.3.4",
            (13, 4),
            """
            00000000 20 20010db8 0001 0000 3b9aca01 0018 \
            80 0e 15 0002 01 10 20010db8000000000000000000000001 00
            """,
            nil,
            told: 1
        ),
        MalformedMRT(
            "ORIGIN of a value there is not",
            "RFC 7606, 7.1",
            (13, 2),
            "00000000 18 cb0071 0002 0000 3b9aca01 0004 40 01 01 03 \(entry)",
            "route with ORIGIN: value",
            told: 1
        ),
        MalformedMRT(
            "a path identifier that is cut off",
            "RFC 8050, 4",
            (13, 8),
            "00000000 18 cb0071 0001 0000 3b9aca01 0000",
            "truncated TABLE_DUMP_V2 RIB"
        ),
        MalformedMRT(
            "a RIB_GENERIC, of a family that is not read",
            "RFC 6396, 4.3.3",
            (13, 6),
            "00000000 0001 80 0001 \(entry)",
            nil
        ),
        MalformedMRT(
            "an old table with a prefix of 33 bits",
            "RFC 6396, 4.2",
            (12, 1),
            "0000 0000 cb007100 21 01 3b9aca01 c6336407 fbf4 0000",
            "malformed TABLE_DUMP"
        ),
        MalformedMRT(
            "an old table whose attributes are cut off",
            "RFC 6396, 4.2",
            (12, 1),
            "0000 0000 cb007100 18 01 3b9aca01 c6336407 fbf4 0014 40010100",
            "truncated TABLE_DUMP"
        ),
        MalformedMRT(
            "an old table of a family there is not",
            "RFC 6396, 4.2",
            (12, 3),
            "0000 0000 cb007100 18 01 3b9aca01 c6336407 fbf4 0000",
            nil
        ),
    ]

    /// Sessions (RFC 6396, section 4.4; RFC 8050, section 3).
    private static let sessions = [
        MalformedMRT(
            "addresses of a family there is not",
            "RFC 6396, 4.4",
            (16, 4),
            "0000fbf4 0000fbf5 0000 0003 c6336407 c6336401 \(update)",
            "unsupported BGP4MP"
        ),
        MalformedMRT(
            "addresses that are cut off",
            "RFC 6396, 4.4",
            (16, 4),
            "0000fbf4 0000fbf5 0000 0001 c633",
            "truncated BGP4MP"
        ),
        MalformedMRT(
            "a state there is not",
            "RFC 6396, 4.4.1",
            (16, 5),
            "\(session) 0006 0009",
            "malformed BGP4MP"
        ),
        MalformedMRT(
            "a change without the new state",
            "RFC 6396, 4.4.1",
            (16, 5),
            "\(session) 0006",
            "truncated BGP4MP"
        ),
        MalformedMRT(
            "a message without marker",
            "RFC 6396, 4.4.2",
            (16, 4),
            "\(session) 00000000000000000000000000000000 0017 02 0000 0000",
            "malformed BGP4MP"
        ),
        MalformedMRT(
            "a message longer than its record",
            "RFC 6396, 4.4.2",
            (16, 4),
            "\(session) \(marker) 00ff 02 0000 0000",
            "truncated BGP4MP"
        ),
        MalformedMRT(
            "a message of no length",
            "RFC 4271, 6.1",
            (16, 4),
            "\(session) \(marker) 0000 02",
            "malformed BGP4MP"
        ),
        MalformedMRT(
            "attributes that reach beyond the message",
            "RFC 4271, 6.3",
            (16, 4),
            "\(session) \(marker) 0017 02 0000 00ff",
            "UPDATE: UPDATE Message Error/Malformed Attribute List"
        ),
        MalformedMRT(
            "a path identifier where the subtype has none",
            "RFC 8050, 3",
            (16, 4),
            "\(session) \(marker) 0033 02 0000 0014 \(attributes) 00000001 18 cb0071",
            "UPDATE: UPDATE Message Error/Invalid Network Field"
        ),
        MalformedMRT(
            "no path identifier where the subtype has one",
            "RFC 8050, 3",
            (16, 9),
            "\(session) \(update)",
            "UPDATE: UPDATE Message Error/Invalid Network Field"
        ),
        MalformedMRT(
            "a message that the collector sent itself",
            "RFC 6396, 4.4.5",
            (16, 7),
            "\(session) \(update)",
            nil
        ),
        MalformedMRT(
            "an old message whose peer is cut off",
            "RFC 6396, B.2",
            (5, 1),
            "fbf4 c633",
            "truncated BGP"
        ),
    ]
}
