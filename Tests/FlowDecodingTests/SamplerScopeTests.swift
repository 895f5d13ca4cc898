// SPDX-License-Identifier: Apache-2.0

import FlowDecoding
import Model
import TestSupport
import Testing

@Suite("What an announced sampling rate is for")
struct SamplerScopeTests {
    typealias Field = TemplateMessage.Field

    /// An options record of a scope and its value that announces one packet in `rate`.
    private static func announcement(
        _ scope: Field,
        _ value: UInt64,
        rate: UInt32,
        of message: TemplateMessage
    ) -> [UInt8] {
        var message = message
        message.addOptionsTemplate(300, scope: [scope], [.init(34, 4)])
        message.addData(300) {
            $0.write(value, octets: scope.length)
            $0.write32(rate)
        }
        return message.octets
    }

    /// Flow records of a template with these fields before the octets.
    private static func flows(
        _ fields: [(Field, UInt64)] = [],
        id: Int = 256,
        of message: TemplateMessage
    ) -> [UInt8] {
        var message = message
        message.addTemplate(id, fields.map(\.0) + [.init(1, 4)])
        message.addData(id) {
            for (field, value) in fields { $0.write(value, octets: field.length) }
            $0.write32(100)
        }
        return message.octets
    }

    private func rate(
        _ decoding: inout Decoding,
        _ fields: [(Field, UInt64)] = [],
        id: Int = 256,
        of message: TemplateMessage = .ipfix()
    ) -> UInt32? {
        decoding.decode(Self.flows(fields, id: id, of: message)).records.first?
            .samplingRate.numerator
    }

    @Test("a rate announced for a template holds for its records and for no others")
    func byTemplate() {
        for (message, scope) in [
            (TemplateMessage.ipfix(), Field(145, 2)), (.netFlow9(), Field(5, 2)),
        ] {
            var decoding = Decoding()
            _ = decoding.decode(Self.announcement(scope, 256, rate: 100, of: message))
            _ = decoding.decode(Self.announcement(scope, 257, rate: 200, of: message))
            #expect(rate(&decoding, id: 256, of: message) == 100)
            #expect(rate(&decoding, id: 257, of: message) == 200)
            #expect(rate(&decoding, id: 258, of: message) == 1)
        }
    }

    @Test("a rate announced for a line card holds for the flows that name it")
    func byLineCard() {
        for (message, scope) in [
            (TemplateMessage.ipfix(), Field(141, 4)), (.netFlow9(), Field(3, 4)),
        ] {
            var decoding = Decoding()
            _ = decoding.decode(Self.announcement(scope, 1, rate: 100, of: message))
            // Flows that name no line card: all there are have this rate.
            #expect(rate(&decoding, of: message) == 100)
            _ = decoding.decode(Self.announcement(scope, 2, rate: 200, of: message))
            #expect(rate(&decoding, [(Field(141, 4), 1)], of: message) == 100)
            #expect(rate(&decoding, [(Field(141, 4), 2)], of: message) == 200)
            #expect(rate(&decoding, of: message) == 1)
        }
    }

    @Test("a rate announced for an egress interface holds for what leaves by it")
    func byEgressInterface() {
        var decoding = Decoding()
        _ = decoding.decode(Self.announcement(Field(14, 4), 7, rate: 100, of: .ipfix()))
        let into7: [(Field, UInt64)] = [(Field(10, 4), 8), (Field(14, 4), 7)]
        #expect(rate(&decoding, into7) == 100)
        #expect(rate(&decoding, into7 + [(Field(61, 1), 1)]) == 100)
        // Observed where it came in: not by that sampler.
        #expect(rate(&decoding, into7 + [(Field(61, 1), 0)]) == 1)
        #expect(rate(&decoding, [(Field(10, 4), 7), (Field(14, 4), 8)]) == 1)
    }

