// SPDX-License-Identifier: Apache-2.0

import Model
import RouteDecoding
import Testing
import Wire

/// AS_PATH and AS4_PATH of neighbors that know two-octet AS numbers only (RFC 6793, section 4.2.3).
@Suite("AS4_PATH")
struct FourOctetASPathTests {
    private func path(_ attributes: String, hasFourOctetASNs: Bool = false) -> String {
        let list = hex(attributes)
        var reader = WireReader(list.span, as: "path attributes")
        var decoded = DecodedAttributes()
        decoded.read(&reader, BGPSessionOptions(hasFourOctetASNs: hasFourOctetASNs))
        return decoded.attributes.asPath.description
    }

    // AS_PATH 64496 AS_TRANS 64498 AS_TRANS
    private let two = "40 02 0a 02 04 fbf0 5ba0 fbf2 5ba0"

    @Test("the true numbers replace AS_TRANS, what was prepended since stays in front")
    func merge() {
        let four = "c0 11 0e 02 03 0001000f 0000fbf2 00010010"
        #expect(path("\(two) \(four)") == "64496 65551 64498 65552")
    }

    @Test("a set counts as one AS when the two are aligned")
    func sets() {
        let withSet = "40 02 0c 02 02 fbf0 5ba0 01 02 5ba0 5ba0"
        let four = "c0 11 10 02 01 0001000f 01 02 00010010 00010011"
        #expect(path("\(withSet) \(four)") == "64496 65551 {65552,65553}")
    }

    @Test("confederation segments in front are kept, and count nothing")
    func confederation() {
        let confederation = "40 02 0c 03 01 fc00 02 03 fbf0 5ba0 5ba0"
        let four = "c0 11 0a 02 02 0001000f 00010010"
        #expect(path("\(confederation) \(four)") == "(64512) 64496 65551 65552")
    }

    @Test("an AS4_PATH longer than AS_PATH is ignored")
    func tooLong() {
        let short = "40 02 04 02 01 5ba0"
        let four = "c0 11 0a 02 02 0001000f 00010010"
        #expect(path("\(short) \(four)") == "23456")
    }

    @Test("an AGGREGATOR that is not AS_TRANS makes AS4_PATH void")
    func aggregated() {
        let four = "c0 11 0e 02 03 0001000f 0000fbf2 00010010"
        #expect(path("\(two) c0 07 06 fbf0c0000201 \(four)") == "64496 23456 64498 23456")
        #expect(path("\(two) c0 07 06 5ba0c0000201 \(four)") == "64496 65551 64498 65552")
    }

    @Test("confederation segments inside AS4_PATH are dropped")
    func confederationInside() {
        let four = "c0 11 14 03 01 0000fc00 02 03 0001000f 0000fbf2 00010010"
        #expect(path("\(two) \(four)") == "64496 65551 64498 65552")
    }

    @Test("a malformed AS4_PATH is discarded, AS_PATH stands")
    func malformed() {
        #expect(path("\(two) c0 11 06 02 03 0001000f") == "64496 23456 64498 23456")
    }

    @Test("a neighbor with four-octet numbers must not send it: it is discarded")
    func fourOctetNeighbor() {
        let attributes = "40 02 06 02 01 00005ba0 c0 11 06 02 01 0001000f"
        #expect(path(attributes, hasFourOctetASNs: true) == "23456")
    }
}
