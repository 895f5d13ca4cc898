// SPDX-License-Identifier: Apache-2.0

import FlowDecoding
import Model
import TestSupport
import Testing

@Suite("Forms of running totals")
struct TotalsFormTests {
    typealias Field = TemplateMessage.Field

    @Test("flows that the exporter names are told apart by the name, and by nothing else")
    func flowID() {
        var decoding = TotalsTests.listening()
        for (minute, flow, port, total, expected) in [
            (1, 1, 10, 1_000, 1_000), (1, 2, 10, 2_000, 2_000), (2, 1, 11, 1_400, 400),
            (2, 2, 10, 2_000, 0), (3, 2, 12, 2_001, 1),
        ] as [(UInt32, UInt64, Int, UInt64, UInt64)] {
            var message = TemplateMessage.ipfix()
            message.exportTime = TotalsTests.begin + minute * 60
            message.addTemplate(256, [.init(148, 8), .init(7, 2), .init(152, 8), .init(85, 8)])
            message.addData(256) {
                $0.write64(flow)
                $0.write16(port)
                $0.write64(UInt64(TotalsTests.begin + 10) * 1_000)
                $0.write64(total)
            }
            #expect(decoding.decode(message.octets).records.map(\.octets) == [expected])
        }
    }

    @Test("a delta beside the total is what counts")
    func deltaBeside() {
        var decoding = TotalsTests.listening()
        for minute in 1...2 {
            var message = TemplateMessage.ipfix()
            message.exportTime = TotalsTests.begin + UInt32(minute * 60)
            message.addTemplate(256, [.source, .init(85, 8), .init(1, 8)])
            message.addData(256) {
                $0.write(address("192.0.2.1"))
                $0.write64(UInt64(minute) * 1_000)
                $0.write64(1_000)
            }
            #expect(decoding.decode(message.octets).records.map(\.octets) == [1_000])
        }
        #expect(decoding.decoder.statistics.totals == 0)
    }

    @Test("the two directions of a biflow are two flows")
    func biflow() {
        var decoding = TotalsTests.listening()
        for (minute, total) in [(1, 1_000), (2, 1_500)] as [(Int, UInt64)] {
            var message = TemplateMessage.ipfix()
            message.exportTime = TotalsTests.begin + UInt32(minute * 60)
            message.addTemplate(
                256,
                [.init(152, 8), .init(85, 8), .init(85, 8, enterprise: 29305)]
            )
            message.addData(256) {
                $0.write64(UInt64(TotalsTests.begin + 10) * 1_000)
                $0.write64(total)
                $0.write64(total * 10)
            }
            let expected = minute == 1 ? [1_000, 10_000] : [500, 5_000] as [UInt64]
            #expect(decoding.decode(message.octets).records.map(\.octets) == expected)
        }
    }

    @Test("NetFlow v9 flows are recognized by their start, though its time goes to and fro")
    func uptime() {
        var decoding = TotalsTests.listening()
        // The header's clocks: whole seconds, and milliseconds that are 0.9 s off now and then.
        for (minute, offset, total) in [(1, 0, 1_000), (2, 900, 1_600), (3, 300, 1_700)]
            as [(UInt32, UInt32, UInt64)]
        {
            var packet = TemplateMessage.netFlow9()
            packet.exportTime = TotalsTests.begin + minute * 60
            packet.uptime = 100_000 + minute * 60_000 + offset
            packet.addTemplate(256, [.source, .init(22, 4), .init(21, 4), .init(85, 4)])
            packet.addData(256) {
                $0.write(address("192.0.2.1"))
                $0.write32(120_000)
                $0.write32(100_000 + minute * 60_000)
                $0.write32(UInt32(total))
            }
            let expected: UInt64 = [1_000, 600, 100][Int(minute) - 1]
            #expect(decoding.decode(packet.octets).records.map(\.octets) == [expected])
        }
    }

    @Test("a time of observation is no start: such flows are recognized by their key")
    func observation() {
        var decoding = TotalsTests.listening()
        for (minute, total) in [(1, 1_000), (2, 1_500), (3, 1_600)] as [(UInt32, UInt64)] {
            var message = TemplateMessage.ipfix()
            message.exportTime = TotalsTests.begin + minute * 60
            message.addTemplate(256, [.source, .init(322, 4), .init(85, 8)])
            message.addData(256) {
                $0.write(address("192.0.2.1"))
                $0.write32(TotalsTests.begin + minute * 60)
                $0.write64(total)
            }
            let expected: UInt64 = [0, 500, 100][Int(minute) - 1]
            #expect(decoding.decode(message.octets).records.map(\.octets) == [expected])
        }
    }

    @Test("what was held for its template forms increments like the rest")
    func held() {
        var decoding = Decoding(holdsData: true, totals: .increments)
        var hello = TemplateMessage.ipfix()
        hello.exportTime = TotalsTests.begin
        _ = decoding.decode(hello.octets)
        let fields: [Field] = [.source, .init(152, 8), .init(85, 8)]
        for (minute, total) in [(1, 1_000), (2, 1_500)] as [(UInt32, UInt64)] {
            var message = TemplateMessage.ipfix()
            message.exportTime = TotalsTests.begin + minute * 60
            message.addData(256) {
                $0.write(address("192.0.2.1"))
                $0.write64(UInt64(TotalsTests.begin + 10) * 1_000)
                $0.write64(total)
            }
            #expect(decoding.decode(message.octets).outcome.heldSets == 1)
        }
        var template = TemplateMessage.ipfix()
        template.exportTime = TotalsTests.begin + 180
        template.addTemplate(256, fields)
        #expect(decoding.decode(template.octets).records.map(\.octets) == [1_000, 500])
    }
}
