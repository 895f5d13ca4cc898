// SPDX-License-Identifier: Apache-2.0

import Foundation
import Model
import Storage
import StorageSQLite
import TestSupport
import Testing

@Suite("A backup of a SQLite store")
struct SQLiteBackupTests {
    static let now: Int64 = 1_795_256_100  // 2026-11-21T10:15:00Z
    static let all = Int64.min..<Int64.max

    let folder: TemporaryFolder
    var path: String { folder.path("peerage.db") }
    var directory: String { folder.path("backups") }

    init() throws { folder = try TemporaryFolder() }

    @Test("holds every batch that was acknowledged before it, and opens like any store")
    func whole() async throws {
        let store = try SQLiteVolumeStore.opened(path: path, mode: .readWrite)
        let batch = VolumeStoreTests.everyField()
        _ = try await store.add(batch)
        let backup = SQLiteBackup(path: path, directory: directory, keep: 2)
        #expect(backup.newest(notAfter: .max) == nil)
        let event = await backup.run(now: Self.now)
        #expect(event.kind == .backupWritten, "\(event.detail)")
        #expect(event.object == directory + "/peerage-20261121T101500Z.db")
        #expect(event.detail.hasSuffix(" kB, 0 older removed"))
        #expect(backup.newest(notAfter: Self.now) == Self.now)
        #expect(backup.newest(notAfter: Self.now - 1) == nil)
        _ = try await store.add(.sample("later", [SampleSide()]))
        try store.close()
        let copy = try SQLiteVolumeStore.opened(path: event.object, mode: .readWrite)
        #expect(try await copy.pathFacts(in: Self.all) == batch.paths)
        #expect(try await copy.add(batch) == false)
        #expect(try await copy.add(.sample("later", [SampleSide()])))
        try copy.close()
    }

    @Test("replaces the oldest, and touches nothing else there")
    func kept() async throws {
        try SQLiteVolumeStore.opened(path: path, mode: .readWrite).close()
        let backup = SQLiteBackup(path: path, directory: directory, keep: 2)
        _ = await backup.run(now: Self.now - 86_400)
        for name in ["peerage-notes.db", "peerage-20261121T101500Z.db.partial", "other.db"] {
            try Data("x".utf8).write(to: URL(fileURLWithPath: "\(directory)/\(name)"))
        }
        _ = await backup.run(now: Self.now)
        let last = await backup.run(now: Self.now + 86_400)
        #expect(last.detail.hasSuffix(" kB, 1 older removed"))
        let names = try FileManager.default.contentsOfDirectory(atPath: directory).sorted()
        #expect(
            names == [
                "other.db", "peerage-20261121T101500Z.db", "peerage-20261122T101500Z.db",
                "peerage-notes.db",
            ]
        )
        #expect(backup.newest(notAfter: .max) == Self.now + 86_400)
        #expect(backup.newest(notAfter: Self.now) == Self.now)
    }

    @Test("that a clock that was ahead has named does not outlive those of now")
    func setBack() async throws {
        try SQLiteVolumeStore.opened(path: path, mode: .readWrite).close()
        let backup = SQLiteBackup(path: path, directory: directory, keep: 1)
        _ = await backup.run(now: Self.now + 86_400)
        let event = await backup.run(now: Self.now)
        #expect(event.kind == .backupWritten, "\(event.detail)")
        let names = try FileManager.default.contentsOfDirectory(atPath: directory)
        #expect(names == ["peerage-20261121T101500Z.db"])
    }

    @Test("that fails says why, and leaves the older ones")
    func failed() async throws {
        try SQLiteVolumeStore.opened(path: path, mode: .readWrite).close()
        let backup = SQLiteBackup(path: path, directory: directory, keep: 1)
        _ = await backup.run(now: Self.now)
        let file = try FileHandle(forUpdating: URL(fileURLWithPath: path))
        try file.seek(toOffset: 2 * 4_096)
        try file.write(contentsOf: Data(repeating: 0xff, count: 4_096))
        try file.close()
        let event = await backup.run(now: Self.now + 1)
        #expect(event.kind == .backupFailed)
        #expect(event.detail.contains("malformed"))
        let names = try FileManager.default.contentsOfDirectory(atPath: directory)
        #expect(names == ["peerage-20261121T101500Z.db"])
        let missing = SQLiteBackup(path: folder.path("no.db"), directory: directory, keep: 1)
        #expect(await missing.run(now: Self.now).kind == .backupFailed)
    }
}