    @Test("metering processes that disagree give no rate to flows that name none")
    func byMeteringProcess() {
        var decoding = Decoding()
        _ = decoding.decode(Self.announcement(Field(143, 4), 1, rate: 100, of: .ipfix()))
        #expect(rate(&decoding) == 100)
        _ = decoding.decode(Self.announcement(Field(143, 4), 2, rate: 200, of: .ipfix()))
        #expect(rate(&decoding) == 1)
    }

    @Test("a rate announced for something unknown is nobody's")
    func unknownScope() {
        for (message, scope) in [
            (TemplateMessage.ipfix(), Field(234, 4)), (.netFlow9(), Field(234, 4)),
            (.ipfix(), Field(1234, 4, enterprise: 9)), (.ipfix(), Field(82, 4)),
        ] {
            var decoding = Decoding()
            _ = decoding.decode(Self.announcement(scope, 1, rate: 100, of: message))
            #expect(rate(&decoding, of: message) == 1)
        }
    }

    @Test("the whole device is the scope of system, exporter address and interface 0")
    func wholeDevice() {
        for (message, scope) in [
            (TemplateMessage.netFlow9(), Field(1, 4)), (.netFlow9(), Field(2, 4)),
            (.ipfix(), Field(130, 4)), (.ipfix(), Field(10, 4)), (.ipfix(), Field(149, 4)),
        ] {
            var decoding = Decoding()
            _ = decoding.decode(Self.announcement(scope, 0, rate: 100, of: message))
            #expect(rate(&decoding, of: message) == 100)
        }
    }

    // RFC 7011, section 4.1: a message of domain 0 may report on any domain.
    @Test("a report of domain 0 on another domain holds for that one")
    func domainInScope() {
        var decoding = Decoding()
        _ = decoding.decode(Self.announcement(Field(149, 4), 5, rate: 100, of: .ipfix()))
        #expect(rate(&decoding, of: .ipfix(domain: 5)) == 100)
        #expect(rate(&decoding, of: .ipfix(domain: 6)) == 1)
    }

    // RFC 5476, sections 6.5.1 and 6.5.2.
    @Test("a selection sequence has the product of its selectors' rates, filters left out")
    func selectionSequence() {
        var message = TemplateMessage.ipfix()
        message.addOptionsTemplate(
            300,
            scope: [.init(302, 4)],
            [.init(304, 2), .init(305, 4), .init(306, 4)]
        )
        message.addData(300) {
            for (selector, algorithm, interval, space) in [
                (1, 1, 1, 9), (2, 1, 2, 98), (3, 5, 1, 999),
            ] as [(UInt32, Int, UInt32, UInt32)] {
                $0.write32(selector)
                $0.write16(algorithm)
                $0.write32(interval)
                $0.write32(space)
            }
        }
        message.addOptionsTemplate(
            301,
            scope: [.init(301, 4)],
            [.init(10, 4), .init(302, 4), .init(302, 4), .init(302, 4)]
        )
        message.addData(301) {
            for value: UInt32 in [77, 5, 3, 1, 2] { $0.write32(value) }
            for value: UInt32 in [78, 5, 3, 3, 3] { $0.write32(value) }
            for value: UInt32 in [79, 5, 1, 2, 4] { $0.write32(value) }
        }
        var decoding = Decoding()
        _ = decoding.decode(message.octets)
        let named = { (sequence: UInt64) in [(Field(301, 4), sequence)] }
        #expect(rate(&decoding, named(77)) == 500)
        // A filter alone samples nothing; selector 4 was never reported.
        #expect(rate(&decoding, named(78)) == 1)
        #expect(rate(&decoding, named(79)) == 1)
        #expect(rate(&decoding, named(80)) == 1)
        let snapshot = decoding.decoder.snapshot(of: address("192.0.2.1"))
        var restored = Decoding()
        #expect(throws: Never.self) { try snapshot.map { try restored.decoder.restore($0) } }
        #expect(rate(&restored, named(77)) == 500)
    }

