// SPDX-License-Identifier: Apache-2.0

import FlowDecoding
import Model
import TestSupport
import Testing

@Suite("Sampling rates")
struct SamplingTests {
    typealias Field = TemplateMessage.Field

    /// Options that announce samplers by selectorId, size and population.
    private static func addSamplers(
        _ samplers: [(id: UInt32, population: UInt32)],
        to message: inout TemplateMessage
    ) {
        message.addOptionsTemplate(300, scope: [.init(302, 4)], [.init(309, 4), .init(310, 4)])
        message.addData(300) {
            for sampler in samplers {
                $0.write32(sampler.id)
                $0.write32(1)
                $0.write32(sampler.population)
            }
        }
    }

    private static func addFlows(_ samplers: [UInt32], to message: inout TemplateMessage) {
        message.addTemplate(256, [.init(302, 4), .init(1, 4)])
        message.addData(256) {
            for sampler in samplers {
                $0.write32(sampler)
                $0.write32(100)
            }
        }
    }

    private func rates(_ records: [FlowRecord]) -> [UInt32] {
        records.map(\.samplingRate.numerator)
    }

    @Test("two samplers of one domain do not mix, options first")
    func optionsBefore() {
        var message = TemplateMessage.ipfix()
        Self.addSamplers([(1, 4000), (2, 2000)], to: &message)
        Self.addFlows([1, 2, 3], to: &message)
        var decoding = Decoding()
        let records = decoding.decode(message.octets).records
        #expect(rates(records) == [4000, 2000, 1])
        #expect(records.map(\.samplingSource) == [.options, .options, .assumed])
    }

    @Test("options that follow the data in one message hold for them")
    func optionsAfterInOneMessage() {
        var message = TemplateMessage.ipfix()
        Self.addFlows([1, 2], to: &message)
        Self.addSamplers([(1, 4000), (2, 2000)], to: &message)
        // The options template is known only after the flows were read.
        var decoding = Decoding()
        _ = decoding.decode(message.octets)
        var again = TemplateMessage.ipfix()
        again.addOptionsTemplate(300, scope: [.init(302, 4)], [.init(309, 4), .init(310, 4)])
        again.addData(256) {
            $0.write32(3)
            $0.write32(100)
        }
        again.addData(300) {
            $0.write32(3)
            $0.write32(1)
            $0.write32(500)
        }
        #expect(rates(decoding.decode(again.octets).records) == [500])
    }

    @Test("data before the first options are counted once and flagged")
    func dataBeforeOptions() {
        var flows = TemplateMessage.ipfix()
        Self.addFlows([1], to: &flows)
        var options = TemplateMessage.ipfix()
        Self.addSamplers([(1, 4000)], to: &options)
        var decoding = Decoding()
        let early = decoding.decode(flows.octets).records
        #expect(rates(early) == [1])
        #expect(early.map(\.samplingSource) == [.assumed])
        _ = decoding.decode(options.octets)
        #expect(rates(decoding.decode(flows.octets).records) == [4000])
    }

    @Test("a sampler with interval 0 is unknown, the other keeps its rate")
    func zeroInterval() {
        var message = TemplateMessage.netFlow9()
        message.addOptionsTemplate(300, scope: [.init(1, 4)], [.init(48, 2), .init(50, 4)])
        message.addData(300) {
            for (sampler, interval) in [(1, 0), (2, 1000)] as [(Int, UInt32)] {
                $0.write32(0)
                $0.write16(sampler)
                $0.write32(interval)
            }
        }
        message.addTemplate(256, [.init(48, 1), .init(1, 4)])
        message.addData(256) {
            for sampler: UInt8 in [1, 2] {
                $0.write8(sampler)
                $0.write32(100)
            }
        }
        var decoding = Decoding()
        #expect(rates(decoding.decode(message.octets).records) == [1, 1000])
    }

    @Test("a record that names no sampler has a rate when all samplers agree")
    func unnamedSampler() {
        for (populations, expected) in [([1000, 1000], 1000), ([1000, 2000], 1)]
            as [([UInt32], UInt32)]
        {
            var message = TemplateMessage.ipfix()
            Self.addSamplers([(1, populations[0]), (2, populations[1])], to: &message)
            message.addTemplate(256, [.init(1, 4)])
            message.addData(256) { $0.write32(100) }
            var decoding = Decoding()
            #expect(rates(decoding.decode(message.octets).records) == [expected])
        }
    }

    @Test("options of another domain do not hold, those of domain 0 do")
    func domains() {
        var options = TemplateMessage.ipfix(domain: 1)
        Self.addSamplers([(1, 1000)], to: &options)
        var whole = TemplateMessage.ipfix(domain: 0)
        Self.addSamplers([(1, 500)], to: &whole)
        var flows = TemplateMessage.ipfix(domain: 2)
        Self.addFlows([1], to: &flows)
        var decoding = Decoding()
        _ = decoding.decode(options.octets)
        #expect(rates(decoding.decode(flows.octets).records) == [1])
        _ = decoding.decode(whole.octets)
        #expect(rates(decoding.decode(flows.octets).records) == [500])
    }

