// SPDX-License-Identifier: Apache-2.0

import FlowDecoding
import Model
import TestSupport
import Testing

@Suite("Templates")
struct TemplateTests {
    private static func template(_ id: Int = 256, domain: UInt32 = 0) -> [UInt8] {
        var message = TemplateMessage.ipfix(domain: domain)
        message.addTemplate(id, TemplateMessage.Field.plain)
        return message.octets
    }

    private static func data(
        _ id: Int = 256,
        domain: UInt32 = 0,
        octets: UInt64 = 1500
    ) -> [UInt8] {
        var message = TemplateMessage.ipfix(domain: domain)
        message.addData(id) { $0.writePlain(octets: octets) }
        return message.octets
    }

    /// The same length as the plain template, with packets and octets exchanged.
    private static func exchanged(_ id: Int = 256) -> [UInt8] {
        var message = TemplateMessage.ipfix()
        message.addTemplate(id, [.source, .destination, .packets, .octets])
        return message.octets
    }

    @Test("template and data may come in one message")
    func oneMessage() {
        for var message in [TemplateMessage.ipfix(), .netFlow9()] {
            message.addTemplate(256, TemplateMessage.Field.plain)
            message.addData(256) {
                $0.writePlain(octets: 1500)
                $0.writePlain(octets: 60)
                $0.writeZeros(3)  // padding
            }
            var decoding = Decoding()
            let result = decoding.decode(message.octets)
            #expect(result.records.map(\.octets) == [1500, 60])
            #expect(result.records.map(\.packets) == [3, 3])
            #expect(result.records.map(\.number) == [1, 2])
            #expect(result.records.first?.source == address("192.0.2.1"))
            #expect(result.outcome.records == 2)
            #expect(result.outcome.templates == 1)
            #expect(result.details.problems.isEmpty)
        }
    }

    @Test("two exporters may use one template id for different records")
    func twoExporters() {
        var decoding = Decoding()
        _ = decoding.decode(Self.template(), from: "192.0.2.1")
        _ = decoding.decode(Self.exchanged(), from: "192.0.2.2")
        #expect(decoding.decode(Self.data(), from: "192.0.2.1").records.first?.octets == 1500)
        #expect(decoding.decode(Self.data(), from: "192.0.2.2").records.first?.octets == 3)
        #expect(decoding.decode(Self.data(), from: "192.0.2.3").records.isEmpty)
    }

    @Test("two observation domains of an exporter keep their templates apart")
    func twoDomains() {
        var decoding = Decoding()
        _ = decoding.decode(Self.template(domain: 1))
        #expect(decoding.decode(Self.data(domain: 2)).outcome.undecoded == .unknownTemplate)
        #expect(decoding.decode(Self.data(domain: 1)).records.count == 1)
    }

    @Test("IPFIX and NetFlow v9 of one exporter keep their templates apart")
    func twoProtocols() {
        var decoding = Decoding()
        _ = decoding.decode(Self.template())
        var packet = TemplateMessage.netFlow9()
        packet.addData(256) { $0.writePlain() }
        #expect(decoding.decode(packet.octets).outcome.undecoded == .unknownTemplate)
    }

    @Test("data from another source port follow the exporter's template")
    func otherPort() {
        var decoding = Decoding()
        _ = decoding.decode(Self.template(), port: 1000)
        #expect(decoding.decode(Self.data(), port: 2000).records.first?.octets == 1500)
    }

    @Test("line cards that define one id differently each have their own")
    func lineCards() {
        var decoding = Decoding()
        _ = decoding.decode(Self.template(), port: 1000)
        _ = decoding.decode(Self.exchanged(), port: 2000)
        #expect(decoding.decode(Self.data(), port: 1000).records.first?.octets == 1500)
        #expect(decoding.decode(Self.data(), port: 2000).records.first?.octets == 3)
        // Any other port follows what was defined last.
        #expect(decoding.decode(Self.data(), port: 3000).records.first?.octets == 3)
    }

    @Test("line cards with equal templates do not disturb one another")
    func equalLineCards() {
        var decoding = Decoding()
        _ = decoding.decode(Self.template(), port: 1000)
        _ = decoding.decode(Self.template(), port: 2000)
        _ = decoding.decode(Self.exchanged(), port: 1000)
        #expect(decoding.decode(Self.data(), port: 1000).records.first?.octets == 3)
        #expect(decoding.decode(Self.data(), port: 2000).records.first?.octets == 1500)
    }

    @Test("a replaced template takes effect for later sets")
    func replacement() {
        var message = TemplateMessage.ipfix()
        message.addTemplate(256, TemplateMessage.Field.plain)
        message.addData(256) { $0.writePlain() }
        message.addTemplate(256, [.source, .destination, .packets, .octets])
        message.addData(256) { $0.writePlain() }
        var decoding = Decoding()
        #expect(decoding.decode(message.octets).records.map(\.octets) == [1500, 3])
    }

