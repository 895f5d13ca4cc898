// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// Accounting time stands where whoever replays has set it.
package final class ReplayClock: AccountingClock {
    private let time = Atomic<Int64>(0)

    package init() {}

    /// Sets the time, in nanoseconds since 1970-01-01 00:00 UTC.
    package func set(_ now: Int64) { time.store(now, ordering: .relaxed) }

    package func now() -> Int64 { time.load(ordering: .relaxed) }
    package func time(ofArrival arrival: Int64) -> Int64 { arrival }
}
