// SPDX-License-Identifier: Apache-2.0

import Foundation
import GRDB
import Model
import Storage
import StorageSQLite
import Synchronization
import TestSupport
import Testing

@Suite("A damaged store")
struct DamageTests {
    static let slot: Int64 = 1_790_812_800  // 2026-10-01T00:00:00Z
    static let now: Int64 = 1_795_256_100  // 2026-11-21T10:15:00Z
    static let all = Int64.min..<Int64.max
    static let pageSize = 4_096

    let folder: TemporaryFolder
    var path: String { folder.path("peerage.db") }
    var damaged: String { path + ".damaged-20261121T101500Z" }

    init() throws { folder = try TemporaryFolder() }

    @Test("is set aside whole by a collector, and a new one says for what time it knows nothing")
    func setAside() async throws {
        try await fill()
        try overwrite(page: 0)
        let octets = try Data(contentsOf: URL(fileURLWithPath: path))
        let told = Mutex<[OperationalEvent]>([])
        let store = try SQLiteVolumeStore.opened(
            path: path,
            mode: .serving,
            now: { Self.now },
            observer: { event in told.withLock { $0.append(event) } }
        )
        #expect(try Data(contentsOf: URL(fileURLWithPath: damaged)) == octets)
        let events = try await store.events(in: Self.all)
        #expect(events.map(\.kind) == [.storeSetAside])
        #expect(events.map(\.object) == [resolved(damaged)])
        #expect(told.withLock { $0 } == events)
        let gap = Gap(from: 0, to: Self.now, reason: "storeDamaged")
        #expect(try await store.gaps(in: Self.all) == [gap])
        #expect(try await store.span() == nil)
        #expect(try await store.add(.sample("1", [SampleSide()])))
        #expect(try await store.check().isEmpty)
        try store.close()
        // The next start finds nothing to do, and what was written.
        let again = try SQLiteVolumeStore.opened(path: path, mode: .serving)
        #expect(try await again.events(in: Self.all) == events)
        #expect(try await again.interfaceFacts(in: Self.all).count == 1)
        try again.close()
    }

