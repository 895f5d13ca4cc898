// SPDX-License-Identifier: Apache-2.0

package import Model

/// A set of prefixes that finds the longest one around an address.
///
/// # How it works
///
/// One hash lookup for each length that occurs, longest first. The sets here come from a
/// configuration and have a handful of lengths; the routing table is another matter.
package struct PrefixSet: Sendable {
    private let prefixes: [IPPrefix: Int]
    private let ipv4Lengths: [UInt8]
    private let ipv6Lengths: [UInt8]

    /// Takes prefixes with a number each; the first of equal prefixes counts.
    package init(_ numbered: [(IPPrefix, Int)]) {
        prefixes = Dictionary(numbered, uniquingKeysWith: { first, _ in first })
        let lengths = { (family: AddressFamily) in
            Set(numbered.filter { $0.0.family == family }.map(\.0.length)).sorted(by: >)
        }
        ipv4Lengths = lengths(.ipv4)
        ipv6Lengths = lengths(.ipv6)
    }

    package init(_ prefixes: [IPPrefix]) {
        self.init(prefixes.enumerated().map { ($0.element, $0.offset) })
    }

    package var isEmpty: Bool { prefixes.isEmpty }

    /// The number of the longest prefix that holds `address`; nil for none.
    package func longest(around address: IPAddress) -> Int? {
        for length in address.family == .ipv4 ? ipv4Lengths : ipv6Lengths {
            if let number = prefixes[IPPrefix(address, length: length)] { return number }
        }
        return nil
    }

    package func contains(_ address: IPAddress) -> Bool { longest(around: address) != nil }
}
