// SPDX-License-Identifier: Apache-2.0

import Accounting
import Model
import TestSupport
import Testing

@Suite("SlotSplit")
struct SlotSplitTests {
    private func split(_ octets: UInt64, from start: Int64, to end: Int64) -> [SlotSplit.Part] {
        var parts: [SlotSplit.Part] = []
        let measure = Measure(
            octets: octets,
            packets: 10,
            unscaledOctets: octets,
            unscaledPackets: 10,
            variance: 9
        )
        var split = SlotSplit()
        split.split(
            measure,
            from: start * 1_000_000_000,
            to: end * 1_000_000_000,
            slotSeconds: 300,
            into: &parts
        )
        return parts
    }

    @Test("a flow within one slot is not divided")
    func within() {
        let parts = split(1000, from: 610, to: 620)
        #expect(parts.map(\.slot) == [600])
        #expect(parts[0].measure.octets == 1000)
    }

    @Test("a flow over two slots is divided by its time in each")
    func overTwo() {
        let parts = split(1000, from: 270, to: 330)
        #expect(parts.map(\.slot) == [0, 300])
        #expect(parts.map(\.measure.octets) == [500, 500])
        #expect(parts.map(\.measure.variance) == [4.5, 4.5])
    }

    @Test("what does not divide goes to the largest remainders, the earlier slot first")
    func remainders() {
        #expect(SlotSplit.divide(10, by: [1, 1, 1], of: 3) == [4, 3, 3])
        #expect(SlotSplit.divide(1, by: [1, 2], of: 3) == [0, 1])
        let half: UInt64 = 1 << 63
        #expect(SlotSplit.divide(.max, by: [1, 1], of: 2) == [half, half - 1])
    }

    @Test("any shares are divided as by sorting their remainders")
    func bySorting() {
        var random = SeededRandom(seed: 61)
        for _ in 0..<2_000 {
            let shares = (0...random.number(below: 61)).map { _ in
                UInt64(random.number(below: 301))
            }
            let sum = shares.reduce(0, +)
            guard sum > 0 else { continue }
            let whole = UInt64(random.number(below: 100_001))
            var expected = shares.map { whole * $0 / sum }
            let byRemainder = shares.indices.sorted {
                (whole * shares[$1] % sum, $0) < (whole * shares[$0] % sum, $1)
            }
            let rest = whole - expected.reduce(0, +)
            for index in byRemainder.prefix(Int(rest)) { expected[index] += 1 }
            #expect(SlotSplit.divide(whole, by: shares, of: sum) == expected)
        }
    }

    @Test("a flow that ends on a boundary has nothing in the slot that begins there")
    func boundary() {
        #expect(split(1000, from: 0, to: 300).map(\.slot) == [0])
        #expect(split(1000, from: 300, to: 300).map(\.slot) == [300])
    }

    @Test("slots are aligned also before 1970")
    func negative() {
        #expect(SlotSplit.slot(at: -1, slotSeconds: 300) == -300)
        #expect(SlotSplit.slot(at: 0, slotSeconds: 300) == 0)
    }

    @Test("the parts of any flow sum to the whole")
    func conserves() {
        var random = SeededRandom(seed: 48)
        for _ in 0..<10_000 {
            let octets = UInt64.random(in: 0...(1 << 48), using: &random)
            let start = Int64.random(in: 0..<4000, using: &random)
            let end = start + .random(in: 0...3600, using: &random)
            let parts = split(octets, from: start, to: end)
            #expect(parts.reduce(0) { $0 + $1.measure.octets } == octets)
            #expect(parts.reduce(0) { $0 + $1.measure.packets } == 10)
            #expect(zip(parts, parts.dropFirst()).allSatisfy { $1.slot == $0.slot + 300 })
        }
    }
}
