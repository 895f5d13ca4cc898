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

    /// What collectors of flows get wrong most often.
    static let pitfalls: [Claim] = [
        Claim(
            "sFlow's AS path: every segment, sets, confederations, the source's peer",
            "AS paths of no, one and several segments, sets and confederations"
        ),
        Claim(
            "sFlow's interfaces: the bits that say local, discarded, several",
            "the output is an interface, the device itself, discarded, or several",
            "an input that is the device itself is no interface"
        ),
        Claim(
            "sFlow datagrams without flow samples are neither flows nor errors",
            "counter samples alone are decoded, give no flow and no error",
            "samples of discarded packets are counted and are no traffic"
        ),
        Claim(
            "every link type, and one basis of octets where a packet is told twice",
            "packets without Ethernet: IPv4, IPv6, MPLS, PPP",
            "a raw header and a sampled IPv4 record count once, by the header"
        ),
        Claim(
            "samplers of one domain, in every form and order",
            "two samplers of one domain do not mix, options first",
            "options that follow the data in one message hold for them",
            "data before the first options are counted once and flagged",
            "a sampler with interval 0 is unknown, the other keeps its rate",
            "every way of saying a rate, in the record and in options",
            "samplers learned from one source port hold for data from another"
        ),
        Claim(
            "an unknown rate is one, and flagged",
            "a rate of 0 is unknown: counted once and flagged",
            "data before the first options are counted once and flagged"
        ),
        Claim(
            "whose template it is, and what a template may not be",
            "two exporters may use one template id for different records",
            "line cards with equal templates do not disturb one another",
            "line cards that define one id differently each have their own",
            "template and data may come in one message",
            "a withdrawn template is unknown",
            "a template longer than its set is truncated, whatever its count says",
            "a variable length that passes the end of its set is truncated",
            "a template of too many fields is refused, and the one it replaces is gone"
        ),
        Claim(
            "NTP times",
            "microseconds and nanoseconds are NTP times, not counts since 1970"
        ),
        Claim(
            "next hops",
            "IP next hop and BGP next hop are two things",
            "a flow that names its BGP next hop takes the path with that next hop"
        ),
        Claim(
            "which counter is the octets",
            "octets are the first present of 1, 231, 85, 23, 352, in whatever order",
            "packets are the first present of 2, 298, 86, 24",
            "initiator and responder octets are a flow each, neither is lost"
        ),
        Claim(
            "sequence numbers: wrap, restart, reordering, repetition, sub-agents, loss in records",
            "through wrap, reordering and repetition just what did not come is charged",
            "two sources of one exporter do not disturb one another, whatever befalls each",
            "a restart in the middle of loss charges neither side's numbers to the other",
            "what comes twice is told, and counts once",
            "messages of one size lose that many records each"
        ),
        Claim(
            "clocks: skew, leap seconds, summer time, flows longer than a slot",
            "a clock that is wrong is told, and the flow keeps the times it was given",
            "a leap second is no restart, and moves no flow by more than itself",
            "a month begins and ends at local midnights",
            "such a month has its own number of slots, and its percentile the rank of that",
            "a flow of an hour, a day or three weeks keeps its start, however short a slot is",
            "the parts of any flow sum to the whole"
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

    /// Every literal on a line of its own or after `@Test(`: titles, and what looks like one.
    private static let titles: Set<String> = {
        var titles: Set<String> = []
        for file in SourceTree.tests where !file.path.hasPrefix("Tests/TidyTests/") {
            for line in file.lines {
                let text = line.drop { $0 == " " }
                let literal = text.hasPrefix("@Test(") ? text.dropFirst(6) : text
                guard literal.first == "\"", let end = literal.dropFirst().firstIndex(of: "\"")
                else { continue }
                titles.insert(String(literal[literal.index(after: literal.startIndex)..<end]))
            }
        }
        return titles
    }()
}
