// SPDX-License-Identifier: Apache-2.0

import Model
import Storage
import Testing

/// What every back-end must do: the conformance suite.
@Suite("Every volume store")
struct VolumeStoreTests {
    static let slot: Int64 = 1_790_812_800  // 2026-10-01T00:00:00Z
    static let all = Int64.min..<Int64.max

    @Test("an empty store has nothing, and no span", arguments: Backend.allCases)
    func empty(backend: Backend) async throws {
        try await backend.withStore { (store) async throws in
            let span = try await store.span()
            #expect(span == nil)
            #expect(try await store.lastFlush() == nil)
            #expect(try await store.slotSeconds() == nil)
            #expect(try await store.interfaceFacts(in: Self.all).isEmpty)
            #expect(try await store.neighborFacts(in: Self.all).isEmpty)
            #expect(try await store.pathFacts(in: Self.all).isEmpty)
            #expect(try await store.prefixFacts(in: Self.all).isEmpty)
            #expect(try await store.ledgers(in: Self.all).isEmpty)
            #expect(try await store.slots(in: Self.all).isEmpty)
            #expect(try await store.gaps(in: Self.all).isEmpty)
            #expect(try await store.exporters().isEmpty)
            #expect(try await store.sessions().isEmpty)
            #expect(try await store.alerts().isEmpty)
            #expect(try await store.events(in: Self.all).isEmpty)
            #expect(try await store.interfaceNotes().isEmpty)
            #expect(try await store.adoptions().isEmpty)
            #expect(try await store.forget(batchesBefore: .max) == 0)
            #expect(try await store.deleteHeld(exporters: ["er1"], before: .max) == 0)
            #expect(try await store.check().isEmpty)
            #expect(try await store.statistics().rows.allSatisfy { $0.count == 0 })
        }
    }

    @Test("what was added is read back, value for value", arguments: Backend.allCases)
    func roundTrip(backend: Backend) async throws {
        try await backend.withStore { (store) async throws in
            let batch = Self.everyField()
            #expect(try await store.add(batch))
            #expect(try await store.interfaceFacts(in: Self.all) == batch.interfaces)
            #expect(try await store.neighborFacts(in: Self.all) == batch.neighbors)
            #expect(try await store.pathFacts(in: Self.all) == batch.paths)
            #expect(try await store.prefixFacts(in: Self.all) == batch.prefixes)
            #expect(try await store.ledgers(in: Self.all) == batch.ledgers)
            #expect(try await store.exporters() == batch.exporters)
            #expect(try await store.sessions() == batch.sessions)
            #expect(try await store.gaps(in: Self.all) == batch.gaps)
            #expect(try await store.events(in: Self.all) == batch.events)
            #expect(try await store.interfaceNotes() == batch.interfaceNotes)
        }
    }

    @Test("increments of one slot and key are summed", arguments: Backend.allCases)
    func increments(backend: Backend) async throws {
        try await backend.withStore { (store) async throws in
            _ = try await store.add(.sample("1", [SampleSide()]))
            _ = try await store.add(.sample("2", [SampleSide(), SampleSide(octets: 7_000)]))
            let expected = Measure(
                octets: 3_007_000,
                packets: 3_000,
                unscaledOctets: 3_007,
                unscaledPackets: 3,
                variance: 12_028_000
            )
            #expect(try await store.interfaceFacts(in: Self.all).map(\.measure) == [expected])
            #expect(try await store.neighborFacts(in: Self.all).map(\.measure) == [expected])
            #expect(try await store.pathFacts(in: Self.all).map(\.measure) == [expected])
            let ledger = try #require(try await store.ledgers(in: Self.all).first?.ledger)
            #expect(ledger.egressOctets == 3_007_000)
            #expect(ledger.records == 3)
            #expect(try await store.check().isEmpty)
        }
    }

