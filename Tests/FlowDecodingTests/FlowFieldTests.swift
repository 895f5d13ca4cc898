// SPDX-License-Identifier: Apache-2.0

import FlowDecoding
import Model
import TestSupport
import Testing

@Suite("Fields of flow records")
struct FlowFieldTests {
    typealias Field = TemplateMessage.Field

    /// Decodes one record of values under their elements, each in the length given.
    private func records(
        _ fields: [(Field, UInt64)],
        _ message: TemplateMessage = .ipfix()
    ) -> [FlowRecord] {
        var message = message
        message.addTemplate(256, fields.map(\.0))
        message.addData(256) { writer in
            for (field, value) in fields { writer.write(value, octets: field.length) }
        }
        var decoding = Decoding()
        return decoding.decode(message.octets).records
    }

    private func record(
        _ fields: [(Field, UInt64)],
        _ message: TemplateMessage = .ipfix()
    ) -> FlowRecord? {
        records(fields, message).first
    }

    @Test(
        "octets are the first present of 1, 231, 85, 23, 352, in whatever order",
        arguments: [
            ([1, 231, 85, 23, 352], .ip, 1), ([231, 85, 23, 352], .ip, 231),
            ([85, 23, 352], .total, 85), ([23, 352], .post, 23), ([352], .layer2, 352),
        ] as [([Int], OctetsBasis, UInt64)]
    )
    func octetsPrecedence(present: [Int], basis: OctetsBasis, octets: UInt64) {
        for order in [present, present.reversed()] {
            let record = record(order.map { (Field($0, 8), UInt64($0)) })
            #expect(record?.octets == octets)
            #expect(record?.octetsBasis == basis)
            #expect(record?.has(.octets) == true)
        }
    }

    @Test("a counter of zero that stands first is a counter: precedence is by element")
    func zeroCounter() {
        let record = record([(Field(23, 4), 99), (Field(1, 4), 0)])
        #expect(record?.octets == 0)
        #expect(record?.octetsBasis == .ip)
    }

    @Test(
        "packets are the first present of 2, 298, 86, 24",
        arguments: [[2, 298, 86, 24], [298, 86, 24], [86, 24], [24]]
    )
    func packetsPrecedence(present: [Int]) {
        for order in [present, present.reversed()] {
            let record = record(order.map { (Field($0, 8), UInt64($0)) })
            #expect(record?.packets == UInt64(present[0]))
        }
    }

    @Test("counters may be shortened to any length", arguments: 1...8)
    func reducedSize(length: Int) {
        #expect(record([(Field(1, length), 0xab), (Field(14, 2), 17)])?.octets == 0xab)
        #expect(record([(Field(1, length), 0xab), (Field(14, 2), 17)])?.egressInterface == 17)
    }

    @Test("a field longer than its type is passed over")
    func tooLong() {
        let record = record([(Field(1, 9), 5), (Field(2, 4), 3)])
        #expect(record?.has(.octets) == false)
        #expect(record?.packets == 3)
    }

    @Test("IP next hop and BGP next hop are two things")
    func nextHops() {
        let record = record([(Field(15, 4), 0xc000_0201), (Field(18, 4), 0xc000_0202)])
        #expect(record?.nextHop == address("192.0.2.1"))
        #expect(record?.bgpNextHop == address("192.0.2.2"))
    }

    @Test("in a template for both families the zero addresses do not count")
    func bothFamilies() {
        var message = TemplateMessage.ipfix()
        message.addTemplate(256, [.init(8, 4), .init(27, 16), .init(12, 4), .init(28, 16)])
        message.addData(256) {
            $0.write(address("192.0.2.1"))
            $0.write(address("::"))
            $0.write(address("198.51.100.1"))
            $0.write(address("::"))
            $0.write(address("0.0.0.0"))
            $0.write(address("2001:db8::1"))
            $0.write(address("0.0.0.0"))
            $0.write(address("2001:db8::2"))
        }
        var decoding = Decoding()
        let records = decoding.decode(message.octets).records
        #expect(records.map(\.source) == [address("192.0.2.1"), address("2001:db8::1")])
        #expect(records.map(\.destination) == [address("198.51.100.1"), address("2001:db8::2")])
        #expect(records.map(\.family) == [.ipv4, .ipv6])
    }

    @Test("interface 0 counts as not said, the physical interface stands in for the logical")
    func interfaces() {
        #expect(record([(Field(10, 4), 0), (Field(14, 4), 7)])?.has(.ingressInterface) == false)
        #expect(record([(Field(252, 4), 3), (Field(253, 4), 4)])?.ingressInterface == 3)
        #expect(record([(Field(252, 4), 3), (Field(10, 4), 5)])?.ingressInterface == 5)
    }

