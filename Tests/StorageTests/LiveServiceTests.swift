// SPDX-License-Identifier: Apache-2.0

import Model
import Storage
import Testing

/// What every back-end must keep for a collector that runs for months, and what it may let go.
extension VolumeStoreTests {
    @Test("events come in the order of time, then as they were told", arguments: Backend.allCases)
    func events(backend: Backend) async throws {
        try await backend.withStore { (store) async throws in
            let early = OperationalEvent(time: 100, kind: .collectorStarted)
            let first = OperationalEvent(time: 200, kind: .sessionEstablished, object: "rr1")
            let second = OperationalEvent(time: 200, kind: .clockStepped, detail: "by 1 s")
            for (id, events) in [("1", [first]), ("2", [second, early]), ("2", [first])] {
                var batch = FlushBatch(id: id, collector: "fra", time: 200)
                batch.events = events
                _ = try await store.add(batch)
            }
            #expect(try await store.events(in: Self.all) == [early, first, second])
            #expect(try await store.events(in: 100..<200) == [early])
            #expect(try await store.events(in: 101..<201) == [first, second])
        }
    }

    @Test("the latest note of an interface stands", arguments: Backend.allCases)
    func notes(backend: Backend) async throws {
        try await backend.withStore { (store) async throws in
            let replay = FlushBatch.replayPrefix + "3"
            for (id, time, name) in [
                ("1", 100, "xe-0"), ("2", 300, "et-0"), (replay, 200, "ge-0"),
            ] {
                var batch = FlushBatch(id: id, collector: "fra", time: Int64(time))
                batch.interfaceNotes = [note("er1.fra", 17, name)]
                if id == replay { batch.interfaceNotes.append(note("er1.fra", 4, "lo0")) }
                _ = try await store.add(batch)
            }
            let expected = [note("er1.fra", 4, "lo0"), note("er1.fra", 17, "et-0")]
            #expect(try await store.interfaceNotes() == expected)
        }
    }

    @Test(
        "what a later announcement of an interface does not tell stands as it was told",
        arguments: Backend.allCases
    )
    func partialNotes(backend: Backend) async throws {
        try await backend.withStore { (store) async throws in
            let told = [("xe-0", "Transit: A"), ("", "Transit: B"), ("et-0", ""), ("", "")]
            for (number, (name, description)) in told.enumerated() {
                var batch = FlushBatch(id: "\(number)", collector: "fra", time: 100)
                batch.interfaceNotes = [
                    InterfaceNote(
                        exporter: "er1.fra",
                        index: 17,
                        name: name,
                        description: description
                    )
                ]
                _ = try await store.add(batch)
            }
            let note = try await store.interfaceNotes().first
            #expect(note?.name == "et-0")
            #expect(note?.description == "Transit: B")
        }
    }

    @Test(
        "what was stored while the clock was a day ahead gives way to what is counted now",
        arguments: Backend.allCases
    )
    func setBack(backend: Backend) async throws {
        try await backend.withStore { (store) async throws in
            let day: Int64 = 86_400
            for (id, time) in [("1", day), ("2", 600), (FlushBatch.replayPrefix + "1", 300)] {
                var batch = FlushBatch(id: id, collector: "fra", time: time)
                batch.exporters = [seen("er1.fra", at: time)]
                if id == "1" { batch.exporters.append(seen("er2.fra", at: time)) }
                batch.sessions = [
                    SessionState(
                        neighbor: "rr1",
                        state: "of \(time)",
                        since: time,
                        ipv4Prefixes: 0,
                        ipv6Prefixes: 0,
                        lastError: ""
                    )
                ]
                batch.interfaceNotes = [note("er1.fra", 17, "of \(time)")]
                #expect(try await store.add(batch))
            }
            let exporters = try await store.exporters()
            #expect(exporters.map(\.name) == ["er1.fra", "er2.fra"])
            #expect(exporters.map(\.lastSeen) == [600, 600])
            #expect(exporters.map(\.firstSeen) == [600, 600])
            #expect(try await store.sessions().map(\.state) == ["of 600"])
            #expect(try await store.interfaceNotes().map(\.name) == ["of 600"])
        }
    }

