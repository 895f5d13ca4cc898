// SPDX-License-Identifier: Apache-2.0

import FlowDecoding
import Model
import TestSupport
import Testing

/// What one datagram may cost, and what becomes of the rest of it.
@Suite("Limits of a datagram")
struct DatagramLimitTests {
    typealias Field = TemplateMessage.Field

    /// Data records of template 256: octets, source, destination.
    private static let fields: [Field] = [Field(1, 8), .source, .destination]

    private static func data(_ records: Int) -> TemplateMessage {
        var message = TemplateMessage.ipfix()
        message.addData(256) { writer in
            for _ in 0..<records {
                writer.write64(100)
                writer.write32(7)
                writer.write32(8)
            }
        }
        return message
    }

    private static func template() -> TemplateMessage {
        var message = TemplateMessage.ipfix()
        message.addTemplate(256, fields)
        return message
    }

    @Test("data of many datagrams that waited for one template is read whole")
    func heldSets() {
        var decoding = Decoding(holdsData: true)
        for _ in 0..<140 { _ = decoding.decode(Self.data(80).octets) }
        #expect(decoding.decoder.statistics.heldSets == 140)
        let result = decoding.decode(Self.template().octets)
        #expect(result.outcome.records == 140 * 80)
        #expect(result.records.count == 140 * 80)
        #expect(result.reasons.isEmpty)
        #expect(decoding.decoder.statistics.heldSets == 0)
    }

    @Test("each set that waited and is not read whole is an error of its own")
    func heldSetsTooLong() {
        var limits = DecodingLimits()
        limits.recordsPerDatagram = 50
        var decoding = Decoding(holdsData: true, limits: limits)
        for records in [80, 20, 80] { _ = decoding.decode(Self.data(records).octets) }
        let result = decoding.decode(Self.template().octets)
        #expect(result.records.count == 50 + 20 + 50)
        #expect(result.reasons == [.limitExceeded, .limitExceeded])
    }

    @Test("what waited takes nothing of the room of the datagram that brings the template")
    func ownRoom() {
        var limits = DecodingLimits()
        limits.recordsPerDatagram = 50
        var decoding = Decoding(holdsData: true, limits: limits)
        _ = decoding.decode(Self.data(40).octets)
        var message = Self.template()
        message.addData(256) { writer in
            for _ in 0..<40 { for value in [0, 100, 7, 8] { writer.write32(UInt32(value)) } }
        }
        let result = decoding.decode(message.octets)
        #expect(result.records.count == 80)
        #expect(result.reasons.isEmpty)
    }

    @Test("options records past a limit are not read, and told once a datagram")
    func options() {
        var decoding = Decoding()
        var message = TemplateMessage.ipfix()
        message.addOptionsTemplate(300, scope: [], [Field(302, 2), Field(305, 1)])
        for part in 0..<2 {
            message.addData(300) { writer in
                for number in 0..<5_000 {
                    writer.write16(part * 5_000 + number)
                    writer.write8(UInt8(1 + number % 200))
                }
            }
        }
        let result = decoding.decode(message.octets)
        #expect(result.outcome.optionsRecords == 1_024)
        #expect(result.reasons == [.limitExceeded])
        // Each datagram has its own.
        #expect(decoding.decode(message.octets).outcome.optionsRecords == 1_024)
    }

    @Test("options records that waited are bounded together, and no set is lost in silence")
    func heldOptions() {
        var decoding = Decoding(holdsData: true)
        for _ in 0..<10 {
            var data = TemplateMessage.ipfix()
            data.addData(300) { writer in
                for number in 0..<300 {
                    writer.write16(number)
                    writer.write8(7)
                }
            }
            _ = decoding.decode(data.octets)
        }
        var message = TemplateMessage.ipfix()
        message.addOptionsTemplate(300, scope: [], [Field(302, 2), Field(305, 1)])
        let result = decoding.decode(message.octets)
        #expect(result.outcome.optionsRecords == 1_024)
        // Three sets and a part of the fourth were read.
        #expect(result.reasons == Array(repeating: .limitExceeded, count: 7))
    }

    @Test("flow records beside a flood of options are read")
    func besideOptions() {
        var decoding = Decoding()
        var message = Self.template()
        message.addOptionsTemplate(300, scope: [], [Field(302, 2), Field(305, 1)])
        message.addData(300) { writer in
            for number in 0..<5_000 {
                writer.write16(number)
                writer.write8(3)
            }
        }
        message.addData(256) { writer in
            for value in [0, 100, 7, 8] { writer.write32(UInt32(value)) }
        }
        #expect(decoding.decode(message.octets).records.map(\.octets) == [100])
    }

    @Test("templates and withdrawals past a limit are not read, and told once a datagram")
    func templates() {
        var decoding = Decoding()
        var message = TemplateMessage.ipfix()
        for _ in 0..<2 {
            message.addSet(2, Array(repeatElement([0, 2, 0, 0], count: 4_000).joined()))
        }
        let result = decoding.decode(message.octets)
        #expect(result.outcome.templates == 256)
        #expect(result.reasons == [.limitExceeded])
    }

    @Test("a withdrawal of all templates holds for those learned before it in its set only")
    func withdrawals() {
        var decoding = Decoding()
        var message = TemplateMessage.ipfix()
        let learned: [UInt8] = [1, 0, 0, 1, 0, 1, 0, 4]  // 256: octetDeltaCount in four octets
        message.addSet(2, learned + [0, 2, 0, 0, 0, 2, 0, 0] + learned)
        #expect(decoding.decode(message.octets).outcome.templates == 4)
        #expect(decoding.decoder.statistics.templates == 1)
        message = TemplateMessage.ipfix()
        message.addSet(2, [0, 2, 0, 0] + learned + [0, 2, 0, 0])
        _ = decoding.decode(message.octets)
        #expect(decoding.decoder.statistics.templates == 0)
    }

    @Test("each direction of a biflow counts as a flow")
    func biflows() {
        var decoding = Decoding()
        var message = TemplateMessage.ipfix()
        message.addTemplate(256, [Field(231, 4), Field(232, 4)])
        message.addData(256) { writer in
            for _ in 0..<8_000 { writer.write64(1 << 32 | 1) }
        }
        let result = decoding.decode(message.octets)
        #expect(result.outcome.records == 4_096)
        #expect(result.records.count == 8_192)
        #expect(result.reasons == [.limitExceeded])
    }

    @Test("half of a biflow is not read where one flow would be one too many")
    func biflowAtTheEnd() {
        var limits = DecodingLimits()
        limits.recordsPerDatagram = 4
        var decoding = Decoding(limits: limits)
        var message = TemplateMessage.ipfix()
        message.addTemplate(256, Self.fields)
        message.addTemplate(257, [Field(231, 4), Field(232, 4)])
        message.addData(256) { writer in
            for value in [0, 100, 7, 8, 0, 100, 7, 8, 0, 100, 7, 8] as [UInt32] {
                writer.write32(value)
            }
        }
        message.addData(257) { $0.write64(1 << 32 | 1) }
        let result = decoding.decode(message.octets)
        #expect(result.records.count == 3)
        #expect(result.reasons == [.limitExceeded])
    }

    @Test("padding after as many templates as are read is no template too many")
    func paddingAfterTemplates() {
        var decoding = Decoding()
        var message = TemplateMessage.ipfix()
        message.addSet(2, Array(repeatElement([0, 2, 0, 0], count: 256).joined()) + [0, 0, 0, 0])
        let result = decoding.decode(message.octets)
        #expect(result.outcome.templates == 256)
        #expect(result.reasons.isEmpty)
    }
}