    @Test("the VLAN is that on the side of observation")
    func vlan() {
        let both: [(Field, UInt64)] = [(Field(58, 2), 100), (Field(59, 2), 200)]
        #expect(record(both + [(Field(61, 1), 0)])?.vlan == 100)
        #expect(record(both + [(Field(61, 1), 0)])?.direction == .ingress)
        #expect(record(both + [(Field(61, 1), 1)])?.vlan == 200)
        #expect(record(both + [(Field(61, 1), 1)])?.direction == .egress)
        #expect(record([(Field(58, 2), 5), (Field(243, 2), 0x3064)])?.vlan == 100)
    }

    @Test("MAC addresses before and after the exporter")
    func macAddresses() {
        let record = record([
            (Field(56, 6), 1), (Field(80, 6), 2), (Field(81, 6), 3), (Field(57, 6), 4),
        ])
        #expect(record?.sourceMAC.rawValue == 1)
        #expect(record?.destinationMAC.rawValue == 2)
        #expect(record?.postSourceMAC.rawValue == 3)
        #expect(record?.postDestinationMAC.rawValue == 4)
    }

    @Test("AS numbers of two and of four octets, origin and adjacent")
    func asNumbers() {
        let record = record([
            (Field(16, 2), 64500), (Field(17, 4), 4_200_000_000), (Field(129, 4), 64502),
            (Field(128, 4), 64503),
        ])
        #expect(record?.sourceAS.rawValue == 64500)
        #expect(record?.destinationAS.rawValue == 4_200_000_000)
        #expect(record?.sourcePeerAS.rawValue == 64502)
        #expect(record?.destinationPeerAS.rawValue == 64503)
    }

    // RFC 7270, section 4.12: the two upper bits; in four octets they are those of the last.
    @Test(
        "what was dropped or consumed leaves by no interface",
        arguments: [
            (0x40, 1, .interface), (0x00, 1, .interface), (0x81, 1, .discarded),
            (0x80, 4, .discarded), (0xc3, 4, .local), (0x42, 4, .interface),
        ] as [(UInt64, Int, EgressKind)]
    )
    func forwardingStatus(value: UInt64, octets: Int, kind: EgressKind) {
        let status: [(Field, UInt64)] = [(Field(89, octets), value)]
        let output: [(Field, UInt64)] = [(Field(14, 4), 8)]
        for fields in [status + output, output + status] {
            let record = record([(Field(10, 4), 7), (Field(1, 4), 100)] + fields)
            #expect(record?.egressKind == kind)
            #expect(record?.has(.egressInterface) == (kind == .interface))
            #expect(record?.has(.ingressInterface) == true)
            #expect(record?.octets == 100)
        }
    }

    @Test("dropped packets counted beside the flow's are none of its octets")
    func droppedCounters() {
        let record = record([(Field(132, 4), 500), (Field(133, 4), 5), (Field(8, 4), 1)])
        #expect(record?.known.isDisjoint(with: [.octets, .packets]) == true)
        #expect(record?.octets == 0)
    }

    @Test("the route distinguisher is eight octets, and none when it is zero")
    func routeDistinguisher() {
        let record = record([(Field(90, 8), 0x0000_fbf4_0000_0001)])
        #expect(record?.routeDistinguisher == 0x0000_fbf4_0000_0001)
        #expect(record?.has(.routeDistinguisher) == true)
        #expect(self.record([(Field(90, 8), 0)])?.has(.routeDistinguisher) == false)
        #expect(self.record([(Field(90, 4), 1)])?.has(.routeDistinguisher) == false)
    }

    @Test("enterprise elements and variable lengths are passed over")
    func variableLengths() {
        var message = TemplateMessage.ipfix()
        message.addTemplate(
            256,
            [.init(1, 4, enterprise: 9), .init(82, 65535), .init(1, 65535), .init(2, 4)]
        )
        message.addData(256) {
            $0.write32(77)
            $0.write8(3)
            $0.write([1, 2, 3])
            $0.write8(2)  // a counter of variable length, RFC 7011 section 7
            $0.write16(500)
            $0.write32(5)
            $0.write32(78)
            $0.write8(255)  // the long form
            $0.write16(300)
            $0.writeZeros(300)
            $0.write8(1)
            $0.write8(60)
            $0.write32(1)
        }
        var decoding = Decoding()
        let result = decoding.decode(message.octets)
        #expect(result.records.map(\.octets) == [500, 60])
        #expect(result.records.map(\.packets) == [5, 1])
    }

    @Test("a variable length that passes the end of its set is truncated")
    func variableLengthPastEnd() {
        var message = TemplateMessage.ipfix()
        message.addTemplate(256, [.init(82, 65535), .init(1, 4)])
        message.addData(256) {
            $0.write8(200)
            $0.write32(1)
        }
        var decoding = Decoding()
        let result = decoding.decode(message.octets)
        #expect(result.records.isEmpty)
        #expect(result.reasons == [.truncated])
    }

    @Test("each element has one row")
    func elementTable() {
        let ids = InformationElement.table.map(\.id)
        #expect(Set(ids).count == ids.count)
        #expect(InformationElement.named(1)?.name.description == "octetDeltaCount")
        #expect(InformationElement.named(65000) == nil)
    }
}
