// SPDX-License-Identifier: Apache-2.0

import Testing

/// What is said to be tested is tested: by a test of that title, wherever it stands.
@Suite("Evidence")
struct EvidenceTests {
    /// A claim and the titles of the tests that show it.
    struct Claim: CustomTestStringConvertible, Sendable {
        let claim: String
        let titles: [String]

        init(_ claim: String, _ titles: String...) {
            self.claim = claim
            self.titles = titles
        }

        var testDescription: String { claim }
    }

    /// What collectors of flows get wrong most often: a test of that title, and more of the same.
    static let pitfalls: [Claim] = [
        Claim(
            "1",
            "ext_gateway with 0, 1, 2+ AS-path segments, AS_SET last, confed first; "
                + "src_peer_as kept",
            "AS paths of no, one and several segments, sets and confederations"
        ),
        Claim(
            "2",
            "Compact sFlow output ifIndex: 0x3FFFFFFF local, 0x40000000|reason discard, "
                + "0x80000000|n multiple — masked and classified",
            "an input that is the device itself is no interface"
        ),
        Claim(
            "3",
            "sFlow datagram with only counter / drop samples yields zero flows and zero errors"
        ),
        Claim(
            "4",
            "sFlow header protocols 1, 11, 12 (+ PPP/MPLS) and datagrams carrying raw header *and* "
                + "sampled_ipv4: one byte basis",
            "packets without Ethernet: IPv4, IPv6, MPLS, PPP"
        ),
        Claim(
            "5",
            "Two samplers on one ODID, option data before/after/in the same packet as data; "
                + "interval 0 sampler; 34/35, 48–50, 302/304/305/306, 309/310, 311 probability",
            "every way of saying a rate, in the record and in options",
            "samplers learned from one source port hold for data from another"
        ),
        Claim(
            "6",
            "Unsampled exporter without any rate ⇒ counted ×1 and flagged, never dropped",
            "a rate of 0 is unknown: counted once and flagged"
        ),
        Claim(
            "7",
            "Same template id from 2 exporters, same exporter with 2 source ports (line cards) "
                + "with (a) equal and (b) different templates; template+data in one message; "
                + "withdrawal; template longer than set; field length 65535; field count bomb",
            "data from another source port follow the exporter's template",
            "a template longer than its set is truncated, whatever its count says"
        ),
        Claim(
            "8",
            "IPFIX flowStart/EndMicroseconds & Nanoseconds are NTP-format 64-bit "
                + "(RFC 7011 §6.1.9–10)",
            "NTP times go on after their wrap in 2036"
        ),
        Claim(
            "9",
            "ipNextHop (15/62) and bgpNextHop (18/63) share a column, last field wins ⇒ keep both, "
                + "route lookup prefers BGP next hop",
            "a flow that names its BGP next hop takes the path with that next hop"
        ),
        Claim(
            "10",
            "octetDelta (1), postOctetDelta (23), initiator/responderOctets (231/232) in one "
                + "column ⇒ define precedence; also support totals 85/86 (delta per flow id) "
                + "and 352 layer2OctetDelta",
            "octets are the first present of 1, 231, 85, 23, 352, in whatever order",
            "a flow exported five times is counted once, as it grows"
        ),
        Claim(
            "13",
            "UDP sequence wrap, restart (uptime reset), reordering, duplicated datagrams, "
                + "sub-agents",
            "a restart in the middle of loss charges neither side's numbers to the other",
            "what comes twice is told, and counts once",
            "messages of one size lose that many records each"
        ),
        Claim(
            "14",
            "Clock: exporter skew is told, and the flow keeps the times it was given",
            "Clock: a DST month has its own number of bins, and its percentile the rank of that",
            "Clock: leap bins: the bin of a leap second has 300 seconds, and its share of a flow",
            "Clock: a leap second is no restart, and moves no flow by more than itself",
            "Clock: flows longer than a bin keep their start, be it hours, days or weeks ago",
            "Clock: flows longer than a bin (pro-rating): the bins sum to the flow, none has more",
            "a month begins and ends at local midnights"
        ),
    ]

