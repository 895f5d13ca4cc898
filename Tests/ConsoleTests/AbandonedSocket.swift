// SPDX-License-Identifier: Apache-2.0

import Glibc
import Testing

/// Leaves what a collector leaves that was killed: a socket file that nobody serves.
func leaveSocket(at path: String) throws {
    // Not NIO's: a process that another test starts meanwhile must not inherit it.
    let number = socket(AF_UNIX, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    defer { close(number) }
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    // Safe: the path is copied into the array that sockaddr_un has for it, and is shorter.
    unsafe withUnsafeMutableBytes(of: &address.sun_path) { room in
        unsafe room.copyBytes(from: path.utf8)
    }
    // Safe: the kernel reads the address during the call.
    let result = unsafe withUnsafePointer(to: address) { pointer in
        unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
            unsafe bind(number, pointer, socklen_t(MemoryLayout<sockaddr_un>.size))
        }
    }
    try #require(result == 0 && listen(number, 1) == 0)
}
