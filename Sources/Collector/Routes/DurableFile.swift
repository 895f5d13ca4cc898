// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc

/// A file that comes to its place whole or not at all, and stays there when the power fails.
///
/// It is written beside its place, synchronized, and renamed; what was there before stays until
/// then.
struct DurableFile: ~Copyable {
    private let path: String
    private let draft: String
    private let file: FileHandle

    /// Begins a file that is to be at `path`; its directory is made if need be.
    static func begun(at path: String) throws -> DurableFile {
        let directory = URL(filePath: path).deletingLastPathComponent()
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        // One name for all drafts of a file: what a crash left is written over.
        let draft = "\(path).new"
        try Data().write(to: URL(filePath: draft))
        let file = try FileHandle(forWritingTo: URL(filePath: draft))
        return DurableFile(path: path, draft: draft, file: file)
    }

    private init(path: String, draft: String, file: FileHandle) {
        self.path = path
        self.draft = draft
        self.file = file
    }

    deinit {
        try? file.close()
        try? FileManager.default.removeItem(atPath: draft)
    }

    borrowing func write(_ octets: [UInt8]) throws {
        try file.write(contentsOf: octets)
    }

    /// Puts the file in its place.
    consuming func place() throws {
        try file.synchronize()
        guard Self.rename(draft, to: path) else {
            throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO)
        }
        Self.synchronize(directory: URL(filePath: path).deletingLastPathComponent().path)
    }

    /// Renames a file over whatever has the new name; false, with `errno` set, when that fails.
    static func rename(_ path: String, to new: String) -> Bool {
        // Safe: both strings live for the call, which only reads them up to their final zeros.
        unsafe Glibc.rename(path, new) == 0
    }

    /// Makes the new name last; a file system that cannot has it last by itself.
    private static func synchronize(directory: String) {
        // Safe: the string lives for the call, which only reads it up to its final zero.
        let descriptor = unsafe open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        fsync(descriptor)
        close(descriptor)
    }
}
