// SPDX-License-Identifier: Apache-2.0

import Model
import TestSupport
import Testing
import Wire

@testable import FlowDecoding

@Suite("Datagrams that come twice")
struct DuplicateTests {
    private func exporter(
        _ flowProtocol: FlowProtocol,
        limits: DecodingLimits = DecodingLimits()
    ) -> SequenceTests.Exporter {
        let decoding = Decoding(dropsDuplicates: true, limits: limits)
        var exporter = SequenceTests.Exporter(flowProtocol, decoding: decoding)
        exporter.countsSamples = true
        return exporter
    }

    @Test("what comes twice is told, and counts once", arguments: FlowProtocol.allCases)
    func twice(_ flowProtocol: FlowProtocol) {
        var exporter = exporter(flowProtocol)
        _ = exporter.send(1_000_000)
        let step = SequenceTests.step(flowProtocol, 2)
        for number in 0...20 as ClosedRange<UInt32> {
            let sequence = 1_000_001 + number * step
            let first = exporter.send(sequence, records: 2)
            #expect(!first.isDuplicate && first.records == 2)
            let before = exporter.decoding.decoder.recordCount
            let result = exporter.decoding.decode(
                exporter.octets(sequence, 2),
                at: SequenceTests.Exporter.epoch * 1_000_000_000 + exporter.time * 1_000_000
            )
            #expect(result.outcome.isDuplicate)
            #expect(result.outcome.flowProtocol == flowProtocol)
            #expect(result.records.isEmpty && result.outcome.records == 0)
            #expect(result.outcome.sequenceLost == 0 && first.sequenceLost == 0)
            #expect(exporter.decoding.decoder.recordCount == before)
        }
    }

