// SPDX-License-Identifier: Apache-2.0

internal import Model

/// The prefixes by index, for readers.
///
///     heads  [ family, length ]
///     high   [ first 64 bits of the address, two words ]
///     low    [ the others ]        hardly ever: without memory where all of them are zero
///
final class PublishedPrefixes: Sendable {
    private let heads = PublishedWords(segmentShift: PrefixTree.blockShift)
    private let high = PublishedWords(segmentShift: PrefixTree.blockShift + 1, capacityShift: 25)
    private let low = PublishedWords(segmentShift: PrefixTree.blockShift + 1, capacityShift: 25)

    func family(at index: UInt32) -> AddressFamily? {
        guard index >= PrefixTrie.firstIndex else {
            return index == TrieKey.defaultIndex(of: .ipv4) ? .ipv4 : .ipv6
        }
        return AddressFamily(rawValue: UInt16(truncatingIfNeeded: heads[index] >> 8))
    }

    /// The prefix at `index`; nil where none is.
    func prefix(at index: UInt32) -> IPPrefix? {
        guard let family = family(at: index) else { return nil }
        guard index >= PrefixTrie.firstIndex else {
            return IPPrefix(IPAddress(bits: 0, family: family), length: 0)
        }
        let length = UInt8(truncatingIfNeeded: heads[index])
        let bits = UInt128(Self.half(high, index)) << 64 | UInt128(Self.half(low, index))
        return IPPrefix(
            IPAddress(bits: bits, family: family),
            length: min(length, family.addressBits)
        )
    }

    private static func half(_ words: PublishedWords, _ index: UInt32) -> UInt64 {
        UInt64(words[index << 1]) << 32 | UInt64(words[index << 1 | 1])
    }

    private static func store(_ half: UInt64, in words: PublishedWords, _ index: UInt32) {
        words.store(UInt32(truncatingIfNeeded: half >> 32), at: index << 1)
        words.store(UInt32(truncatingIfNeeded: half), at: index << 1 | 1)
    }

    /// Writer only.
    func store(_ prefix: IPPrefix, at index: UInt32) {
        heads.prepare(index)
        high.prepare(index << 1)
        Self.store(UInt64(truncatingIfNeeded: prefix.address.bits >> 64), in: high, index)
        let last = UInt64(truncatingIfNeeded: prefix.address.bits)
        if last != 0 { low.prepare(index << 1) }
        Self.store(last, in: low, index)
        heads.store(UInt32(prefix.family.rawValue) << 8 | UInt32(prefix.length), at: index)
    }

    /// Writer only.
    func dropSegments(holding index: UInt32) {
        heads.dropSegment(holding: index)
        high.dropSegment(holding: index << 1)
        low.dropSegment(holding: index << 1)
    }

    var octets: Int { heads.octets + high.octets + low.octets }
}
