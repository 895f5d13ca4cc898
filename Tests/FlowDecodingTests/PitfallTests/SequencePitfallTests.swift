// SPDX-License-Identifier: Apache-2.0

import FlowDecoding
import Model
import TestSupport
import Testing

@Suite("Pitfalls: sequence numbers")
struct SequencePitfallTests {
    typealias Exporter = SequenceTests.Exporter

    /// What one source of an exporter sends, as it would arrive on a bad day.
    private struct Day {
        var sent: [UInt32] = []
        var missing: Int64 = 0
    }

    /// Messages from just before 2^32 on: one in 20 is lost, neighbors change places, some repeat.
    ///
    /// The first and the last ones arrive, so that nothing is missing unseen.
    private static func day(
        _ count: Int,
        step: UInt32,
        _ random: inout SeededRandom
    ) -> Day {
        let first = 0 &- UInt32(count / 2) * step
        var day = Day()
        for index in 0..<count {
            let isLost = (10..<(count - 20)).contains(index) && random.next() % 20 == 0
            if isLost {
                day.missing += Int64(step)
            } else {
                day.sent.append(first &+ UInt32(index) * step)
            }
        }
        for place in stride(from: 1, to: day.sent.count - 10, by: 3) where random.next() % 4 == 0 {
            day.sent.swapAt(place, place + 1)
        }
        for place in (1..<(day.sent.count - 10)).reversed() where random.next() % 25 == 0 {
            day.sent.insert(day.sent[place], at: place + 2)
        }
        return day
    }

    @Test(
        "UDP sequence wrap, restart (uptime reset), reordering, duplicated datagrams, sub-agents",
        arguments: FlowProtocol.allCases,
        [false, true]
    )
    func badDay(_ flowProtocol: FlowProtocol, dropsDuplicates: Bool) {
        var random = SeededRandom(seed: 13)
        let step = SequenceTests.step(flowProtocol, 2)
        let days = [Self.day(500, step: step, &random), Self.day(500, step: step, &random)]
        var exporter = Exporter(
            flowProtocol,
            sequence: days[0].sent[0],
            decoding: Decoding(dropsDuplicates: dropsDuplicates)
        )
        exporter.countsSamples = true
        for source in 0..<2 { announce(source, days[source].sent[0], of: &exporter) }
        var lost: Int64 = 0
        var restarts = 0
        for index in 0..<max(days[0].sent.count, days[1].sent.count) {
            for source in 0..<2 where index < days[source].sent.count {
                exporter.domain = UInt32(source)
                let outcome = exporter.send(days[source].sent[index], records: 2)
                lost += outcome.sequenceLost
                restarts += outcome.exporterRestarted ? 1 : 0
            }
        }
        #expect(days[0].missing > 0 && days[1].missing > 0)
        #expect(lost == days[0].missing + days[1].missing)
        #expect(restarts == 0)
        guard flowProtocol != .ipfix else { return }  // it has no uptime
        exporter.time += 300_000
        exporter.uptime = 10_000
        for source: UInt32 in 0..<2 {
            exporter.domain = source
            let outcome = exporter.send(3 * step, records: 2)
            #expect(outcome.sequenceLost == 0)
            restarts += outcome.exporterRestarted ? 1 : 0
            #expect(exporter.send(6 * step, records: 2).sequenceLost == Int64(2 * step))
        }
        // Each sub-agent of sFlow has an uptime of its own.
        #expect(restarts == (flowProtocol == .sflow5 ? 2 : 1))
    }

    /// Templates hold for one domain.
    private func announce(_ source: Int, _ sequence: UInt32, of exporter: inout Exporter) {
        guard [.ipfix, .netflow9].contains(exporter.flowProtocol) else { return }
        let domain = UInt32(source)
        var template =
            exporter.flowProtocol == .ipfix
            ? TemplateMessage.ipfix(domain: domain) : .netFlow9(domain: domain)
        template.sequence = sequence
        template.uptime = exporter.uptime
        template.addTemplate(256, TemplateMessage.Field.plain)
        _ = exporter.sendAgain(template.octets)
    }

    @Test("a restart in the middle of loss charges neither side's numbers to the other")
    func restartAmidLoss() {
        for flowProtocol in [FlowProtocol.netflow9, .netflow5, .sflow5] {
            var exporter = Exporter(flowProtocol, sequence: 5_000)
            let step = SequenceTests.step(flowProtocol, 1)
            _ = exporter.send(5_000)
            // Two messages are missing before the restart, one after it.
            #expect(exporter.send(5_000 + 3 * step).sequenceLost == Int64(2 * step))
            exporter.time += 300_000
            exporter.uptime = 10_000
            let first = exporter.send(7 * step)
            #expect(first.exporterRestarted && first.sequenceLost == 0)
            #expect(exporter.send(9 * step).sequenceLost == Int64(step))
        }
    }
}
