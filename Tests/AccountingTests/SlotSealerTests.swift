// SPDX-License-Identifier: Apache-2.0

import Accounting
import Testing

@Suite("SlotSealer")
struct SlotSealerTests {
    @Test("a slot is sealed once the lateness after its end is over")
    func lateness() {
        var sealer = SlotSealer(slotSeconds: 300, latenessSeconds: 600)
        #expect(sealer.slotsToSeal(handedOver: [0], now: 10) == [])
        #expect(sealer.slotsToSeal(handedOver: [], now: 899) == [])
        #expect(sealer.slotsToSeal(handedOver: [], now: 900) == [0])
    }

    @Test("a slot in which nothing passed is sealed as well")
    func silence() {
        var sealer = SlotSealer(slotSeconds: 300, latenessSeconds: 0)
        #expect(sealer.slotsToSeal(handedOver: [0], now: 0) == [])
        #expect(sealer.slotsToSeal(handedOver: [900], now: 1200) == [0, 300, 600, 900])
    }

    @Test("a sealed slot that something comes for is open as long again, and sealed once")
    func late() {
        var sealer = SlotSealer(slotSeconds: 300, latenessSeconds: 600)
        #expect(sealer.slotsToSeal(handedOver: [0], now: 900) == [0])
        #expect(sealer.slotsToSeal(handedOver: [0], now: 1000) == [])
        #expect(sealer.slotsToSeal(handedOver: [0], now: 1100) == [])
        #expect(sealer.slotsToSeal(handedOver: [], now: 1600) == [0, 300, 600])
    }

    @Test("a jump of more than a day leaves what lies between missing")
    func jump() {
        var sealer = SlotSealer(slotSeconds: 300, latenessSeconds: 0)
        #expect(sealer.slotsToSeal(handedOver: [0], now: 300) == [0])
        let later: Int64 = 30 * 86400
        #expect(sealer.slotsToSeal(handedOver: [later], now: later + 300) == [300, later])
    }

    @Test("the clock never goes back for it")
    func backward() {
        var sealer = SlotSealer(slotSeconds: 300, latenessSeconds: 0)
        #expect(sealer.slotsToSeal(handedOver: [3000], now: 3300) == [3000])
        #expect(sealer.slotsToSeal(handedOver: [0], now: 100) == [0])
    }

    @Test("slots left open by an earlier run are sealed, and the time between stays missing")
    func resumed() {
        var sealer = SlotSealer(slotSeconds: 300, latenessSeconds: 0, open: [0])
        #expect(sealer.slotsToSeal(handedOver: [1200], now: 1200) == [0])
        #expect(sealer.sealAll() == [1200])
    }

    @Test("a clock set forward by an hour leaves the hour missing, not silent")
    func setForward() {
        var sealer = SlotSealer(slotSeconds: 300, latenessSeconds: 0)
        #expect(sealer.slotsToSeal(handedOver: [0], now: 10) == [])
        sealer.clockStepped(to: 3610)
        #expect(sealer.slotsToSeal(handedOver: [3600], now: 3610) == [0])
        #expect(sealer.slotsToSeal(handedOver: [], now: 3900) == [3600])
    }

    @Test("after a clock set back, a sealed slot that gets traffic is sealed again in its time")
    func setBack() {
        var sealer = SlotSealer(slotSeconds: 300, latenessSeconds: 600)
        #expect(sealer.slotsToSeal(handedOver: [0], now: 10) == [])
        #expect(sealer.slotsToSeal(handedOver: [3900], now: 4000).first == 0)
        sealer.clockStepped(to: 400)
        #expect(sealer.slotsToSeal(handedOver: [300], now: 405) == [])
        // What was begun by the wrong time does not stay open until that time comes.
        let sealed = sealer.slotsToSeal(handedOver: [], now: 1200)
        #expect(sealed.contains(300) && sealed.contains(3900))
        #expect(sealer.slotsToSeal(handedOver: [], now: 1500) == [600])
    }
}
