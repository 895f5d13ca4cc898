// SPDX-License-Identifier: Apache-2.0

import Model
import Storage
import Testing

/// What every back-end must refuse, and what it must remember in order to.
extension VolumeStoreTests {
    @Test("the last flush is the latest of all batches", arguments: Backend.allCases)
    func lastFlush(backend: Backend) async throws {
        try await backend.withStore { (store) async throws in
            for (id, time, last) in [("1", -7, -7), ("2", 300, 300), ("3", 200, 300)] {
                let batch = FlushBatch(id: id, collector: "fra", time: Int64(time))
                #expect(try await store.add(batch))
                #expect(try await store.lastFlush() == Int64(last))
            }
            var known = FlushBatch(id: "1", collector: "fra", time: 900)
            #expect(try await store.add(known) == false)
            known.id = "4"
            known.slotSeconds = 60
            #expect(await isRefused(known, by: store))
            #expect(try await store.lastFlush() == 300)
        }
    }

    @Test("slots of another length are refused, and say so", arguments: Backend.allCases)
    func slotLength(backend: Backend) async throws {
        try await backend.withStore { (store) async throws in
            var none = FlushBatch.sample("0", [SampleSide()])
            none.slotSeconds = 0
            #expect(await isRefused(none, by: store))
            #expect(try await store.slotSeconds() == nil)
            var first = FlushBatch.sample("1", [SampleSide()])
            first.slotSeconds = 60
            #expect(try await store.add(first))
            #expect(try await store.slotSeconds() == 60)
            let other = FlushBatch.sample("2", [SampleSide()])
            let reason = "batch 2: slots of 300 seconds, in a store of slots of 60 seconds"
            await #expect(throws: VolumeStoreError.refused(reason: reason)) {
                try await store.add(other)
            }
            #expect(try await store.slotSeconds() == 60)
            #expect(try await store.interfaceFacts(in: Self.all).map(\.measure.packets) == [1_000])
            let batches = try await store.statistics().rows.first { $0.table == "flush_batch" }
            #expect(batches?.count == 1)
            #expect(try await store.check().isEmpty)
        }
    }

    /// Where a batch adds to a count.
    enum Count: String, CaseIterable {
        case interface, neighbor, path, prefix, ledger, reason

        /// A batch of one row, besides another that anyone could take.
        func batch(_ id: String, _ octets: UInt64, packets: UInt64) -> FlushBatch {
            var batch = FlushBatch.sample(id, [SampleSide(exporter: "er2.ams", octets: 0)])
            let measure = Measure(
                octets: octets,
                packets: packets,
                unscaledOctets: 0,
                unscaledPackets: 0,
                variance: 0
            )
            let slot = VolumeStoreTests.slot
            let interface = SampleSide().interfaceKey
            let neighbor = NeighborKey(interface: interface, evidence: Evidence())
            var ledger = Ledger()
            switch self {
            case .interface:
                batch.interfaces.append(Fact(slot: slot, key: interface, measure: measure))
            case .neighbor:
                batch.neighbors.append(Fact(slot: slot, key: neighbor, measure: measure))
            case .path:
                let key = PathKey(neighbor: neighbor, asPath: ASPath(), originAS: .zero)
                batch.paths.append(Fact(slot: slot, key: key, measure: measure))
            case .prefix:
                let key = PrefixKey(interface: interface, prefix: nil)
                batch.prefixes.append(Fact(slot: slot, key: key, measure: measure))
            case .ledger: ledger.duplicates = octets
            case .reason: ledger.unattributedInOctets = [.multiple: octets]
            }
            batch.ledgers.append(LedgerFact(slot: slot, exporter: "er1.fra", ledger: ledger))
            return batch
        }
    }

    @Test(
        "a sum that cannot be held refuses the batch, and nothing changes",
        arguments: Backend.allCases,
        Count.allCases
    )
    func overflow(backend: Backend, count: Count) async throws {
        try await backend.withStore { (store) async throws in
            #expect(try await store.add(count.batch("1", UInt64(Int64.max) - 1, packets: 0)))
            #expect(try await store.add(count.batch("2", 1, packets: 0)))
            let before = try await Contents(of: store)
            #expect(await isRefused(count.batch("3", 1, packets: 1), by: store))
            #expect(await isRefused(count.batch("3", UInt64(Int64.max), packets: 1), by: store))
            #expect(try await Contents(of: store) == before)
            // It takes the next batch, and that one as well when it brings less.
            #expect(try await store.add(count.batch("3", 0, packets: 1)))
            #expect(try await store.ledgers(in: Self.all).map(\.ledger.records) == [0, 3])
        }
    }

    private struct Contents: Equatable {
        var interfaces: [InterfaceFact]
        var neighbors: [NeighborFact]
        var paths: [PathFact]
        var prefixes: [PrefixFact]
        var ledgers: [LedgerFact]
        var statistics: [String]

        init(of store: any VolumeStore) async throws {
            interfaces = try await store.interfaceFacts(in: all)
            neighbors = try await store.neighborFacts(in: all)
            paths = try await store.pathFacts(in: all)
            prefixes = try await store.prefixFacts(in: all)
            ledgers = try await store.ledgers(in: all)
            statistics = try await store.statistics().rows.map { "\($0.table) \($0.count)" }
        }
    }

    /// Whether the store says that the batch is at fault, and not the store.
    func isRefused(_ batch: FlushBatch, by store: any VolumeStore) async -> Bool {
        do throws(VolumeStoreError) {
            _ = try await store.add(batch)
            return false
        } catch {
            guard case .refused(let reason) = error else { return false }
            return !reason.isEmpty
        }
    }
}
