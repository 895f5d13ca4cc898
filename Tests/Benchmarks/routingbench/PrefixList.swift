// SPDX-License-Identifier: Apache-2.0

import Foundation
import Model

/// The prefixes of a full table, in an order that is the same on every run.
struct PrefixList {
    let prefixes: [IPPrefix]

    /// Those of a file with a prefix a line; made up without.
    init(file: String?) throws {
        guard let file else {
            prefixes = Self.madeUp()
            return
        }
        guard let data = FileManager.default.contents(atPath: file) else {
            throw BenchError("\(file) cannot be read")
        }
        var prefixes: [IPPrefix] = []
        for line in data.split(whereSeparator: { $0 == 10 || $0 == 13 }) {
            let text = String(decoding: line, as: UTF8.self)
            guard let prefix = IPPrefix(text) else { throw BenchError("no prefix: \(text)") }
            prefixes.append(prefix)
        }
        self.prefixes = prefixes
    }

    func of(_ family: AddressFamily) -> [IPPrefix] { prefixes.filter { $0.family == family } }

    /// Numbers of prefixes by length, as routers on the Internet had them in 2024.
    private static let lengths: [AddressFamily: [UInt8: Int]] = [
        .ipv4: [
            8: 16, 9: 13, 10: 38, 11: 103, 12: 299, 13: 581, 14: 1203, 15: 2100, 16: 13490,
            17: 8235, 18: 13798, 19: 24870, 20: 42611, 21: 50750, 22: 108_623, 23: 96510,
            24: 537_698, 25: 20, 28: 18, 29: 17, 32: 886,
        ],
        .ipv6: [
            20: 16, 24: 30, 28: 193, 29: 4371, 30: 650, 31: 284, 32: 22548, 33: 2926, 34: 2603,
            35: 1043, 36: 5996, 37: 880, 38: 1617, 39: 1377, 40: 13418, 41: 903, 42: 2301,
            43: 1001, 44: 14365, 45: 1553, 46: 3039, 47: 3153, 48: 75488, 56: 24, 64: 184,
            112: 2, 126: 19, 127: 42, 128: 6,
        ],
    ]

    /// IPv4 anywhere in 1.0.0.0 to 223.255.255.255; IPv6 in blocks of registries, the longer ones
    /// within those of 32 bits or fewer.
    private static func madeUp() -> [IPPrefix] {
        var numbers = Numbers(state: 4)
        var seen: Set<IPPrefix> = []
        var prefixes: [IPPrefix] = []
        var around: [UInt128] = []
        let registries: [UInt128] = [0x2001, 0x2400, 0x2600, 0x2800, 0x2a00, 0x2c00]
        for family in AddressFamily.allCases {
            let lengths = (lengths[family] ?? [:]).sorted { $0.key < $1.key }
            for (length, count) in lengths {
                for _ in 0..<count {
                    var prefix: IPPrefix
                    repeat {
                        var bits = numbers.next128()
                        if family == .ipv4 {
                            let first = UInt128.random(in: 1...223, using: &numbers)
                            bits = first << 120 | bits >> 8
                        } else if length <= 32 {
                            let block = registries[Int.random(in: 0..<6, using: &numbers)]
                            bits = block << 112 | bits >> 12 & ((1 << 116) - 1)
                        } else {
                            let block = around[Int.random(in: 0..<around.count, using: &numbers)]
                            bits = block | bits >> 32
                        }
                        prefix = IPPrefix(IPAddress(bits: bits, family: family), length: length)
                    } while !seen.insert(prefix).inserted
                    if family == .ipv6, length <= 32 { around.append(prefix.address.bits) }
                    prefixes.append(prefix)
                }
            }
        }
        return prefixes
    }

    /// Writes the prefixes of `family` as `reference/rte_fib.c` reads them.
    var octets: [UInt8] {
        var data: [UInt8] = []
        data.reserveCapacity(prefixes.count * 18)
        for prefix in prefixes {
            data.append(contentsOf: [prefix.family == .ipv4 ? 4 : 6, prefix.length])
            data.append(bigEndian: prefix.address.bits)
        }
        return data
    }
}

extension [UInt8] {
    /// As the reference reads answers.
    init(bigEndian numbers: [UInt32]) {
        self = []
        reserveCapacity(numbers.count * 4)
        for number in numbers { append(bigEndian: number) }
    }

    mutating func append(bigEndian number: some FixedWidthInteger) {
        for place in stride(from: type(of: number).bitWidth - 8, through: 0, by: -8) {
            append(UInt8(truncatingIfNeeded: number >> place))
        }
    }
}

/// A generator of the same numbers on every run (SplitMix64).
struct Numbers: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var number = state
        number = (number ^ number >> 30) &* 0xbf58_476d_1ce4_e5b9
        number = (number ^ number >> 27) &* 0x94d0_49bb_1331_11eb
        return number ^ number >> 31
    }

    mutating func next128() -> UInt128 { UInt128(next()) << 64 | UInt128(next()) }
}
