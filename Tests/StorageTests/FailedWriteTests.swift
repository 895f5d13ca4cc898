// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc
import Model
import Storage
import StorageSQLite
import TestSupport
import Testing

/// A limit on the size of files stands in for a disk that fails: writes beyond it are I/O errors.
@Suite("A write that fails")
struct FailedWriteTests {
    static let now: Int64 = 1_795_256_100  // 2026-11-21T10:15:00Z
    static let all = Int64.min..<Int64.max

    let folder: TemporaryFolder
    var path: String { folder.path("peerage.db") }

    init() throws { folder = try TemporaryFolder() }

    @Test("makes the store be opened anew, and the batch goes in once when offered again")
    func once() async throws {
        await #expect(processExitsWith: .success) { [path = path as String] in
            let store = try SQLiteVolumeStore.opened(
                path: path,
                mode: .serving,
                now: { FailedWriteTests.now }
            )
            for number in 0..<3 { _ = try await store.add(LogKeepingTests.batch(number)) }
            limitFiles(to: try #require(fileSize(path + "-wal")) + 1_000)
            let batch = LogKeepingTests.batch(3)
            await #expect(throws: VolumeStoreError.self) { try await store.add(batch) }
            limitFiles(to: nil)
            #expect(try await store.add(batch))
            #expect(try await store.add(batch) == false)
            #expect(try await store.add(LogKeepingTests.batch(4)))
            let events = try await store.events(in: FailedWriteTests.all)
            #expect(events.map(\.kind) == [.storeReopened])
            #expect(events.map(\.time) == [FailedWriteTests.now])
            #expect(events.first?.detail.contains("disk I/O error") == true)
            #expect(try await store.statistics().batches == 5)
            #expect(try await store.check().isEmpty)
            try store.close()
        }
    }

    @Test("and goes on failing leaves what is stored readable, and loses nothing")
    func lasting() async throws {
        await #expect(processExitsWith: .success) { [path = path as String] in
            let store = try SQLiteVolumeStore.opened(path: path, mode: .serving)
            for number in 0..<3 { _ = try await store.add(LogKeepingTests.batch(number)) }
            limitFiles(to: 40_000)  // the index of the log fits
            for _ in 0..<3 {
                await #expect(throws: VolumeStoreError.self) {
                    try await store.add(LogKeepingTests.batch(3))
                }
                let facts = try await store.pathFacts(in: FailedWriteTests.all)
                #expect(facts.count == 900)
            }
            limitFiles(to: nil)
            for number in 0..<5 {
                #expect(try await store.add(LogKeepingTests.batch(number)) == (number > 2))
            }
            #expect(try await store.statistics().batches == 5)
            #expect(try await store.check().isEmpty)
            try store.close()
        }
    }
}

/// Lets writes beyond so many octets of a file fail; nil for no limit.
private func limitFiles(to octets: UInt64?) {
    signal(SIGXFSZ, SIG_IGN)
    var limit = rlimit(rlim_cur: octets.map { rlim_t($0) } ?? .max, rlim_max: .max)
    // Safe: the limit is read during the call only.
    let result = unsafe setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit)
    #expect(result == 0)
}

private func fileSize(_ path: String) -> UInt64? {
    let size = try? FileManager.default.attributesOfItem(atPath: path)[.size] as? NSNumber
    return size?.uint64Value
}
