// SPDX-License-Identifier: Apache-2.0

import CLinux
import Glibc
import Model

/// An open descriptor with one owner, closed when that owner is gone.
///
/// Not copyable, so that no second owner can close a number the kernel has since given out again.
struct Descriptor: ~Copyable, Sendable {
    let number: CInt

    /// Takes ownership of an open descriptor.
    private init(owning number: CInt) { self.number = number }

    deinit { close(number) }

    /// Opens a UDP socket.
    static func datagramSocket(_ family: AddressFamily) throws(SystemError) -> Descriptor {
        let type = CInt(SOCK_DGRAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue)
        let number = socket(family == .ipv4 ? AF_INET : AF_INET6, type, 0)
        guard number >= 0 else { throw SystemError(call: "socket") }
        return Descriptor(owning: number)
    }

    /// Sets an option that is one integer; `name` is for the error.
    func set(
        _ option: CInt,
        of level: CInt = SOL_SOCKET,
        to value: CInt,
        name: String
    ) throws(SystemError) {
        // Safe: the kernel reads one CInt, which lives for the call.
        let result = unsafe withUnsafePointer(to: value) { pointer in
            unsafe setsockopt(number, level, option, pointer, socklen_t(MemoryLayout<CInt>.size))
        }
        guard result == 0 else { throw SystemError(call: "setsockopt(\(name))") }
    }

    /// Reads an option that is one integer; `name` is for the error.
    func get(_ option: CInt, name: String) throws(SystemError) -> CInt {
        var value: CInt = 0
        var length = socklen_t(MemoryLayout<CInt>.size)
        // Safe: the kernel writes at most `length` octets, the size of `value`.
        guard unsafe getsockopt(number, SOL_SOCKET, option, &value, &length) == 0 else {
            throw SystemError(call: "getsockopt(\(name))")
        }
        return value
    }

    /// What the kernel says of the memory of a socket, in the order of `linux/sock_diag.h`.
    func memoryInformation() throws(SystemError) -> [UInt32] {
        var words = [UInt32](repeating: 0, count: Int(CLinux_memoryWords))
        var length = socklen_t(words.count * MemoryLayout<UInt32>.size)
        // Safe: the kernel writes at most `length` octets, the size of `words`.
        guard unsafe getsockopt(number, SOL_SOCKET, CLinux_SO_MEMINFO, &words, &length) == 0 else {
            throw SystemError(call: "getsockopt(SO_MEMINFO)")
        }
        return words
    }

    /// Gives the socket an address of its own.
    func bind(to address: SocketAddress) throws(SystemError) {
        // Safe: bind(2) reads `length` octets of the address it is lent.
        let result = unsafe address.withSockaddr { pointer, length in
            unsafe Glibc.bind(number, pointer, length)
        }
        guard result == 0 else { throw SystemError(call: "bind") }
    }

    /// Sets where the socket sends to.
    func connect(to address: SocketAddress) throws(SystemError) {
        // Safe: connect(2) reads `length` octets of the address it is lent.
        let result = unsafe address.withSockaddr { pointer, length in
            unsafe Glibc.connect(number, pointer, length)
        }
        guard result == 0 else { throw SystemError(call: "connect") }
    }

    /// The address and port that the socket has itself.
    func localAddress() throws(SystemError) -> SocketAddress {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        // Safe: the kernel writes at most `length` octets, the size of `storage`.
        let result = unsafe withUnsafeMutablePointer(to: &storage) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                unsafe getsockname(number, address, &length)
            }
        }
        guard result == 0 else { throw SystemError(call: "getsockname") }
        return SocketAddress(storage)
    }
}
