// SPDX-License-Identifier: Apache-2.0

import Collector
import Model
import Testing

@Suite("Clock steps")
struct ClockWatchTests {
    private static let second: Int64 = 1_000_000_000
    private static let wall: Int64 = 1_760_000_000 * second

    private func look(after change: Int64) -> ClockStep? {
        var watch = ClockWatch()
        _ = watch.look(wall: Self.wall, boot: 5 * Self.second)
        return watch.look(wall: Self.wall + Self.second + change, boot: 6 * Self.second)
    }

    @Test("two clocks that advance alike are no step")
    func steady() {
        #expect(look(after: 0) == nil)
        #expect(look(after: 400_000_000) == nil)
        #expect(look(after: -400_000_000) == nil)
    }

    @Test(
        "a step is seen with its size, in both directions",
        arguments: [1, 10, 60, 3600, 86_400, 400 * 86_400]
    )
    func seen(_ seconds: Int64) throws {
        for change in [seconds, -seconds] {
            let step = try #require(look(after: change * Self.second))
            #expect(step.to - step.from == change * Self.second)
            #expect(step.isForward == (change > 0))
            #expect(step.event.detail.contains("by \(seconds).0 s"))
        }
    }

    @Test("the next look after a step sees none")
    func once() {
        var watch = ClockWatch()
        _ = watch.look(wall: Self.wall, boot: 0)
        #expect(watch.look(wall: Self.wall + 3600 * Self.second, boot: 0) != nil)
        #expect(watch.look(wall: Self.wall + 3601 * Self.second, boot: Self.second) == nil)
    }

    @Test("a step forward leaves a gap, a long step back times that come twice, a short one none")
    func gaps() {
        let hour = 3600 * Self.second
        #expect(look(after: hour)?.gap?.reason == "clockStepForward")
        #expect(look(after: -hour)?.gap?.reason == "clockStepBack")
        #expect(look(after: -hour).flatMap(\.gap).map { $0.to - $0.from } == 3600)
        #expect(look(after: -5 * Self.second)?.gap == nil)
    }

    @Test("accounting time waits out a step back of seconds and follows one of an hour")
    func holds() {
        let clock = FollowingClock()
        let before = WallClock.nanoseconds()
        clock.stepped(ClockStep(from: before + 5 * Self.second, to: before))
        #expect(clock.now() == before + 5 * Self.second)
        #expect(clock.time(ofArrival: before + 6 * Self.second) == before + 6 * Self.second)
        clock.stepped(ClockStep(from: before + 3600 * Self.second, to: before))
        #expect(clock.now() < before + 60 * Self.second)
    }
}
