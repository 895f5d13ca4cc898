// SPDX-License-Identifier: Apache-2.0

import FlowDecoding
import Model
import TestSupport
import Testing

@Suite("Biflows")
struct BiflowTests {
    typealias Field = TemplateMessage.Field

    private func records(_ fields: [(Field, UInt64)]) -> Decoding.Result {
        var message = TemplateMessage.ipfix()
        message.addTemplate(256, fields.map(\.0))
        message.addData(256) { writer in
            for (field, value) in fields { writer.write(value, octets: field.length) }
        }
        var decoding = Decoding()
        return decoding.decode(message.octets)
    }

    private static let sides: [(Field, UInt64)] = [
        (Field(8, 4), 0xc000_0201), (Field(12, 4), 0xc633_6401), (Field(7, 2), 1234),
        (Field(11, 2), 443), (Field(10, 4), 17), (Field(14, 4), 18), (Field(16, 4), 64500),
        (Field(17, 4), 64501), (Field(61, 1), 0),
    ]

    @Test("reverse counters make a second flow with the sides swapped")
    func reverseElements() {
        let result = records(
            Self.sides + [
                (Field(1, 4), 1000), (Field(2, 4), 10),
                (Field(1, 4, enterprise: 29305), 9000), (Field(2, 4, enterprise: 29305), 7),
            ]
        )
        #expect(result.outcome.records == 1)
        #expect(result.records.map(\.octets) == [1000, 9000])
        #expect(result.records.map(\.packets) == [10, 7])
        #expect(result.records.map(\.number) == [1, 1])
        #expect(result.records.map(\.isReverse) == [false, true])
        let reverse = result.records.last
        #expect(reverse?.source == address("198.51.100.1"))
        #expect(reverse?.destination == address("192.0.2.1"))
        #expect(reverse?.sourcePort == 443)
        #expect(reverse?.destinationPort == 1234)
        #expect(reverse?.ingressInterface == 18)
        #expect(reverse?.egressInterface == 17)
        #expect(reverse?.sourceAS.rawValue == 64501)
        #expect(reverse?.destinationAS.rawValue == 64500)
        #expect(reverse?.direction == .egress)
    }

    @Test("initiator and responder octets are a flow each, neither is lost")
    func initiatorAndResponder() {
        let counters: [(Field, UInt64)] = [
            (Field(232, 4), 9000), (Field(231, 4), 1000), (Field(298, 4), 10), (Field(299, 4), 7),
        ]
        #expect(records(Self.sides + counters).records.map(\.octets) == [1000, 9000])
        #expect(records(Self.sides + counters).records.map(\.packets) == [10, 7])
        // reverseInitiator: the source is the responder.
        let turned = records(Self.sides + counters + [(Field(239, 1), 2)])
        #expect(turned.records.map(\.octets) == [9000, 1000])
    }

    @Test("beside the octets of the flow those of the responder do not count again")
    func deltaAndResponder() {
        let counters: [(Field, UInt64)] = [(Field(1, 4), 1000), (Field(232, 4), 900)]
        #expect(records(Self.sides + counters).records.map(\.octets) == [1000])
    }

    @Test("a count of the whole flow is not split, each counter by itself")
    func perCounter() {
        let packets = records(
            Self.sides + [
                (Field(2, 4), 17), (Field(231, 4), 1000), (Field(232, 4), 9000),
                (Field(298, 4), 10), (Field(299, 4), 7),
            ]
        )
        #expect(packets.records.map(\.octets) == [1000, 9000])
        #expect(packets.records.map(\.packets) == [17, 0])
        #expect(packets.records.map { $0.has(.packets) } == [true, false])
        let octets = records(
            Self.sides + [(Field(1, 4), 10_000), (Field(298, 4), 10), (Field(299, 4), 7)]
        )
        #expect(octets.records.map(\.octets) == [10_000, 0])
        #expect(octets.records.map(\.packets) == [10, 7])
        let both = records(
            Self.sides + [
                (Field(1, 4), 10_000), (Field(2, 4), 17), (Field(232, 4), 9000),
                (Field(299, 4), 7),
            ]
        )
        #expect(both.records.map(\.octets) == [10_000])
        #expect(both.records.map(\.packets) == [17])
    }

