// SPDX-License-Identifier: Apache-2.0

/// An address block: the first ``length`` bits of ``address`` (RFC 4632; RFC 4291, section 2.3).
public struct IPPrefix: Hashable, Sendable {
    /// The first address of the block; all bits after ``length`` are zero.
    public let address: IPAddress
    /// Number of leading bits that are fixed, in bits.
    public let length: UInt8

    /// Creates a prefix, clearing the host bits of `address`.
    ///
    /// - Precondition: `length` is at most 32 for IPv4 and 128 for IPv6.
    public init(_ address: IPAddress, length: UInt8) {
        precondition(length <= address.family.addressBits, "prefix longer than its address")
        let mask: UInt128 = length == 0 ? 0 : ~0 << (128 - UInt128(length))
        self.address = IPAddress(bits: address.bits & mask, family: address.family)
        self.length = length
    }

    public func contains(_ other: IPAddress) -> Bool {
        other.family == address.family && IPPrefix(other, length: length).address == address
    }

    /// Whether every address of `other` is in this block.
    public func covers(_ other: IPPrefix) -> Bool {
        length <= other.length && contains(other.address)
    }

    public var family: AddressFamily { address.family }
}

extension IPPrefix: Comparable {
    /// By first address, the shorter (covering) block first.
    public static func < (a: IPPrefix, b: IPPrefix) -> Bool {
        a.address == b.address ? a.length < b.length : a.address < b.address
    }
}
