// SPDX-License-Identifier: Apache-2.0

import FlowDecoding
import Model
import TestSupport
import Testing

@Suite("What exporters say they lost")
struct OptionsStatisticsTests {
    typealias Field = TemplateMessage.Field

    /// A Metering Process Reliability Statistics record (RFC 7011, section 4.2).
    private static func ignored(
        packets: UInt64,
        octets: UInt64,
        process: UInt32 = 1,
        domain: UInt32 = 7,
        at exportTime: UInt32 = 1_700_000_000
    ) -> [UInt8] {
        var message = TemplateMessage.ipfix(domain: domain)
        message.exportTime = exportTime
        message.addOptionsTemplate(
            300,
            scope: [.init(149, 4), .init(143, 4)],
            [.init(164, 8), .init(165, 8)]
        )
        message.addData(300) {
            $0.write32(domain)
            $0.write32(process)
            $0.write64(packets)
            $0.write64(octets)
        }
        return message.octets
    }

    /// An Exporting Process Reliability Statistics record (RFC 7011, section 4.3).
    private static func notSent(flows: UInt64, packets: UInt64, octets: UInt64) -> [UInt8] {
        var message = TemplateMessage.ipfix()
        message.addOptionsTemplate(
            301,
            scope: [.init(144, 4)],
            [.init(166, 8), .init(167, 4), .init(168, 8)]
        )
        message.addData(301) {
            $0.write32(1)
            $0.write64(flows)
            $0.write(packets, octets: 4)
            $0.write64(octets)
        }
        return message.octets
    }

    private func unsent(
        _ flows: UInt64,
        _ packets: UInt64,
        _ octets: UInt64
    )
        -> DatagramOutcome.Unsent
    {
        var unsent = DatagramOutcome.Unsent()
        (unsent.flows, unsent.packets, unsent.octets) = (flows, packets, octets)
        return unsent
    }

    @Test("flows that were never sent are counted by what their totals grew")
    func growth() {
        var decoding = Decoding()
        let first = decoding.decode(Self.notSent(flows: 1_000, packets: 5_000, octets: 70_000))
        // What was lost before anybody listened is none of this collector's traffic.
        #expect(first.outcome.notSent == unsent(0, 0, 0))
        let second = decoding.decode(Self.notSent(flows: 1_010, packets: 5_100, octets: 71_000))
        #expect(second.outcome.notSent == unsent(10, 100, 1_000))
        let again = decoding.decode(Self.notSent(flows: 1_010, packets: 5_100, octets: 71_000))
        #expect(again.outcome.notSent == unsent(0, 0, 0))
    }

    @Test("packets a metering process ignored are packets that were not sent")
    func metering() {
        var decoding = Decoding()
        _ = decoding.decode(Self.ignored(packets: 10, octets: 1_000))
        let outcome = decoding.decode(Self.ignored(packets: 15, octets: 1_900)).outcome
        #expect(outcome.notSent == unsent(0, 5, 900))
    }

    @Test("each process and each domain has totals of its own")
    func processes() {
        var decoding = Decoding()
        for (process, domain) in [(1, 7), (2, 7), (1, 8)] as [(UInt32, UInt32)] {
            let octets = Self.ignored(packets: 10, octets: 10, process: process, domain: domain)
            #expect(decoding.decode(octets).outcome.notSent == unsent(0, 0, 0))
        }
        for (process, domain) in [(2, 7), (1, 8), (1, 7)] as [(UInt32, UInt32)] {
            let octets = Self.ignored(packets: 11, octets: 13, process: process, domain: domain)
            #expect(decoding.decode(octets).outcome.notSent == unsent(0, 1, 3))
        }
        let other = decoding.decode(Self.ignored(packets: 99, octets: 99), from: "192.0.2.9")
        #expect(other.outcome.notSent == unsent(0, 0, 0))
    }

    @Test("totals that went back are those of a process that began anew")
    func restart() {
        var decoding = Decoding()
        _ = decoding.decode(Self.ignored(packets: 1_000, octets: 9_000, at: 1_700_000_000))
        let after = decoding.decode(Self.ignored(packets: 4, octets: 40, at: 1_700_000_060))
        #expect(after.outcome.notSent == unsent(0, 4, 40))
    }

    @Test("a report that was overtaken counts nothing twice")
    func reordered() {
        var decoding = Decoding()
        _ = decoding.decode(Self.ignored(packets: 10, octets: 100, at: 1_700_000_000))
        _ = decoding.decode(Self.ignored(packets: 30, octets: 300, at: 1_700_000_120))
        let late = decoding.decode(Self.ignored(packets: 20, octets: 200, at: 1_700_000_060))
        #expect(late.outcome.notSent == unsent(0, 0, 0))
        let next = decoding.decode(Self.ignored(packets: 31, octets: 310, at: 1_700_000_180))
        #expect(next.outcome.notSent == unsent(0, 1, 10))
    }

    @Test("a growth no link can carry is not believed, and is the next base")
    func implausible() {
        var decoding = Decoding()
        _ = decoding.decode(Self.ignored(packets: 1, octets: 1))
        let leap = decoding.decode(Self.ignored(packets: .max, octets: .max)).outcome
        #expect(leap.notSent == unsent(0, 0, 0))
    }

    @Test("claims that add up to more than a number holds are the most it holds, in one datagram")
    func overflow() {
        var decoding = Decoding()
        var message = TemplateMessage.ipfix()
        message.addOptionsTemplate(300, scope: [], [.init(165, 8)])
        // Each total is less than the one before: a process that began anew, 8,000 times.
        message.addData(300) {
            for index in 0..<8_000 as Range<UInt64> { $0.write64(1 << 52 - index) }
        }
        let outcome = decoding.decode(message.octets).outcome
        #expect(outcome.notSent.octets >= 1 << 61)
    }

    @Test("processes that change their number with every report are forgotten, not kept")
    func bounded() {
        var decoding = Decoding()
        for process: UInt32 in 0..<1_000 {
            _ = decoding.decode(Self.ignored(packets: 1, octets: 1, process: process))
        }
        let oldest = decoding.decode(Self.ignored(packets: 9, octets: 9, process: 0)).outcome
        #expect(oldest.notSent == unsent(0, 0, 0))
        let latest = decoding.decode(Self.ignored(packets: 9, octets: 9, process: 999)).outcome
        #expect(latest.notSent == unsent(0, 8, 8))
    }

    @Test("what the exporter sent is shown, and is nothing it lost")
    func exported() {
        var message = TemplateMessage.ipfix()
        message.addOptionsTemplate(
            300,
            scope: [.init(143, 4)],
            [.init(40, 8), .init(41, 8), .init(42, 8)]
        )
        for total: UInt64 in [1, 1_000] {
            message.addData(300) {
                $0.write32(1)
                for _ in 0..<3 { $0.write64(total) }
            }
        }
        var decoding = Decoding()
        let result = decoding.decode(message.octets)
        #expect(result.outcome.optionsRecords == 2)
        #expect(result.outcome.notSent == unsent(0, 0, 0))
        #expect(
            result.details.options.first?.values.map(\.name) == [
                "exportedOctetTotalCount", "exportedMessageTotalCount",
                "exportedFlowRecordTotalCount",
            ]
        )
    }
}