    @Test("what is counted for the whole flow stays with it when the source is the responder")
    func turnedCounter() {
        let result = records(
            Self.sides + [
                (Field(2, 4), 17), (Field(231, 4), 1000), (Field(232, 4), 9000),
                (Field(239, 1), 2),
            ]
        )
        #expect(result.records.map(\.octets) == [9000, 1000])
        #expect(result.records.map(\.packets) == [17, 0])
    }

    // RFC 5103, section 6.3: 0 arbitrary, 1 initiator, 3 perimeter.
    @Test(
        "the source is the initiator unless it is said to be the responder",
        arguments: [0, 1, 3]
    )
    func sourceIsInitiator(direction: UInt64) {
        let counters: [(Field, UInt64)] = [
            (Field(231, 4), 1000), (Field(232, 4), 9000), (Field(239, 1), direction),
        ]
        #expect(records(Self.sides + counters).records.map(\.octets) == [1000, 9000])
    }

    @Test("a biflow with nothing in the reverse direction is one flow")
    func oneSided() {
        let result = records(
            Self.sides + [
                (Field(1, 4), 1000), (Field(2, 4), 10),
                (Field(1, 4, enterprise: 29305), 0), (Field(2, 4, enterprise: 29305), 0),
            ]
        )
        #expect(result.records.map(\.octets) == [1000])
    }

