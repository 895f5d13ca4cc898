// SPDX-License-Identifier: Apache-2.0

import Model

/// How the addresses that are looked up lie among the prefixes.
enum Distribution: String, CaseIterable {
    /// Each prefix is as likely as any other.
    case random
    /// The `n`th of the prefixes, in a shuffled order, is `1/n` as likely as the first: like
    /// traffic.
    case zipf
}

/// Addresses to look up, each covered by some prefix.
struct AddressList {
    static let count = 1 << 22

    let family: AddressFamily
    let addresses: [UInt128]

    init(_ distribution: Distribution, among prefixes: [IPPrefix], of family: AddressFamily) {
        self.family = family
        var numbers = Numbers(state: distribution == .random ? 1 : 2)
        let prefixes = prefixes.shuffled(using: &numbers)
        var sums: [Double] = []
        if distribution == .zipf {
            sums.reserveCapacity(prefixes.count)
            for index in prefixes.indices { sums.append((sums.last ?? 0) + 1 / Double(index + 1)) }
        }
        var addresses: [UInt128] = []
        addresses.reserveCapacity(Self.count)
        for _ in 0..<Self.count {
            let index: Int
            if let total = sums.last {
                index = Self.first(in: sums, atLeast: Double.random(in: 0..<total, using: &numbers))
            } else {
                index = Int.random(in: prefixes.indices, using: &numbers)
            }
            addresses.append(Self.address(in: prefixes[index], using: &numbers))
        }
        self.addresses = addresses
    }

    private static func first(in sums: [Double], atLeast value: Double) -> Int {
        var low = 0
        var high = sums.count - 1
        while low < high {
            let middle = (low + high) / 2
            if sums[middle] < value { low = middle + 1 } else { high = middle }
        }
        return low
    }

    private static func address(in prefix: IPPrefix, using numbers: inout Numbers) -> UInt128 {
        let free = UInt128(prefix.family.addressBits - prefix.length)
        let host = numbers.next128() & ((free == 128 ? 0 : 1 << free) &- 1)
        return prefix.address.bits | (prefix.family == .ipv4 ? host << 96 : host)
    }

    /// As `reference/rte_fib.c` reads them.
    var octets: [UInt8] {
        var data: [UInt8] = []
        data.reserveCapacity(addresses.count * 16)
        for address in addresses {
            if family == .ipv4 {
                data.append(bigEndian: UInt32(address >> 96))
            } else {
                data.append(bigEndian: address)
            }
        }
        return data
    }
}
