// SPDX-License-Identifier: Apache-2.0

import Collector
import Model
import Testing

@Suite("The age of held volumes")
struct WatchedTimeTests {
    private let hold: Int64 = 86_400

    @Test("without gaps, what is held grows old by the clock")
    func steady() {
        #expect(WatchedTime.begin(of: hold, before: 1_000_000, gaps: []) == 1_000_000 - hold)
        let others = [
            Gap(from: 900_000, to: 990_000, reason: "storeUnreachable"),
            Gap(from: 100, to: 200, reason: "collectorStopped"),
        ]
        #expect(WatchedTime.begin(of: hold, before: 1_000_000, gaps: others) == 1_000_000 - hold)
    }

    @Test("a clock that is set a week ahead makes nothing that is held old")
    func setForward() {
        let (before, after) = (1_000_000, 1_604_800) as (Int64, Int64)
        let gaps = [Gap(from: before, to: after, reason: "clockStepForward")]
        #expect(WatchedTime.begin(of: hold, before: after, gaps: gaps) == before - hold)
        let hour = WatchedTime.begin(of: hold, before: after + 3600, gaps: gaps)
        #expect(hour == before - hold + 3600)
        // And back again, where the step ahead is still to come.
        #expect(WatchedTime.begin(of: hold, before: before + 60, gaps: gaps) == before - hold)
        // After the hold has passed, nothing is held longer than ever.
        let later = after + hold
        #expect(WatchedTime.begin(of: hold, before: later, gaps: gaps) == after)
    }

    @Test("a collector that was stopped, or began with a wrong clock, has watched nobody meanwhile")
    func stopped() {
        let gaps = [
            Gap(from: 910_000, to: 950_000, reason: "collectorStopped"),
            Gap(from: 940_000, to: 960_000, reason: "clockStepForward"),
            Gap(from: 980_000, to: 990_000, reason: "collectorStopped"),
        ]
        let begin = WatchedTime.begin(of: hold, before: 1_000_000, gaps: gaps)
        #expect(begin == 1_000_000 - hold - 50_000 - 10_000)
    }
}
