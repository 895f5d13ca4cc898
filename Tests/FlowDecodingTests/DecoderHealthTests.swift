// SPDX-License-Identifier: Apache-2.0

import FlowDecoding
import Model
import TestSupport
import Testing
import Wire

@Suite("What is told of a decoder")
struct DecoderHealthTests {
    @Test("templates are counted for each exporter")
    func templates() {
        var decoding = Decoding()
        for (exporter, count) in [("192.0.2.1", 3), ("192.0.2.2", 1)] {
            var message = TemplateMessage.ipfix()
            for id in 0..<count { message.addTemplate(256 + id, TemplateMessage.Field.plain) }
            _ = decoding.decode(message.octets, from: exporter)
        }
        #expect(decoding.decoder.templateCount(of: address("192.0.2.1")) == 3)
        #expect(decoding.decoder.templateCount(of: address("192.0.2.2")) == 1)
        #expect(decoding.decoder.templateCount(of: address("192.0.2.3")) == 0)
    }

    @Test("the figures of several decoders add up, each to its own")
    func sums() {
        var part = DecoderStatistics()
        (part.exporters, part.domains, part.templates, part.cachedTemplates) = (1, 2, 3, 4)
        (part.samplers, part.sequences, part.heldSets, part.heldOctets) = (5, 6, 7, 8)
        (part.templateOctets, part.interfaceNames) = (9, 10)
        (part.exportersRefused, part.domainsEvicted, part.templatesEvicted) = (11, 12, 13)
        (part.templatesRefused, part.templatesExpired, part.samplersEvicted) = (14, 15, 16)
        (part.heldSetsEvicted, part.interfaceNamesRefused) = (17, 18)
        part.rememberedDatagrams = 19
        var total = DecoderStatistics()
        total += part
        #expect(total == part)
        total += part
        #expect(total.exporters == 2 && total.domains == 4 && total.templates == 6)
        #expect(total.cachedTemplates == 8 && total.samplers == 10 && total.sequences == 12)
        #expect(total.heldSets == 14 && total.heldOctets == 16 && total.templateOctets == 18)
        #expect(total.interfaceNames == 20 && total.exportersRefused == 22)
        #expect(total.domainsEvicted == 24 && total.templatesEvicted == 26)
        #expect(total.templatesRefused == 28 && total.templatesExpired == 30)
        #expect(total.samplersEvicted == 32 && total.heldSetsEvicted == 34)
        #expect(total.interfaceNamesRefused == 36)
        #expect(total.rememberedDatagrams == 38)
    }

    @Test("a flow export is known by its first octets, and sFlow by its agent")
    func firstOctets() {
        var datagram = SFlowDatagram()
        datagram.agent = address("2001:db8::7")
        let sFlow = Self.told(of: datagram.octets)
        #expect(sFlow.isFlowExport && sFlow.agent == address("2001:db8::7"))
        let ipfix = Self.told(of: TemplateMessage.ipfix().octets)
        #expect(ipfix.isFlowExport && ipfix.agent == nil)
        let other = Self.told(of: [UInt8](repeating: 0x45, count: 60))
        #expect(!other.isFlowExport && other.agent == nil)
        // An address of a kind nobody knows.
        var octets = datagram.octets
        octets[7] = 9
        #expect(Self.told(of: octets).agent == nil)
    }

    private static func told(of octets: [UInt8]) -> (isFlowExport: Bool, agent: IPAddress?) {
        let payload = WireReader(octets.span, as: "UDP payload").octets
        let datagram = Datagram(
            exporter: address("192.0.2.1"),
            port: 6343,
            arrival: 0,
            octets: payload
        )
        return (FlowDecoder.isFlowExport(payload), FlowDecoder.sFlowAgent(of: datagram))
    }

    @Test("a set too large to be put aside is lost, and said to be")
    func tooLargeToHold() {
        var limits = DecodingLimits()
        limits.heldOctets = 1_000
        var decoding = Decoding(holdsData: true, limits: limits)
        var data = TemplateMessage.ipfix()
        data.addData(256) { for _ in 0..<100 { $0.writePlain() } }
        let result = decoding.decode(data.octets)
        #expect(result.reasons == [.limitExceeded])
        #expect(decoding.decoder.statistics.heldSetsEvicted == 1)
        #expect(decoding.decoder.statistics.heldOctets == 0)
    }
}
