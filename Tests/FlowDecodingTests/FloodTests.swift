// SPDX-License-Identifier: Apache-2.0

import FlowDecoding
import Model
import TestSupport
import Testing

@Suite("Floods")
struct FloodTests {
    private static func template(_ id: Int = 256, domain: UInt32 = 0, fields: Int = 0) -> [UInt8] {
        var message = TemplateMessage.ipfix(domain: domain)
        let more = (0..<fields).map { TemplateMessage.Field(400 + $0, 1 + id % 30) }
        message.addTemplate(id, TemplateMessage.Field.plain + more)
        return message.octets
    }

    private static func data(_ id: Int = 256, domain: UInt32 = 0) -> [UInt8] {
        var message = TemplateMessage.ipfix(domain: domain)
        message.addData(id) { $0.writePlain() }
        return message.octets
    }

    private static func samplers(domain: UInt32, first: UInt32) -> [UInt8] {
        var message = TemplateMessage.ipfix(domain: domain)
        message.addOptionsTemplate(300, scope: [.init(302, 4)], [.init(309, 4), .init(310, 4)])
        message.addData(300) {
            for number in first..<first + 40 {
                for value in [number, 1, 1_000] { $0.write32(value) }
            }
        }
        return message.octets
    }

    /// A sequence that is the same in every run.
    private struct Numbers {
        var state: UInt64 = 7

        mutating func next(below bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % bound
        }
    }

    @Test("an exporter that floods everything at random stays bounded and harms no other")
    func everything() {
        let limits = DecodingLimits()
        var decoding = Decoding(holdsData: true)
        decoding.decoder.details = nil
        _ = decoding.decode(Self.template(), from: "192.0.2.2")
        var numbers = Numbers()
        for _ in 0..<10_000 {
            let domain = UInt32(numbers.next(below: 1 << 30))
            let id = 256 + numbers.next(below: 60_000)
            let octets: [UInt8] =
                switch numbers.next(below: 4) {
                case 0: Self.template(id, domain: domain, fields: numbers.next(below: 200))
                case 1: Self.data(id, domain: domain)
                case 2: Self.samplers(domain: domain, first: domain)
                default: Self.template(id, domain: 0, fields: 3)
                }
            let port = UInt16(numbers.next(below: 60_000))
            _ = decoding.decode(octets, port: port)
        }
        let statistics = decoding.decoder.statistics
        #expect(statistics.exporters == 2)
        #expect(statistics.templates <= limits.templates * limits.portsPerTemplate + 1)
        #expect(statistics.templateOctets <= 1 << 20)
        #expect(statistics.domains <= limits.domains)
        #expect(statistics.samplers <= limits.samplersPerExporter)
        #expect(statistics.sequences <= limits.sequences + 1)
        #expect(statistics.heldOctets <= limits.heldOctets)
        #expect(statistics.templatesEvicted > 1_000)
        #expect(statistics.domainsEvicted > 1_000)
        #expect(statistics.heldSetsEvicted > 100)
        #expect(decoding.decode(Self.data(), from: "192.0.2.2").records.count == 1)
    }

    @Test("domains past a limit that is lowered are forgotten at the next announcement")
    func loweredDomains() {
        var decoding = Decoding()
        for domain in 0..<40 as Range<UInt32> {
            _ = decoding.decode(Self.samplers(domain: domain, first: 1))
            _ = decoding.decode(Self.template(256, domain: domain))
        }
        #expect(decoding.decoder.statistics.domains == 40)
        var limits = DecodingLimits()
        (limits.domains, limits.templates) = (8, 16)
        decoding.decoder.use(limits)
        #expect(decoding.decoder.statistics.domains == 40)
        _ = decoding.decode(Self.samplers(domain: 99, first: 1))
        _ = decoding.decode(Self.template(256, domain: 99))
        #expect(decoding.decoder.statistics.domains == 8)
        #expect(decoding.decoder.statistics.templates <= 16)
    }

    @Test("one identifier of a thousand layouts from a thousand ports is bounded too")
    func ports() {
        var decoding = Decoding()
        for port: UInt16 in 1...2_000 {
            _ = decoding.decode(Self.template(256, fields: Int(port) % 240), port: port)
        }
        #expect(decoding.decoder.statistics.templates == 8)
    }

