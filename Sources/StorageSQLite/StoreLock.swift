// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc
import Storage
import Synchronization

/// The right to write to a store: an exclusive `flock` on the file beside it.
///
/// SQLite's own locks let two processes write in turns, but not safely checkpoint at once before
/// version 3.51.3, and they cannot say who is in the way. The file stays when the lock goes, for
/// removing it would let two processes lock two files of one name; the kernel takes the lock from
/// a process that dies.
final class StoreLock: Sendable {
    private let file: FileHandle
    private let isHeld = Mutex(true)

    private init(file: FileHandle) { self.file = file }

    /// Takes the lock on the store at `path`, or says who has it.
    static func taken(path: String) throws(VolumeStoreError) -> StoreLock {
        let lockPath = path + ".lock"
        // Safe: the path is passed as a terminated string that lives as long as the call.
        let descriptor = unsafe open(lockPath, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else {
            throw .unavailable(reason: "\(lockPath) cannot be opened: \(systemMessage(errno))")
        }
        let file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let code = errno
            guard code == EWOULDBLOCK else {
                throw .unavailable(reason: "\(lockPath) cannot be locked: \(systemMessage(code))")
            }
            throw .unavailable(reason: "\(path) is in use by process \(holder(file))")
        }
        // For people only: on a full disk the lock holds without it.
        try? file.truncate(atOffset: 0)
        try? file.write(contentsOf: Data("\(getpid())\n".utf8))
        return StoreLock(file: file)
    }

    /// Whether anybody has ever written to the store at `path`.
    static func hasBeenTaken(path: String) -> Bool {
        FileManager.default.fileExists(atPath: path + ".lock")
    }

    /// Gives the lock back; once is enough.
    func release() {
        isHeld.withLock { isHeld in
            if isHeld { try? file.close() }
            isHeld = false
        }
    }

    private static func holder(_ file: FileHandle) -> String {
        guard let data = try? file.read(upToCount: 20) else { return "unknown" }
        let text = String(decoding: data, as: UTF8.self).prefix { $0.isWholeNumber }
        return text.isEmpty ? "unknown" : String(text)
    }
}
