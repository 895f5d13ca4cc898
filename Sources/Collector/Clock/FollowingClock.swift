// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// Accounting time that follows the wall clock, also when that is set.
///
/// Set forward, it goes along. Set back by a little, it stands still until the wall has caught up,
/// so that no slot gets more of the wall's time than it has. Set back by more, it goes along: what
/// is counted then falls into slots that have been counted once, as a new generation of them, and
/// the step is a stored fact beside them (Decision 0011).
package final class FollowingClock: AccountingClock {
    /// A step back of at most this much is waited out, in nanoseconds.
    package static let longestHold: Int64 = 10_000_000_000

    /// Accounting time does not go below this until the wall has caught up.
    private let floor = Atomic<Int64>(.min)

    package init() {}

    package func now() -> Int64 { time(ofArrival: WallClock.nanoseconds()) }

    package func time(ofArrival arrival: Int64) -> Int64 {
        let floor = floor.load(ordering: .relaxed)
        // More than the hold below it, the wall has been set again, and is right.
        return arrival < floor && arrival >= floor - Self.longestHold ? floor : arrival
    }

    /// The wall clock was set.
    package func stepped(_ step: ClockStep) {
        guard !step.isForward else { return }
        let isSmall = step.from - step.to <= Self.longestHold
        floor.store(isSmall ? step.from : .min, ordering: .relaxed)
    }
}