    @Test("the reverse direction has its own times where it says so")
    func reverseTimes() {
        let result = records([
            (Field(152, 8), 1_700_000_000_000), (Field(1, 4), 1),
            (Field(152, 8, enterprise: 29305), 1_700_000_001_000),
            (Field(1, 4, enterprise: 29305), 2),
        ])
        #expect(
            result.records.map(\.start) == [1_700_000_000_000_000_000, 1_700_000_001_000_000_000]
        )
    }

    private static let uptimes: [(Field, UInt64)] = [
        (Field(160, 8), 1_699_999_000_000), (Field(22, 4), 1_000), (Field(21, 4), 5_000),
        (Field(22, 4, enterprise: 29305), 900_000), (Field(21, 4, enterprise: 29305), 910_000),
    ]

    @Test("uptimes of the reverse direction are its own, from the one boot of the exporter")
    func reverseUptimes() {
        let counters: [(Field, UInt64)] = [(Field(231, 8), 1_000), (Field(232, 8), 2_000)]
        let result = records(Self.uptimes + counters)
        let second: Int64 = 1_000_000_000
        #expect(
            result.records.map(\.start) == [1_699_999_001 * second, 1_699_999_900 * second]
        )
        #expect(result.records.map(\.end) == [1_699_999_005 * second, 1_699_999_910 * second])
    }

    @Test("the duration of the reverse direction goes with its own start")
    func reverseDuration() {
        let times: [(Field, UInt64)] = [
            (Field(152, 8), 1_700_000_000_000), (Field(161, 4), 60_000), (Field(1, 4), 1),
            (Field(161, 4, enterprise: 29305), 5_000), (Field(1, 4, enterprise: 29305), 2),
        ]
        let second: Int64 = 1_000_000_000
        let own = records(times + [(Field(152, 8, enterprise: 29305), 1_700_000_010_000)])
        #expect(own.records.map(\.start) == [1_700_000_000 * second, 1_700_000_010 * second])
        #expect(own.records.map(\.end) == [1_700_000_060 * second, 1_700_000_015 * second])
        // Alone it says nothing of when: the times of the flow hold.
        let alone = records(times)
        #expect(alone.records.map(\.start) == [1_700_000_000 * second, 1_700_000_000 * second])
        #expect(alone.records.map(\.end) == [1_700_000_060 * second, 1_700_000_060 * second])
    }

    @Test("what was dropped one way keeps the interface that the other way came in by")
    func dropped() {
        let counters: [(Field, UInt64)] = [
            (Field(231, 8), 1_000), (Field(232, 8), 2_000), (Field(89, 1), 0x80),
        ]
        let result = records(Self.sides + counters)
        #expect(result.records.map(\.egressKind) == [.discarded, .interface])
        #expect(result.records.map(\.ingressInterface) == [17, 18])
        #expect(result.records.map(\.egressInterface) == [0, 17])
        #expect(result.records.map { $0.has(.egressInterface) } == [false, true])
        let turned = records(
            Self.sides + counters.dropLast() + [(Field(89, 1, enterprise: 29305), 0xc0)]
        )
        #expect(turned.records.map(\.egressKind) == [.interface, .local])
        #expect(turned.records.map(\.ingressInterface) == [17, 18])
        #expect(turned.records.map(\.egressInterface) == [18, 0])
    }

    @Test("reverse elements of what is said once do not disturb the forward flow")
    func once() {
        let result = records([
            (Field(1, 4), 1), (Field(1, 4, enterprise: 29305), 2), (Field(239, 1), 1),
            (Field(239, 1, enterprise: 29305), 2), (Field(302, 1), 1),
            (Field(302, 1, enterprise: 29305), 9), (Field(34, 4), 100),
            (Field(34, 4, enterprise: 29305), 7),
        ])
        #expect(result.records.map(\.octets) == [1, 2])
        #expect(result.records.map(\.samplingRate.numerator) == [100, 100])
    }

    @Test("the reverse direction has its own VLAN where it says so")
    func reverseVLAN() {
        let counters: [(Field, UInt64)] = [(Field(231, 8), 1_000), (Field(232, 8), 2_000)]
        let both = records(counters + [(Field(58, 2), 10), (Field(58, 2, enterprise: 29305), 20)])
        #expect(both.records.map(\.vlan) == [10, 20])
        #expect(both.records.map { Array(both.batch.words[$0.vlans.range]) } == [[10], [20]])
        let one = records(counters + [(Field(58, 2), 10), (Field(59, 2, enterprise: 29305), 20)])
        #expect(one.records.map(\.vlan) == [10, 10])
    }

    @Test("each direction has the rate of the interface it came in by", arguments: 0..<3)
    func rates(order: Int) {
        var templates = TemplateMessage.ipfix()
        let fields: [Field] =
            [.source, .destination] + [
                Field(231, 8), Field(232, 8), Field(10, 4), Field(14, 4),
            ]
        templates.addTemplate(256, fields)
        templates.addOptionsTemplate(300, scope: [Field(10, 4)], [Field(34, 4)])
        var decoding = Decoding()
        _ = decoding.decode(templates.octets)
        var message = TemplateMessage.ipfix()
        func addOptions() {
            message.addData(300) { for value in [7, 1_000, 8, 10] { $0.write32(UInt32(value)) } }
        }
        if order < 2 { addOptions() }
        if order == 1 {  // in a datagram of their own
            _ = decoding.decode(message.octets)
            message = TemplateMessage.ipfix()
        }
        message.addData(256) { writer in
            writer.write(address("192.0.2.1"))
            writer.write(address("198.51.100.1"))
            for value: UInt64 in [1_000, 2_000, 7 << 32 | 8] { writer.write64(value) }
        }
        if order == 2 { addOptions() }
        let result = decoding.decode(message.octets)
        #expect(result.records.map(\.samplingRate.numerator) == [1_000, 10])
    }

    @Test("a direction without a rate of its interface has none, not that of the other")
    func noRate() {
        var message = TemplateMessage.ipfix()
        message.addTemplate(256, [Field(231, 8), Field(232, 8), Field(10, 4), Field(14, 4)])
        message.addOptionsTemplate(300, scope: [Field(10, 4)], [Field(34, 4)])
        message.addData(300) { for value: UInt32 in [7, 1_000] { $0.write32(value) } }
        message.addData(256) { for value: UInt64 in [1, 2, 7 << 32 | 8] { $0.write64(value) } }
        var decoding = Decoding()
        let result = decoding.decode(message.octets)
        #expect(result.records.map(\.samplingSource) == [.options, .assumed])
    }
}
