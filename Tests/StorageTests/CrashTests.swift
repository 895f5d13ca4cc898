// SPDX-License-Identifier: Apache-2.0

import Foundation
import GRDB
import Glibc
import Model
import Storage
import StorageSQLite
import TestSupport
import Testing

@Suite("A collector that is killed")
struct CrashTests {
    static let all = Int64.min..<Int64.max

    let folder: TemporaryFolder
    var path: String { folder.path("peerage.db") }

    init() throws { folder = try TemporaryFolder() }

    @Test("in the middle of a batch leaves all before it and nothing of it")
    func midTransaction() async throws {
        await #expect(processExitsWith: .signal(SIGKILL)) { [path = path as String] in
            let store = try SQLiteVolumeStore.opened(path: path, mode: .readWrite)
            for id in ["1", "2", "3"] { _ = try await store.add(.sample(id, [SampleSide()])) }
            // A second connection stands in for the store's own, to stop inside the transaction;
            // the small cache makes it write pages of it to the log before the end.
            let queue = try DatabaseQueue(path: path)
            try await queue.write { database in
                try database.execute(sql: "PRAGMA cache_size = 1")
                var writer = BatchWriter()
                _ = try writer.write(CrashTests.large("4"), database)
                kill(getpid(), SIGKILL)
            }
        }
        try await expectWhole(packets: 3_000)
        let store = try SQLiteVolumeStore.opened(path: path, mode: .readWrite)
        #expect(try await store.add(Self.large("4")))
        #expect(try await store.check().isEmpty)
        try store.close()
    }

    @Test("leaves a log that a reader can read, and leaves alone")
    func reader() async throws {
        await #expect(processExitsWith: .signal(SIGKILL)) { [path = path as String] in
            let store = try SQLiteVolumeStore.opened(path: path, mode: .readWrite)
            for id in ["1", "2", "3"] { _ = try await store.add(.sample(id, [SampleSide()])) }
            kill(getpid(), SIGKILL)
        }
        let file = try Data(contentsOf: URL(fileURLWithPath: path))
        let log = try Data(contentsOf: URL(fileURLWithPath: path + "-wal"))
        #expect(!log.isEmpty)
        try await expectWhole(packets: 3_000)
        #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == file)
        #expect(try Data(contentsOf: URL(fileURLWithPath: path + "-wal")) == log)
    }

    @Test("gives its lock back")
    func lock() async throws {
        await #expect(processExitsWith: .signal(SIGKILL)) { [path = path as String] in
            let store = try SQLiteVolumeStore.opened(path: path, mode: .readWrite)
            _ = try await store.add(.sample("1", [SampleSide()]))
            kill(getpid(), SIGKILL)
        }
        let store = try SQLiteVolumeStore.opened(path: path, mode: .readWrite)
        #expect(try await store.add(.sample("1", [SampleSide()])) == false)
        #expect(try await store.add(.sample("2", [SampleSide()])))
        try store.close()
        try await expectWhole(packets: 2_000)
    }

    @Test("with a log cut off anywhere loses whole batches from the end, never a part of one")
    func tornLog() async throws {
        await #expect(processExitsWith: .signal(SIGKILL)) { [path = path as String] in
            let store = try SQLiteVolumeStore.opened(path: path, mode: .readWrite)
            for id in ["1", "2", "3", "4"] { _ = try await store.add(.sample(id, [SampleSide()])) }
            kill(getpid(), SIGKILL)
        }
        let file = try Data(contentsOf: URL(fileURLWithPath: path))
        let log = try Data(contentsOf: URL(fileURLWithPath: path + "-wal"))
        var seen: Set<Int> = []
        // The schema is in the log too: at the end nothing is left, and the store begins anew.
        for length in stride(from: log.count, through: 0, by: -3_001) {
            let torn = try TemporaryFolder()
            let copy = torn.path("peerage.db")
            try file.write(to: URL(fileURLWithPath: copy))
            try log.prefix(length).write(to: URL(fileURLWithPath: copy + "-wal"))
            let store = try SQLiteVolumeStore.opened(path: copy, mode: .readWrite)
            #expect(try await store.check().isEmpty)
            let records = try await store.ledgers(in: Self.all).reduce(0) { $0 + $1.ledger.records }
            let packets = try await store.pathFacts(in: Self.all).reduce(0) {
                $0 + $1.measure.packets
            }
            #expect(packets == records * 1_000)
            seen.insert(Int(records))
            try store.close()
        }
        #expect(seen == [0, 1, 2, 3, 4])
    }

    private func expectWhole(packets: UInt64) async throws {
        let store = try SQLiteVolumeStore.opened(path: path, mode: .readOnly)
        #expect(try await store.check().isEmpty)
        #expect(try await store.interfaceFacts(in: Self.all).map(\.measure.packets) == [packets])
        #expect(try await store.pathFacts(in: Self.all).map(\.measure.packets) == [packets])
        try store.close()
    }

    /// Enough rows that they do not fit a cache of one page.
    static func large(_ id: String) -> FlushBatch {
        .sample(id, (1...500).map { SampleSide(interface: UInt32($0), path: [UInt32($0)]) })
    }
}
