// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc
import Synchronization

/// The right to change what is at a path: an exclusive `flock` on a file made for that.
///
/// The file stays when the lock goes, for removing it would let two processes lock two files of one
/// name; the kernel takes the lock from a process that dies.
package final class FileLock: Sendable {
    private let lockPath: String
    private let path: String
    private let held: Mutex<Held?>

    private struct Held {
        var file: FileHandle
        var identity: FileIdentity?

        /// Gives the lock back.
        ///
        /// Closing alone does not, while a process that was just begun has a copy of the descriptor
        /// and not yet become another program.
        func end() {
            _ = flock(file.fileDescriptor, LOCK_UN)
            try? file.close()
        }
    }

    private init(_ lockPath: String, of path: String, _ held: Held) {
        self.lockPath = lockPath
        self.path = path
        self.held = Mutex(held)
    }

    /// Takes the lock on `path`, or says who has it.
    ///
    /// - Parameters:
    ///   - lockPath: The file that is locked, made if need be.
    ///   - path: What others read of when they are refused.
    /// - Returns: The lock, until it is released or dropped.
    /// - Throws: Who has it, or why nobody can.
    package static func taken(
        _ lockPath: String,
        of path: String
    ) throws(LockProblem) -> FileLock {
        FileLock(lockPath, of: path, try locked(lockPath, of: path))
    }

    /// Takes it again when its file was removed or replaced meanwhile, and so may be another's.
    package func renew() throws(LockProblem) {
        guard let old = held.withLock({ $0 }), old.identity != FileIdentity(lockPath) else {
            return
        }
        let new = try Self.locked(lockPath, of: path)
        held.withLock { held in
            held?.end()
            held = new
        }
    }

    /// Gives the lock back; once is enough.
    package func release() {
        held.withLock { held in
            held?.end()
            held = nil
        }
    }

    deinit { release() }

    private static func locked(
        _ lockPath: String,
        of path: String
    ) throws(LockProblem) -> Held {
        // Safe: the path is passed as a terminated string that lives as long as the call.
        let descriptor = unsafe open(lockPath, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else {
            let code = errno
            let folder = DurableFile.directory(of: lockPath)
            guard code != ENOENT else {
                throw LockProblem("\(path): the folder \(folder) does not exist")
            }
            throw LockProblem("\(lockPath) cannot be opened: \(systemMessage(code))")
        }
        let file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let code = errno
            guard code == EWOULDBLOCK else {
                throw LockProblem("\(lockPath) cannot be locked: \(systemMessage(code))")
            }
            let reason = "\(path) is in use by process \(holder(file))"
            throw LockProblem(reason, isInUse: true)
        }
        // For people only: on a full disk the lock holds without it.
        try? file.truncate(atOffset: 0)
        try? file.write(contentsOf: Data("\(getpid())\n".utf8))
        return Held(file: file, identity: FileIdentity(lockPath))
    }

    private static func holder(_ file: FileHandle) -> String {
        guard let data = try? file.read(upToCount: 20) else { return "unknown" }
        let text = String(decoding: data, as: UTF8.self).prefix { $0.isWholeNumber }
        return text.isEmpty ? "unknown" : String(text)
    }
}

/// Why a lock was not taken, in one sentence.
package struct LockProblem: Error, CustomStringConvertible {
    package let description: String
    /// Another has it.
    package let isInUse: Bool

    init(_ description: String, isInUse: Bool = false) {
        self.description = description
        self.isInUse = isInUse
    }
}
