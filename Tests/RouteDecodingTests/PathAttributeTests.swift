// SPDX-License-Identifier: Apache-2.0

import Model
import RouteDecoding
import Testing
import Wire

@Suite("PathAttribute")
struct PathAttributeTests {
    /// One attribute value as it stands on the wire, and what it must decode to.
    struct Sample: CustomTestStringConvertible, Sendable {
        var name: String
        var typeCode: UInt8
        var octets: [UInt8]
        /// nil when the value is malformed.
        var expected: PathAttributes?

        init(
            _ name: String,
            _ typeCode: UInt8,
            _ value: String,
            _ expected: (@Sendable (inout PathAttributes) -> Void)?
        ) {
            self.name = name
            self.typeCode = typeCode
            octets = hex(value)
            guard let expected else { return }
            var attributes = PathAttributes()
            expected(&attributes)
            self.expected = attributes
        }

        var testDescription: String { name }
    }

    static let samples: [Sample] = [
        // RFC 4271, section 5.1.1; RFC 7606, section 7.1.
        Sample("ORIGIN IGP", 1, "00") { $0.origin = .igp },
        Sample("ORIGIN EGP", 1, "01") { $0.origin = .egp },
        Sample("ORIGIN INCOMPLETE", 1, "02") { $0.origin = .incomplete },
        Sample("ORIGIN 3, undefined", 1, "03", nil),
        Sample("ORIGIN without octets", 1, "", nil),
        Sample("ORIGIN of two octets", 1, "0000", nil),
        // RFC 4271, section 4.3; RFC 7606, section 7.2.
        Sample("AS_PATH 64500 64501", 2, "02 02 0000fbf4 0000fbf5") {
            $0.asPath = .of(64500, 64501)
        },
        Sample("AS_PATH with a four-octet AS", 2, "02 01 fa56ea00") {
            $0.asPath = .of(4_200_000_000)
        },
        Sample("AS_PATH that ends in a set", 2, "02 01 0000fbf4 01 02 00000001 00000002") {
            $0.asPath.append(.sequence, [ASN(rawValue: 64500)])
            $0.asPath.append(.set, [ASN(rawValue: 1), ASN(rawValue: 2)])
        },
        Sample("AS_PATH through a confederation", 2, "03 01 0000fbf4 02 01 00000001") {
            $0.asPath.append(.confederationSequence, [ASN(rawValue: 64500)])
            $0.asPath.append(.sequence, [ASN(rawValue: 1)])
        },
        Sample("AS_PATH, empty", 2, "") { _ in },
        Sample("AS_PATH, segment of none", 2, "02 00", nil),
        Sample("AS_PATH, segment longer than the attribute", 2, "02 02 0000fbf4", nil),
        Sample("AS_PATH, one octet left over", 2, "02 01 0000fbf4 02", nil),
        Sample("AS_PATH, segment type 5", 2, "05 01 0000fbf4", nil),
        Sample("AS_PATH through AS 0 (RFC 7607, section 2)", 2, "02 01 00000000", nil),
        // RFC 4271, section 5.1.3; RFC 7606, section 7.3.
        Sample("NEXT_HOP", 3, "c0000201") { $0.nextHop = .v4(0xc000_0201) },
        Sample("NEXT_HOP of three octets", 3, "c00002", nil),
        Sample("NEXT_HOP of sixteen octets", 3, "20010db8000000000000000000000001", nil),
        Sample("NEXT_HOP without octets", 3, "", nil),
        // RFC 7606, sections 7.4 and 7.5.
        Sample("MULTI_EXIT_DISC", 4, "00000064") { $0.multiExitDiscriminator = 100 },
        Sample("MULTI_EXIT_DISC of three octets", 4, "000064", nil),
        Sample("LOCAL_PREF", 5, "000000c8") { $0.localPreference = 200 },
        Sample("LOCAL_PREF of five octets", 5, "00000000c8", nil),
        // RFC 7606, sections 7.6 and 7.7.
        Sample("ATOMIC_AGGREGATE", 6, "") { _ in },
        Sample("ATOMIC_AGGREGATE of one octet", 6, "00", nil),
        Sample("AGGREGATOR", 7, "0000fbf4 c0000201") { _ in },
        Sample("AGGREGATOR in two-octet form", 7, "fbf4 c0000201", nil),
        Sample("AGGREGATOR in AS 0 (RFC 7607, section 2)", 7, "00000000 c0000201", nil),
        // RFC 7606, section 7.8.
        Sample("COMMUNITIES 64500:1 64500:2", 8, "fbf40001 fbf40002") {
            $0.communities = [0xfbf4_0001, 0xfbf4_0002]
        },
        Sample("COMMUNITIES of six octets", 8, "fbf40001 fbf4", nil),
        Sample("COMMUNITIES without octets", 8, "", nil),
        // RFC 7606, sections 7.9 and 7.10.
        Sample("ORIGINATOR_ID", 9, "c0000207") { $0.originatorID = 0xc000_0207 },
        Sample("ORIGINATOR_ID of three octets", 9, "c00002", nil),
        Sample("CLUSTER_LIST of two", 10, "c0000207 c0000208") { $0.clusterCount = 2 },
        Sample("CLUSTER_LIST of five octets", 10, "c0000207 c0", nil),
        Sample("CLUSTER_LIST without octets", 10, "", nil),
        // RFC 6793, section 6.
        Sample("AS4_PATH", 17, "02 01 fa56ea00") { _ in },
        Sample("AS4_PATH of five octets", 17, "02 01 fa56ea", nil),
        Sample("AS4_AGGREGATOR", 18, "fa56ea00 c0000201") { _ in },
        Sample("AS4_AGGREGATOR of seven octets", 18, "fa56ea00 c00002", nil),
        // RFC 4360, section 2; RFC 5701, section 2; RFC 7606, sections 7.14 and 7.15.
        Sample("EXTENDED COMMUNITIES, a route target", 16, "0002fbf400000001") {
            $0.extendedCommunities = [0x0002_fbf4_0000_0001]
        },
        Sample("EXTENDED COMMUNITIES of seven octets", 16, "0002fbf4000000", nil),
        Sample("EXTENDED COMMUNITIES without octets", 16, "", nil),
        Sample(
            "IPv6 Address Specific Extended Community",
            25,
            "0002 20010db8000000000000000000000001 0001"
        ) { _ in },
        Sample(
            "IPv6 Address Specific Extended Community of eight octets",
            25,
            "0002fbf400000001",
            nil
        ),
        // RFC 9234, section 5.
        Sample("OTC", 35, "0000fbf4") { _ in },
        Sample("OTC of two octets", 35, "fbf4", nil),
        Sample("OTC of eight octets", 35, "0000fbf40000fbf4", nil),
        // RFC 8092, section 6.
        Sample("LARGE_COMMUNITY 64500:1:2", 32, "0000fbf4 00000001 00000002") {
            $0.largeCommunities = [LargeCommunity(64500, 1, 2)]
        },
        Sample("LARGE_COMMUNITY of eleven octets", 32, "0000fbf4 00000001 000000", nil),
        Sample("LARGE_COMMUNITY without octets", 32, "", nil),
    ]

