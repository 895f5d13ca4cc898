// SPDX-License-Identifier: Apache-2.0

import Glibc
import Model

/// An address and a port, and how they are written for the kernel.
struct SocketAddress: Equatable {
    var address: IPAddress
    /// UDP port, in host byte order.
    var port: UInt16

    init(_ address: IPAddress, port: UInt16) {
        self.address = address
        self.port = port
    }

    /// Reads what the kernel wrote; IPv4-mapped addresses are unmapped.
    init(_ storage: sockaddr_storage) {
        // Safe: a sockaddr_storage is large enough and aligned for the address of any family, and
        // both kinds consist of integers only.
        self = unsafe withUnsafeBytes(of: storage) { octets in
            guard CInt(storage.ss_family) == AF_INET6 else {
                let address = unsafe octets.load(as: sockaddr_in.self)
                let number = UInt32(bigEndian: address.sin_addr.s_addr)
                return SocketAddress(.v4(number), port: UInt16(bigEndian: address.sin_port))
            }
            let address = unsafe octets.load(as: sockaddr_in6.self)
            let number = unsafe withUnsafeBytes(of: address.sin6_addr) { octets in
                unsafe UInt128(bigEndian: octets.loadUnaligned(as: UInt128.self))
            }
            let port = UInt16(bigEndian: address.sin6_port)
            return SocketAddress(IPAddress.v6(number).unmapped, port: port)
        }
    }

    /// Lends `body` the address as the kernel reads it, and its length in octets.
    @unsafe
    func withSockaddr<Result>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result {
        switch address.family {
        case .ipv4:
            var raw = sockaddr_in()
            raw.sin_family = sa_family_t(AF_INET)
            raw.sin_port = port.bigEndian
            raw.sin_addr.s_addr = UInt32(truncatingIfNeeded: address.bits >> 96).bigEndian
            return unsafe Self.lend(raw, to: body)
        case .ipv6:
            var raw = sockaddr_in6()
            raw.sin6_family = sa_family_t(AF_INET6)
            raw.sin6_port = port.bigEndian
            // Safe: an in6_addr is 16 octets, as a UInt128 is.
            unsafe withUnsafeMutableBytes(of: &raw.sin6_addr) { octets in
                unsafe octets.storeBytes(of: address.bits.bigEndian, as: UInt128.self)
            }
            return unsafe Self.lend(raw, to: body)
        }
    }

    @unsafe
    private static func lend<Raw, Result>(
        _ raw: Raw,
        to body: (UnsafePointer<sockaddr>, socklen_t) -> Result
    ) -> Result {
        // Safe: every address begins as a sockaddr does, and its true length goes with it.
        unsafe withUnsafePointer(to: raw) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                unsafe body(address, socklen_t(MemoryLayout<Raw>.size))
            }
        }
    }
}
