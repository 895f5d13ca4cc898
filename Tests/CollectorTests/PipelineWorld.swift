// SPDX-License-Identifier: Apache-2.0

import Collector
import Model
import Settings
import TestSupport
import Wire

/// A pipeline fed by hand: er1, inside on interface 1, transit on 17.
struct PipelineWorld: ~Copyable {
    var pipeline: FlowPipeline
    let feed: RouteFeed
    private let exporter: IPAddress

    /// 2026-10-25 00:30 UTC, half an hour before the clocks of Europe go back.
    static let start: Int64 = 1_792_888_200

    static func settings(_ keys: String = "") throws -> Settings {
        try Settings.load(
            text: """
                network: { asns: [64500], prefixes: [203.0.113.0/24], timezone: UTC, currency: EUR }
                exporters:
                  - name: er1
                    addresses: [192.0.2.1]
                    interfaces: [{ index: 1, role: internal }]
                    \(keys)
                """,
            file: "test.yaml"
        )
    }

    /// `keys` are more keys of the exporter, in YAML.
    init(_ keys: String = "", exporter: IPAddress = address("192.0.2.1")) throws {
        self.exporter = exporter
        let settings = try Self.settings(keys)
        feed = CollectorComponents.routeFeed(settings)
        pipeline = CollectorComponents.pipeline(settings, feed)
    }

    /// Sends a datagram `second` seconds after the start.
    mutating func send(_ payload: [UInt8], at second: Int64 = 0, port: UInt16 = 50_000) {
        pipeline.take(
            Datagram(
                exporter: exporter,
                port: port,
                arrival: (Self.start + second) * 1_000_000_000,
                octets: WireReader(payload.span, as: "test").octets
            )
        )
    }

    /// What was counted since the last call.
    mutating func flush() -> FlushBatch {
        pipeline.finishBatch()
        var batch = FlushBatch(id: "1", collector: "test", time: Self.start)
        pipeline.handOver(to: &batch)
        return batch
    }

    /// All ledgers of what was counted since the last call, together.
    mutating func ledger() -> Ledger { flush().ledger }

    /// Goes on with other keys of the exporter.
    mutating func reload(_ keys: String) throws {
        let inventory = try Self.settings(keys).inventory
        let views = CollectorComponents.viewLists(inventory, feed)
        pipeline.replaceInventory(inventory, viewLists: views)
    }

    /// A NetFlow v5 packet of records that go out by interface 17.
    static func packet(
        _ sequence: UInt32,
        octets: [UInt32] = [1_000],
        uptime: UInt32 = 500_000
    ) -> [UInt8] {
        var packet = NetFlow5Packet()
        (packet.sequence, packet.uptime, packet.exportTime) = (sequence, uptime, UInt32(start))
        packet.records = octets.map { octets in
            var record = NetFlow5Packet.Record()
            (record.input, record.output, record.octets) = (1, 17, octets)
            (record.first, record.last) = (uptime, uptime)
            return record
        }
        return packet.octets
    }
}

extension FlushBatch {
    /// All ledgers together.
    var ledger: Ledger {
        var total = Ledger()
        for fact in ledgers { total += fact.ledger }
        return total
    }
}
