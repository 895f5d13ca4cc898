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
    ///
    /// Its directory is made if need be.
    package static func begun(at path: String) throws(CollectorError) -> DurableFile {
        try makeDirectory(directory(of: path))
        let draft = path + draftSuffix
        let flags = O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC
        // Safe: the path is passed as a terminated string that lives as long as the call.
        let descriptor = unsafe open(draft, flags, 0o600)
        guard descriptor >= 0 else { throw problem(draft, "opened") }
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

    package borrowing func write(_ octets: some DataProtocol) throws(CollectorError) {
        do {
            try file.write(contentsOf: octets)
        } catch {
            throw CollectorError("\(draft) cannot be written: \(error.localizedDescription)")
        }
    }

    /// Puts the file in its place.
    package consuming func place() throws(CollectorError) {
        guard fsync(file.fileDescriptor) == 0 else { throw Self.problem(draft, "synced") }
        guard Self.rename(draft, to: path) else { throw Self.problem(path, "renamed") }
        try Self.syncDirectory(of: path)
    }

    /// Replaces the file at `path`.
    package static func write(_ content: Data, to path: String) throws(CollectorError) {
        let file = try begun(at: path)
        try file.write(content)
        try file.place()
    }
}

/// What else is done to such files.
extension DurableFile {
    /// Makes `directory` and those above it; only the owner may look into those it makes.
    package static func makeDirectory(_ directory: String) throws(CollectorError) {
        do {
            try FileManager.default.createDirectory(
                atPath: directory,
                withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700]
            )
        } catch {
            throw CollectorError("\(directory) cannot be made: \(error.localizedDescription)")
        }
    }

    /// Removes the file at `path`, if there is one.
    package static func remove(_ path: String) throws(CollectorError) {
        // Safe: the path is passed as a terminated string that lives as long as the call.
        guard unsafe unlink(path) == 0 else {
            if errno == ENOENT { return }
            throw problem(path, "removed")
        }
        try syncDirectory(of: path)
    }

    /// Renames a file over whatever has the new name; false, with `errno` set, when that fails.
    static func rename(_ path: String, to new: String) -> Bool {
        // Safe: both strings live for the call, which only reads them up to their final zeros.
        unsafe Glibc.rename(path, new) == 0
    }

    private static func directory(of path: String) -> String {
        URL(filePath: path).deletingLastPathComponent().path
    }

    private static func syncDirectory(of path: String) throws(CollectorError) {
        let directory = directory(of: path)
        // Safe: the path is passed as a terminated string that lives as long as the call.
        let descriptor = unsafe open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw problem(directory, "opened") }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw problem(directory, "synced") }
    }

    private static func problem(_ path: String, _ verb: String) -> CollectorError {
        let code = errno
        let reason =
            POSIXErrorCode(rawValue: code).map { POSIXError($0).localizedDescription }
            ?? "error \(code)"
        return CollectorError("\(path) cannot be \(verb): \(reason)")
    }
}
