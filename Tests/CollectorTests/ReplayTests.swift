// SPDX-License-Identifier: Apache-2.0

import Collector
import Foundation
import Model
import Settings
import Storage
import TestSupport
import Testing

@Suite("Replay")
struct ReplayTests {
    private func settings() throws -> Settings {
        try Settings.load(
            text: """
                network: { asns: [64500], prefixes: [203.0.113.0/24], timezone: UTC, currency: EUR }
                exporters: [{ name: er1, addresses: [192.0.2.9] }]
                """,
            file: "test.yaml"
        )
    }

    /// A capture with `count` NetFlow v5 packets from 192.0.2.9, ten seconds apart.
    private func capture(_ count: Int, octets: UInt32) throws -> String {
        var file = CaptureOctets()
        for number in 0..<count {
            var record = NetFlow5Packet.Record()
            record.octets = octets
            var packet = NetFlow5Packet()
            packet.exportTime += UInt32(number * 10)
            packet.records = [record]
            file.add(
                packet.octets,
                from: "192.0.2.9",
                at: Int64(packet.exportTime) * 1_000_000_000
            )
        }
        let path = FileManager.default.temporaryDirectory.appending(path: "\(UUID()).pcap").path
        try Data(file.octets).write(to: URL(filePath: path))
        return path
    }

    private func received(_ store: InMemoryVolumeStore) async throws -> UInt64 {
        try await store.ledgers(in: Int64.min..<Int64.max).reduce(0) {
            $0 + $1.ledger.receivedOctets
        }
    }

    @Test("a capture is accounted by its own time, and every slot of it is sealed")
    func accounts() async throws {
        let path = try capture(100, octets: 50)
        defer { try? FileManager.default.removeItem(atPath: path) }
        let store = InMemoryVolumeStore()
        let outcome = try await Replay(settings: settings(), store: store)
            .run(captures: [path], tables: [])
        #expect(outcome.unchanged.isEmpty)
        #expect(try await received(store) == 5000)
        let span = try #require(try await store.span())
        #expect(span.lowerBound == 1_699_999_800)
        let slots = try await store.slots(in: span)
        #expect(slots.count == 4)
        #expect(slots.allSatisfy { $0.isSealed && $0.generation == 0 })
    }

    @Test("replaying a capture again changes nothing, whatever was replayed in between")
    func again() async throws {
        let first = try capture(3, octets: 1)
        let second = try capture(3, octets: 100)
        defer { for path in [first, second] { try? FileManager.default.removeItem(atPath: path) } }
        let store = InMemoryVolumeStore()
        let replay = Replay(settings: try settings(), store: store)
        _ = try await replay.run(captures: [first], tables: [])
        _ = try await replay.run(captures: [second, first], tables: [])
        let outcome = try await replay.run(captures: [first, second], tables: [])
        #expect(outcome.unchanged == [first, second])
        #expect(try await received(store) == 303)
    }

    @Test("what is no capture is refused by name")
    func noCapture() async throws {
        let replay = Replay(settings: try settings(), store: InMemoryVolumeStore())
        await #expect(throws: (any Error).self) {
            _ = try await replay.run(captures: ["/nowhere.pcap"], tables: [])
        }
    }

    @Test("each record goes by the routes of its own time, told by messages of an MRT file")
    func routesByTime() async throws {
        let settings = try Settings.load(
            text: """
                network: { asns: [64499], prefixes: [192.0.2.0/24], timezone: UTC, currency: EUR }
                exporters:
                  - name: er1
                    addresses: [192.0.2.9]
                    interfaces: [{ index: 1, role: internal }, { index: 2, speed: 1G }]
                interconnects:
                  - id: transit-1
                    kind: transit
                    peers: [64500]
                    interfaces: [{ exporter: er1, index: 2 }]
                """,
            file: "test.yaml"
        )
        // One record every ten seconds, that ended five seconds before it came: at 5, 15, 25, 35
        // and 45 seconds. Those of before and after the fourth change are told apart by its time.
        let path = try capture(6, octets: 10)
        defer { try? FileManager.default.removeItem(atPath: path) }
        let start: Int64 = 1_700_000_000
        var file = MRTOctets(peer: "192.0.2.1")
        let origins: [(Int64, UInt32)] = [(-60, 64_511), (12, 64_512), (38, 64_513)]
        for (second, origin) in origins {
            let time = (start + second) * 1_000_000_000
            file.announce("198.51.100.0", origin: origin, at: time)
        }
        file.goDown(at: (start + 44) * 1_000_000_000)
        let folder = try TemporaryFolder()
        try Data(file.octets).write(to: URL(filePath: folder.path("updates")))
        let store = InMemoryVolumeStore()
        let outcome = try await Replay(settings: settings, store: store)
            .run(captures: [path], tables: [(view: "er1", path: folder.path("updates"))])
        #expect(outcome.tableProblems == [])
        var octets: [[UInt32]: UInt64] = [:]
        for fact in try await store.pathFacts(in: Int64.min..<Int64.max) {
            let path = fact.key.asPath.segments.flatMap { $0.members.map(\.rawValue) }
            octets[path, default: 0] += fact.measure.octets
        }
        // Ended at -5 and 5; at 15, 25 and 35, the last of which came after the next change; at 45
        // the session was down.
        #expect(octets == [[64_500, 64_511]: 20, [64_500, 64_512]: 30, []: 10])
    }
}
