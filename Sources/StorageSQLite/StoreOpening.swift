// SPDX-License-Identifier: Apache-2.0

import Foundation
import GRDB
import Model
import Storage

/// Opens the connections of a store, after a look at what is there.
///
/// # How it works
///
/// A file that is not a store of ours, or is damaged, is found out by a reading connection, before
/// anything could change it. Then one connection writes and checkpoints, and all others read:
///
/// - write-ahead log, so that readers see the last commit and never wait;
/// - `synchronous=FULL`: a batch that was acknowledged survives a power cut. GRDB sets NORMAL when
///   it turns the log on, so it is set *after* that;
/// - only the writer checkpoints, and only when it says so (``LogKeeping``): two connections that
///   did could corrupt the file before SQLite 3.51.3. Readers open the file for reading, so that
///   they cannot, not even when the last of them closes;
/// - no memory mapping: an I/O error is an error, not a signal.
struct StoreOpening: Sendable {
    let path: String
    /// Whether a damaged file is set aside and a new one begun, instead of refused.
    let replacesDamaged: Bool
    /// In seconds since 1970-01-01 00:00 UTC.
    let now: @Sendable () -> Int64
    /// Told of what happens to the store, besides its being written there.
    let observe: @Sendable (OperationalEvent) -> Void

    /// How long a file is looked through when nothing, and when damage, is suspected.
    private static let (usualSeconds, suspiciousSeconds) = (20, 120)

    /// Opens for writing, creating the store or bringing its schema up to date.
    func opened() throws -> DatabasePool {
        try Self.refuseFolder(path)
        try SettingAside(path: path).finish()
        do {
            try lookThrough(seconds: Self.usualSeconds)
            return try connected()
        } catch {
            guard let reason = Self.damage(error) else { throw error }
            try setAside(reason)
            return try connected()
        }
    }

    /// Opens anew for writing after a failure; what the log holds is then in the file.
    ///
    /// - Parameters:
    ///   - failure: What had happened.
    ///   - isDamage: Whether it suggests that the file is damaged.
    ///   - isCertain: Whether it proves it, whatever a look through the file finds.
    /// - Returns: New connections.
    /// - Throws: Why the store cannot be written to now.
    func reopened(after failure: String, isDamage: Bool, isCertain: Bool) throws -> DatabasePool {
        DurableFile.dropCache(path + "-wal")
        try SettingAside(path: path).finish()
        do {
            if isCertain { throw Damage(reason: failure) }
            let seconds = isDamage ? Self.suspiciousSeconds : Self.usualSeconds
            try lookThrough(seconds: seconds)
            return try verified(after: failure)
        } catch {
            guard let reason = Self.damage(error) else { throw error }
            try setAside(reason)
            return try connected()
        }
    }

    /// Found in the file, and worth setting it aside.
    private struct Damage: Error {
        var reason: String
    }

    private static func damage(_ error: any Error) -> String? {
        if let damage = error as? Damage { return damage.reason }
        guard let failure = error as? DatabaseError, failure.standing == .damaged else {
            return nil
        }
        return failure.message ?? "SQLite result code \(failure.extendedResultCode.rawValue)"
    }

    private func setAside(_ reason: String) throws {
        guard replacesDamaged else {
            throw VolumeStoreError.corrupt(reason: "\(path) is damaged: \(reason)")
        }
        observe(try SettingAside(path: path).run(reason: reason, now: now()))
    }

    private func connected() throws -> DatabasePool {
        let configuration = Self.configuration(readOnly: false)
        let pool = try DatabasePool(path: path, configuration: configuration)
        try pool.writeWithoutTransaction { database in
            try database.execute(sql: "PRAGMA synchronous = FULL")
            try database.execute(sql: "PRAGMA journal_size_limit = \(LogKeeping.ordinary)")
            guard try Int64.fetchOne(database, sql: "PRAGMA synchronous") == 2 else {
                throw VolumeStoreError.unavailable(reason: "\(path): synchronous=FULL is refused")
            }
        }
        try Migrations.migrator.migrate(pool)
        return pool
    }

    /// Moves the log into the file: pages that the kernel may have dropped are written again.
    private func verified(after failure: String) throws -> DatabasePool {
        let pool = try connected()
        let event = OperationalEvent(
            time: now(),
            kind: .storeReopened,
            object: path,
            detail: failure
        )
        do {
            try pool.writeWithoutTransaction { database in
                do {
                    try database.checkpoint(.truncate)
                } catch let error as DatabaseError where error.resultCode == .SQLITE_BUSY {
                    // A reader elsewhere is in the way; the log itself was read from the disk.
                }
                try database.inTransaction(.immediate) {
                    try StoreDiary.write([event], [], database)
                    return .commit
                }
            }
        } catch {
            try? pool.close()
            throw error
        }
        observe(event)
        return pool
    }