    @Test("a rate by interface holds for flows observed there")
    func byInterface() {
        var message = TemplateMessage.netFlow9()
        message.addOptionsTemplate(300, scope: [.init(2, 4)], [.init(34, 4)])
        message.addData(300) {
            $0.write32(7)
            $0.write32(64)
        }
        message.addTemplate(256, [.init(10, 4), .init(14, 4), .init(61, 1), .init(1, 4)])
        message.addData(256) {
            for (input, output, direction) in [(7, 8, 0), (8, 7, 0), (8, 7, 1)]
                as [(UInt32, UInt32, UInt8)]
            {
                $0.write32(input)
                $0.write32(output)
                $0.write8(direction)
                $0.write32(100)
            }
        }
        var decoding = Decoding()
        #expect(rates(decoding.decode(message.octets).records) == [64, 1, 64])
    }

    /// Fields of a record, their values, and the rate they give.
    private static let announcements: [([(Field, UInt64)], UInt32, UInt32)] = [
        ([(Field(34, 4), 1024), (Field(35, 1), 1)], 1024, 1),
        ([(Field(50, 4), 100), (Field(49, 1), 2)], 100, 1),
        ([(Field(305, 4), 1), (Field(306, 4), 999)], 1000, 1),
        ([(Field(305, 4), 2), (Field(306, 4), 3)], 5, 2),
        ([(Field(309, 4), 1), (Field(310, 4), 256)], 256, 1),
        // IOS XR: a packet interval of 1 beside the true ratio.
        ([(Field(305, 4), 1), (Field(309, 4), 1), (Field(310, 4), 256)], 256, 1),
        ([(Field(311, 8), (0.001).bitPattern)], 1000, 1),
        ([(Field(311, 4), UInt64(Float(0.25).bitPattern))], 4, 1),
        ([(Field(34, 4), 0)], 1, 1),
        ([(Field(309, 4), 5), (Field(310, 4), 1)], 1, 1),  // more than all: not believed
        ([(Field(311, 8), Double.nan.bitPattern)], 1, 1),
    ]

    @Test("every way of saying a rate, in the record and in options", arguments: announcements)
    func announcement(fields: [(Field, UInt64)], numerator: UInt32, denominator: UInt32) {
        var record = TemplateMessage.ipfix()
        record.addTemplate(256, fields.map(\.0) + [.init(1, 4)])
        record.addData(256) { writer in
            for (field, value) in fields { writer.write(value, octets: field.length) }
            writer.write32(100)
        }
        var options = TemplateMessage.ipfix()
        options.addOptionsTemplate(300, scope: [.init(149, 4)], fields.map(\.0))
        options.addData(300) { writer in
            writer.write32(0)
            for (field, value) in fields { writer.write(value, octets: field.length) }
        }
        options.addTemplate(257, [.init(1, 4)])
        options.addData(257) { $0.write32(100) }
        let isKnown = numerator != 1
        var decoding = Decoding()
        let own = decoding.decode(record.octets).records.first
        #expect(own?.samplingRate.numerator == numerator)
        #expect(own?.samplingRate.denominator == denominator)
        #expect(own?.samplingSource == (isKnown ? .record : .assumed))
        let announced = decoding.decode(options.octets).records.first
        #expect(announced?.samplingRate.numerator == numerator)
        #expect(announced?.samplingRate.denominator == denominator)
        #expect(announced?.samplingSource == (isKnown ? .options : .assumed))
    }

    @Test("options are trusted more than the record")
    func trust() {
        var message = TemplateMessage.ipfix()
        message.addOptionsTemplate(300, scope: [.init(149, 4)], [.init(34, 4)])
        message.addData(300) {
            $0.write32(0)
            $0.write32(1000)
        }
        message.addTemplate(256, [.init(34, 4), .init(1, 4)])
        message.addData(256) {
            $0.write32(10)
            $0.write32(100)
        }
        var decoding = Decoding()
        #expect(rates(decoding.decode(message.octets).records) == [1000])
    }

    @Test("options records are shown with their scope")
    func details() {
        var message = TemplateMessage.ipfix()
        message.addOptionsTemplate(300, scope: [.init(10, 4)], [.init(82, 8)])
        message.addData(300) {
            $0.write32(7)
            $0.write(Array("et-0/0".utf8) + [0, 0])
        }
        var decoding = Decoding()
        let result = decoding.decode(message.octets)
        #expect(result.outcome.optionsRecords == 1)
        #expect(result.outcome.optionsTemplates == 1)
        #expect(result.outcome.records == 0)
        let option = result.details.options.first
        #expect(option?.templateID == 300)
        #expect(option?.scope.map(\.name) == ["ingressInterface"])
        #expect(option?.values.map(\.name) == ["interfaceName"])
        #expect(option.map { "\($0.values[0].value)" } == "string(\"et-0/0\")")
    }

    @Test("a domain remembers a bounded number of samplers")
    func bounded() {
        var limits = DecodingLimits()
        limits.samplers = 2
        var decoding = Decoding(limits: limits)
        var message = TemplateMessage.ipfix()
        Self.addSamplers([(1, 10), (2, 20), (3, 30)], to: &message)
        Self.addFlows([1, 2, 3], to: &message)
        #expect(rates(decoding.decode(message.octets).records) == [1, 20, 30])
    }
}