    @Test("an id of options that is defined anew for data is read as data, and back")
    func kindReplaced() {
        var decoding = Decoding()
        var message = TemplateMessage.ipfix()
        message.addOptionsTemplate(256, scope: [.init(302, 4)], [.init(310, 4), .init(309, 4)])
        message.addData(256) { for value: UInt32 in [1, 100, 1] { $0.write32(value) } }
        message.addTemplate(256, [.init(302, 4), .init(1, 4), .init(2, 4)])
        message.addData(256) { for value: UInt32 in [1, 100, 1] { $0.write32(value) } }
        message.addOptionsTemplate(256, scope: [.init(302, 4)], [.init(34, 4), .init(50, 4)])
        message.addData(256) { for value: UInt32 in [2, 500, 0] { $0.write32(value) } }
        let result = decoding.decode(message.octets)
        #expect(result.outcome.optionsRecords == 2)
        #expect(result.records.map(\.octets) == [100])
        #expect(result.records.map(\.samplingRate.numerator) == [100])
        #expect(result.reasons.isEmpty)
    }

    @Test("options that are laid out anew in use are read by the new layout")
    func optionsReplaced() {
        var decoding = Decoding()
        for (fields, values) in [
            ([(309, 4), (310, 4)], [1, 100]), ([(310, 4), (309, 4)], [200, 1]), ([(34, 4)], [300]),
        ] as [([(Int, Int)], [UInt32])] {
            var message = TemplateMessage.ipfix()
            message.addOptionsTemplate(
                300,
                scope: [.init(302, 4)],
                fields.map { TemplateMessage.Field($0.0, $0.1) }
            )
            message.addData(300) { for value in [7] + values { $0.write32(value) } }
            message.addTemplate(256, [.init(302, 4), .init(1, 4)])
            message.addData(256) { for value: UInt32 in [7, 1] { $0.write32(value) } }
            let rates = decoding.decode(message.octets).records.map(\.samplingRate.numerator)
            #expect(rates == [values.max() ?? 0])
        }
    }

    @Test("a withdrawn template is unknown")
    func withdrawal() {
        var decoding = Decoding()
        _ = decoding.decode(Self.template(256))
        _ = decoding.decode(Self.template(257))
        var message = TemplateMessage.ipfix()
        message.addWithdrawal(256)
        let result = decoding.decode(message.octets)
        #expect(result.details.templates.map(\.id) == [256])
        #expect(result.details.templates.first?.template == nil)
        #expect(decoding.decode(Self.data(256)).outcome.undecoded == .unknownTemplate)
        #expect(decoding.decode(Self.data(257)).records.count == 1)
        var all = TemplateMessage.ipfix()
        all.addWithdrawal(2)
        _ = decoding.decode(all.octets)
        #expect(decoding.decode(Self.data(257)).outcome.undecoded == .unknownTemplate)
    }

    @Test("data that come before their template are held, and read when it comes")
    func held() {
        var decoding = Decoding(holdsData: true)
        let early = decoding.decode(Self.data(), at: 1_000_000_000)
        #expect(early.records.isEmpty)
        #expect(early.outcome.heldSets == 1)
        #expect(early.outcome.undecoded == nil)
        let late = decoding.decode(Self.template(), at: 2_000_000_000)
        #expect(late.records.map(\.octets) == [1500])
        #expect(late.records.first?.arrival == 1_000_000_000)
        #expect(decoding.decode(Self.template()).records.isEmpty)
    }

    @Test("data whose template does not come within a minute are counted")
    func heldTooLong() {
        var decoding = Decoding(holdsData: true)
        _ = decoding.decode(Self.data(), at: 0)
        let late = decoding.decode(Self.template(), at: 60_000_000_001)
        #expect(late.records.isEmpty)
        #expect(late.batch.errors.map(\.reason) == [.unknownTemplate])
        #expect(late.outcome.undecoded == nil)
    }

    @Test("what is still held at the end is counted")
    func heldAtTheEnd() {
        var decoding = Decoding(holdsData: true)
        _ = decoding.decode(Self.data(), at: 0)
        var batch = FlowBatch()
        decoding.decoder.dropHeld(before: .max, into: &batch)
        #expect(batch.errors.map(\.reason) == [.unknownTemplate])
        #expect(batch.errors.map(\.offset) == [16])
    }

    @Test("an exporter holds no more than its share, the oldest goes first")
    func heldTooMuch() {
        var limits = DecodingLimits()
        limits.heldOctets = 500  // three sets of 24 octets, each charged 128 more
        var decoding = Decoding(holdsData: true, limits: limits)
        for octets: UInt64 in 1...4 { _ = decoding.decode(Self.data(octets: octets)) }
        #expect(decoding.decode(Self.template()).records.map(\.octets) == [2, 3, 4])
    }

    @Test("an exporter that floods templates evicts its own")
    func flood() {
        var limits = DecodingLimits()
        limits.templates = 4
        var decoding = Decoding(limits: limits)
        _ = decoding.decode(Self.template(), from: "192.0.2.2")
        for id in 256..<266 { _ = decoding.decode(Self.template(id)) }
        #expect(decoding.decode(Self.data(256)).outcome.undecoded == .unknownTemplate)
        #expect(decoding.decode(Self.data(265)).records.count == 1)
        #expect(decoding.decode(Self.data(), from: "192.0.2.2").records.count == 1)
    }

    @Test("more exporters than there is room for are undecoded")
    func tooManyExporters() {
        var limits = DecodingLimits()
        limits.exporters = 1
        var decoding = Decoding(limits: limits)
        _ = decoding.decode(Self.template(), from: "192.0.2.1")
        let result = decoding.decode(Self.template(), from: "192.0.2.2")
        #expect(result.outcome.undecoded == .limitExceeded)
    }
}
