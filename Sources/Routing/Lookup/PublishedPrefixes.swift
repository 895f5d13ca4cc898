// SPDX-License-Identifier: Apache-2.0

internal import Model

/// The prefixes by index, for readers: a word with family and length, four with the address.
final class PublishedPrefixes: Sendable {
    private let heads = PublishedWords(segmentShift: PrefixTree.blockShift)
    private let addresses = PublishedWords(
        segmentShift: PrefixTree.blockShift + 2,
        capacityShift: 26
    )

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
        var bits: UInt128 = 0
        for word in 0..<4 as Range<UInt32> {
            bits = bits << 32 | UInt128(addresses[index << 2 | word])
        }
        return IPPrefix(
            IPAddress(bits: bits, family: family),
            length: min(length, family.addressBits)
        )
    }

    /// Writer only.
    func store(_ prefix: IPPrefix, at index: UInt32, retiring retirement: inout Retirement) {
        retirement.add(heads.prepare(index))
        retirement.add(addresses.prepare(index << 2))
        for word in 0..<4 as Range<UInt32> {
            let bits = prefix.address.bits >> UInt128(96 - 32 * word)
            addresses.store(UInt32(truncatingIfNeeded: bits), at: index << 2 | word)
        }
        heads.store(UInt32(prefix.family.rawValue) << 8 | UInt32(prefix.length), at: index)
    }

    /// Writer only.
    func dropSegments(holding index: UInt32, retiring retirement: inout Retirement) {
        retirement.add(heads.dropSegment(holding: index))
        retirement.add(addresses.dropSegment(holding: index << 2))
    }

    var octets: Int { heads.octets + addresses.octets }
}
