// SPDX-License-Identifier: Apache-2.0

import Dispatch
import Foundation
import GRDB
public import Model
import Storage

/// Makes copies of a store that is in use, and keeps the newest.
///
/// # How it works
///
/// A connection of its own, which only reads, copies the last commit (`VACUUM INTO`: what cannot
/// be read fails there) to a file that does not yet have its name. The copy is put on the disk,
/// looked through, and only then named `STORE-TIME.db`; only then are older ones removed. So what
/// has the name is whole, however it ends. Meanwhile the store is written to as always.
public struct SQLiteBackup: Sendable {
    private let path: String
    private let directory: String
    private let keep: Int

    /// - Parameters:
    ///   - path: Of the store.
    ///   - directory: Where copies are; made when it is not there.
    ///   - keep: How many are kept, the newest; at least one.
    public init(path: String, directory: String, keep: Int) {
        self.path = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
        self.directory = URL(fileURLWithPath: directory).path
        self.keep = max(keep, 1)
    }

    /// Makes a copy, which may take minutes.
    ///
    /// - Parameter now: In seconds since 1970-01-01 00:00 UTC; names the copy.
    /// - Returns: `backupWritten` or `backupFailed`, to be stored.
    public func run(now: Int64) async -> OperationalEvent {
        await withCheckedContinuation { waiting in
            DispatchQueue.global(qos: .utility).async {
                waiting.resume(returning: self.event(now: now))
            }
        }
    }

    /// When the newest copy was made that was not made after `now`, by a clock that was ahead; both
    /// in seconds since 1970-01-01 00:00 UTC; nil without one.
    public func newest(notAfter now: Int64) -> Int64? {
        copies().compactMap { time(of: $0) }.last { $0 <= now }
    }

    private func event(now: Int64) -> OperationalEvent {
        let name = "\(prefix)\(SettingAside.stamp(now)).db"
        let copy = "\(directory)/\(name)"
        do {
            try write(to: copy)
            return OperationalEvent(
                time: now,
                kind: .backupWritten,
                object: copy,
                detail: "\(Self.words(fileSize(copy))), \(try removeOld(now: now)) older removed"
            )
        } catch {
            return OperationalEvent(
                time: now,
                kind: .backupFailed,
                object: copy,
                detail: VolumeStoreError(error, path: path).reason
            )
        }
    }

    /// "221 kB", "1500 MB", "12 GB", rounded up.
    private static func words(_ octets: Int) -> String {
        switch octets {
        case ..<1_000_000: "\((octets + 999) / 1_000) kB"
        case ..<10_000_000_000: "\((octets + 999_999) / 1_000_000) MB"
        default: "\((octets + 999_999_999) / 1_000_000_000) GB"
        }
    }

    private func write(to copy: String) throws {
        try FileManager.default.createDirectory(
            atPath: directory,
            withIntermediateDirectories: true
        )
        let partial = copy + ".partial"
        try removePartial()
        do {
            let source = try StoreOpening.reader(path: path)
            defer { try? source.close() }
            try source.inDatabase { database in
                // VACUUM is a write to SQLite's mind, though not of this database.
                try database.execute(sql: "PRAGMA query_only = 0")
                try database.execute(sql: "VACUUM INTO ?", arguments: [partial])
            }
            try DurableFile.synchronize(partial)
            let check = try StoreOpening.reader(path: partial)
            defer { try? check.close() }
            if case .damaged(let reason) = try QuickCheck.run(check, seconds: 3_600) {
                throw VolumeStoreError.corrupt(reason: "the copy is damaged: \(reason)")
            }
        } catch {
            try? removePartial()
            throw error
        }
        try DurableFile.rename(partial, to: copy)
        try DurableFile.synchronize(directory)
    }

    private var prefix: String {
        URL(fileURLWithPath: path).deletingPathExtension().lastPathComponent + "-"
    }

    /// Names of the copies, oldest first.
    private func copies() -> [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
        return names.filter { time(of: $0) != nil }.sorted()
    }

    /// Those that are still to come go first: a clock that was ahead has named them.
    private func removeOld(now: Int64) throws -> Int {
        let copies = copies()
        let ahead = copies.filter { (time(of: $0) ?? now) > now }
        let old = (ahead + copies.filter { !ahead.contains($0) }).dropLast(keep)
        for name in old { try FileManager.default.removeItem(atPath: "\(directory)/\(name)") }
        return old.count
    }

    /// What an earlier run that was killed has left.
    private func removePartial() throws {
        for name in try FileManager.default.contentsOfDirectory(atPath: directory)
        where name.hasPrefix(prefix) && name.contains(".db.partial") {
            try FileManager.default.removeItem(atPath: "\(directory)/\(name)")
        }
    }

    /// The time in the name of a copy; nil for any other name.
    private func time(of name: String) -> Int64? {
        guard name.hasPrefix(prefix), name.hasSuffix(".db") else { return nil }
        let formatter = ISO8601DateFormatter()
        let stamp = Array(name.dropFirst(prefix.count).dropLast(3))
        guard stamp.count == 16 else { return nil }
        let text =
            "\(String(stamp[0..<4]))-\(String(stamp[4..<6]))-\(String(stamp[6..<11]))"
            + ":\(String(stamp[11..<13])):\(String(stamp[13..<16]))"
        return formatter.date(from: text).map { Int64($0.timeIntervalSince1970) }
    }
}