    @Test(
        "a duplicate that others have overtaken is told, and so is one that overtook",
        arguments: FlowProtocol.allCases
    )
    func overtaken(_ flowProtocol: FlowProtocol) {
        var exporter = exporter(flowProtocol)
        let step = SequenceTests.step(flowProtocol, 1)
        let octets = (0..<40).map { exporter.octets(1_000_000 + $0 * step, 1) }
        var lost: Int64 = 0
        for number in [0, 1, 3, 2, 3, 4, 5, 6, 2] + Array(7..<40) + [0, 39, 20] {
            lost += exporter.sendAgain(octets[number]).sequenceLost
        }
        #expect(lost == 0)
        let number = exporter.decoding.decoder.recordCount
        for octets in octets { #expect(exporter.sendAgain(octets).isDuplicate) }
        #expect(number == 40)
        #expect(exporter.decoding.decoder.recordCount == number)
    }

    @Test("one octet that differs, wherever it is, makes another datagram, and so does one more")
    func octet() {
        func hash(_ octets: [UInt8], port: UInt16 = 2_055) -> UInt64 {
            PayloadHash.of(WireReader(octets.span, as: "datagram").octets, port: port)
        }
        var seen: Set<UInt64> = []
        var count = 0
        for length in 0...200 {
            let octets = [UInt8](repeating: 0, count: length)
            for index in 0...length {
                var changed = octets
                if index < length { changed[index] = 1 }
                seen.insert(hash(changed))
                count += 1
            }
        }
        seen.insert(hash([UInt8](repeating: 0, count: 200), port: 2_056))
        #expect(seen.count == count + 1)
    }

    @Test("the same octets from another port, or another address, are no duplicate")
    func source() {
        var exporter = exporter(.netflow5)
        _ = exporter.send(1_000_000)
        let octets = exporter.octets(1_000_001, 1)
        #expect(!exporter.sendAgain(octets).isDuplicate)
        exporter.port = 50_001
        #expect(!exporter.sendAgain(octets).isDuplicate)
        let other = exporter.decoding.decode(octets, from: "192.0.2.2")
        #expect(!other.outcome.isDuplicate)
    }

    @Test("after more than a minute an exporter may say the same again")
    func minute() {
        var exporter = exporter(.sflow5)
        _ = exporter.send(1_000_000)
        let octets = exporter.octets(1_000_001, 1)
        _ = exporter.sendAgain(octets)
        exporter.time += 59_000
        #expect(exporter.sendAgain(octets).isDuplicate)
        exporter.time += 2_000
        #expect(!exporter.sendAgain(octets).isDuplicate)
    }

    @Test(
        "of an exporter that does not number, equal datagrams all count",
        arguments: [0, 7, .max]
    )
    func unnumbered(_ sequence: UInt32) {
        for flowProtocol in FlowProtocol.allCases {
            var exporter = exporter(flowProtocol)
            exporter.domain = 7
            var template =
                flowProtocol == .ipfix ? TemplateMessage.ipfix(domain: 7) : .netFlow9(domain: 7)
            template.sequence = sequence
            template.addTemplate(256, TemplateMessage.Field.plain)
            if flowProtocol == .ipfix || flowProtocol == .netflow9 {
                _ = exporter.sendAgain(template.octets)
            }
            let octets = exporter.octets(sequence, 3)
            for _ in 1...10 {
                let outcome = exporter.sendAgain(octets)
                #expect(!outcome.isDuplicate && outcome.records == 3)
            }
        }
    }

    @Test("a number that stands still under different records numbers nothing")
    func standing() {
        var exporter = exporter(.netflow9)
        _ = exporter.send(5)
        let octets = exporter.octets(5, 4)
        #expect(exporter.sendAgain(octets).records == 4)
        for _ in 1...5 { #expect(exporter.sendAgain(octets).records == 4) }
        // Once it moves, it numbers again.
        _ = exporter.send(6)
        let next = exporter.octets(7, 4)
        #expect(exporter.sendAgain(next).records == 4)
        #expect(exporter.sendAgain(next).isDuplicate)
    }

    @Test("after a restart the exporter begins anew, also with what it has said before")
    func restart() {
        var exporter = exporter(.netflow9)
        for number in 1...5 as ClosedRange<UInt32> { _ = exporter.send(number) }
        let before = exporter.octets(3, 2)
        #expect(!exporter.sendAgain(before).isDuplicate)
        #expect(exporter.sendAgain(before).isDuplicate)
        exporter.uptime = 0
        exporter.time += 30_000
        #expect(exporter.send(0).exporterRestarted)
        #expect(!exporter.sendAgain(before).isDuplicate)
    }

    @Test("a repeated template that comes twice stays known, and so do its records")
    func template() {
        var exporter = exporter(.ipfix)
        _ = exporter.send(1_000_000)
        var template = TemplateMessage.ipfix()
        template.sequence = 1_000_001
        template.addTemplate(257, TemplateMessage.Field.plain)
        #expect(exporter.sendAgain(template.octets).templates == 1)
        #expect(exporter.sendAgain(template.octets).isDuplicate)
        var message = TemplateMessage.ipfix()
        message.sequence = 1_000_001
        message.addData(257) { $0.writePlain() }
        let outcome = exporter.sendAgain(message.octets)
        #expect(outcome.records == 1 && outcome.sequenceLost == 0)
    }

    @Test("of a datagram of which nothing could be read, each one is an error")
    func undecoded() {
        var exporter = exporter(.netflow5)
        _ = exporter.send(1_000_000)
        var packet = NetFlow5Packet()
        packet.sequence = 1_000_001
        packet.claimedCount = 99
        for _ in 1...3 { #expect(exporter.sendAgain(packet.octets).undecoded == .malformed) }
    }

    @Test("so many are remembered, and no more", arguments: [64, 128, 1_024])
    func limit(_ limit: Int) {
        var limits = DecodingLimits()
        limits.duplicates = limit
        var exporter = exporter(.sflow5, limits: limits)
        let octets = (0..<2_000).map { exporter.octets(UInt32(1_000_000 + $0), 1) }
        for octets in octets { #expect(!exporter.sendAgain(octets).isDuplicate) }
        for octets in octets.suffix(limit) { #expect(exporter.sendAgain(octets).isDuplicate) }
        let rest = octets.dropLast(limit)
        #expect(!exporter.sendAgain(rest[rest.endIndex - 1]).isDuplicate)
    }

    @Test("many exporters share what may be remembered, and each keeps enough")
    func shared() {
        var limits = DecodingLimits()
        limits.sharedDuplicates = 1_000
        var decoding = Decoding(dropsDuplicates: true, limits: limits)
        var octets: [[UInt8]] = []
        for number in 0..<200 {
            var packet = NetFlow5Packet()
            packet.sequence = UInt32(number)
            packet.records = [.init()]
            octets.append(packet.octets)
        }
        for octets in octets {
            for last in 1...50 { _ = decoding.decode(octets, from: "192.0.2.\(last)") }
        }
        #expect(decoding.decoder.statistics.rememberedDatagrams == 50 * 64)
        for octets in octets.suffix(64) {
            #expect(decoding.decode(octets, from: "192.0.2.50").outcome.isDuplicate)
        }
    }

    @Test("who shows what came, drops nothing")
    func shown() {
        var exporter = SequenceTests.Exporter(.netflow5)
        _ = exporter.send(1_000_000)
        let octets = exporter.octets(1_000_001, 2)
        for _ in 1...2 {
            let outcome = exporter.sendAgain(octets)
            #expect(!outcome.isDuplicate && outcome.records == 2)
        }
    }
}
