// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Which file a path leads to: another one of the same name is another file.
package struct FileIdentity: Equatable, Sendable {
    private let device: UInt64
    private let inode: UInt64

    /// nil when there is no file, or it cannot be looked at.
    package init?(_ path: String) {
        var status = stat()
        // Safe: the call reads the path up to its final zero, and fills the status it is lent.
        guard unsafe stat(path, &status) == 0 else { return nil }
        device = UInt64(status.st_dev)
        inode = UInt64(status.st_ino)
    }

    /// Whether there is certainly nothing at `path`, rather than that it cannot be looked at.
    package static func isNothing(at path: String) -> Bool {
        var status = stat()
        // Safe: the call reads the path up to its final zero, and fills the status it is lent.
        return unsafe stat(path, &status) != 0 && errno == ENOENT
    }
}
