// SPDX-License-Identifier: Apache-2.0

import Accounting
import Collector
import Model
import Storage
import Testing

@Suite("VolumeWriter")
struct VolumeWriterTests {
    private func part(slot: Int64, octets: UInt64) -> FlushBatch {
        var part = FlushBatch(id: "", collector: "", time: slot)
        var ledger = Ledger()
        ledger.receivedOctets = octets
        ledger.originatedOctets = octets
        ledger.terminatedOctets = octets
        part.ledgers = [LedgerFact(slot: slot, exporter: "er1", ledger: ledger)]
        return part
    }

    private func writer(_ store: any VolumeStore, idPrefix: String = "run") -> VolumeWriter {
        VolumeWriter(
            store: store,
            collector: "test",
            idPrefix: idPrefix,
            sealer: SlotSealer(slotSeconds: 300, latenessSeconds: 0)
        )
    }

    private func received(_ store: some VolumeStore) async throws -> UInt64 {
        try await store.ledgers(in: 0..<100_000).reduce(0) { $0 + $1.ledger.receivedOctets }
    }

    @Test("parts of several workers become one batch")
    func merges() async throws {
        let store = InMemoryVolumeStore()
        let writer = writer(store)
        let outcome = await writer.write(
            [part(slot: 0, octets: 1), part(slot: 0, octets: 2)],
            now: 300
        )
        #expect(outcome.added == 1)
        #expect(outcome.sealed == [0])
        #expect(try await received(store) == 3)
    }

    @Test("a batch the store knows changes nothing")
    func known() async throws {
        let store = InMemoryVolumeStore()
        _ = await writer(store).write([part(slot: 0, octets: 1)], now: 300)
        let again = await writer(store).write([part(slot: 0, octets: 1)], now: 300)
        #expect(again.known == 1 && again.added == 0)
        #expect(try await received(store) == 1)
    }

    @Test("a batch that can never be stored is given up, and a gap stands in its place")
    func refused() async throws {
        let store = InMemoryVolumeStore()
        let writer = writer(store)
        var poison = part(slot: 0, octets: 1)
        poison.ledgers[0].ledger.datagrams = .max
        let outcome = await writer.write([poison], now: 300)
        #expect(outcome.givenUp.count == 1)
        #expect(outcome.problem == nil)
        let next = await writer.write([part(slot: 300, octets: 2)], now: 600)
        #expect(next.sealed == [0, 300])
        #expect(try await received(store) == 2)
        let gaps = try await store.gaps(in: 0..<1000)
        #expect(gaps == [Gap(from: 0, to: 300, reason: "batchRefused")])
    }

    @Test("what a store does not take waits, and is added once it does")
    func waits() async throws {
        let store = UnreliableStore()
        let writer = writer(store)
        await store.setReachable(false)
        let refused = await writer.write([part(slot: 0, octets: 1)], now: 300)
        #expect(refused.problem != nil)
        #expect(refused.sealed.isEmpty)
        await store.setReachable(true)
        let taken = await writer.write([part(slot: 300, octets: 2)], now: 600)
        #expect(taken.added == 2)
        #expect(taken.sealed == [0, 300])
        #expect(try await received(store) == 3)
    }
}

/// A store that can be out of reach.
private actor UnreliableStore: VolumeStore {
    private let store = InMemoryVolumeStore()
    private var isReachable = true

    func setReachable(_ isReachable: Bool) { self.isReachable = isReachable }

    func add(_ batch: FlushBatch) async throws(VolumeStoreError) -> Bool {
        guard isReachable else { throw .unavailable(reason: "unplugged") }
        return try await store.add(batch)
    }

    func interfaceFacts(in slots: Range<Int64>) async throws(VolumeStoreError) -> [InterfaceFact] {
        try await store.interfaceFacts(in: slots)
    }
    func neighborFacts(in slots: Range<Int64>) async throws(VolumeStoreError) -> [NeighborFact] {
        try await store.neighborFacts(in: slots)
    }
    func pathFacts(in slots: Range<Int64>) async throws(VolumeStoreError) -> [PathFact] {
        try await store.pathFacts(in: slots)
    }
    func prefixFacts(in hours: Range<Int64>) async throws(VolumeStoreError) -> [PrefixFact] {
        try await store.prefixFacts(in: hours)
    }
    func ledgers(in slots: Range<Int64>) async throws(VolumeStoreError) -> [LedgerFact] {
        try await store.ledgers(in: slots)
    }
    func slots(in slots: Range<Int64>) async throws(VolumeStoreError) -> [SlotState] {
        try await store.slots(in: slots)
    }
    func gaps(in times: Range<Int64>) async throws(VolumeStoreError) -> [Gap] {
        try await store.gaps(in: times)
    }
    func exporters() async throws(VolumeStoreError) -> [ExporterState] {
        try await store.exporters()
    }
    func sessions() async throws(VolumeStoreError) -> [SessionState] { try await store.sessions() }
    func alerts() async throws(VolumeStoreError) -> [AlertRecord] { try await store.alerts() }
    func save(_ records: [AlertRecord]) async throws(VolumeStoreError) {
        try await store.save(records)
    }
    func events(in times: Range<Int64>) async throws(VolumeStoreError) -> [OperationalEvent] {
        try await store.events(in: times)
    }
    func interfaceNotes() async throws(VolumeStoreError) -> [InterfaceNote] {
        try await store.interfaceNotes()
    }
    func adoptions() async throws(VolumeStoreError) -> [Adoption] {
        try await store.adoptions()
    }
    func adopt(_ adoption: Adoption) async throws(VolumeStoreError) {
        try await store.adopt(adoption)
    }
    func deleteHeld(
        exporters: [String],
        before slot: Int64
    ) async throws(VolumeStoreError) -> Int {
        try await store.deleteHeld(exporters: exporters, before: slot)
    }
    func forget(batchesBefore time: Int64) async throws(VolumeStoreError) -> Int {
        try await store.forget(batchesBefore: time)
    }
    func compact() async throws(VolumeStoreError) { try await store.compact() }
    func lastFlush() async throws(VolumeStoreError) -> Int64? { try await store.lastFlush() }
    func slotSeconds() async throws(VolumeStoreError) -> Int64? { try await store.slotSeconds() }
    func span() async throws(VolumeStoreError) -> Range<Int64>? { try await store.span() }
    func check() async throws(VolumeStoreError) -> [StoreProblem] { try await store.check() }
    func statistics() async throws(VolumeStoreError) -> StoreStatistics {
        try await store.statistics()
    }
}
