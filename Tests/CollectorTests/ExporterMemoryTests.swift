// SPDX-License-Identifier: Apache-2.0

import Collector
import Model
import Settings
import Storage
import TestSupport
import Testing

/// What a pipeline knows of an exporter from one datagram to the next.
@Suite("Memory of an exporter")
struct ExporterMemoryTests {
    @Test("templates outlive a change of the inventory")
    func templates() throws {
        var world = try LearningWorld()
        var template = TemplateMessage.ipfix()
        template.addTemplate(256, [.init(1, 8), .init(2, 8), .init(10, 4), .init(14, 4)])
        world.send(template.octets, from: LearningWorld.stranger, at: 1_700_000_000)
        world.adopt("er9")
        var data = TemplateMessage.ipfix()
        data.addData(256) { body in
            for value in [0, 500, 0, 1, 17, 1] as [UInt32] { body.write32(value) }
        }
        world.send(data.octets, from: LearningWorld.stranger, at: 1_700_000_001)
        let batch = world.flush()
        let ledger = batch.ledgers.first { $0.exporter == "er9" }?.ledger
        #expect(ledger?.records == 1)
    }

    @Test("a reload just when a silent exporter is let go, of which data wait, counts all of it")
    func reloadWithHeldData() throws {
        var world = try LearningWorld(hold: 3600)
        var data = TemplateMessage.ipfix()
        data.addData(256) { $0.write32(1) }
        world.send(data.octets, from: LearningWorld.stranger, at: 1_700_000_000)
        let first = world.flush()
        #expect(first.exporters.map(\.name) == ["192.0.2.7"])
        world.send(100, from: address("192.0.2.1"), at: 1_700_003_700)
        let views = CollectorComponents.viewLists(world.settings.inventory, world.feed)
        world.pipeline.replaceInventory(world.settings.inventory, viewLists: views)
        world.pipeline.replaceInventory(world.settings.inventory, viewLists: views)
        let second = world.flush()
        let ledgers = second.ledgers.filter { $0.exporter == "er1" }
        #expect(ledgers.reduce(0) { $0 + $1.ledger.receivedOctets } == 100)
        let third = world.flush()
        let errors = third.ledgers.reduce(0) { $0 + $1.ledger.errors.values.reduce(0, +) }
        #expect(errors == 1)
        #expect(third.exporters.map(\.name) == ["er1"])
    }

    /// A NetFlow 5 packet of one record with a sequence number and an uptime.
    private func packet(_ sequence: UInt32, uptime: UInt32, at second: Int64) -> [UInt8] {
        var record = NetFlow5Packet.Record()
        (record.input, record.output) = (17, 1)
        var packet = NetFlow5Packet()
        (packet.sequence, packet.uptime) = (sequence, uptime)
        packet.exportTime = UInt32(second)
        packet.records = [record]
        return packet.octets
    }

    @Test("what an exporter's numbers miss is in its ledger, and not after it began anew")
    func sequences() throws {
        var world = try LearningWorld()
        let er1 = address("192.0.2.1")
        let start: Int64 = 1_700_000_000
        for (index, sequence) in [10, 11, 15, 16].enumerated() {
            let time = start + Int64(index)
            let uptime = 500_000 + UInt32(index) * 1_000
            world.send(packet(UInt32(sequence), uptime: uptime, at: time), from: er1, at: time)
        }
        let lost = world.flush()
        #expect(lost.ledgers.reduce(0) { $0 + $1.ledger.sequenceLost } == 3)
        #expect(lost.events.isEmpty)
        for index in 0..<3 {
            let time = start + 60 + Int64(index)
            let octets = packet(UInt32(index), uptime: UInt32(1_000 * index), at: time)
            world.send(octets, from: er1, at: time)
        }
        let anew = world.flush()
        #expect(anew.ledgers.reduce(0) { $0 + $1.ledger.sequenceLost } == 0)
        #expect(anew.events.map(\.kind) == [.exporterRestarted])
        #expect(anew.events.first?.object == "er1")
        #expect(anew.exporters.first { $0.name == "er1" }?.restarts == 1)
    }

    @Test("what routers call their interfaces reaches the store under the exporter's name")
    func interfaceNames() throws {
        var world = try LearningWorld()
        var message = TemplateMessage.ipfix()
        message.addOptionsTemplate(300, scope: [.init(10, 4)], [.init(82, 8), .init(83, 8)])
        message.addData(300) { body in
            body.write32(17)
            body.write(Array("et-0/0/1".utf8))
            body.write(Array("Transit1".utf8))
        }
        world.send(message.octets, from: LearningWorld.stranger, at: 1_700_000_000)
        let notes = world.flush().interfaceNotes
        #expect(
            notes == [
                InterfaceNote(
                    exporter: "192.0.2.7",
                    index: 17,
                    name: "et-0/0/1",
                    description: "Transit1"
                )
            ]
        )
        let again = world.flush().interfaceNotes
        #expect(again.isEmpty)
    }
}
