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
}
