// SPDX-License-Identifier: Apache-2.0

package import Foundation
import Glibc

/// Files that are whole or as they were, whenever the machine stops.
///
/// Written beside their place, synced, renamed into it, and the directory synced after that: a name
/// leads to the old content or to the new, never to a part (rename(2), fsync(2)).
package enum DurableFile {
    /// How the file beside the place ends, so that one left behind is known for what it is.
    package static let draftSuffix = ".draft"

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

    /// Replaces the file at `path`, for its owner alone to read.
    ///
    /// One writer at a time; the directory is there.
    package static func write(_ content: Data, to path: String) throws(CollectorError) {
        let draft = path + draftSuffix
        do throws(CollectorError) {
            try writeDraft(content, to: draft)
            // Safe: both paths are passed as terminated strings that live as long as the call.
            guard unsafe rename(draft, path) == 0 else { throw problem(path, "renamed") }
        } catch {
            // Safe: as above.
            _ = unsafe unlink(draft)
            throw error
        }
        try syncDirectory(of: path)
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

    private static func writeDraft(_ content: Data, to draft: String) throws(CollectorError) {
        let flags = O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC
        // Safe: the path is passed as a terminated string that lives as long as the call.
        let descriptor = unsafe open(draft, flags, 0o600)
        guard descriptor >= 0 else { throw problem(draft, "opened") }
        let file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: false)
        do {
            defer { close(descriptor) }
            try file.write(contentsOf: content)
            guard fsync(descriptor) == 0 else { throw problem(draft, "synced") }
        } catch let error as CollectorError {
            throw error
        } catch {
            throw CollectorError("\(draft) cannot be written: \(error.localizedDescription)")
        }
    }

    private static func syncDirectory(of path: String) throws(CollectorError) {
        let directory = URL(filePath: path).deletingLastPathComponent().path
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
