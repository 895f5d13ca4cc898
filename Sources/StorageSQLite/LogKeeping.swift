// SPDX-License-Identifier: Apache-2.0

import Dispatch
import Foundation
import GRDB

/// Moves the write-ahead log into the file, so that it stays small.
///
/// # How it works
///
/// SQLite would do this by itself, and swallow its errors. So it is switched off, and done here by
/// the writing connection after a commit: as soon as the log is longer than ``ordinary``, what no
/// reader is in the way of is moved; the next commit then begins the log anew. Readers that follow
/// each other without a pause keep it from doing so; beyond ``excessive`` the writer waits for
/// them, for a second, and once in a while: a reader that stays for an hour costs space, not time.
struct LogKeeping {
    /// In octets; the log is cut to this when it begins anew (`journal_size_limit`).
    static let ordinary = 4 << 20
    private static let excessive = 64 << 20
    private static let pause: UInt64 = 30_000_000_000

    /// Uptime in nanoseconds before which readers are not waited for.
    private var nextWait: UInt64 = 0

    mutating func keep(_ database: Database, path: String) throws {
        let size = fileSize(path + "-wal")
        guard size > Self.ordinary else { return }
        let now = DispatchTime.now().uptimeNanoseconds
        guard size > Self.excessive, now >= nextWait else {
            try database.checkpoint(.passive)
            return
        }
        nextWait = now + Self.pause
        try database.execute(sql: "PRAGMA busy_timeout = 1000")
        defer { try? database.execute(sql: "PRAGMA busy_timeout = 10000") }
        try database.checkpoint(.truncate)
    }
}

/// In octets; 0 for a file that is not there.
func fileSize(_ path: String) -> Int {
    let size = try? FileManager.default.attributesOfItem(atPath: path)[.size] as? NSNumber
    return size?.intValue ?? 0
}
