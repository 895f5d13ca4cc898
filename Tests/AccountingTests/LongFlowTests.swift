// SPDX-License-Identifier: Apache-2.0

import Accounting
import Model
import Testing

@Suite("Flows longer than a slot")
struct LongFlowTests {
    private func parts(_ octets: UInt64, from start: Int64, to end: Int64) -> [SlotSplit.Part] {
        var parts: [SlotSplit.Part] = []
        let measure = Measure(
            octets: octets,
            packets: octets / 1_000,
            unscaledOctets: octets,
            unscaledPackets: octets / 1_000,
            variance: 0
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

    @Test("Clock: leap bins: the bin of a leap second has 300 seconds, and its share of a flow")
    func leapSecond() {
        // Half an hour around 2017-01-01 00:00 UTC, of which Unix time knows 1,800 seconds.
        let parts = parts(1_800_000, from: 1_483_227_900, to: 1_483_229_700)
        #expect(
            parts.map(\.slot) == stride(from: 1_483_227_900, to: 1_483_229_700, by: 300).map { $0 }
        )
        #expect(parts.map(\.measure.octets) == Array(repeating: 300_000, count: 6))
    }

    @Test(
        "Clock: flows longer than a bin (pro-rating): the bins sum to the flow, none has more",
        arguments: [3_600, 86_400] as [Int64]
    )
    func proRating(seconds: Int64) {
        // Through the hour of 2026-10-25 that Europe/Berlin has twice.
        let start: Int64 = 1_792_886_400 + 17
        let octets = UInt64(seconds) * 1_000 + 1
        let parts = parts(octets, from: start, to: start + seconds)
        #expect(parts.reduce(0) { $0 + $1.measure.octets } == octets)
        #expect(parts.count == Int(seconds / 300) + 1)
        #expect(
            parts.dropFirst().dropLast().allSatisfy {
                (300_000...300_001).contains($0.measure.octets)
            }
        )
    }
}
