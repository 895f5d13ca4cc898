// SPDX-License-Identifier: Apache-2.0

import Foundation
import GRDB
import Model
import Storage
import StorageSQLite
import TestSupport
import Testing

@Suite("The write-ahead log")
struct LogKeepingTests {
    static let all = Int64.min..<Int64.max
    /// To what the log is cut, and what one batch of these adds to it, at most, in octets.
    static let (limit, batch) = (4 << 20, 2 << 20)

    let folder: TemporaryFolder
    var path: String { folder.path("peerage.db") }

    init() throws { folder = try TemporaryFolder() }

    @Test("stays small while batches come")
    func small() async throws {
        let store = try SQLiteVolumeStore.opened(path: path, mode: .readWrite)
        for number in 0..<60 {
            _ = try await store.add(large(number))
            #expect(try await store.statistics().logOctets <= Self.limit + 2 * Self.batch)
        }
        #expect(try await store.check().isEmpty)
        try store.close()
    }

    @Test("grows under a reader that stays, and is cut when it has gone")
    func longReader() async throws {
        let store = try SQLiteVolumeStore.opened(path: path, mode: .readWrite)
        _ = try await store.add(large(0))
        let reader = try DatabaseQueue(path: path, configuration: Self.readOnly)
        try reader.inDatabase { try $0.execute(sql: "BEGIN; SELECT COUNT(*) FROM slot") }
        var number = 1
        while try await store.statistics().logOctets <= Self.limit + 4 * Self.batch {
            _ = try await store.add(large(number))
            number += 1
            try #require(number < 500)
        }
        let rows = try reader.inDatabase { database in
            try Int.fetchOne(database, sql: "SELECT COUNT(*) FROM flush_batch")
        }
        #expect(rows == 1)
        try reader.inDatabase { try $0.execute(sql: "COMMIT") }
        try reader.close()
        for more in 0..<3 { _ = try await store.add(large(number + more)) }
        let statistics = try await store.statistics()
        #expect(statistics.logOctets <= Self.limit + 2 * Self.batch)
        #expect(statistics.octets >= statistics.logOctets)
        #expect(try await store.check().isEmpty)
        try store.close()
    }

    @Test("is left alone by the last reader that closes")
    func lastReader() async throws {
        await #expect(processExitsWith: .signal(SIGKILL)) { [path = path as String] in
            let store = try SQLiteVolumeStore.opened(path: path, mode: .readWrite)
            _ = try await store.add(LogKeepingTests.batch(0))
            kill(getpid(), SIGKILL)
        }
        let log = try Data(contentsOf: URL(fileURLWithPath: path + "-wal"))
        #expect(!log.isEmpty)
        let first = try SQLiteVolumeStore.opened(path: path, mode: .readOnly)
        let second = try SQLiteVolumeStore.opened(path: path, mode: .readOnly)
        #expect(try await first.interfaceFacts(in: Self.all).count == 300)
        #expect(try await second.interfaceFacts(in: Self.all).count == 300)
        try first.close()
        try second.close()
        #expect(try Data(contentsOf: URL(fileURLWithPath: path + "-wal")) == log)
    }

    private func large(_ number: Int) -> FlushBatch { Self.batch(number) }

    static func batch(_ number: Int) -> FlushBatch {
        let sides = (0..<300).map { index in
            SampleSide(
                interface: UInt32(index),
                nextHop: .v4(UInt32(number * 300 + index)),
                path: [UInt32(index + 1), UInt32(number + 1)]
            )
        }
        return .sample("\(number)", sides)
    }

    private static var readOnly: Configuration {
        var configuration = Configuration()
        configuration.readonly = true
        configuration.allowsUnsafeTransactions = true
        return configuration
    }
}
