// SPDX-License-Identifier: Apache-2.0

import FlowDecoding
import Model
import TestSupport
import Testing

@Suite("Pieces of packets in flow records")
struct PacketSectionTests {
    typealias Field = TemplateMessage.Field

    private static let ip = SampledPacket(octets: []).ipv4(length: 1000).ports(1234, 443)
    private static let frame = SampledPacket.ethernet.tag(7).type(0x800).ipv4(length: 1000)
        .ports(1234, 443)

    /// A record of a piece of a packet, and values before and behind it.
    private func record(
        _ element: Int,
        _ piece: [UInt8],
        before: [(Field, UInt64)] = [],
        behind: [(Field, UInt64)] = [],
        of message: TemplateMessage = .ipfix()
    ) -> FlowRecord? {
        var message = message
        let section = Field(element, piece.count)
        message.addTemplate(256, before.map(\.0) + [section] + behind.map(\.0))
        message.addData(256) {
            for (field, value) in before { $0.write(value, octets: field.length) }
            $0.write(piece)
            for (field, value) in behind { $0.write(value, octets: field.length) }
        }
        var decoding = Decoding()
        return decoding.decode(message.octets).records.first
    }

    @Test("a piece of an IP packet is read by its version, and is one packet of its length")
    func packetSection() {
        let four = record(313, Self.ip.octets)
        #expect(four?.source == address("192.0.2.1"))
        #expect(four?.destinationPort == 443)
        #expect(four?.octets == 1000)
        #expect(four?.octetsBasis == .ip)
        #expect(four?.packets == 1)
        let six = record(313, SampledPacket(octets: []).ipv6(payload: 60, next: 6).octets)
        #expect(six?.source.family == .ipv6)
        #expect(six?.octets == 100)
        let none = record(313, [0x50, 1, 2, 3])
        #expect(none?.known.isDisjoint(with: [.source, .octets, .packets]) == true)
    }

    @Test("a packet that does not say its length has that of ipTotalLength")
    func totalLength() {
        let silent = SampledPacket(octets: []).ipv6(payload: 0, next: 6).octets
        #expect(record(313, silent, behind: [(Field(224, 8), 9_000)])?.octets == 9_000)
        #expect(record(313, silent, before: [(Field(410, 2), 40)])?.octets == 40)
        // What the header says comes first.
        #expect(record(313, Self.ip.octets, behind: [(Field(224, 8), 9_000)])?.octets == 1000)
    }

    @Test("what the record says itself counts, before the piece or behind it")
    func explicitFields() {
        let fields: [(Field, UInt64)] = [
            (Field(8, 4), 0x0a00_0001), (Field(11, 2), 80), (Field(1, 4), 77), (Field(2, 4), 3),
            (Field(58, 2), 9),
        ]
        for record in [
            record(315, Self.frame.octets, before: fields),
            record(315, Self.frame.octets, behind: fields),
        ] {
            #expect(record?.source == address("10.0.0.1"))
            #expect(record?.destination == address("198.51.100.1"))
            #expect(record?.sourcePort == 1234)
            #expect(record?.destinationPort == 80)
            #expect(record?.octets == 77)
            #expect(record?.packets == 3)
            #expect(record?.vlan == 9)
        }
    }

    @Test("a frame of 802.11 is not read as Ethernet")
    func wireless() {
        let said: [(Field, UInt64)] = [(Field(408, 2), 2), (Field(312, 2), 1_100)]
        let frame = record(315, Self.frame.octets, before: said)
        #expect(frame?.known.isDisjoint(with: [.source, .sourceMAC, .octets]) == true)
        #expect(frame?.vlans.count == 0)
        for type: UInt64 in [0, 1] {
            #expect(record(315, Self.frame.octets, behind: [(Field(408, 2), type)])?.octets == 1000)
        }
    }

    @Test("NetFlow v9 carries frames as layer2packetSectionData")
    func layer2() {
        let record = record(104, Self.frame.octets, before: [(Field(103, 2), 64)], of: .netFlow9())
        #expect(record?.source == address("192.0.2.1"))
        #expect(record?.vlan == 7)
        #expect(record?.octets == 1000)
    }

    @Test("a piece from within a packet is no header")
    func offset() {
        for (element, piece) in [(313, Self.ip.octets), (315, Self.frame.octets)] {
            let record = record(element, piece, before: [(Field(409, 2), 14)])
            #expect(record?.known.isDisjoint(with: [.source, .octets]) == true)
        }
        #expect(record(313, Self.ip.octets, before: [(Field(409, 2), 0)])?.octets == 1000)
    }

    @Test("labels and their payload are passed over")
    func labels() {
        for element in [316, 317] {
            let record = record(element, Self.frame.octets, behind: [(Field(1, 4), 5)])
            #expect(record?.octets == 5)
            #expect(record?.has(.source) == false)
        }
    }
}
