// SPDX-License-Identifier: Apache-2.0

import Foundation

/// Who writes to a store, told without touching its lock.
///
/// Trying the lock could get in the way of a collector that takes it at the same moment, and the
/// number in the file stays when its process is gone. So the number counts only where the kernel
/// has a lock of that process on that file.
public enum StoreUse {
    /// The process that has the store for writing.
    ///
    /// - Parameters:
    ///   - path: The store.
    ///   - locks: The kernel's list of locks, in the form of proc_locks(5).
    /// - Returns: Its number; nil for none, or one that cannot be seen from here.
    public static func process(path: String, locks: String = "/proc/locks") -> Int? {
        let lock = StoreLock.file(of: URL(fileURLWithPath: path).resolvingSymlinksInPath().path)
        guard let attributes = try? FileManager.default.attributesOfItem(atPath: lock),
            let file = (attributes[.systemFileNumber] as? NSNumber)?.uint64Value,
            let written = try? String(contentsOfFile: lock, encoding: .utf8),
            let process = Int(written.prefix { $0.isWholeNumber })
        else { return nil }
        // The list is read in pieces: where others come and go meanwhile, one may be passed over.
        for _ in 0..<5 where isHeld(file, by: process, locks) { return process }
        return nil
    }

    private static func isHeld(_ file: UInt64, by process: Int, _ locks: String) -> Bool {
        guard let text = try? String(contentsOfFile: locks, encoding: .utf8) else { return false }
        // "2: FLOCK  ADVISORY  WRITE 10204 fe:00:16228625 0 EOF"; one that waits has "->" there.
        return text.split(separator: "\n").contains { line in
            let words = line.split(separator: " ")
            guard words.count > 5, words[1] == "FLOCK", Int(words[4]) == process else {
                return false
            }
            let number = words[5].split(separator: ":").last.flatMap { UInt64($0) }
            return number == file
        }
    }
}
