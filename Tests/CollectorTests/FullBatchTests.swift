// SPDX-License-Identifier: Apache-2.0

import Collector
import Model
import TestSupport
import Testing

@Suite("Full batches")
struct FullBatchTests {
    /// An IPFIX message of 64 KiB with as many biflows as it holds; each is 8 octets.
    private static func flood() -> [UInt8] {
        var message = TemplateMessage.ipfix()
        message.addTemplate(256, [.init(231, 4), .init(232, 4)])
        message.addData(256) { writer in
            for _ in 0..<8_170 { writer.write64(1 << 32 | 1) }
        }
        return message.octets
    }

    @Test("however much 64 datagrams hold, the records in hand are bounded and none is lost")
    func bounded() throws {
        var world = try PipelineWorld()
        let octets = Self.flood()
        var most = 0
        for _ in 0..<64 {
            world.send(octets)
            most = max(most, world.pipeline.recordsInHand)
        }
        // Never a whole datagram more than is full.
        #expect(most < FlowPipeline.fullBatch)
        #expect(world.pipeline.roomInHand <= FlowPipeline.fullBatch * 4)
        let ledger = world.ledger()
        #expect(ledger.datagrams == 64)
        #expect(ledger.errors[.limitExceeded] == 64)
        #expect(ledger.records == 64 * 8_192)
        #expect(world.pipeline.recordsInHand == 0)
    }

    @Test("problems alone fill a batch too")
    func problems() throws {
        var world = try PipelineWorld()
        // Data Sets of unknown templates, too short to be held, beside one that is read.
        var message = TemplateMessage.ipfix()
        message.addTemplate(256, [.init(1, 4)])
        for id in 0..<10_000 { message.addSet(300 + id, []) }
        for _ in 0..<4 {
            world.send(message.octets)
            #expect(world.pipeline.recordsInHand < FlowPipeline.fullBatch)
        }
        #expect(world.ledger().errors[.unknownTemplate] == 40_000)
    }
}
