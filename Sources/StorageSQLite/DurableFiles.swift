// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc
import Storage

/// What is done with whole files so that a power cut finds the one or the other.
enum DurableFiles {
    /// Waits until the contents of a file, or the entries of a folder, are on the disk.
    static func synchronize(_ path: String) throws(VolumeStoreError) {
        // Safe: the path is passed as a terminated string that lives as long as the call.
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw .unavailable(reason: "\(path) cannot be opened: \(systemMessage(errno))")
        }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else {
            throw .unavailable(reason: "\(path) cannot be written: \(systemMessage(errno))")
        }
    }

    /// Makes the kernel forget what it has of a file, so that the disk itself is read next.
    ///
    /// What is still to be written stays. Nothing happens when it cannot be done.
    static func dropCache(_ path: String) {
        // Safe: the path is passed as a terminated string that lives as long as the call.
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        _ = posix_fadvise(descriptor, 0, 0, POSIX_FADV_DONTNEED)
    }

    /// Gives `from` the name `to`, in the place of what has it; nothing when there is no `from`.
    static func rename(_ from: String, to: String) throws(VolumeStoreError) {
        // Safe: both paths are passed as terminated strings that live as long as the call.
        if unsafe Glibc.rename(from, to) == 0 || errno == ENOENT { return }
        throw .unavailable(reason: "\(from) cannot be renamed: \(systemMessage(errno))")
    }

    /// The folder of a file.
    static func folder(of path: String) -> String {
        URL(fileURLWithPath: path).deletingLastPathComponent().path
    }
}

/// What the system calls `code`.
func systemMessage(_ code: Int32) -> String {
    POSIXErrorCode(rawValue: code).map { POSIXError($0).localizedDescription } ?? "error \(code)"
}
