// SPDX-License-Identifier: Apache-2.0

package import Model

/// A set of prefixes that finds the longest one around an address.
///
/// # How it works
///
/// Prefixes nest and never overlap otherwise, so they cut the line of all addresses into ranges,
/// each of which has one longest prefix, or none:
///
///     198.18.0.0/15    |=========================================|
///     198.18.8.0/24               |======|
///     starts           0.. | 198.18.0.0 | 198.18.8.0 | 198.18.9.0 | 198.20.0.0 ..
///     number           -   |      0     |      1     |      0     |     -
///
/// A lookup is a binary search for the last start that is not beyond the address. The sets here
/// come from a configuration and are small; the routing table is another matter.
package struct PrefixSet: Sendable {
    private var ipv4: [Range] = []
    private var ipv6: [Range] = []

    /// The addresses from `start` to the next range.
    private struct Range {
        var start: UInt128
        /// Of the longest prefix; negative for none.
        var number: Int
    }

    /// Takes prefixes with a number each; the first of equal prefixes counts.
    package init(_ numbered: [(IPPrefix, Int)]) {
        ipv4 = Self.ranges(of: numbered.filter { $0.0.family == .ipv4 })
        ipv6 = Self.ranges(of: numbered.filter { $0.0.family == .ipv6 })
    }

    package init(_ prefixes: [IPPrefix]) {
        self.init(prefixes.enumerated().map { ($0.element, $0.offset) })
    }

    package var isEmpty: Bool { ipv4.isEmpty && ipv6.isEmpty }

    /// The number of the longest prefix that holds `address`; nil for none.
    package func longest(around address: IPAddress) -> Int? {
        switch address.family {
        case .ipv4: Self.number(at: address.bits, in: ipv4)
        case .ipv6: Self.number(at: address.bits, in: ipv6)
        }
    }

    package func contains(_ address: IPAddress) -> Bool { longest(around: address) != nil }

    private static func number(at bits: UInt128, in ranges: [Range]) -> Int? {
        var first = 0
        var count = ranges.count
        while count > 0 {
            let half = count / 2
            if ranges[first + half].start <= bits {
                first += half + 1
                count -= half + 1
            } else {
                count = half
            }
        }
        guard first > 0 else { return nil }
        let number = ranges[first - 1].number
        return number < 0 ? nil : number
    }

    /// Walks the prefixes by first address, shorter first, with those around the place in hand.
    private static func ranges(of numbered: [(IPPrefix, Int)]) -> [Range] {
        var ranges: [Range] = []
        var around: [(last: UInt128, number: Int)] = []
        func begin(_ number: Int, at start: UInt128) {
            if ranges.last?.start == start { ranges.removeLast() }
            if ranges.last?.number != number { ranges.append(Range(start: start, number: number)) }
        }
        func end(before start: UInt128) {
            while let inner = around.last, inner.last < start {
                around.removeLast()
                begin(around.last?.number ?? -1, at: inner.last + 1)
            }
        }
        var seen: Set<IPPrefix> = []
        let sorted = numbered.filter { seen.insert($0.0).inserted }.sorted { $0.0 < $1.0 }
        for (prefix, number) in sorted {
            let start = prefix.address.bits
            end(before: start)
            let hosts: UInt128 = prefix.length == 0 ? .max : ~(~0 << (128 - UInt128(prefix.length)))
            begin(number, at: start)
            around.append((start | hosts, number))
        }
        while let inner = around.popLast() {
            guard inner.last < .max else { break }
            begin(around.last?.number ?? -1, at: inner.last + 1)
        }
        return ranges
    }
}
