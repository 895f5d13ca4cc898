// SPDX-License-Identifier: Apache-2.0

import FlowDecoding
import Foundation
import Model
import Settings
import Storage
import TestSupport
import Testing
import Wire

@testable import Collector

@Suite("State of a collector over its end")
struct CollectorStateTests {
    private static let exporter = """
        exporters:
          - name: er1
            addresses: [127.0.0.1]
            interfaces: [{ index: 1, role: internal }]

        """

    private func snapshots(_ folder: TemporaryFolder) -> [ExporterSnapshot] {
        ExporterStateFiles(state: "\(folder.path)/state").load(limits: DecodingLimits()).snapshots
    }

    @Test("how far an exporter has counted is kept at the end, though it announced nothing new")
    func sequences() async throws {
        let folder = try TemporaryFolder()
        let first = try await ServedCollector(in: folder, Self.exporter)
        try await first.send([Announced.templates(1)])
        try await first.end()
        #expect(snapshots(folder).first?.sequences.map(\.sequence) == [0])
        let second = try await ServedCollector(in: folder, Self.exporter)
        try await second.send([Announced.data(sequence: 0), Announced.data(sequence: 1)])
        try await second.end()
        #expect(snapshots(folder).first?.sequences.map(\.sequence).contains(1) == true)
        // Of what was sent meanwhile, nobody heard.
        let third = try await ServedCollector(in: folder, Self.exporter)
        try await third.send([Announced.data(sequence: 9)])
        try await third.end()
        let facts = try await third.store.ledgers(in: Int64.min..<Int64.max)
        #expect(facts.reduce(0) { $0 + $1.ledger.receivedOctets } == 1_500)
    }

    @Test("of strangers nothing is kept or loaded, of the learned as long as they are held")
    func strangers() async throws {
        let folder = try TemporaryFolder()
        let learn = "learn: { from: [127.0.0.8/30], hold: 1h }\n"
        let store = InMemoryVolumeStore()
        let first = try await ServedCollector(in: folder, Self.exporter + learn, store: store)
        try await first.send([Announced.templates(1)], from: "127.0.0.9")
        try await first.end()
        #expect(first.kept == ["127.0.0.9.json"])

        // Files of a learned one of which the store knows nothing, and of one nobody may learn.
        let files = ExporterStateFiles(state: "\(folder.path)/state")
        var stranger = try #require(snapshots(folder).first)
        for address in ["127.0.0.10", "127.0.0.77"] {
            stranger.exporter = address
            #expect(files.save([stranger]).isEmpty)
        }
        let again = try await ServedCollector(in: folder, Self.exporter + learn, store: store)
        #expect(again.kept == ["127.0.0.9.json"])
        try await again.end()
        let without = try await ServedCollector(in: folder, Self.exporter, store: store)
        #expect(without.kept.isEmpty)
        try await without.end()
    }

    @Test("a second collector with the same state is refused, until the first has ended")
    func second() async throws {
        let folder = try TemporaryFolder()
        let first = try await ServedCollector(in: folder, Self.exporter)
        let problem = await #expect(throws: CollectorError.self) {
            _ = try await ServedCollector(in: folder, Self.exporter)
        }
        let process = ProcessInfo.processInfo.processIdentifier
        let reason = problem?.description ?? ""
        #expect(reason.contains("/state"), "\(reason)")
        #expect(reason.hasSuffix(" is in use by process \(process)"), "\(reason)")
        try await first.end()
        let second = try await ServedCollector(in: folder, Self.exporter)
        try await second.end()
    }

    @Test("a state directory that cannot be made is told at the start, and the collector runs")
    func unusable() async throws {
        let folder = try TemporaryFolder()
        let text = Self.exporter + "state: /proc/nope/\n"
        let collector = try await ServedCollector(in: folder, text)
        try await collector.end()
        let events = try await collector.store.events(in: Int64.min..<Int64.max)
        let event = try #require(events.first { $0.kind == .stateUnusable })
        #expect(event.detail.hasPrefix("/proc/nope"), "\(event.detail)")
    }

    @Test("what is worth keeping is of the listed, and of the learned while they are held")
    func scope() {
        var inventory = Inventory()
        inventory.exporters = [Exporter(pending: address("192.0.2.1"))]
        var learn = Settings.Learn()
        learn.from = [IPPrefix(.v4(0xc633_6400), length: 24)]
        learn.holdSeconds = 100
        var states: [ExporterState] = []
        for (last, lastSeen) in [(7, 900), (8, 899)] as [(Int, Int64)] {
            var state = ExporterState(
                name: "198.51.100.\(last)",
                lastSeen: lastSeen,
                flowProtocol: .ipfix,
                rate: .one,
                rateSource: .assumed
            )
            state.address = IPAddress(state.name)
            states.append(state)
        }
        let scope = StateScope(inventory: inventory, learn: learn, states: states, now: 1000)
        let addresses = ["192.0.2.1", "198.51.100.7", "198.51.100.8", "203.0.113.1"].map(address)
        #expect(addresses.map(scope.admits) == [true, true, true, false])
        #expect(addresses.map(scope.keeps) == [true, true, false, false])
    }

    @Test("an end out of time keeps what is new, and says of how many it left the rest")
    func deadline() async throws {
        let folder = try TemporaryFolder()
        let keeper = StateKeeper(state: "\(folder.path)/state")
        var decoder = FlowDecoder(holdsData: false)
        var batch = FlowBatch()
        func snapshot(_ exporter: String, _ octets: [UInt8]) throws -> ExporterSnapshot {
            let datagram = Datagram(
                exporter: address(exporter),
                port: 1,
                arrival: 1_700_000_000_000_000_000,
                octets: WireReader(octets.span, as: "UDP payload").octets
            )
            _ = decoder.decode(datagram, into: &batch)
            return try #require(decoder.snapshot(of: address(exporter)))
        }
        let first = try snapshot("192.0.2.1", Announced.templates(1))
        #expect(await keeper.save([first]).isEmpty)
        keeper.end(before: 0)
        let same = try snapshot("192.0.2.1", Announced.data())
        let other = try snapshot("192.0.2.2", Announced.templates(1))
        let messages = await keeper.save([same, other])
        #expect(messages == ["no time is left for how far 1 exporters have counted"])
        #expect(snapshots(folder).map(\.exporter) == ["192.0.2.1", "192.0.2.2"])
        #expect(snapshots(folder).first?.sequences == first.sequences)
    }
}
