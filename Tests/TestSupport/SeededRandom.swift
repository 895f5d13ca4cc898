// SPDX-License-Identifier: Apache-2.0

/// Numbers drawn at random, the same on every run with the same seed (SplitMix64).
package struct SeededRandom: RandomNumberGenerator, Sendable {
    private var state: UInt64

    package init(seed: UInt64) { state = seed }

    package mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var number = state
        number = (number ^ number >> 30) &* 0xbf58_476d_1ce4_e5b9
        number = (number ^ number >> 27) &* 0x94d0_49bb_1331_11eb
        return number ^ number >> 31
    }

    /// A number from 0 to `bound` - 1.
    package mutating func number(below bound: Int) -> Int {
        Int(truncatingIfNeeded: next() >> 1) % max(bound, 1)
    }

    /// True once in `count` times.
    package mutating func isOne(in count: Int) -> Bool { number(below: count) == 0 }

    /// One of `choices`, which is not empty.
    package mutating func one<Choice>(of choices: [Choice]) -> Choice {
        choices[number(below: choices.count)]
    }

    /// A number of at most `octets` octets, small ones as often as large ones.
    package mutating func number(octets: Int) -> UInt64 {
        let bits = number(below: octets * 8) + 1
        return next() >> UInt64(64 - bits)
    }

    package mutating func octets(_ count: Int) -> [UInt8] {
        (0..<count).map { _ in UInt8(truncatingIfNeeded: next()) }
    }

    package mutating func isTrue() -> Bool { next() & 1 == 1 }
}
