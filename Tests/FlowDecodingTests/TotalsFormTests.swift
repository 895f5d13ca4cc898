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

    @Test("flows are told apart by every key that RFC 7012 has, whether it is read or not")
    func keys() {
        for (element, width) in [
            (31, 4), (32, 2), (139, 2), (234, 4), (95, 4), (70, 3), (79, 3), (56, 6), (243, 2),
            (138, 8), (95, 65_535),
        ] {
            var decoding = TotalsTests.listening()
            for (value, total, expected) in [(1, 1_000, 1_000), (2, 600, 600), (1, 1_100, 100)] {
                var message = TemplateMessage.ipfix()
                message.exportTime = TotalsTests.begin + 60
                message.addTemplate(
                    256,
                    [.source, .init(element, width), .init(152, 8), .init(85, 8)]
                )
                message.addData(256) {
                    $0.write(address("192.0.2.1"))
                    if width == 65_535 { $0.write8(2) }
                    $0.write(UInt64(value), octets: width == 65_535 ? 2 : width)
                    $0.write64(UInt64(TotalsTests.begin + 10) * 1_000)
                    $0.write64(UInt64(total))
                }
                let octets = decoding.decode(message.octets).records.map(\.octets)
                #expect(octets == [UInt64(expected)], "element \(element)")
            }
        }
    }

    @Test("what changes in the course of a flow does not make it another")
    func course() {
        for (element, enterprise) in [
            (6, 0), (14, 0), (15, 0), (16, 0), (18, 0), (26, 0), (89, 0), (192, 0), (235, 0),
            (1, 0xbeef), (33, 6_871),
        ] as [(Int, UInt32)] {
            var decoding = TotalsTests.listening()
            for (value, total, expected) in [(1, 1_000, 1_000), (2, 1_100, 100)] {
                var message = TemplateMessage.ipfix()
                message.exportTime = TotalsTests.begin + 60 * UInt32(value)
                message.addTemplate(
                    256,
                    [
                        .source, .init(element, 4, enterprise: enterprise), .init(152, 8),
                        .init(85, 8),
                    ]
                )
                message.addData(256) {
                    $0.write(address("192.0.2.1"))
                    $0.write32(UInt32(value))
                    $0.write64(UInt64(TotalsTests.begin + 10) * 1_000)
                    $0.write64(UInt64(total))
                }
                let octets = decoding.decode(message.octets).records.map(\.octets)
                #expect(octets == [UInt64(expected)], "element \(element)")
            }
        }
    }
}
