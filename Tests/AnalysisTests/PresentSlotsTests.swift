// SPDX-License-Identifier: Apache-2.0

import Analysis
import Testing

@Suite("PresentSlots")
struct PresentSlotsTests {
    @Test("slots are numbered in order; those outside the period or absent have no number")
    func positions() {
        let slots = PresentSlots(
            period: 600..<3000,
            slotSeconds: 300,
            starts: [1500, 600, 300, 600, 2700, 3000]
        )
        #expect(slots.starts == [600, 1500, 2700])
        #expect(slots.position(of: 600) == 0)
        #expect(slots.position(of: 1500) == 1)
        #expect(slots.position(of: 2700) == 2)
        for absent: Int64 in [300, 900, 1501, 3000, .min, .max] {
            #expect(slots.position(of: absent) == nil)
        }
    }

    @Test("a store without slots has none")
    func empty() {
        let slots = PresentSlots(period: 0..<3000, slotSeconds: 300, starts: [])
        #expect(slots.count == 0)
        #expect(slots.position(of: 0) == nil)
    }
}

@Suite("BitRate")
struct BitRateTests {
    @Test("bits per second are rounded half up")
    func rounding() {
        #expect(BitRate.bitsPerSecond(octets: 37_500, seconds: 300) == 1000)
        #expect(BitRate.bitsPerSecond(octets: 1, seconds: 16) == 1)
        #expect(BitRate.bitsPerSecond(octets: 1, seconds: 17) == 0)
        #expect(BitRate.bitsPerSecond(octets: .max, seconds: 1) == .max)
        #expect(BitRate.bitsPerSecond(octets: 5, seconds: 0) == 0)
    }
}