    @Test("many exporters at once share the memory, and each keeps a common device's templates")
    func manyExporters() {
        var limits = DecodingLimits()
        limits.exporters = 200
        limits.sharedOctets = 2 << 20
        var decoding = Decoding(limits: limits)
        decoding.decoder.details = nil
        _ = decoding.decode(Self.template(), from: "198.51.100.1")
        for exporter in 0..<300 {
            let name = "10.0.\(exporter / 250).\(exporter % 250)"
            for id in 256..<316 { _ = decoding.decode(Self.template(id, fields: 40), from: name) }
        }
        let statistics = decoding.decoder.statistics
        #expect(statistics.exporters == 200)
        #expect(statistics.exportersRefused == 101 * 60)
        #expect(statistics.templateOctets < 6 << 20)
        #expect(statistics.templates >= 200 * 20)
        #expect(decoding.decode(Self.data(), from: "198.51.100.1").records.count == 1)
    }

    @Test("random sub-agents of sFlow are bounded")
    func subAgents() {
        var decoding = Decoding()
        for number: UInt32 in 0..<5_000 {
            var datagram = SFlowDatagram()
            datagram.subAgent = number &* 2_654_435_761
            _ = decoding.decode(datagram.octets)
        }
        #expect(decoding.decoder.statistics.sequences == 256)
    }

    @Test("without room for another exporter sFlow and NetFlow v5 are decoded all the same")
    func stateless() {
        var limits = DecodingLimits()
        limits.exporters = 1
        var decoding = Decoding(limits: limits)
        _ = decoding.decode(Self.template(), from: "192.0.2.1")
        var packet = NetFlow5Packet()
        packet.records = [.init()]
        #expect(decoding.decode(packet.octets, from: "192.0.2.2").records.count == 1)
        #expect(decoding.decoder.statistics.exporters == 1)
    }

    @Test("an exporter that is forgotten makes room, and no other suffers")
    func forget() {
        var limits = DecodingLimits()
        limits.exporters = 2
        var decoding = Decoding(holdsData: true, limits: limits)
        _ = decoding.decode(Self.data(999), from: "192.0.2.1")
        _ = decoding.decode(Self.template(), from: "192.0.2.2")
        var batch = FlowBatch()
        decoding.decoder.forget(address("192.0.2.1"), into: &batch)
        decoding.decoder.forget(address("192.0.2.9"), into: &batch)
        #expect(batch.errors.map(\.reason) == [.unknownTemplate])
        #expect(decoding.decode(Self.data(), from: "192.0.2.2").records.count == 1)
        #expect(decoding.decode(Self.template(), from: "192.0.2.3").outcome.templates == 1)
        #expect(decoding.decode(Self.data(), from: "192.0.2.3").records.count == 1)
        decoding.decoder.forget(address("192.0.2.3"), into: &batch)
        #expect(decoding.decode(Self.data(), from: "192.0.2.2").records.count == 1)
        #expect(decoding.decoder.knownExporters == [address("192.0.2.2")])
    }

    @Test("limits that are lowered hold for what is learned from then on")
    func lowered() {
        var decoding = Decoding()
        for id in 256..<300 { _ = decoding.decode(Self.template(id)) }
        var limits = DecodingLimits()
        (limits.templates, limits.exporters) = (8, 1)
        decoding.decoder.use(limits)
        #expect(decoding.decode(Self.data(256)).records.count == 1)
        _ = decoding.decode(Self.template(300))
        #expect((7...8).contains(decoding.decoder.statistics.templates))
        #expect(decoding.decode(Self.data(300)).records.count == 1)
        let other = decoding.decode(Self.template(), from: "192.0.2.2")
        #expect(other.outcome.undecoded == .limitExceeded)
    }

    @Test("templates that are too large are counted")
    func refused() {
        var decoding = Decoding()
        _ = decoding.decode(Self.template(256, fields: 300))
        #expect(decoding.decoder.statistics.templatesRefused == 1)
    }
}
