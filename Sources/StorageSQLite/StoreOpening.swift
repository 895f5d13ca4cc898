// SPDX-License-Identifier: Apache-2.0

import Foundation
import GRDB
import Storage

/// Opens the connections of a store, after a look at what is there.
///
/// # How it works
///
/// A file that is not a store of ours is found out by a reading connection, before anything could
/// change it. Then one connection writes and checkpoints, and all others read:
///
/// - write-ahead log, so that readers see the last commit and never wait;
/// - `synchronous=FULL`: a batch that was acknowledged survives a power cut. GRDB sets NORMAL when
///   it turns the log on, so it is set *after* that;
/// - only the writer checkpoints: readers are read-only and have `wal_autocheckpoint=0`
///   (two connections that did could corrupt the file before SQLite 3.51.3);
/// - no memory mapping: an I/O error is an error, not a signal.
enum StoreOpening {
    /// Opens for writing, creating the store or bringing its schema up to date.
    static func readWrite(path: String) throws -> DatabasePool {
        try refuseFolder(path)
        if fileExists(path), try !isEmptyFile(path) { try inspect(path, migrates: true) }
        let pool = try DatabasePool(path: path, configuration: configuration(readOnly: false))
        try pool.writeWithoutTransaction { database in
            try database.execute(sql: "PRAGMA synchronous = FULL")
            try database.execute(sql: "PRAGMA journal_size_limit = 67108864")
            guard try Int64.fetchOne(database, sql: "PRAGMA synchronous") == 2 else {
                throw VolumeStoreError.unavailable(reason: "\(path): synchronous=FULL is refused")
            }
        }
        try Migrations.migrator.migrate(pool)
        return pool
    }

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

    private static func configuration(readOnly: Bool) -> Configuration {
        var configuration = Configuration()
        configuration.label = "peerage-store"
        configuration.readonly = readOnly
        configuration.maximumReaderCount = 4
        configuration.busyMode = .timeout(10)
        configuration.prepareDatabase { database in
            try database.execute(sql: "PRAGMA mmap_size = 0")
            if database.configuration.readonly {
                try database.execute(sql: "PRAGMA wal_autocheckpoint = 0")
            }
        }
        return configuration
    }

    /// Throws unless the file is a store that this version can read, or bring up to date.
    private static func inspect(_ path: String, migrates: Bool) throws {
        let queue: DatabaseQueue
        do {
            queue = try DatabaseQueue(path: path, configuration: configuration(readOnly: true))
        } catch let error as DatabaseError where error.resultCode == .SQLITE_NOTADB {
            throw VolumeStoreError.corrupt(reason: "\(path) is not an SQLite database")
        }
        try queue.read { database in
            let application = try Int64.fetchOne(database, sql: "PRAGMA application_id")
            let isOurs = application == M001InitialSchema.applicationID
            if !isOurs {
                // Created by a process that was killed before the first migration was done.
                let isEmpty = try Int64.fetchOne(database, sql: foreignTables) == 0
                if isEmpty, migrates { return }
                if isEmpty { throw nothingYet(path) }
                throw VolumeStoreError.incompatible(
                    reason: "\(path) is a database, but not one of Peerage"
                )
            }
            let migrator = Migrations.migrator
            if try migrator.hasBeenSuperseded(database) {
                throw VolumeStoreError.incompatible(
                    reason: "\(path) was written by a newer version of Peerage"
                )
            }
            if try !migrates && !migrator.hasCompletedMigrations(database) {
                throw VolumeStoreError.incompatible(
                    reason: "\(path) was written by an older version of Peerage: "
                        + "opening it for writing brings it up to date"
                )
            }
        }
        try queue.close()
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