    /// Bugs of other collectors that older tests show than `KnownBugTests`.
    static let bugs: [Claim] = [
        Claim(
            "a field of no length (nfdump)",
            "a field of no length beside others is legal",
            "a template whose records have no length is refused, and its data end"
        ),
        Claim("data after a withdrawal (nfdump)", "a withdrawn template is unknown"),
        Claim(
            "variable lengths (pmacct 100 and 666)",
            "a variable length that passes the end of its set is truncated"
        ),
        Claim(
            "the file of templates, off by one (pmacct 923)",
            "a restored snapshot is what was taken",
            "what could not have come from an exporter is refused whole"
        ),
        Claim(
            "ports beyond the header (sflowtool d33adff)",
            "ports past the captured octets are unknown, the rest is not"
        ),
        Claim(
            "a sample's length lies (FastNetMon 1089)",
            "a record longer than its sample ends the sample, the next is read"
        ),
        Claim(
            "lengths of the AS path (sflowtool fa1dd52)",
            "a segment that says more than there is costs the record, not the flow"
        ),
        Claim(
            "NTP times taken for counts since 1970 (goflow2 0b47cd5)",
            "microseconds and nanoseconds are NTP times, not counts since 1970"
        ),
        Claim(
            "two samplers, one with interval 0 (nfdump 187)",
            "a sampler with interval 0 is unknown, the other keeps its rate"
        ),
        Claim(
            "interval and space of a sampler (nfdump 410)",
            "every way of saying a rate, in the record and in options",
            "a packet interval of n with a space of 0 is one packet in n"
        ),
        Claim(
            "names longer than their buffer (FastNetMon 1088)",
            "names of variable length, cut at 255 octets"
        ),
        Claim(
            "nested lists (nfdump 4b23d6e)",
            "lengths inside a list that lie harm nothing outside it"
        ),
    ]

    @Test("each pitfall and each known bug has its tests", arguments: pitfalls + bugs)
    func claims(_ claim: Claim) {
        for title in claim.titles { #expect(Self.titles.contains(title), "\(title)") }
    }

    @Test("each difference from another decoder is pinned by a test")
    func differences() throws {
        let table = SourceTree.text("Tests/Interop/support/differences.tsv")
        let rows = table.split(separator: "\n").map { $0.split(separator: "\t") }
        try #require(rows.count > 10)
        for row in rows.dropFirst() {
            #expect(row.count == 7, "\(row.first ?? "")")
            let title = row.last.map(String.init) ?? ""
            #expect(Self.titles.contains(title), "\(title)")
        }
    }

    /// Every literal that begins a line or follows `@Test(`: titles, and what looks like one.
    private static let titles: Set<String> = {
        var titles: Set<String> = []
        for file in SourceTree.tests where !file.path.hasPrefix("Tests/TidyTests/") {
            var lines = file.lines[...].makeIterator()
            while let line = lines.next() {
                let text = line.drop { $0 == " " }
                let literal = text.hasPrefix("@Test(") ? text.dropFirst(6) : text
                if literal == "\"\"\"" {
                    titles.insert(block(&lines))
                } else if literal.first == "\"",
                    let end = literal.dropFirst().firstIndex(of: "\"")
                {
                    titles.insert(String(literal[literal.index(after: literal.startIndex)..<end]))
                }
            }
        }
        return titles
    }()

    /// The lines of a literal of several; a backslash at the end goes on without a line feed.
    private static func block(
        _ lines: inout ArraySlice<Substring>.Iterator
    ) -> String {
        var text = ""
        while let line = lines.next() {
            let part = line.drop { $0 == " " }
            if part.hasPrefix("\"\"\"") { break }
            text += part.hasSuffix("\\") ? part.dropLast() : part + "\n"
        }
        return text.hasSuffix("\n") ? String(text.dropLast()) : text
    }
}
