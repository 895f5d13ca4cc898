// SPDX-License-Identifier: Apache-2.0

import Foundation
import Storage

/// The right to write to a store: the lock on the file beside it.
///
/// SQLite's own locks let two processes write in turns, but not safely checkpoint at once before
/// version 3.51.3, and they cannot say who is in the way.
enum StoreLock {
    /// What is locked, beside the store at `path`.
    static func file(of path: String) -> String { path + ".lock" }

    /// Takes the lock on the store at `path`, or says who has it.
    static func taken(path: String) throws(VolumeStoreError) -> FileLock {
        do throws(LockProblem) {
            return try FileLock.taken(file(of: path), of: path)
        } catch {
            throw VolumeStoreError.unavailable(reason: error.description)
        }
    }

    /// Whether anybody has ever written to the store at `path`.
    static func hasBeenTaken(path: String) -> Bool {
        FileManager.default.fileExists(atPath: file(of: path))
    }
}
