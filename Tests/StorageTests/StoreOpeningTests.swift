// SPDX-License-Identifier: Apache-2.0

import Foundation
import GRDB
import Storage
import StorageSQLite
import TestSupport
import Testing

@Suite("Opening a store")
struct StoreOpeningTests {
    let folder: TemporaryFolder
    var path: String { folder.path("peerage.db") }

    init() throws { folder = try TemporaryFolder() }

    @Test("what is no database is refused, and left as it was")
    func garbage() throws {
        let octets = Data((0..<20_000).map { UInt8(truncatingIfNeeded: $0 &* 31) })
        try octets.write(to: URL(fileURLWithPath: path))
        for mode in [SQLiteVolumeStore.Mode.readWrite, .readOnly, .serving] {
            #expect(reason(mode) == .corrupt(reason: "\(path) is not an SQLite database"))
        }
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        #expect(names == ["peerage.db"])
        #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == octets)
    }

    @Test("a folder is refused")
    func folderInstead() throws {
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
        for mode in [SQLiteVolumeStore.Mode.readWrite, .readOnly, .serving] {
            #expect(reason(mode) == .corrupt(reason: "\(path) is a folder, not a store"))
        }
    }

    @Test("another program's database is refused, and left as it was")
    func foreign() throws {
        let queue = try DatabaseQueue(path: path)
        try queue.write { try $0.execute(sql: "CREATE TABLE flows (octets INTEGER)") }
        try queue.close()
        let octets = try Data(contentsOf: URL(fileURLWithPath: path))
        for mode in [SQLiteVolumeStore.Mode.readWrite, .readOnly, .serving] {
            let expected = "\(path) is a database, but not one of Peerage"
            #expect(reason(mode) == .incompatible(reason: expected))
        }
        #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == octets)
    }

    @Test("a store of a newer version is refused, and left as it was")
    func newer() throws {
        try SQLiteVolumeStore.opened(path: path, mode: .readWrite).close()
        try change("INSERT INTO grdb_migrations VALUES ('M999Later')")
        for mode in [SQLiteVolumeStore.Mode.readWrite, .readOnly, .serving] {
            let expected =
                "\(path) was written by a newer version of Peerage: its schema is M999Later, "
                + "the newest that this version knows is M003MissingRecords"
            #expect(reason(mode) == .incompatible(reason: expected))
        }
        try change("DELETE FROM grdb_migrations WHERE identifier = 'M999Later'")
        #expect(reason(.readOnly) == nil)
        #expect(reason(.readWrite) == nil)
    }

    @Test("a reader does not bring an older store up to date")
    func older() throws {
        try SQLiteVolumeStore.opened(path: path, mode: .readWrite).close()
        try change("DELETE FROM grdb_migrations WHERE identifier = 'M003MissingRecords'")
        let expected =
            "\(path) was written by an older version of Peerage: its schema is M002LiveService, "
            + "that of this version is M003MissingRecords; "
            + "opening it for writing brings it up to date"
        #expect(reason(.readOnly) == .incompatible(reason: expected))
    }

    @Test("a reader creates nothing")
    func missing() throws {
        #expect(reason(.readOnly) == .unavailable(reason: "\(path) does not exist"))
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
        try Data().write(to: URL(fileURLWithPath: path))
        #expect(reason(.readOnly) == .unavailable(reason: "\(path) holds nothing yet"))
        #expect(reason(.readWrite) == nil)
    }

    @Test("a folder that is not there is named")
    func noFolder() throws {
        let path = folder.path("absent/peerage.db")
        #expect {
            try SQLiteVolumeStore.opened(path: path, mode: .readWrite)
        } throws: { error in
            guard case .unavailable(let reason)? = error as? VolumeStoreError else { return false }
            return reason.hasPrefix("\(path): the folder ")
                && reason.hasSuffix("/absent does not exist")
        }
    }

    @Test("who may not write to the folder is told that it takes that, even to read")
    func readOnlyFolder() {
        let failure = DatabaseError(resultCode: .SQLITE_READONLY_DIRECTORY)
        let reason = "/var/lib/p/p.db needs write permission on the folder /var/lib/p"
        let expected = VolumeStoreError.unavailable(reason: reason)
        #expect(VolumeStoreError(failure, path: "/var/lib/p/p.db") == expected)
    }

    @Test("a failure reads as its reason")
    func words() {
        #expect("\(VolumeStoreError.unavailable(reason: "it is gone"))" == "it is gone")
    }

    @Test("a store that cannot be opened is not locked either")
    func lockIsReleased() throws {
        try Data("no database, no database".utf8).write(to: URL(fileURLWithPath: path))
        #expect(reason(.readWrite) != nil)
        try FileManager.default.removeItem(atPath: path)
        #expect(reason(.readWrite) == nil)
    }

    /// Why the store is not opened; nil when it is.
    private func reason(_ mode: SQLiteVolumeStore.Mode) -> VolumeStoreError? {
        do throws(VolumeStoreError) {
            try SQLiteVolumeStore.opened(path: path, mode: mode).close()
            return nil
        } catch {
            return error
        }
    }

    private func change(_ sql: String) throws {
        let queue = try DatabaseQueue(path: path)
        try queue.write { try $0.execute(sql: sql) }
        try queue.close()
    }
}
