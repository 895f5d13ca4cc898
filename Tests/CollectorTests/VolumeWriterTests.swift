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

    private func writer(
        _ store: any VolumeStore,
        idPrefix: String = "run",
        mostRowsWaiting: Int = 4_000_000
    ) -> VolumeWriter {
        VolumeWriter(
            store: store,
            collector: "test",
            idPrefix: idPrefix,
            sealer: SlotSealer(slotSeconds: 300, latenessSeconds: 0),
            mostRowsWaiting: mostRowsWaiting
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

    @Test("an exporter that sends to two workers stands in the store as it was seen last")
    func twoWorkers() async throws {
        let store = InMemoryVolumeStore()
        let parts = ([(5, 10), (0, 8)] as [(Int64, Int64)]).map { firstSeen, lastSeen in
            var part = part(slot: 0, octets: 1)
            var state = ExporterState(
                name: "er1",
                lastSeen: lastSeen,
                flowProtocol: .ipfix,
                rate: .one,
                rateSource: .assumed
            )
            state.firstSeen = firstSeen
            part.exporters = [state]
            return part
        }
        _ = await writer(store).write(parts, now: 300)
        let states = try await store.exporters()
        #expect(states.map(\.lastSeen) == [10])
        #expect(states.map(\.firstSeen) == [0])
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

    @Test("a long outage costs the memory of its slots, and not an octet")
    func longOutage() async throws {
        let store = UnreliableStore()
        let writer = writer(store)
        await store.setReachable(false)
        // Two hours of flushes, one a second; each brings an octet of the slot and one of the
        // slot before, and an event every ten minutes.
        for second in Int64(0)..<7_200 {
            let slot = second / 300 * 300
            let parts = [part(slot: slot, octets: 1), part(slot: max(slot - 300, 0), octets: 1)]
            let event = OperationalEvent(time: second, kind: .exporterRestarted)
            let events = second % 600 == 0 ? [event] : []
            _ = await writer.write(parts, now: second, events: events)
        }
        let status = await writer.status
        #expect(status.batches <= 24 + 65)
        #expect(status.rows <= 3 * status.batches)
        #expect(status.oldest == 0 && status.givenUp == 0)
        #expect(status.problem == .unavailable(reason: "unplugged"))
        await store.setReachable(true)
        let outcome = await writer.write([], now: 7_200, isFinal: true)
        #expect(outcome.problem == nil && outcome.added == status.batches + 1)
        #expect(try await received(store) == 14_400)
        #expect(try await store.events(in: 0..<10_000).count == 12)
        #expect(try await store.slots(in: 0..<10_000).allSatisfy(\.isSealed))
        #expect(try await store.gaps(in: 0..<10_000).isEmpty)
        let after = await writer.status
        #expect(after.batches == 0 && after.rows == 0 && after.problem == nil)
        #expect(after.oldest == nil && after.mostRows == 4_000_000)
    }

    @Test("a batch that may be in the store stays as it is, and is in it once")
    func inDoubt() async throws {
        let store = UnreliableStore()
        let writer = writer(store)
        await store.setLosesAnswers(true)
        for second in Int64(0)..<200 {
            _ = await writer.write([part(slot: 0, octets: 1)], now: second)
        }
        #expect(try await received(store) == 1)
        await store.setLosesAnswers(false)
        let outcome = await writer.write([part(slot: 0, octets: 1)], now: 200)
        #expect(outcome.known == 1)
        #expect(try await received(store) == 201)
        #expect(await store.offered.first == "run-1")
        #expect(await store.offered.count < 70)
    }

    @Test("when more waits than may, the oldest is given up, and the gap and the limit are told")
    func limit() async throws {
        let store = UnreliableStore()
        let writer = writer(store, mostRowsWaiting: 10)
        await store.setReachable(false)
        for slot in Int64(0)..<30 {
            _ = await writer.write([part(slot: slot * 300, octets: 1)], now: slot * 300 + 1)
        }
        #expect(await writer.status.rows <= 10)
        #expect(await writer.status.givenUp == 20)
        await store.setReachable(true)
        _ = await writer.write([part(slot: 9_000, octets: 1)], now: 9_001)
        _ = await writer.write([], now: 9_002)
        #expect(try await received(store) == 11)
        let gaps = try await store.gaps(in: 0..<10_000)
        #expect(gaps.allSatisfy { $0.reason == "storeUnreachable" })
        #expect(gaps.map(\.from).min() == 0 && gaps.map(\.to).max() == 6_000)
        let events = try await store.events(in: 0..<10_000)
        #expect(events.map(\.kind) == [.limitReached])
        #expect(events.map(\.object) == ["limits.waitingRows"])
    }

    @Test("a store that does not answer keeps nobody waiting, and what waits for it has a bound")
    func hangs() async throws {
        let store = UnreliableStore()
        let writer = writer(store, mostRowsWaiting: 10)
        await store.setHangs(true)
        await writer.enqueue([part(slot: 0, octets: 1)], now: 1)
        let offering = Task { await writer.offer() }
        while await store.offered.isEmpty { await Task.yield() }
        for slot in Int64(1)..<30 {
            await writer.enqueue([part(slot: slot * 300, octets: 1)], now: slot * 300 + 1)
        }
        #expect(await writer.status.rows == 10)
        #expect(await writer.status.givenUp == 20)
        await store.setHangs(false)
        #expect(await offering.value.added == 10)
        #expect(await writer.write([], now: 9_002).added == 1)
        #expect(try await received(store) == 10)
        let gaps = try await store.gaps(in: 0..<10_000)
        #expect(gaps.map(\.from).min() == 300 && gaps.map(\.to).max() == 6_300)
    }

    @Test("ids are not forgotten while their batch may be offered again")
    func forgets() async throws {
        let store = UnreliableStore()
        let writer = writer(store)
        _ = await writer.write([part(slot: 0, octets: 1)], now: 10)
        _ = await writer.write([part(slot: 0, octets: 1)], now: 20)
        await store.setLosesAnswers(true)
        _ = await writer.write([part(slot: 0, octets: 1)], now: 30)
        _ = await writer.write([part(slot: 0, octets: 1)], now: 40)
        #expect(try await writer.forget(batchesBefore: 1_000) == 2)
        await store.setLosesAnswers(false)
        _ = await writer.write([part(slot: 0, octets: 1)], now: 50)
        #expect(try await received(store) == 5)
    }

    @Test("two flushes at once store each batch once")
    func atOnce() async throws {
        let store = InMemoryVolumeStore()
        let writer = writer(store)
        let part = part(slot: 0, octets: 1)
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<50 { group.addTask { _ = await writer.write([part], now: 1) } }
        }
        #expect(try await received(store) == 50)
        #expect(await writer.waitingCount == 0)
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

/// A store that can be out of reach, not answer, or lose the answer.
private actor UnreliableStore: VolumeStore {
    private let store = InMemoryVolumeStore()
    private var isReachable = true
    private var hangs = false
    private var losesAnswers = false
    /// Ids, in the order in which they were offered.
    private(set) var offered: [String] = []

    func setHangs(_ hangs: Bool) { self.hangs = hangs }
    func setReachable(_ isReachable: Bool) { self.isReachable = isReachable }
    func setLosesAnswers(_ losesAnswers: Bool) { self.losesAnswers = losesAnswers }

    func add(_ batch: FlushBatch) async throws(VolumeStoreError) -> Bool {
        if offered.last != batch.id { offered.append(batch.id) }
        while hangs { await Task.yield() }
        guard isReachable else { throw .unavailable(reason: "unplugged") }
        let isNew = try await store.add(batch)
        if losesAnswers { throw .unavailable(reason: "no answer") }
        return isNew
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
    func lastFlush(notAfter time: Int64) async throws(VolumeStoreError) -> Int64? {
        try await store.lastFlush(notAfter: time)
    }
    func slotSeconds() async throws(VolumeStoreError) -> Int64? { try await store.slotSeconds() }
    func span() async throws(VolumeStoreError) -> Range<Int64>? { try await store.span() }
    func check() async throws(VolumeStoreError) -> [StoreProblem] { try await store.check() }
    func statistics() async throws(VolumeStoreError) -> StoreStatistics {
        try await store.statistics()
    }
}
