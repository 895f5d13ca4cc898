// SPDX-License-Identifier: Apache-2.0

import Collector
import Console
import FlowReception
import Foundation
import Logging
import Model
import Settings
import Storage
import TestSupport
import Testing

@Suite("CollectorService")
struct CollectorServiceTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func settings() throws -> Settings {
        try folder.settings(
            """
            network: { asns: [64500], prefixes: [203.0.113.0/24], timezone: UTC, currency: EUR }
            flushSeconds: 60
            listen: { flows: ["127.0.0.1:0", "0.0.0.0:0"] }
            exporters:
              - name: er1
                addresses: [127.0.0.1]
                interfaces: [{ index: 1, role: internal }]
            interconnects:
              - id: transit-1
                kind: transit
                peers: [64510]
                interfaces: [{ exporter: er1, index: 17 }]
            """
        )
    }

    private func packet(octets: UInt32) -> [UInt8] {
        var record = NetFlow5Packet.Record()
        record.input = 17
        record.output = 1
        record.octets = octets
        var packet = NetFlow5Packet()
        packet.exportTime = UInt32(Date().timeIntervalSince1970)
        packet.records = [record]
        return packet.octets
    }

    /// Runs a collector, lets `send` send to its ports, and ends it at once.
    private func ledger(
        after send: ([UInt16]) throws -> Void
    ) async throws -> (ledger: Ledger, store: InMemoryVolumeStore) {
        let store = InMemoryVolumeStore()
        let service = CollectorService(
            settings: try settings(),
            store: store,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
        try await service.start()
        let running = Task { try await service.run() }
        try send(await service.flowPorts)
        running.cancel()
        try await running.value
        let facts = try await store.ledgers(in: Int64.min..<Int64.max)
        return (facts.reduce(into: Ledger()) { $0 += $1.ledger }, store)
    }

    @Test("what the kernel has taken before the end is accounted, on every socket")
    func drains() async throws {
        let (ledger, store) = try await ledger { ports in
            for port in ports {
                let sender = try DatagramSender.connected(to: .v4(0x7f00_0001), port: port)
                for _ in 0..<100 { try sender.send(packet(octets: 100)) }
            }
        }
        #expect(ledger.datagrams + ledger.kernelDrops == 200)
        #expect(ledger.decoded == 200)
        #expect(ledger.receivedOctets == 20_000)
        #expect(ledger.isBalanced)
        #expect(try await store.check().isEmpty)
    }

    @Test("a question to a collector whose store was removed is told so")
    func storeRemoved() async throws {
        let settings = try self.settings()
        let path = settings.store.sqlite.path
        let service = CollectorService(
            settings: settings,
            store: try await CollectorService.openStore(settings),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
        try FileManager.default.removeItem(atPath: path)
        let answers = service.answers { "" }
        let response = await answers.answer(ConsoleRequest(path: "/api/v1/status"))
        #expect(response.body.contains(" does not exist any more"), "\(response.body)")
        #expect(!response.body.contains("NSCocoaErrorDomain"))
    }

    @Test("an exporter that is not listed is refused and hurts nobody")
    func refused() async throws {
        let (ledger, _) = try await ledger { ports in
            let stranger = try DatagramSender.connected(
                to: .v4(0x7f00_0001),
                port: ports[0],
                from: .v4(0x7f00_0002)
            )
            let known = try DatagramSender.connected(to: .v4(0x7f00_0001), port: ports[0])
            try stranger.send(packet(octets: 1))
            try known.send(packet(octets: 2))
        }
        #expect(ledger.refused == [.unknownExporter: 1])
        #expect(ledger.receivedOctets == 2)
        #expect(ledger.isBalanced)
    }

    @Test("garbage is counted by reason and hurts nobody")
    func garbage() async throws {
        let (ledger, _) = try await ledger { ports in
            let sender = try DatagramSender.connected(to: .v4(0x7f00_0001), port: ports[0])
            for length in [0, 1, 4, 23] { try sender.send(Array(repeating: 0xff, count: length)) }
            try sender.send(Array(packet(octets: 5).prefix(30)))
            try sender.send(packet(octets: 7))
        }
        #expect(ledger.datagrams == 6)
        #expect(ledger.undecoded.values.reduce(0, +) >= 4)
        #expect(ledger.receivedOctets == 7)
        #expect(ledger.isBalanced)
    }
}
