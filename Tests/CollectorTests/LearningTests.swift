// SPDX-License-Identifier: Apache-2.0

import Collector
import Model
import Settings
import Storage
import TestSupport
import Testing
import Wire

/// A pipeline that may learn, fed by hand.
struct LearningWorld: ~Copyable {
    var settings: Settings
    let feed: RouteFeed
    var pipeline: FlowPipeline
    let budget: LearnBudget

    static let stranger = address("192.0.2.7")

    init(most: Int = 2, hold: Int64 = 86_400, agents: [IPAddress] = []) throws {
        settings = try Settings.load(
            text: """
                network: { asns: [64500], prefixes: [203.0.113.0/24], timezone: UTC, currency: EUR }
                exporters:
                  - name: er1
                    addresses: [192.0.2.1]
                    interfaces: [{ index: 1, role: internal }]
                """,
            file: "test.yaml"
        )
        settings.learn.from = [IPPrefix(.v4(0xc000_0200), length: 24)]
        settings.learn.exporters = most
        for agent in agents {
            var exporter = Exporter(name: "agent \(agent)")
            (exporter.addresses, exporter.identify) = ([agent], .agent)
            settings.inventory.exporters.append(exporter)
        }
        settings.learn.holdSeconds = hold
        feed = CollectorComponents.routeFeed(settings)
        budget = LearnBudget(most)
        pipeline = CollectorComponents.pipeline(settings, feed, budget: budget)
    }

    /// A datagram with one record of `octets`.
    mutating func send(_ octets: UInt32, from source: IPAddress, at second: Int64 = 1_700_000_000) {
        var record = NetFlow5Packet.Record()
        (record.input, record.output, record.octets) = (17, 1, octets)
        var packet = NetFlow5Packet()
        packet.exportTime = UInt32(second)
        packet.records = [record]
        send(packet.octets, from: source, at: second)
    }

    mutating func send(_ payload: [UInt8], from source: IPAddress, at second: Int64) {
        pipeline.take(
            Datagram(
                exporter: source,
                port: 2055,
                arrival: second * 1_000_000_000,
                octets: WireReader(payload.span, as: "test").octets
            )
        )
    }

    /// An sFlow datagram with one sample, of `agent`.
    mutating func relay(_ agent: IPAddress, from source: IPAddress) throws {
        var datagram = SFlowDatagram()
        datagram.agent = agent
        datagram.addCounters(interface: 17, inOctets: 1, outOctets: 1)
        send(datagram.octets, from: source, at: 1_700_000_000)
    }

    mutating func flush() -> FlushBatch {
        pipeline.finishBatch()
        var batch = FlushBatch(id: "1", collector: "test", time: 1_700_000_000)
        pipeline.handOver(to: &batch)
        return batch
    }

    mutating func adopt(_ name: String) {
        let adoption = Adoption(address: Self.stranger, name: name, since: 0)
        let inventory = settings.inventory.with([adoption])
        let views = CollectorComponents.viewLists(inventory, feed)
        pipeline.replaceInventory(inventory, viewLists: views)
    }
}

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

@Suite("Which rows count")
struct CountedExportersTests {
    private func inventory(_ name: String? = nil) -> Inventory {
        var inventory = Inventory()
        var er1 = Exporter(name: "er1")
        er1.addresses = [address("192.0.2.1")]
        inventory.exporters = [er1]
        if let name {
            var exporter = Exporter(name: name)
            exporter.addresses = [LearningWorld.stranger]
            inventory.exporters.append(exporter)
        }
        return inventory
    }

    private func facts(_ exporter: String) -> [InterfaceFact] {
        ([0, 300, 600] as [Int64]).map { slot in
            let key = InterfaceKey(
                exporter: exporter,
                interface: 1,
                direction: .ingress,
                family: .ipv4
            )
            return InterfaceFact(slot: slot, key: key, measure: Measure())
        }
    }

    private func counted(
        _ exporter: String,
        adopted since: Int64?,
        listedAs name: String? = nil
    ) -> [String] {
        let adoption = since.map {
            Adoption(address: LearningWorld.stranger, name: "er9", since: $0)
        }
        let exporters = CountedExporters(
            inventory: inventory(name),
            adoptions: [adoption].compactMap { $0 },
            states: []
        )
        return exporters.counted(facts(exporter)).map { "\($0.slot) \($0.key.exporter)" }
    }

    @Test("rows of a pending exporter count nowhere until it is adopted")
    func held() {
        #expect(counted("192.0.2.7", adopted: nil).isEmpty)
        #expect(counted("er1", adopted: nil).count == 3)
    }

    @Test("adopted from a slot on, its rows count from there under its name")
    func adopted() {
        #expect(counted("192.0.2.7", adopted: 300) == ["300 er9", "600 er9"])
        #expect(counted("192.0.2.7", adopted: 0).count == 3)
    }

    @Test("the name of the configuration comes before that of the adoption")
    func listed() {
        #expect(counted("192.0.2.7", adopted: 600, listedAs: "er2") == ["600 er2"])
    }

    @Test("listing it alone makes nothing count that was held")
    func listedOnly() {
        #expect(counted("192.0.2.7", adopted: nil, listedAs: "er2").isEmpty)
    }

    @Test("an exporter that has left the configuration keeps its volumes")
    func left() {
        #expect(counted("er0", adopted: nil).count == 3)
    }

    @Test("the ledger of what is held stands apart")
    func ledgers() {
        var ledger = Ledger()
        ledger.datagrams = 1
        let rows = ["er1", "192.0.2.7", ""].map {
            LedgerFact(slot: 0, exporter: $0, ledger: ledger)
        }
        let exporters = CountedExporters(inventory: inventory(), adoptions: [], states: [])
        let (counted, held) = exporters.split(rows)
        #expect(counted.map(\.exporter) == ["er1", ""])
        #expect(held.map(\.exporter) == ["192.0.2.7"])
    }
}