    @Test("a selector that filters gives no rate, whatever stands beside", arguments: 5...8)
    func filter(algorithm: Int) {
        var message = TemplateMessage.ipfix()
        message.addOptionsTemplate(
            300,
            scope: [.init(302, 4)],
            [.init(304, 2), .init(305, 4), .init(306, 4)]
        )
        message.addData(300) {
            $0.write32(3)
            $0.write16(algorithm)
            $0.write32(1)
            $0.write32(999)
        }
        var decoding = Decoding()
        _ = decoding.decode(message.octets)
        #expect(rate(&decoding, [(Field(302, 4), 3)]) == 1)
        #expect(rate(&decoding) == 1)
    }

    @Test("time-based sampling gives no rate of packets")
    func timeBased() {
        var message = TemplateMessage.ipfix()
        message.addOptionsTemplate(
            300,
            scope: [.init(302, 4)],
            [.init(304, 2), .init(307, 4), .init(308, 4)]
        )
        message.addData(300) {
            $0.write32(3)
            $0.write16(2)
            $0.write32(1_000)
            $0.write32(9_000)
        }
        var decoding = Decoding()
        _ = decoding.decode(message.octets)
        #expect(rate(&decoding, [(Field(302, 4), 3)]) == 1)
    }

    // By RFC 5477, sections 8.2.2 and 8.2.3, no packet is left out between two intervals when the
    // space is 0. Devices send an interval of n without a space, or with 0, for one packet in n.
    @Test("a packet interval of n with a space of 0 is one packet in n")
    func intervalWithoutSpace() {
        var decoding = Decoding()
        #expect(rate(&decoding, [(Field(305, 4), 100), (Field(306, 4), 0)]) == 100)
        #expect(rate(&decoding, [(Field(305, 4), 100)]) == 100)
        #expect(rate(&decoding, [(Field(305, 4), 1), (Field(306, 4), 0)]) == 1)
    }

    @Test("samplers learned from one source port hold for data from another")
    func otherPort() {
        var decoding = Decoding()
        let options = Self.announcement(Field(302, 4), 3, rate: 100, of: .ipfix())
        _ = decoding.decode(options, port: 1_000)
        let flows = Self.flows([(Field(302, 4), 3)], of: .ipfix())
        let records = decoding.decode(flows, port: 2_000).records
        #expect(records.map(\.samplingRate.numerator) == [100])
        #expect(records.map(\.samplingSource) == [.options])
    }

    @Test("rates by template, line card and sequence survive a restart")
    func restart() throws {
        var decoding = Decoding()
        for (field, value, rate) in [(145, 256, 10), (141, 3, 20), (14, 7, 30), (143, 1, 40)] {
            _ = decoding.decode(
                Self.announcement(
                    Field(field, field == 145 ? 2 : 4),
                    UInt64(value),
                    rate: UInt32(rate),
                    of: .ipfix()
                )
            )
        }
        let snapshot = try #require(decoding.decoder.snapshot(of: address("192.0.2.1")))
        var restored = Decoding()
        try restored.decoder.restore(snapshot)
        #expect(rate(&restored, id: 256) == 10)
        #expect(rate(&restored, [(Field(141, 4), 3)], id: 300) == 20)
        #expect(rate(&restored, [(Field(14, 4), 7)], id: 300) == 30)
        #expect(restored.decoder.snapshot(of: address("192.0.2.1"))?.domains == snapshot.domains)
    }

    @Test("a snapshot with a rate for nothing known is refused")
    func forged() throws {
        var decoding = Decoding()
        _ = decoding.decode(Self.announcement(Field(145, 2), 256, rate: 9, of: .ipfix()))
        var snapshot = try #require(decoding.decoder.snapshot(of: address("192.0.2.1")))
        snapshot.domains[0].scopedSamplers?[0].scope = "vessel"
        #expect(throws: SnapshotProblem.self) { try snapshot.check(DecodingLimits()) }
    }
}
