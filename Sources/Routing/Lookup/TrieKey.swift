// SPDX-License-Identifier: Apache-2.0

internal import Model

/// A prefix as the trie reads it.
struct TrieKey {
    /// The address, left-aligned, in two halves.
    let high: UInt64
    let low: UInt64
    /// Number of bits that are fixed.
    let length: Int
    /// Where the root of the family begins, in words.
    let rootOffset: UInt32

    init(_ prefix: IPPrefix) {
        self.init(prefix.address, length: Int(prefix.length))
    }

    /// The key of a single address, or of its first bits.
    @inline(__always)
    init(_ address: IPAddress, length: Int = 128) {
        high = UInt64(truncatingIfNeeded: address.bits >> 64)
        low = UInt64(truncatingIfNeeded: address.bits)
        rootOffset = Self.rootOffset(of: address.family)
        self.length = length
    }

    /// The index of the default route of `family`.
    @inline(__always)
    static func defaultIndex(of family: AddressFamily) -> UInt32 { family == .ipv4 ? 0 : 1 }

    @inline(__always)
    static func rootOffset(of family: AddressFamily) -> UInt32 {
        UInt32(family.rawValue &- AddressFamily.ipv4.rawValue) &<< UInt32(PrefixTrie.rootBits)
    }

    /// The bits that a node takes which stands for the first `depth`; zeros follow the last bit.
    @inline(__always)
    func slot(at depth: Int) -> UInt32 {
        if depth <= 64 - PrefixTrie.nodeBits { return Self.slot(of: high, at: depth) }
        let bits = UInt128(high) << 64 | UInt128(low)
        return Self.slot(of: UInt64(truncatingIfNeeded: (bits << depth) >> 64), at: 0)
    }

    /// The same where all of them are among the first 64 bits, which `high` is.
    @inline(__always)
    static func slot(of high: UInt64, at depth: Int) -> UInt32 {
        let rest = high &<< UInt64(truncatingIfNeeded: depth)
        return UInt32(truncatingIfNeeded: rest &>> UInt64(64 - PrefixTrie.nodeBits))
    }
}
