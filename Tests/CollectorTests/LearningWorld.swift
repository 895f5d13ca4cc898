// SPDX-License-Identifier: Apache-2.0

import Collector
import Model
import Settings
import Storage
import TestSupport
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