    @Test("reads a value, or finds it malformed", arguments: samples)
    func decodes(_ sample: Sample) throws {
        let row = try #require(PathAttribute.table.first { $0.typeCode == sample.typeCode })
        let header = [row.flags.rawValue, row.typeCode, UInt8(sample.octets.count)]
        let list = header + sample.octets
        var reader = WireReader(list.span, as: "path attributes")
        var decoded = DecodedAttributes()
        decoded.read(&reader, BGPSessionOptions())
        if let expected = sample.expected {
            #expect(decoded.errors == [])
            #expect(decoded.attributes == expected)
        } else {
            #expect(decoded.errors.map(\.problem) == [.value])
            #expect(decoded.handling == row.whenMalformed)
        }
    }

    @Test("what a malformed attribute does to its routes is as in RFC 7606, section 7")
    func handling() {
        let discarded: Set<UInt8> = [6, 7, 17, 18]
        let reset: Set<UInt8> = [14, 15]
        for row in PathAttribute.table {
            let expected: ErrorHandling =
                discarded.contains(row.typeCode)
                ? .attributeDiscard
                : reset.contains(row.typeCode) ? .sessionReset : .treatAsWithdraw
            #expect(row.whenMalformed == expected, "\(row.name)")
        }
    }

    @Test("each type code has one row, in IANA's order")
    func uniqueTypeCodes() {
        let codes = PathAttribute.table.map(\.typeCode)
        #expect(codes == Set(codes).sorted())
        #expect(codes.allSatisfy { $0 < 64 })  // each has its bit in what was seen
    }

    @Test("an AS path of 1,025 ASes keeps 1,024 and has no origin")
    func longPath() {
        var value: [UInt8] = []
        for count in [255, 255, 255, 255, 5] {
            value += [2, UInt8(count)]
            for _ in 0..<count { value += [0, 0, 0, 9] }
        }
        let list = [0x50, 2, UInt8(value.count >> 8), UInt8(value.count & 255)] + value
        var reader = WireReader(list.span, as: "path attributes")
        var decoded = DecodedAttributes()
        decoded.read(&reader, BGPSessionOptions())
        #expect(decoded.errors == [])
        #expect(decoded.truncatedPaths == 1)
        #expect(decoded.attributes.asPath.neighborAS == ASN(rawValue: 9))
        #expect(decoded.attributes.asPath.originAS == nil)
        let kept = decoded.attributes.asPath.segments.map(\.members.count).reduce(0, +)
        #expect(kept == 1024)
    }
}
