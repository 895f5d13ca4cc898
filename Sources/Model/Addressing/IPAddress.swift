// SPDX-License-Identifier: Apache-2.0

/// An IPv4 or IPv6 address, held as a 128-bit number with its family beside it.
///
/// An IPv4 address sits in the *high* 32 bits, so that "the first `n` bits" means the same for both
/// families and one prefix-match routine serves both.
public struct IPAddress: Hashable, Sendable, BitwiseCopyable {
    /// The address, left-aligned: bit 127 is the first bit on the wire.
    public let bits: UInt128
    public let family: AddressFamily

    @inlinable
    public init(bits: UInt128, family: AddressFamily) {
        self.bits = bits
        self.family = family
    }

    @inlinable
    public static func v4(_ address: UInt32) -> IPAddress {
        IPAddress(bits: UInt128(address) << 96, family: .ipv4)
    }

    @inlinable
    public static func v6(_ address: UInt128) -> IPAddress {
        IPAddress(bits: address, family: .ipv6)
    }

    /// Whether it is this host's own: 127.0.0.0/8 or ::1.
    public var isLoopback: Bool {
        let address = unmapped
        return address.family == .ipv4 ? address.bits >> 120 == 127 : address.bits == 1
    }

    /// The address without the wrapping when this is an IPv4-mapped IPv6 address
    /// (`::ffff:192.0.2.1`, RFC 4291 section 2.5.5.2); itself otherwise.
    public var unmapped: IPAddress {
        guard family == .ipv6, bits >> 32 == 0xffff else { return self }
        return .v4(UInt32(truncatingIfNeeded: bits))
    }
}

/// The families counted, with their IANA Address Family Numbers (AFI) as raw values.
public enum AddressFamily: UInt16, Hashable, Sendable, CaseIterable, BitwiseCopyable {
    case ipv4 = 1
    case ipv6 = 2

    /// Length of an address, in bits.
    public var addressBits: UInt8 { self == .ipv4 ? 32 : 128 }
}

extension IPAddress: Comparable {
    /// IPv4 before IPv6, then by number.
    public static func < (a: IPAddress, b: IPAddress) -> Bool {
        (a.family.rawValue, a.bits) < (b.family.rawValue, b.bits)
    }
}