    @Test("adopting an address again replaces the name it had", arguments: Backend.allCases)
    func adoptions(backend: Backend) async throws {
        try await backend.withStore { (store) async throws in
            let ipv6 = Adoption(address: .v6(1 << 64), name: "er3.lon", since: 900)
            let once = Adoption(address: .v4(0xc000_0209), name: "er2", since: 600)
            let again = Adoption(address: .v4(0xc000_0209), name: "er2.ams", since: 300)
            for adoption in [ipv6, once, again] { try await store.adopt(adoption) }
            #expect(try await store.adoptions() == [again, ipv6])
        }
    }

    @Test("what is held too long goes, and only that", arguments: Backend.allCases)
    func held(backend: Backend) async throws {
        try await backend.withStore { (store) async throws in
            _ = try await store.add(batchOfHeld("1"))
            #expect(try await store.deleteHeld(exporters: [], before: .max) == 0)
            #expect(try await store.deleteHeld(exporters: ["nobody"], before: .max) == 0)
            let names = ["192.0.2.9", "192.0.2.10", "192.0.2.9"]
            let next = Self.slot + 300
            #expect(try await store.deleteHeld(exporters: names, before: next) == 3_000_000)
            #expect(
                try await store.pathFacts(in: Self.all).map { "\($0.slot) \($0.exporter)" } == [
                    "\(Self.slot) er1.fra", "\(next) 192.0.2.9",
                ]
            )
            #expect(
                try await store.ledgers(in: Self.all).map { "\($0.slot) \($0.exporter)" } == [
                    "\(Self.slot) er1.fra", "\(next) 192.0.2.9",
                ]
            )
            #expect(try await store.neighborFacts(in: Self.all).count == 2)
            #expect(try await store.interfaceFacts(in: Self.all).count == 2)
            #expect(try await store.prefixFacts(in: Self.all).count == 1)
            #expect(try await store.exporters().map(\.name) == ["192.0.2.9"])
            #expect(try await store.interfaceNotes().map(\.exporter) == ["192.0.2.9"])
            #expect(try await store.deleteHeld(exporters: names, before: next) == 0)
            #expect(try await store.check().isEmpty)
            // Its hour is over: the prefixes go as well.
            let later = Self.slot + 3_600
            #expect(try await store.deleteHeld(exporters: names, before: later) == 1_500_000)
            #expect(try await store.prefixFacts(in: Self.all).isEmpty)
            #expect(try await store.check().isEmpty)
            // What comes late for a slot it was dropped from counts like any.
            _ = try await store.add(batchOfHeld("2"))
            #expect(try await store.check().isEmpty)
        }
    }

    @Test(
        "what comes late of a held exporter goes with the next deletion, prefixes included",
        arguments: Backend.allCases
    )
    func heldLate(backend: Backend) async throws {
        try await backend.withStore { (store) async throws in
            let names = ["192.0.2.9"]
            let hour: Int64 = 3_600
            /// A row at `late` from the slot, a deletion up to `before` from it.
            for (id, late, before, kept) in [
                ("1", -2 * hour, 0, 0), ("2", 0, 600, 1), (nil, 0, hour, 0),
                ("3", -3 * hour, hour + 300, 0), ("4", hour, hour + 300, 1), (nil, 0, 2 * hour, 0),
            ] as [(String?, Int64, Int64, Int)] {
                if let id { #expect(try await store.add(heldPrefix(id, Self.slot + late))) }
                _ = try await store.deleteHeld(exporters: names, before: Self.slot + before)
                #expect(try await store.ledgers(in: Self.all).isEmpty)
                #expect(try await store.prefixFacts(in: Self.all).count == kept)
                #expect(try await store.check().isEmpty)
            }
        }
    }

    @Test(
        "ids of live batches are forgotten, those of replays and the last flush never",
        arguments: Backend.allCases
    )
    func forgotten(backend: Backend) async throws {
        try await backend.withStore { (store) async throws in
            let replay = FlushBatch.replayPrefix + "1"
            for (id, time) in [("fra-1", 100), ("fra-2", 200), (replay, 50), ("fra-3", 300)] {
                var batch = FlushBatch.sample(id, [SampleSide()])
                batch.time = Int64(time)
                _ = try await store.add(batch)
            }
            #expect(try await store.forget(batchesBefore: 100) == 0)
            #expect(try await store.forget(batchesBefore: 200) == 1)
            #expect(try await store.forget(batchesBefore: .max) == 1)
            #expect(try await store.forget(batchesBefore: .max) == 0)
            #expect(try await store.lastFlush() == 300)
            #expect(try await store.add(.sample(replay, [SampleSide()])) == false)
            #expect(try await store.add(.sample("fra-3", [SampleSide()])) == false)
            #expect(try await store.interfaceFacts(in: Self.all).map(\.measure.packets) == [4_000])
            let statistics = try await store.statistics()
            #expect(statistics.batches == 2)
            #expect(statistics.oldestBatch == 50)
            #expect(statistics.newestBatch == 300)
            #expect(statistics.span == Self.slot..<Self.slot + 1)
            #expect(try await store.check().isEmpty)
            try await store.compact()
            #expect(try await store.interfaceFacts(in: Self.all).map(\.measure.packets) == [4_000])
            #expect(try await store.statistics().freeOctets == 0)
            #expect(try await store.check().isEmpty)
        }
    }

    private func seen(_ name: String, at time: Int64) -> ExporterState {
        var state = ExporterState(
            name: name,
            lastSeen: time,
            flowProtocol: .ipfix,
            rate: .one,
            rateSource: .assumed
        )
        state.firstSeen = time
        return state
    }

    private func note(_ exporter: String, _ index: UInt32, _ name: String) -> InterfaceNote {
        InterfaceNote(exporter: exporter, index: index, name: name, description: "to \(name)")
    }

    /// What one pending exporter reported in a slot that begins an hour, with a prefix.
    private func heldPrefix(_ id: String, _ slot: Int64) -> FlushBatch {
        let side = SampleSide(slot: slot, exporter: "192.0.2.9")
        var batch = FlushBatch.sample(id, [side])
        let key = PrefixKey(interface: side.interfaceKey, prefix: nil)
        batch.prefixes = [Fact(slot: slot, key: key, measure: side.measure)]
        return batch
    }

    /// Two pending exporters and a listed one; one of the pending is still there in the next slot.
    private func batchOfHeld(_ id: String) -> FlushBatch {
        var batch = FlushBatch.sample(
            id,
            [
                SampleSide(), SampleSide(exporter: "192.0.2.9"),
                SampleSide(exporter: "192.0.2.10", direction: .ingress),
                SampleSide(slot: Self.slot + 300, exporter: "192.0.2.9"),
            ]
        )
        let key = PrefixKey(
            interface: SampleSide(exporter: "192.0.2.9").interfaceKey,
            prefix: nil
        )
        batch.prefixes = [Fact(slot: Self.slot, key: key, measure: SampleSide().measure)]
        for (name, lastSeen) in [("192.0.2.9", Self.slot + 301), ("192.0.2.10", Self.slot + 5)] {
            var state = ExporterState(
                name: name,
                lastSeen: lastSeen,
                flowProtocol: .ipfix,
                rate: .one,
                rateSource: .assumed
            )
            state.isPending = true
            batch.exporters.append(state)
            batch.interfaceNotes.append(note(name, 1, "et-0"))
        }
        return batch
    }
}

extension Fact where Key == PathKey {
    fileprivate var exporter: String { key.neighbor.interface.exporter }
}