    @Test("a batch of a known id changes nothing", arguments: Backend.allCases)
    func knownBatch(backend: Backend) async throws {
        try await backend.withStore { (store) async throws in
            #expect(try await store.add(.sample("1", [SampleSide()], sealing: [Self.slot])))
            #expect(try await store.add(.sample("1", [SampleSide()])) == false)
            #expect(
                try await store.interfaceFacts(in: Self.all).map(\.measure.octets) == [1_500_000]
            )
            #expect(try await store.ledgers(in: Self.all).map(\.ledger.records) == [1])
            let sealed = SlotState(start: Self.slot, generation: 0, isSealed: true)
            #expect(try await store.slots(in: Self.all) == [sealed])
        }
    }

    @Test("what comes after the seal is a new generation, and counts", arguments: Backend.allCases)
    func generations(backend: Backend) async throws {
        try await backend.withStore { (store) async throws in
            _ = try await store.add(.sample("1", [SampleSide()]))
            #expect(try await store.slots(in: Self.all) == [state(0, sealed: false)])
            _ = try await store.add(.sample("2", [], sealing: [Self.slot]))
            #expect(try await store.slots(in: Self.all) == [state(0, sealed: true)])
            _ = try await store.add(.sample("3", [SampleSide()]))
            #expect(try await store.slots(in: Self.all) == [state(1, sealed: false)])
            _ = try await store.add(.sample("4", [SampleSide()], sealing: [Self.slot]))
            #expect(try await store.slots(in: Self.all) == [state(1, sealed: true)])
            _ = try await store.add(.sample("5", [SampleSide()], sealing: [Self.slot]))
            #expect(try await store.slots(in: Self.all) == [state(2, sealed: true)])
            let facts = try await store.interfaceFacts(in: Self.all)
            #expect(facts.map(\.measure.octets) == [4 * 1_500_000])
            #expect(try await store.ledgers(in: Self.all).map(\.ledger.datagrams) == [4])
            #expect(try await store.check().isEmpty)
        }
    }

    @Test("a quiet slot can be sealed too", arguments: Backend.allCases)
    func quietSlot(backend: Backend) async throws {
        try await backend.withStore { (store) async throws in
            _ = try await store.add(.sample("1", [], sealing: [Self.slot]))
            #expect(try await store.slots(in: Self.all) == [state(0, sealed: true)])
            #expect(try await store.span() == Self.slot..<Self.slot + 1)
        }
    }

    @Test("ranges take their lower bound and leave their upper", arguments: Backend.allCases)
    func ranges(backend: Backend) async throws {
        try await backend.withStore { (store) async throws in
            let slots = (0..<4).map { Self.slot + 300 * $0 }
            _ = try await store.add(.sample("1", slots.map { SampleSide(slot: $0) }))
            let range = slots[1]..<slots[3]
            #expect(try await store.interfaceFacts(in: range).map(\.slot) == [slots[1], slots[2]])
            #expect(try await store.neighborFacts(in: range).map(\.slot) == [slots[1], slots[2]])
            #expect(try await store.pathFacts(in: range).map(\.slot) == [slots[1], slots[2]])
            #expect(try await store.ledgers(in: range).map(\.slot) == [slots[1], slots[2]])
            #expect(try await store.slots(in: range).map(\.start) == [slots[1], slots[2]])
            #expect(try await store.interfaceFacts(in: slots[1]..<slots[1]).isEmpty)
            #expect(try await store.span() == slots[0]..<slots[3] + 1)
        }
    }

    @Test(
        "rows come by slot and then by key, whatever order they came in",
        arguments: Backend.allCases
    )
    func order(backend: Backend) async throws {
        try await backend.withStore { (store) async throws in
            let sides = [
                SampleSide(slot: Self.slot + 300, exporter: "er1.fra"),
                SampleSide(exporter: "er2.ams"),
                SampleSide(exporter: "er1.fra", interface: 18),
                SampleSide(exporter: "er1.fra", nextHop: .v6(1 << 64)),
                SampleSide(exporter: "er1.fra", nextHop: nil),
                SampleSide(exporter: "er1.fra", path: [64499]),
                SampleSide(exporter: "er1.fra", direction: .ingress),
                SampleSide(exporter: "er1.fra", path: [64500, 64500, 64501]),
                SampleSide(exporter: "er1.fra", family: .ipv6),
                SampleSide(exporter: "er1.fra", path: []),
            ]
            for (index, side) in sides.enumerated() {
                _ = try await store.add(.sample("\(index)", [side]))
            }
            let paths = try await store.pathFacts(in: Self.all)
            #expect(paths.count == sides.count)
            for (a, b) in zip(paths, paths.dropFirst()) {
                #expect(a.slot < b.slot || (a.slot == b.slot && a.key.precedes(b.key)))
            }
            let interfaces = try await store.interfaceFacts(in: Self.all)
            #expect(
                interfaces.map { "\($0.key.exporter) \($0.key.interface) \($0.key.family.word)" }
                    == [
                        "er1.fra 17 ipv4", "er1.fra 17 ipv4", "er1.fra 17 ipv6", "er1.fra 18 ipv4",
                        "er2.ams 17 ipv4", "er1.fra 17 ipv4",
                    ]
            )
            #expect(interfaces.first?.key.direction == .ingress)
        }
    }

    @Test("two collectors that saw one key are summed", arguments: Backend.allCases)
    func collectors(backend: Backend) async throws {
        try await backend.withStore { (store) async throws in
            _ = try await store.add(.sample("fra-1", [SampleSide()], collector: "fra"))
            _ = try await store.add(.sample("ams-1", [SampleSide()], collector: "ams"))
            #expect(try await store.pathFacts(in: Self.all).map(\.measure.packets) == [2_000])
            #expect(try await store.check().isEmpty)
        }
    }

    @Test("what belongs to no exporter keeps its ledger", arguments: Backend.allCases)
    func noExporter(backend: Backend) async throws {
        try await backend.withStore { (store) async throws in
            var batch = FlushBatch(id: "1", collector: "fra", time: Self.slot)
            var ledger = Ledger()
            ledger.datagrams = 3
            ledger.refused = [.unknownExporter: 3]
            ledger.kernelDrops = 2
            batch.ledgers = [LedgerFact(slot: Self.slot, exporter: "", ledger: ledger)]
            _ = try await store.add(batch)
            batch.id = "2"
            _ = try await store.add(batch)
            let stored = try #require(try await store.ledgers(in: Self.all).first)
            #expect(stored.exporter == "")
            #expect(stored.ledger.refused == [.unknownExporter: 6])
            #expect(stored.ledger.kernelDrops == 4)
            #expect(try await store.check().isEmpty)
        }
    }

    @Test("a batch with a count that cannot be held is refused whole", arguments: Backend.allCases)
    func tooMuch(backend: Backend) async throws {
        try await backend.withStore { (store) async throws in
            let largest = UInt64(Int64.max)
            let beyond = FlushBatch.sample("1", [SampleSide(), SampleSide(octets: largest + 1)])
            #expect(await isRefused(beyond, by: store))
            let sum = FlushBatch.sample("2", [SampleSide(octets: largest), SampleSide(octets: 1)])
            #expect(await isRefused(sum, by: store))
            var variance = FlushBatch.sample("3", [SampleSide()])
            variance.paths[0].measure.variance = .nan
            #expect(await isRefused(variance, by: store))
            #expect(try await store.span() == nil)
            #expect(try await store.slotSeconds() == nil)

            #expect(try await store.add(.sample("4", [SampleSide(octets: largest)])))
            let other = SampleSide(exporter: "er2.ams", nextHop: .v4(7), path: [64999])
            #expect(await isRefused(.sample("5", [other, SampleSide(octets: 1)]), by: store))
            let facts = try await store.interfaceFacts(in: Self.all)
            #expect(facts.map(\.measure.octets) == [largest])
            #expect(try await store.add(.sample("1", [SampleSide(slot: Self.slot + 300), other])))
            #expect(
                try await store.pathFacts(in: Self.all).map(\.key.asPath.description)
                    == ["64500 64501", "64999", "64500 64501"]
            )
            #expect(try await store.check().isEmpty)
        }
    }

    @Test("a gap is found by any second it touches", arguments: Backend.allCases)
    func gaps(backend: Backend) async throws {
        try await backend.withStore { (store) async throws in
            var batch = FlushBatch(id: "1", collector: "fra", time: 1_000)
            let stopped = Gap(from: 100, to: 200, reason: "the collector was stopped")
            let full = Gap(from: 150, to: 160, reason: "the disk was full")
            batch.gaps = [full, stopped]
            _ = try await store.add(batch)
            #expect(try await store.gaps(in: 0..<1_000) == [stopped, full])
            #expect(try await store.gaps(in: 199..<200) == [stopped])
            #expect(try await store.gaps(in: 200..<300).isEmpty)
            #expect(try await store.gaps(in: 0..<100).isEmpty)
            #expect(try await store.gaps(in: 155..<155).isEmpty)
        }
    }

    @Test("an older state of a replay never replaces a newer one", arguments: Backend.allCases)
    func states(backend: Backend) async throws {
        try await backend.withStore { (store) async throws in
            let replay = FlushBatch.replayPrefix + "3"
            for (id, time, state) in [
                ("1", 100, "connect"), ("2", 300, "established"), (replay, 200, "idle"),
            ] {
                var batch = FlushBatch(id: id, collector: "fra", time: Int64(time))
                batch.exporters = [exporter(lastSeen: Int64(time))]
                batch.sessions = [session(state)]
                _ = try await store.add(batch)
            }
            #expect(try await store.exporters() == [exporter(lastSeen: 300)])
            #expect(try await store.sessions() == [session("established")])
        }
    }

    @Test("an alert is kept as it was last left", arguments: Backend.allCases)
    func alerts(backend: Backend) async throws {
        try await backend.withStore { (store) async throws in
            try await store.save([alert("b", "pending"), alert("a", "pending")])
            try await store.save([alert("b", "firing")])
            #expect(try await store.alerts() == [alert("a", "pending"), alert("b", "firing")])
        }
    }

    @Test("the check finds books that do not balance", arguments: Backend.allCases)
    func damage(backend: Backend) async throws {
        try await backend.withStore { (store) async throws in
            var batch = FlushBatch.sample("1", [SampleSide()])
            batch.paths[0].measure.octets -= 1
            batch.ledgers[0].ledger.egressOctets += 5
            _ = try await store.add(batch)
            let object = "slot 2026-10-01T00:00:00Z of er1.fra"
            #expect(
                try await store.check() == [
                    StoreProblem(object: object, problem: "the ledger does not balance"),
                    StoreProblem(
                        object: object,
                        problem: "interface rows hold 1500000 octets of egress, the ledger 1500005"
                    ),
                    StoreProblem(
                        object: object,
                        problem: "path rows hold 1499999 octets in 1000 packets, "
                            + "the neighbor row 1500000 in 1000"
                    ),
                ]
            )
        }
    }

    @Test("the check misses neither a lost ledger nor a lost row", arguments: Backend.allCases)
    func missing(backend: Backend) async throws {
        try await backend.withStore { (store) async throws in
            var batch = FlushBatch.sample("1", [SampleSide(), SampleSide(slot: Self.slot + 300)])
            batch.ledgers.removeFirst()
            batch.neighbors.removeLast()
            _ = try await store.add(batch)
            let problems = try await store.check()
            #expect(
                problems.contains {
                    $0.object == "slot 2026-10-01T00:00:00Z of er1.fra"
                        && $0.problem == "interface rows of egress without a ledger"
                }
            )
            #expect(
                problems.contains {
                    $0.object == "slot 2026-10-01T00:05:00Z of er1.fra"
                        && $0.problem.hasPrefix("neighbor rows hold 0 octets in 0 packets")
                }
            )
            #expect(
                problems.contains {
                    $0.problem.hasSuffix("the neighbor row 0 in 0")
                }
            )
        }
    }

    @Test(
        "the statistics count what is there, the largest table first",
        arguments: Backend.allCases
    )
    func statistics(backend: Backend) async throws {
        try await backend.withStore { (store) async throws in
            let sides = [SampleSide(), SampleSide(path: [64499]), SampleSide(path: [64498])]
            _ = try await store.add(.sample("1", sides))
            let statistics = try await store.statistics()
            let counts = Dictionary(
                uniqueKeysWithValues: statistics.rows.map { ($0.table, $0.count) }
            )
            #expect(counts["interface_fact"] == 1)
            #expect(counts["neighbor_fact"] == 3)
            #expect(counts["path_fact"] == 3)
            #expect(counts["flush_batch"] == 1)
            #expect(
                zip(statistics.rows, statistics.rows.dropFirst()).allSatisfy {
                    $0.count >= $1.count
                }
            )
            #expect((statistics.octets > 0) == (backend != .memory))
        }
    }

    private func state(_ generation: Int, sealed: Bool) -> SlotState {
        SlotState(start: Self.slot, generation: generation, isSealed: sealed)
    }

    private func exporter(lastSeen: Int64) -> ExporterState {
        ExporterState(
            name: "er1.fra",
            lastSeen: lastSeen,
            flowProtocol: .ipfix,
            rate: SamplingRate(1_000),
            rateSource: .options
        )
    }

    private func session(_ state: String) -> SessionState {
        SessionState(
            neighbor: "rr1",
            state: state,
            since: 50,
            ipv4Prefixes: 1_000_000,
            ipv6Prefixes: 200_000,
            lastError: "hold timer expired"
        )
    }

    private func alert(_ rule: String, _ state: String) -> AlertRecord {
        var record = AlertRecord(
            rule: rule,
            object: "transit-1 egress",
            state: state,
            since: Self.slot,
            count: 2,
            slot: Self.slot + 300,
            value: 81.25,
            isDelivered: state == "firing"
        )
        if state != "firing" { record.waiting = ["https://a/", "https://b/?c=d"] }
        return record
    }
}
