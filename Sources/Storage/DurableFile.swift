// SPDX-License-Identifier: Apache-2.0

package import Foundation
import Glibc

/// A file that is whole or as it was, whenever the machine stops.
///
/// Written beside its place, synced, renamed into it, and the directory synced after that: a name
/// leads to the old content or to the new, never to a part (rename(2), fsync(2)).
package struct DurableFile: ~Copyable {
    private let path: String
    private let draft: String
    private let file: FileHandle

    /// How the file beside the place ends, so that one left behind is known for what it is.
    package static let draftSuffix = ".draft"

    /// Begins a file that is to be at `path`, for its owner alone; one writer at a time.
    package static func begun(at path: String) throws(FileProblem) -> DurableFile {
        let draft = path + draftSuffix
        let flags = O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC
        // Safe: the path is passed as a terminated string that lives as long as the call.
        let descriptor = unsafe open(draft, flags, 0o600)
        guard descriptor >= 0 else { throw FileProblem(draft, "opened") }
        return DurableFile(path: path, draft: draft, descriptor)
    }

    private init(path: String, draft: String, _ descriptor: CInt) {
        self.path = path
        self.draft = draft
        file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    }

    deinit {
        // Safe: the path is passed as a terminated string that lives as long as the call. Once it
        // has been renamed there is no draft to remove.
        _ = unsafe unlink(draft)
    }

    package borrowing func write(_ octets: some DataProtocol) throws(FileProblem) {
        do {
            try file.write(contentsOf: octets)
        } catch {
            throw FileProblem("\(draft) cannot be written: \(error.localizedDescription)")
        }
    }

    /// Puts the file in its place.
    package consuming func place() throws(FileProblem) {
        guard fsync(file.fileDescriptor) == 0 else { throw FileProblem(draft, "synced") }
        try Self.rename(draft, to: path)
        try Self.synchronize(Self.directory(of: path))
    }

    /// Replaces the file at `path`.
    package static func write(_ content: Data, to path: String) throws(FileProblem) {
        let file = try begun(at: path)
        try file.write(content)
        try file.place()
    }
}

/// What else is done with whole files so that a power cut finds the one or the other.
extension DurableFile {
    /// Makes `directory` and those above it; only the owner may look into those it makes.
    package static func makeDirectory(_ directory: String) throws(FileProblem) {
        do {
            try FileManager.default.createDirectory(
                atPath: directory,
                withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700]
            )
        } catch {
            throw FileProblem("\(directory) cannot be made: \(error.localizedDescription)")
        }
    }

    /// The directory of a file.
    package static func directory(of path: String) -> String {
        URL(filePath: path).deletingLastPathComponent().path
    }

    /// Removes the file at `path`, if there is one.
    package static func remove(_ path: String) throws(FileProblem) {
        // Safe: the path is passed as a terminated string that lives as long as the call.
        guard unsafe unlink(path) == 0 else {
            if errno == ENOENT { return }
            throw FileProblem(path, "removed")
        }
        try synchronize(directory(of: path))
    }

    /// Gives `path` the name `new`, in the place of what has it.
    package static func rename(_ path: String, to new: String) throws(FileProblem) {
        // Safe: both strings live for the call, which only reads them up to their final zeros.
        guard unsafe Glibc.rename(path, new) == 0 else { throw FileProblem(path, "renamed") }
    }

    /// The same; nothing when there is no `path`.
    package static func renameIfPresent(_ path: String, to new: String) throws(FileProblem) {
        // Safe: both strings live for the call, which only reads them up to their final zeros.
        if unsafe Glibc.rename(path, new) == 0 || errno == ENOENT { return }
        throw FileProblem(path, "renamed")
    }

    /// Waits until the contents of a file, or the entries of a directory, are on the disk.
    package static func synchronize(_ path: String) throws(FileProblem) {
        // Safe: the path is passed as a terminated string that lives as long as the call.
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw FileProblem(path, "opened") }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw FileProblem(path, "synced") }
    }

    /// Makes the kernel forget what it has of a file, so that the disk itself is read next.
    ///
    /// What is still to be written stays. Nothing happens when it cannot be done.
    package static func dropCache(_ path: String) {
        // Safe: the path is passed as a terminated string that lives as long as the call.
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        _ = posix_fadvise(descriptor, 0, 0, POSIX_FADV_DONTNEED)
    }
}

/// What could not be done with a file, and why, in one sentence.
package struct FileProblem: Error, CustomStringConvertible {
    package let description: String

    init(_ description: String) { self.description = description }

    /// The system has just refused to have `path` `done`; says why, by `errno`.
    init(_ path: String, _ done: String) {
        let code = errno
        self.init("\(path) cannot be \(done): \(systemMessage(code))")
    }
}

/// What the system calls `code`.
package func systemMessage(_ code: Int32) -> String {
    POSIXErrorCode(rawValue: code).map { POSIXError($0).localizedDescription } ?? "error \(code)"
}
