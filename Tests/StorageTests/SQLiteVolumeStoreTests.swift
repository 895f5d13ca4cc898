// SPDX-License-Identifier: Apache-2.0

import Foundation
import GRDB
import Model
import Storage
import StorageSQLite
import TestSupport
import Testing

@Suite("The SQLite store")
struct SQLiteVolumeStoreTests {
    static let slot: Int64 = 1_790_812_800  // 2026-10-01T00:00:00Z
    static let all = Int64.min..<Int64.max

    let folder: TemporaryFolder
    var path: String { folder.path("peerage.db") }

    init() throws { folder = try TemporaryFolder() }

    @Test("a second writer is told who is in the way, and served when they are gone")
    func lock() async throws {
        let first = try SQLiteVolumeStore.opened(path: path, mode: .readWrite)
        let process = ProcessInfo.processInfo.processIdentifier
        let reason = "\(resolved(path)) is in use by process \(process)"
        #expect(throws: VolumeStoreError.unavailable(reason: reason)) {
            try SQLiteVolumeStore.opened(path: path, mode: .readWrite)
        }
        let link = folder.path("link.db")
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: path)
        #expect(throws: VolumeStoreError.unavailable(reason: reason)) {
            try SQLiteVolumeStore.opened(path: link, mode: .readWrite)
        }
        try first.close()
        try SQLiteVolumeStore.opened(path: path, mode: .readWrite).close()
    }

    @Test("who writes is told while they do, and not from what a process that is gone has left")
    func writer() async throws {
        #expect(StoreUse.process(path: path) == nil)
        let first = try SQLiteVolumeStore.opened(path: path, mode: .readWrite)
        let process = Int(ProcessInfo.processInfo.processIdentifier)
        #expect(StoreUse.process(path: path) == process)
        let link = folder.path("link.db")
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: path)
        #expect(StoreUse.process(path: link) == process)
        let locks = folder.path("locks")
        try "1: FLOCK  ADVISORY  WRITE \(process) fe:00:1 0 EOF\n".write(
            toFile: locks,
            atomically: true,
            encoding: .utf8
        )
        #expect(StoreUse.process(path: path, locks: locks) == nil)
        try first.close()
        #expect(StoreUse.process(path: path) == nil)
    }

    @Test("a writer that is dropped gives back the lock")
    func dropped() async throws {
        for id in ["1", "2", "3"] {
            let store = try SQLiteVolumeStore.opened(path: path, mode: .readWrite)
            #expect(try await store.add(.sample(id, [SampleSide()])))
        }
        let store = try SQLiteVolumeStore.opened(path: path, mode: .readOnly)
        #expect(try await store.interfaceFacts(in: Self.all).map(\.measure.packets) == [3_000])
    }

    @Test("a store opened again gives what was added, and knows its batches")
    func reopened() async throws {
        let batch = VolumeStoreTests.everyField()
        let first = try SQLiteVolumeStore.opened(path: path, mode: .readWrite)
        #expect(try await first.add(batch))
        try first.close()
        let second = try SQLiteVolumeStore.opened(path: path, mode: .readWrite)
        #expect(try await second.add(batch) == false)
        #expect(try await second.interfaceFacts(in: Self.all) == batch.interfaces)
        #expect(try await second.neighborFacts(in: Self.all) == batch.neighbors)
        #expect(try await second.pathFacts(in: Self.all) == batch.paths)
        #expect(try await second.prefixFacts(in: Self.all) == batch.prefixes)
        #expect(try await second.ledgers(in: Self.all) == batch.ledgers)
        #expect(try await second.exporters() == batch.exporters)
        #expect(try await second.sessions() == batch.sessions)
        // Values that it knows get the numbers they had.
        #expect(try await second.add(.sample("2", [SampleSide()])))
        #expect(try await second.add(.sample("3", [SampleSide()])))
        try second.close()
        let numbers = try raw { try Int64.fetchOne($0, sql: "SELECT COUNT(*) FROM evidence") }
        #expect(numbers == 3)
    }

    @Test("every migration is recorded, and whose file it is")
    func migration() throws {
        try SQLiteVolumeStore.opened(path: path, mode: .readWrite).close()
        let names = try raw {
            try String.fetchAll($0, sql: "SELECT identifier FROM grdb_migrations")
        }
        #expect(names == ["M001InitialSchema", "M002LiveService", "M003MissingRecords"])
        #expect(names == Migrations.all.map(\.name))
        #expect(try raw { try Int64.fetchOne($0, sql: "PRAGMA application_id") } == 0x5065_6572)
        #expect(try raw { try String.fetchOne($0, sql: "PRAGMA journal_mode") } == "wal")
    }

    @Test("a reader needs no lock, sees each commit, and cannot write")
    func reader() async throws {
        let writer = try SQLiteVolumeStore.opened(path: path, mode: .readWrite)
        let reader = try SQLiteVolumeStore.opened(path: path, mode: .readOnly)
        #expect(try await reader.span() == nil)
        for count in 1...5 {
            _ = try await writer.add(.sample("\(count)", [SampleSide()]))
            let facts = try await reader.interfaceFacts(in: Self.all)
            #expect(facts.map(\.measure.packets) == [UInt64(count) * 1_000])
        }
        await #expect(throws: VolumeStoreError.self) {
            try await reader.add(.sample("6", [SampleSide()]))
        }
        #expect(try await reader.check().isEmpty)
        try reader.close()
        try writer.close()
    }

    @Test("rows of a sealed slot are never touched again")
    func sealedRows() async throws {
        let store = try SQLiteVolumeStore.opened(path: path, mode: .readWrite)
        let side = SampleSide()
        _ = try await store.add(.sample("1", [side], sealing: [Self.slot]))
        _ = try await store.add(.sample("2", [side]))
        _ = try await store.add(.sample("3", [side]))
        try store.close()
        let rows = try raw { database in
            try Row.fetchAll(database, sql: "SELECT generation, octets FROM path_fact ORDER BY 1")
                .map { [$0[0], $0[1]] as [Int64] }
        }
        #expect(rows == [[0, 1_500_000], [1, 3_000_000]])
        let ledgers = try raw { database in
            try Int64.fetchAll(database, sql: "SELECT records FROM ledger ORDER BY generation")
        }
        #expect(ledgers == [1, 2])
    }

    @Test("an hour of prefixes is sealed with the first slot that begins after it")
    func hours() async throws {
        let store = try SQLiteVolumeStore.opened(path: path, mode: .readWrite)
        let key = PrefixKey(interface: SampleSide().interfaceKey, prefix: nil)
        for (id, sealed) in [("1", Self.slot), ("2", Self.slot + 3_300), ("3", Self.slot + 3_600)] {
            var batch = FlushBatch.sample(id, [], sealing: [sealed])
            batch.prefixes = [Fact(slot: Self.slot, key: key, measure: SampleSide().measure)]
            _ = try await store.add(batch)
        }
        var late = FlushBatch.sample("4", [])
        late.prefixes = [Fact(slot: Self.slot, key: key, measure: SampleSide().measure)]
        _ = try await store.add(late)
        #expect(try await store.prefixFacts(in: Self.all).map(\.measure.packets) == [4_000])
        #expect(try await store.check().isEmpty)
        try store.close()
        let packets = try raw { database in
            try Int64.fetchAll(database, sql: "SELECT packets FROM prefix_fact ORDER BY generation")
        }
        #expect(packets == [3_000, 1_000])
    }

    @Test("a batch is whole even when its task is cancelled")
    func cancelled() async throws {
        let store = try SQLiteVolumeStore.opened(path: path, mode: .readWrite)
        let task = Task {
            while !Task.isCancelled { await Task.yield() }
            return try await store.add(.sample("last", [SampleSide()]))
        }
        task.cancel()
        #expect(try await task.value)
        #expect(try await store.interfaceFacts(in: Self.all).count == 1)
        try store.close()
    }

    @Test("a closed store is whole in its file alone, also while others have it open to read")
    func alone() async throws {
        let store = try SQLiteVolumeStore.opened(path: path, mode: .readWrite)
        let reader = try SQLiteVolumeStore.opened(path: path, mode: .readOnly)
        for id in ["1", "2"] {
            _ = try await store.add(.sample(id, [SampleSide()]))
            #expect(try await reader.interfaceFacts(in: Self.all).count == 1)
        }
        try store.close()
        let copy = folder.path("copy.db")
        try FileManager.default.copyItem(atPath: path, toPath: copy)
        let copied = try SQLiteVolumeStore.opened(path: copy, mode: .readOnly)
        #expect(try await copied.interfaceFacts(in: Self.all).map(\.measure.packets) == [2_000])
        #expect(try await copied.check().isEmpty)
        try copied.close()
        try reader.close()
    }

    @Test("a closed store says so")
    func closed() async throws {
        let store = try SQLiteVolumeStore.opened(path: path, mode: .readWrite)
        try store.close()
        try store.close()
        await #expect(throws: VolumeStoreError.unavailable(reason: "\(resolved(path)) is closed")) {
            try await store.add(.sample("1", [SampleSide()]))
        }
        await #expect(throws: VolumeStoreError.self) { try await store.span() }
    }

    private func raw<Value>(_ body: (Database) throws -> Value) throws -> Value {
        let queue = try DatabaseQueue(path: path)
        defer { try? queue.close() }
        return try queue.inDatabase(body)
    }

    private func resolved(_ path: String) -> String {
        URL(fileURLWithPath: path).resolvingSymlinksInPath().path
    }
}
