// SPDX-License-Identifier: Apache-2.0

import Foundation
import GRDB
import Model
import Storage

/// Puts a damaged database out of the way, whole, and a new one in its place.
///
/// # How it works
///
/// The new one is made first, under a name of its own, with the fact in it: an event, and a gap
/// from the first slot of the old one (as far as that can be read, else from 1970) to now, for the
/// new one knows nothing of that time; adoptions that can be read are in it too. Then the old file
/// and its log get the name `PATH.damaged-TIME`, and the new one gets `PATH`. Interrupted at any
/// point, the next opening for writing goes on where it stopped: the new one, once complete, is
/// found by its name.
///
///     PATH.replaces-TIME.partial -> PATH.replaces-TIME     the new one is complete
///     PATH-wal, PATH-shm, PATH   -> PATH.damaged-TIME...   the old one is out of the way
///     PATH.replaces-TIME         -> PATH
struct SettingAside {
    let path: String

    /// Sets the file aside because of `reason`.
    ///
    /// - Returns: What happened, as it stands in the new store.
    func run(reason: String, now: Int64) throws -> OperationalEvent {
        let stamp = Self.stamp(now)
        let partial = "\(path).replaces-\(stamp).partial"
        let old = readable()
        var detail = "\(path).damaged-\(stamp): \(reason)"
        if let flush = old.lastFlush {
            detail += "; its last flush was at \(Timestamp.text(seconds: flush))"
        }
        let event = OperationalEvent(
            time: now,
            kind: .storeSetAside,
            object: "\(path).damaged-\(stamp)",
            detail: detail
        )
        let queue = try DatabaseQueue(path: partial)
        try Migrations.migrator.migrate(queue)
        try queue.write { database in
            let from = min(old.firstSlot ?? 0, now)
            let gap = Gap(from: from, to: now, reason: "storeDamaged")
            try StoreDiary.write([event], [gap], database)
            for adoption in old.adoptions { try ExporterRows.adopt(adoption, database) }
        }
        try queue.close()
        try DurableFile.synchronize(partial)
        try DurableFile.rename(partial, to: "\(path).replaces-\(stamp)")
        try DurableFile.synchronize(DurableFile.directory(of: path))
        try finish()
        return event
    }

    /// Goes on with what an earlier run began; does nothing when nothing was begun.
    func finish() throws {
        let prefix = URL(fileURLWithPath: path).lastPathComponent + ".replaces-"
        let folder = DurableFile.directory(of: path)
        let names = try FileManager.default.contentsOfDirectory(atPath: folder)
        let ours = names.filter { $0.hasPrefix(prefix) }
        for name in ours where name.contains(".partial") {
            try? FileManager.default.removeItem(atPath: "\(folder)/\(name)")
        }
        guard let name = ours.filter({ !$0.contains(".partial") }).max() else { return }
        let damaged = "\(path).damaged-\(name.dropFirst(prefix.count))"
        for suffix in ["-wal", "-shm", ""] {
            try DurableFile.renameIfPresent(path + suffix, to: damaged + suffix)
        }
        try DurableFile.synchronize(folder)
        try DurableFile.rename("\(folder)/\(name)", to: path)
        try DurableFile.synchronize(folder)
    }

    /// What can still be read of the old file, and matters beyond it.
    private struct Readable {
        var firstSlot: Int64?
        var lastFlush: Int64?
        /// Without them, whoever was adopted would be held apart again.
        var adoptions: [Adoption] = []
    }

    private func readable() -> Readable {
        var found = Readable()
        guard let queue = try? StoreOpening.reader(path: path) else { return found }
        defer { try? queue.close() }
        found.firstSlot = try? queue.read {
            try Int64.fetchOne($0, sql: "SELECT MIN(start) FROM slot")
        }
        found.lastFlush = try? queue.read {
            try Int64.fetchOne($0, sql: "SELECT MAX(time) FROM flush_batch")
        }
        found.adoptions = (try? queue.read { try ExporterRows.adoptions($0) }) ?? []
        return found
    }

    /// A time as it stands in names of files: "20261121T101500Z".
    static func stamp(_ seconds: Int64) -> String {
        Timestamp.text(seconds: seconds).filter { $0 != "-" && $0 != ":" }
    }
}
