// SPDX-License-Identifier: Apache-2.0

import Collector
import Model
import TestSupport
import Testing

@Suite("Accounting of running totals")
struct TotalsAccountingTests {
    /// A message that leaves `second` seconds after the start, with one flow's running total.
    private func message(total: UInt64?, at second: Int64, start: Int64 = 10) -> [UInt8] {
        var message = TemplateMessage.ipfix()
        message.exportTime = UInt32(PipelineWorld.start + second)
        guard let total else { return message.octets }
        message.addTemplate(
            256,
            [
                .init(8, 4), .init(12, 4), .init(10, 4), .init(14, 4), .init(152, 8),
                .init(153, 8), .init(85, 8), .init(86, 8),
            ]
        )
        message.addData(256) { data in
            data.write(address("203.0.113.1"))
            data.write(address("198.51.100.1"))
            data.write32(1)
            data.write32(17)
            data.write64(UInt64(PipelineWorld.start + start) * 1_000)
            data.write64(UInt64(PipelineWorld.start + second) * 1_000)
            data.write64(total)
            data.write64(total / 100)
        }
        return message.octets
    }

    @Test("a flow exported every minute is accounted once, in the slots in which it grew")
    func growth() throws {
        var world = try PipelineWorld()
        world.send(message(total: nil, at: 0))
        for minute: Int64 in 1...10 {
            world.send(message(total: UInt64(minute) * 1_000, at: minute * 60), at: minute * 60)
        }
        let batch = world.flush()
        #expect(batch.ledger.receivedOctets == 10_000)
        #expect(batch.ledger.isBalanced)
        var slots: [Int64: UInt64] = [:]
        for fact in batch.interfaces { slots[fact.slot, default: 0] += fact.measure.octets }
        #expect(slots == [PipelineWorld.start: 5_000, PipelineWorld.start + 300: 5_000])
    }

    @Test("a flow that was under way before the collector listened counts from its next record")
    func underWay() throws {
        var world = try PipelineWorld()
        world.send(message(total: 70_000, at: 60, start: -600), at: 60)
        world.send(message(total: 70_900, at: 120, start: -600), at: 120)
        let batch = world.flush()
        #expect(batch.ledger.receivedOctets == 900)
        #expect(batch.ledger.records == 2)
        #expect(batch.ledger.isBalanced)
    }
}
