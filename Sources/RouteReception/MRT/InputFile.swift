// SPDX-License-Identifier: Apache-2.0

import Glibc

/// A file open for reading, closed when it goes.
struct InputFile: ~Copyable {
    private let descriptor: CInt

    private init(owning descriptor: CInt) { self.descriptor = descriptor }

    /// Opens `path`; nil, with `errno` set, when that fails.
    static func opened(_ path: String) -> InputFile? {
        // Safe: the string lives for the call, and open(2) only reads it up to its final zero.
        let descriptor = unsafe path.withCString { unsafe open($0, O_RDONLY | O_CLOEXEC) }
        return descriptor < 0 ? nil : InputFile(owning: descriptor)
    }

    deinit { close(descriptor) }

    /// Reads as much as is there, up to the size of `octets`, to its start.
    ///
    /// - Parameter octets: Its size is not changed.
    /// - Returns: Number of octets read, 0 at the end; nil, with `errno` set, on failure.
    borrowing func read(into octets: inout [UInt8]) -> Int? {
        while true {
            // Safe: the pointer is valid for `count` octets during the call, which writes no more.
            let count = unsafe octets.withUnsafeMutableBytes { buffer in
                unsafe Glibc.read(descriptor, buffer.baseAddress, buffer.count)
            }
            if count >= 0 { return count }
            if errno != EINTR { return nil }
        }
    }

    /// What `errno` says, for people.
    static var lastError: String {
        // Safe: strerror(3) returns a string that ends in zero and is copied at once.
        unsafe String(cString: strerror(errno))
    }
}