    @Test("is refused by a command, which says what is wrong and changes nothing")
    func refused() async throws {
        try await fill()
        try overwrite(page: try lastLeaf())
        let octets = try Data(contentsOf: URL(fileURLWithPath: path))
        #expect {
            try SQLiteVolumeStore.opened(path: path, mode: .readWrite)
        } throws: { error in
            guard case .corrupt(let reason)? = error as? VolumeStoreError else { return false }
            return reason.hasPrefix("\(resolved(path)) is damaged: ")
        }
        let reader = try SQLiteVolumeStore.opened(path: path, mode: .readOnly)
        #expect(try await reader.check().isEmpty == false)
        await #expect(throws: VolumeStoreError.self) { try await reader.pathFacts(in: Self.all) }
        try reader.close()
        #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == octets)
        #expect(!FileManager.default.fileExists(atPath: damaged))
    }

    @Test("leaves its adoptions to the new one when they can still be read")
    func readableAdoptions() async throws {
        try await fill()
        try overwrite(page: try lastLeaf())
        let store = try SQLiteVolumeStore.opened(path: path, mode: .serving, now: { Self.now })
        #expect(try await store.adoptions() == [Self.adoption])
        try store.close()
    }

    @Test("names the time of its slots when that can still be read")
    func readableTimes() async throws {
        try await fill()
        try overwrite(page: try lastLeaf())
        let store = try SQLiteVolumeStore.opened(path: path, mode: .serving, now: { Self.now })
        let gap = Gap(from: Self.slot, to: Self.now, reason: "storeDamaged")
        #expect(try await store.gaps(in: Self.all) == [gap])
        let detail = try #require(try await store.events(in: Self.all).first?.detail)
        #expect(detail.hasSuffix("; its last flush was at 2026-10-01T00:00:05Z"))
        try store.close()
    }

    @Test("by any of 20 pages is found when opened, and never a trap", arguments: 0..<20)
    func anyPage(number: Int) async throws {
        try await fill()
        var random = SeededNumbers(seed: UInt64(number))
        let pages = fileSize(path) / Self.pageSize
        try overwrite(page: Int.random(in: 0..<pages, using: &random))
        let store = try SQLiteVolumeStore.opened(path: path, mode: .serving, now: { Self.now })
        #expect(try await store.events(in: Self.all).map(\.kind) == [.storeSetAside])
        #expect(try await store.add(.sample("new", [SampleSide()])))
        #expect(try await store.check().isEmpty)
        try store.close()
    }

    @Test("that is met while writing is set aside, and the batch goes to the new one")
    func whileWriting() async throws {
        try await fill()
        let store = try SQLiteVolumeStore.opened(path: path, mode: .serving, now: { Self.now })
        for page in 1..<fileSize(path) / Self.pageSize { try overwrite(page: page) }
        let batch = FlushBatch.sample("2", [SampleSide(exporter: "er7", path: [64497])])
        await #expect(throws: VolumeStoreError.self) { try await store.add(batch) }
        #expect(try await store.add(batch))
        #expect(try await store.events(in: Self.all).map(\.kind) == [.storeSetAside])
        #expect(try await store.interfaceFacts(in: Self.all).map(\.key.exporter) == ["er7"])
        #expect(try await store.check().isEmpty)
        try store.close()
    }

    @Test("that is met while reading is set aside as well")
    func whileReading() async throws {
        try await fill()
        let store = try SQLiteVolumeStore.opened(path: path, mode: .serving, now: { Self.now })
        try overwrite(page: try lastLeaf())
        await #expect(throws: VolumeStoreError.self) { try await store.pathFacts(in: Self.all) }
        _ = try await store.add(.sample("2", [SampleSide()]))
        #expect(try await store.events(in: Self.all).map(\.kind) == [.storeSetAside])
        try store.close()
    }

    @Test("that was being set aside when the collector was killed is, at the next start")
    func interrupted() async throws {
        try await fill()
        let new = path + ".replaces-20261121T101500Z"
        try SQLiteVolumeStore.opened(path: folder.path("new.db"), mode: .readWrite).close()
        try FileManager.default.moveItem(atPath: folder.path("new.db"), toPath: new)
        let partial = path + ".replaces-20261121T101400Z.partial"
        try Data("half".utf8).write(to: URL(fileURLWithPath: partial))
        let octets = try Data(contentsOf: URL(fileURLWithPath: path))
        let store = try SQLiteVolumeStore.opened(path: path, mode: .readWrite)
        #expect(try Data(contentsOf: URL(fileURLWithPath: damaged)) == octets)
        #expect(try await store.span() == nil)
        try store.close()
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        #expect(!names.contains { $0.contains("replaces") })
    }

    private func fill() async throws {
        let store = try SQLiteVolumeStore.opened(path: path, mode: .readWrite)
        let sides = (1...400).map { SampleSide(interface: $0, path: [$0, 64501]) }
        #expect(try await store.add(.sample("1", sides)))
        try await store.adopt(Self.adoption)
        try store.close()
    }

    private static let adoption = Adoption(address: .v4(0xc000_0209), name: "er2", since: 600)

    private func overwrite(page: Int) throws {
        let file = try FileHandle(forUpdating: URL(fileURLWithPath: path))
        let offset = UInt64(page * Self.pageSize)
        try file.seek(toOffset: offset)
        let octets = try #require(try file.read(upToCount: Self.pageSize))
        try file.seek(toOffset: offset)
        try file.write(contentsOf: Data(octets.map { ~$0 }))
        try file.close()
    }

    /// A page of `path_fact` other than its root.
    private func lastLeaf() throws -> Int {
        let queue = try DatabaseQueue(path: path)
        defer { try? queue.close() }
        let root = try queue.read { database in
            try Int.fetchOne(
                database,
                sql: "SELECT rootpage FROM sqlite_schema WHERE name = 'path_fact'"
            )
        }
        return try #require(root) - 1
    }

    private func fileSize(_ path: String) -> Int {
        let size = try? FileManager.default.attributesOfItem(atPath: path)[.size] as? NSNumber
        return size?.intValue ?? 0
    }

    private func resolved(_ path: String) -> String {
        URL(fileURLWithPath: path).resolvingSymlinksInPath().path
    }
}

/// SplitMix64: the same numbers on every run.
struct SeededNumbers: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var value = state
        value = (value ^ value >> 30) &* 0xbf58_476d_1ce4_e5b9
        value = (value ^ value >> 27) &* 0x94d0_49bb_1331_11eb
        return value ^ value >> 31
    }
}
