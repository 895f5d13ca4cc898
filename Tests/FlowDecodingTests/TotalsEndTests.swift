// SPDX-License-Identifier: Apache-2.0

import FlowDecoding
import Model
import TestSupport
import Testing

/// What comes after the end of a flow whose start is not part of its key.
@Suite("Running totals of flows that are said to have ended")
struct TotalsEndTests {
    @Test("ends that are false are noticed where only the duration tells the start")
    func durations() {
        var sender = TotalsSender()
        let octets = (1...20).map { (minute: Int) in
            let at = minute * 60
            return sender.send(
                at: at,
                [
                    (.source, 1), (.endReason, 3), (.duration, UInt64(at - 10) * 1_000),
                    (.endMilliseconds, TotalsSender.milliseconds(at)),
                    (.totalOctets, UInt64(minute) * 1_000), (.totalPackets, UInt64(minute)),
                ]
            )[0].octets
        }
        #expect(octets == [UInt64](repeating: 1_000, count: 20))
        #expect(sender.octetsWithoutBase == 0)
    }

    @Test("a flow that begins in the second in which the last one ended may be the same")
    func sameSecond() {
        var sender = TotalsSender()
        let octets = [(60_000, 20_000, 1_000), (70_000, 10_500, 4_000)].map { end, length, total in
            sender.send(
                at: end / 1_000,
                [
                    (.source, 1), (.endReason, 3), (.duration, UInt64(length)),
                    (.endMilliseconds, TotalsSender.milliseconds(end / 1_000)),
                    (.totalOctets, UInt64(total)), (.totalPackets, UInt64(total / 100)),
                ]
            )[0].octets
        }
        #expect(octets == [1_000, 3_000])
        #expect(sender.octetsWithoutBase == 1_000)
    }

    /// Sends totals of one key, each with an end, a minute apart, without times.
    private func count(_ totals: [UInt64]) -> (octets: [UInt64], missing: UInt64) {
        var sender = TotalsSender()
        let octets = totals.enumerated().map { minute, total in
            sender.send(
                at: 7_200 + minute * 60,
                [
                    (.source, 1), (.endReason, 3), (.totalOctets, total),
                    (.totalPackets, total / 100),
                ]
            )[0].octets
        }
        return (octets, sender.octetsWithoutBase)
    }

    @Test("a flow without times counts once, though every record says that it ended")
    func falseWithoutTimes() {
        let (octets, missing) = count((1...200).map { $0 * 1_000 })
        #expect(octets == [UInt64](repeating: 1_000, count: 200))
        // Until it is found out, what was counted may have been another flow's.
        #expect(missing == 28_000)
    }

    @Test("flows without times that do end count whole, once totals have gone back after an end")
    func trueWithoutTimes() {
        let totals = (0..<60).map { (step: UInt64) in
            step % 2 == 0 ? 90_000 + step : 500 + step
        }
        let (octets, missing) = count(totals)
        #expect(octets.suffix(40) == totals.suffix(40))
        let counted = octets.reduce(0, +)
        let sent = totals.reduce(0, +)
        #expect(counted + missing == sent)
        #expect(missing < 2_500)
    }

    @Test("a flow of one packet began when it ended, so that the next is another")
    func onePacket() {
        var sender = TotalsSender()
        for minute in 1...5 {
            let records = sender.send(
                at: minute * 60,
                [
                    (.source, 1), (.endReason, 1), (.duration, 0),
                    (.endMilliseconds, TotalsSender.milliseconds(minute * 60)),
                    (.totalOctets, 76), (.totalPackets, 1),
                ]
            )
            #expect(records.map(\.octets) == [76])
        }
        #expect(sender.octetsWithoutBase == 0)
    }
}
