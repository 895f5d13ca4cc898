// SPDX-License-Identifier: Apache-2.0

import Collector
import Model
import Settings
import TestSupport
import Testing

@Suite("Learning")
struct LearningTests {
    @Test("an exporter inside learn.from is counted under its address from its first datagram")
    func learned() throws {
        var world = try LearningWorld()
        world.send(100, from: address("192.0.2.1"))
        world.send(200, from: LearningWorld.stranger)
        world.send(300, from: LearningWorld.stranger)
        let batch = world.flush()
        let octets = batch.ledgers.map { "\($0.exporter) \($0.ledger.receivedOctets)" }
        #expect(octets.sorted() == ["192.0.2.7 500", "er1 100"])
        #expect(batch.interfaces.contains { $0.key.exporter == "192.0.2.7" })
        let state = try #require(batch.exporters.first { $0.name == "192.0.2.7" })
        #expect(state.isPending)
        #expect(state.address == LearningWorld.stranger)
        #expect(state.firstSeen == 1_700_000_000)
        #expect(batch.exporters.first { $0.name == "er1" }?.isPending == false)
    }

    @Test("who is outside learn.from is refused, and so is who is one too many, each by its reason")
    func refused() throws {
        var world = try LearningWorld(most: 2)
        for last in 2...5 { world.send(100, from: .v4(0xc000_0200 + UInt32(last))) }
        world.send(100, from: address("198.51.100.1"))
        let batch = world.flush()
        let nobody = batch.ledgers.first { $0.exporter.isEmpty }?.ledger
        #expect(nobody?.refused == [.learnLimit: 2, .unknownExporter: 1])
        #expect(batch.exporters.count == 2)
        #expect(!batch.ledgers.contains { !$0.ledger.isBalanced })
    }

    @Test("what is no flow export takes nobody's place")
    func garbage() throws {
        var world = try LearningWorld(most: 1)
        world.send([1, 2, 3, 4], from: address("192.0.2.9"), at: 1_700_000_000)
        world.send(100, from: LearningWorld.stranger)
        let batch = world.flush()
        #expect(
            batch.ledgers.first { $0.exporter.isEmpty }?.ledger.refused == [.unknownExporter: 1]
        )
        #expect(batch.ledgers.contains { $0.exporter == "192.0.2.7" })
    }

    @Test(
        "adopted, it counts under its name from the next datagram on, and under its address before"
    )
    func adopted() throws {
        var world = try LearningWorld()
        world.send(100, from: LearningWorld.stranger)
        world.adopt("er9")
        world.send(200, from: LearningWorld.stranger)
        let batch = world.flush()
        let octets = batch.ledgers.map { "\($0.exporter) \($0.ledger.receivedOctets)" }
        #expect(octets.sorted() == ["192.0.2.7 100", "er9 200"])
        #expect(batch.exporters.last { $0.name == "er9" }?.isPending == false)
    }

    @Test("networks taken out of learn.from are no longer listened to, and their room is free")
    func unlearned() throws {
        var world = try LearningWorld(most: 1)
        world.send(100, from: LearningWorld.stranger)
        world.settings.learn.from = [IPPrefix(.v4(0xc633_6400), length: 24)]
        world.pipeline.replaceInventory(
            world.settings.inventory,
            viewLists: CollectorComponents.viewLists(world.settings.inventory, world.feed),
            learning: CollectorComponents.learning(
                world.settings,
                world.feed,
                budget: world.budget
            )
        )
        world.send(200, from: LearningWorld.stranger)
        world.send(400, from: address("198.51.100.1"))
        let batch = world.flush()
        let octets = batch.ledgers.map { "\($0.exporter) \($0.ledger.receivedOctets)" }
        #expect(octets.sorted() == [" 0", "192.0.2.7 100", "198.51.100.1 400"])
        let nobody = batch.ledgers.first { $0.exporter.isEmpty }?.ledger
        #expect(nobody?.refused == [.unknownExporter: 1])
    }

    @Test("adopting one makes room for another")
    func room() throws {
        var world = try LearningWorld(most: 1)
        world.send(100, from: LearningWorld.stranger)
        world.send(100, from: address("192.0.2.8"))
        world.adopt("er9")
        world.send(100, from: address("192.0.2.8"))
        let batch = world.flush()
        #expect(batch.ledgers.contains { $0.exporter == "192.0.2.8" })
        #expect(batch.ledgers.first { $0.exporter.isEmpty }?.ledger.refused == [.learnLimit: 1])
    }

    @Test(
        "an agent nobody has listed, behind a relay that might be learned, hides no other",
        arguments: [true, false]
    )
    func relay(isStrangerFirst: Bool) throws {
        let (a, b, c) = (address("10.0.0.1"), address("10.0.0.2"), address("10.0.0.3"))
        var world = try LearningWorld(agents: [a, b])
        if !isStrangerFirst { try world.relay(a, from: LearningWorld.stranger) }
        try world.relay(c, from: LearningWorld.stranger)
        for agent in [a, b, c] { try world.relay(agent, from: LearningWorld.stranger) }
        // The relay's own flows are another matter.
        world.send(100, from: LearningWorld.stranger)
        let batch = world.flush()
        let counts = batch.ledgers.map { "\($0.exporter): \($0.ledger.datagrams)" }
        #expect(counts.contains("agent 10.0.0.1: \(isStrangerFirst ? 1 : 2)"))
        #expect(counts.contains("agent 10.0.0.2: 1"))
        #expect(counts.contains("192.0.2.7: \(isStrangerFirst ? 2 : 1)"))
        let nobody = batch.ledgers.first { $0.exporter.isEmpty }?.ledger
        #expect(nobody?.refused == [.unknownExporter: isStrangerFirst ? 1 : 2])
    }

    @Test("an exporter silent for longer than learn.hold makes room, and its number is used again")
    func silent() throws {
        var world = try LearningWorld(most: 1, hold: 3600)
        world.send(100, from: LearningWorld.stranger)
        _ = world.flush()
        world.send(100, from: address("192.0.2.1"), at: 1_700_003_700)
        _ = world.flush()
        world.send(700, from: address("192.0.2.8"), at: 1_700_003_701)
        let batch = world.flush()
        #expect(batch.exporters.map(\.name).sorted() == ["192.0.2.8", "er1"])
        let ledger = batch.ledgers.first { $0.exporter == "192.0.2.8" }?.ledger
        #expect(ledger?.receivedOctets == 700)
        #expect(!batch.ledgers.contains { $0.exporter == "192.0.2.7" })
    }

    @Test("workers share what may be learned, however many ask at once")
    func shared() async {
        let budget = LearnBudget(100)
        let taken = await withTaskGroup(of: Int.self) { group in
            for _ in 0..<8 {
                group.addTask { (0..<100).filter { _ in budget.take() }.count }
            }
            return await group.reduce(0, +)
        }
        #expect(taken == 100)
        budget.giveBack()
        #expect(budget.take())
        #expect(!budget.take())
    }
}