    /// Throws unless there is nothing yet, or a sound store that can be brought up to date.
    private func lookThrough(seconds: Int) throws {
        guard Self.fileExists(path), try !Self.isEmptyFile(path) else { return }
        try Self.inspect(path, migrates: true)
        let queue = try Self.reader(path: path)
        defer { try? queue.close() }
        if case .damaged(let reason) = try QuickCheck.run(queue, seconds: seconds) {
            throw Damage(reason: reason)
        }
    }
}

extension StoreOpening {
    /// Opens for reading what a collector may be writing to.
    static func readOnly(path: String) throws -> DatabasePool {
        try refuseFolder(path)
        guard fileExists(path) else {
            throw VolumeStoreError.unavailable(reason: "\(path) does not exist")
        }
        if try isEmptyFile(path) { throw nothingYet(path) }
        try inspect(path, migrates: false)
        return try DatabasePool(path: path, configuration: configuration(readOnly: true))
    }

    /// One connection that reads.
    static func reader(path: String) throws -> DatabaseQueue {
        try DatabaseQueue(path: path, configuration: configuration(readOnly: true))
    }

    /// Refuses what has never been a store, so that it is never set aside either.
    ///
    /// A file that has been written to by us has its lock beside it; then damage may be why it
    /// does not look like one.
    static func refuseStranger(_ path: String) throws {
        guard !StoreLock.hasBeenTaken(path: path), fileExists(path), try !isEmptyFile(path) else {
            return
        }
        try refuseFolder(path)
        let file = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
        defer { try? file.close() }
        guard try file.read(upToCount: 16) == Data("SQLite format 3\u{0}".utf8) else {
            throw VolumeStoreError.corrupt(reason: "\(path) is not an SQLite database")
        }
    }

    private static func configuration(readOnly: Bool) -> Configuration {
        var configuration = Configuration()
        configuration.label = "peerage-store"
        configuration.readonly = readOnly
        configuration.maximumReaderCount = 4
        configuration.busyMode = .timeout(10)
        configuration.prepareDatabase { database in
            try database.execute(sql: "PRAGMA mmap_size = 0")
            try database.execute(sql: "PRAGMA wal_autocheckpoint = 0")
            if database.configuration.readonly {
                try database.execute(sql: "PRAGMA query_only = 1")
            }
        }
        return configuration
    }

    /// Throws unless the file is a store that this version can read, or bring up to date.
    private static func inspect(_ path: String, migrates: Bool) throws {
        let queue = try reader(path: path)
        defer { try? queue.close() }
        try queue.read { database in
            let application = try Int64.fetchOne(database, sql: "PRAGMA application_id")
            if application != M001InitialSchema.applicationID {
                // Created by a process that was killed before the first migration was done.
                let isEmpty = try Int64.fetchOne(database, sql: foreignTables) == 0
                if isEmpty, migrates { return }
                if isEmpty { throw nothingYet(path) }
                throw VolumeStoreError.incompatible(
                    reason: "\(path) is a database, but not one of Peerage"
                )
            }
            try Migrations.refuseOthers(path, database, migrates: migrates)
        }
    }

    private static let foreignTables = """
        SELECT COUNT(*) FROM sqlite_schema
        WHERE tbl_name NOT GLOB 'grdb_*' AND tbl_name NOT GLOB 'sqlite_*'
        """

    private static func nothingYet(_ path: String) -> VolumeStoreError {
        .unavailable(reason: "\(path) holds nothing yet")
    }

    private static func refuseFolder(_ path: String) throws {
        let type = try? FileManager.default.attributesOfItem(atPath: path)[.type]
        if type as? FileAttributeType == .typeDirectory {
            throw VolumeStoreError.corrupt(reason: "\(path) is a folder, not a store")
        }
    }

    private static func fileExists(_ path: String) -> Bool {
        FileManager.default.fileExists(atPath: path)
    }

    private static func isEmptyFile(_ path: String) throws -> Bool {
        let size = try FileManager.default.attributesOfItem(atPath: path)[.size] as? NSNumber
        return size?.intValue == 0
    }
}
