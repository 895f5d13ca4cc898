// SPDX-License-Identifier: Apache-2.0

import Foundation
import Model
import Storage
import StorageSQLite
import TestSupport
import Testing

@Suite("A store whose file is removed or replaced while it is written")
struct OtherFileTests {
    static let slot: Int64 = 1_790_812_800  // 2026-10-01T00:00:00Z
    static let flush: Int64 = 1_790_812_805
    static let now: Int64 = 1_795_256_100  // 2026-11-21T10:15:00Z
    static let all = Int64.min..<Int64.max
    private static let adoption = Adoption(address: .v4(0xc000_0209), name: "er2", since: 600)

    let folder: TemporaryFolder
    var path: String { folder.path("peerage.db") }

    init() throws { folder = try TemporaryFolder() }

    /// A collector's store, with one batch of er1.fra.
    private func served() async throws -> SQLiteVolumeStore {
        let store = try SQLiteVolumeStore.opened(path: path, mode: .serving, now: { Self.now })
        #expect(try await store.add(.sample("1", [SampleSide()])))
        try await store.adopt(Self.adoption)
        return store
    }

    private func exporters(_ store: SQLiteVolumeStore) async throws -> [String] {
        try await store.interfaceFacts(in: Self.all).map(\.key.exporter).sorted()
    }

    @Test("is begun anew: the batch is in it, and for what time it knows nothing")
    func removed() async throws {
        let store = try await served()
        try FileManager.default.removeItem(atPath: path)
        try FileManager.default.removeItem(atPath: path + ".lock")
        #expect(try await store.add(.sample("2", [SampleSide(exporter: "er7")])))
        #expect(try await exporters(store) == ["er7"])
        let events = try await store.events(in: Self.all)
        #expect(events.map(\.kind) == [.storeReopened])
        #expect(events.first?.detail.hasSuffix(" was removed: a new one was begun") == true)
        let gap = Gap(from: Self.slot, to: Self.now, reason: "storeReplaced")
        #expect(try await store.gaps(in: Self.all) == [gap])
        #expect(try await store.adoptions() == [Self.adoption])
        #expect(try await store.check().isEmpty)
        // Its lock is taken anew as well.
        #expect(throws: VolumeStoreError.self) {
            try SQLiteVolumeStore.opened(path: path, mode: .readWrite)
        }
        try store.close()
        let reader = try SQLiteVolumeStore.opened(path: path, mode: .readOnly)
        #expect(try await exporters(reader) == ["er7"])
        try reader.close()
    }

    @Test("goes on in the file that is there now, from whose last flush on a gap is told")
    func replaced() async throws {
        let other = folder.path("other.db")
        let backup = try SQLiteVolumeStore.opened(path: other, mode: .readWrite)
        #expect(try await backup.add(.sample("0", [SampleSide(exporter: "er3")])))
        try backup.close()
        let store = try await served()
        try FileManager.default.removeItem(atPath: path)
        try FileManager.default.moveItem(atPath: other, toPath: path)
        #expect(try await store.add(.sample("2", [SampleSide(exporter: "er7")])))
        #expect(try await exporters(store) == ["er3", "er7"])
        let events = try await store.events(in: Self.all)
        #expect(events.map(\.kind) == [.storeReopened])
        #expect(events.first?.detail.contains(" was replaced: ") == true)
        let gap = Gap(from: Self.flush, to: Self.now, reason: "storeReplaced")
        #expect(try await store.gaps(in: Self.all) == [gap])
        #expect(try await store.check().isEmpty)
        try store.close()
    }

    @Test("leaves the old file whole where it was moved to")
    func moved() async throws {
        let store = try await served()
        let old = folder.path("old.db")
        try FileManager.default.moveItem(atPath: path, toPath: old)
        #expect(try await store.add(.sample("2", [SampleSide(exporter: "er7")])))
        #expect(try await exporters(store) == ["er7"])
        let reader = try SQLiteVolumeStore.opened(path: old, mode: .readOnly)
        #expect(try await exporters(reader) == ["er1.fra"])
        #expect(try await reader.check().isEmpty)
        try reader.close()
        try store.close()
    }

    @Test("is not begun anew by a command, which says that it is gone")
    func command() async throws {
        let store = try SQLiteVolumeStore.opened(path: path, mode: .readWrite)
        #expect(try await store.add(.sample("1", [SampleSide()])))
        try FileManager.default.removeItem(atPath: path)
        let batch = FlushBatch.sample("2", [SampleSide()])
        for _ in 0..<2 {
            let problem = await #expect(throws: VolumeStoreError.self) {
                try await store.add(batch)
            }
            #expect(problem?.description.hasSuffix(" does not exist any more") == true)
        }
        #expect(!FileManager.default.fileExists(atPath: path))
        try store.close()
    }
}
