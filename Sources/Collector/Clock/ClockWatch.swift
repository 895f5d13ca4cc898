// SPDX-License-Identifier: Apache-2.0

package import Model

/// Notices that the wall clock was set.
///
/// # How it works
///
/// Between two looks, the wall clock and the time since boot advance alike; the hardware's drift
/// and what a time daemon corrects by slewing (500 parts in a million) make no difference that
/// matters. So what the wall clock shows beyond that, somebody has set.
package struct ClockWatch: Sendable {
    private var last: (wall: Int64, boot: Int64)?

    /// A smaller difference is no step, in nanoseconds.
    package static let smallestStep: Int64 = 500_000_000

    package init() {}

    /// Compares the clocks.
    ///
    /// - Parameters:
    ///   - wall: Time on the wall, in nanoseconds since 1970-01-01 00:00 UTC.
    ///   - boot: Time since boot, suspension included, in nanoseconds.
    /// - Returns: nil when the wall clock was not set since the last look.
    package mutating func look(wall: Int64, boot: Int64) -> ClockStep? {
        defer { last = (wall, boot) }
        guard let last else { return nil }
        let expected = last.wall &+ (boot &- last.boot)
        guard (wall &- expected).magnitude >= UInt64(Self.smallestStep) else { return nil }
        return ClockStep(from: expected, to: wall)
    }
}

/// The wall clock was set.
package struct ClockStep: Equatable, Sendable {
    /// What it would show, in nanoseconds since 1970-01-01 00:00 UTC.
    package var from: Int64
    /// What it shows instead, at the same instant.
    package var to: Int64

    package init(from: Int64, to: Int64) {
        self.from = from
        self.to = to
    }

    package var isForward: Bool { to > from }

    /// The times that never were, or that come twice; nil after a step back so small that
    /// accounting time stands still until the wall has caught up (``FollowingClock``).
    package var gap: Gap? {
        guard isForward || from &- to > FollowingClock.longestHold else { return nil }
        let (first, last) = (min(from, to) / 1_000_000_000, max(from, to) / 1_000_000_000)
        guard first < last else { return nil }
        return Gap(
            from: first,
            to: last,
            reason: isForward ? "clockStepForward" : "clockStepBack"
        )
    }

    package var event: OperationalEvent {
        let seconds = Double((to &- from).magnitude) / 1e9
        let tenths = (seconds * 10).rounded() / 10
        let times = [from, to].map { Timestamp.text(seconds: $0 / 1_000_000_000) }
        return OperationalEvent(
            time: to / 1_000_000_000,
            kind: .clockStepped,
            detail: "set \(isForward ? "forward" : "back") by \(tenths) s: "
                + "\(times[0]) became \(times[1])"
        )
    }
}
