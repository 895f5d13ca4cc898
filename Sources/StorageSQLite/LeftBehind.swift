// SPDX-License-Identifier: Apache-2.0

import GRDB
import Model
import Storage

/// The files that a connection has open.
struct StoreFiles: Sendable {
    /// nil when it could not be looked at.
    let file: FileIdentity?
    fileprivate let log: FileIdentity?
    fileprivate let index: FileIdentity?

    /// Those that are at `path` now.
    init(_ path: String) {
        file = FileIdentity(path)
        log = FileIdentity(path + "-wal")
        index = FileIdentity(path + "-shm")
    }
}

/// What is known of a store whose file was removed or replaced while it was written.
struct LeftBehind: Sendable {
    fileprivate let files: StoreFiles
    /// Start of its first slot; that it was looked for when it had none; 1970 when it is not known.
    fileprivate let firstSlot: Int64
    fileprivate let slotSeconds: Int64?
    /// Without them, whoever was adopted would be held apart again.
    fileprivate let adoptions: [Adoption]

    /// - Parameters:
    ///   - pool: Its connections; the one that writes has the old file open, whatever its name is.
    ///   - files: What they have open.
    ///   - now: In seconds since 1970-01-01 00:00 UTC.
    init(_ pool: DatabasePool, _ files: StoreFiles, now: Int64) {
        self.files = files
        do {
            let first = try pool.writeWithoutTransaction { database in
                try Int64.fetchOne(database, sql: "SELECT MIN(start) FROM slot")
            }
            firstSlot = first ?? now
        } catch {
            firstSlot = 0
        }
        slotSeconds = try? pool.writeWithoutTransaction { try Periods.slotSeconds($0) }
        adoptions = (try? pool.writeWithoutTransaction { try ExporterRows.adoptions($0) }) ?? []
    }
}

extension StoreOpening {
    /// Opens what is at the path now, or begins a new store there, and writes down that it was
    /// another until now.
    ///
    /// The old one's log must go first: SQLite would take it for that of the file that is there.
    ///
    /// - Parameter left: What was known of the old one.
    /// - Returns: New connections.
    /// - Throws: Why the store cannot be written to now.
    func opened(leaving left: LeftBehind) throws -> DatabasePool {
        let folder = DurableFile.directory(of: path)
        guard FileIdentity(folder) != nil else {
            throw VolumeStoreError.unavailable(reason: "the folder \(folder) does not exist")
        }
        let wasRemoved = FileIdentity(path) == nil
        guard replacesDamaged || !wasRemoved else {
            throw VolumeStoreError.unavailable(reason: "\(path) does not exist any more")
        }
        try putLogAside(left.files)
        let pool = try opened()
        do {
            try tell(of: left, wasRemoved: wasRemoved, in: pool)
        } catch {
            try? pool.close()
            throw error
        }
        return pool
    }

    private func putLogAside(_ files: StoreFiles) throws {
        if let index = files.index, FileIdentity(path + "-shm") == index {
            try DurableFile.remove(path + "-shm")
        }
        guard let log = files.log, FileIdentity(path + "-wal") == log else { return }
        if fileSize(path + "-wal") == 0 { return try DurableFile.remove(path + "-wal") }
        let aside = "\(path).replaced-\(SettingAside.stamp(now()))-wal"
        try DurableFile.rename(path + "-wal", to: aside)
    }

    private func tell(of left: LeftBehind, wasRemoved: Bool, in pool: DatabasePool) throws {
        let time = now()
        let event = OperationalEvent(
            time: time,
            kind: .storeReopened,
            object: path,
            detail: wasRemoved
                ? "\(path) was removed: a new one was begun"
                : "\(path) was replaced: what is there now is written to"
        )
        try pool.writeWithoutTransaction { database in
            let seconds = try Periods.slotSeconds(database)
            if let seconds, let expected = left.slotSeconds, seconds != expected {
                throw VolumeStoreError.incompatible(
                    reason: "\(path) was replaced by one with slots of \(seconds) s; expected "
                        + "slots of \(expected) s"
                )
            }
            let last = try Int64.fetchOne(database, sql: "SELECT MAX(time) FROM flush_batch")
            let from = last ?? left.firstSlot
            let gap = Gap(from: from, to: time, reason: "storeReplaced")
            try database.inTransaction(.immediate) {
                try StoreDiary.write([event], from < time ? [gap] : [], database)
                for adoption in left.adoptions { try ExporterRows.adopt(adoption, database) }
                return .commit
            }
        }
        observe(event)
    }
}
