// SPDX-License-Identifier: Apache-2.0

/// When the next backup is due.
///
/// By the newest copy that is there, also over restarts; but a copy that failed is not tried again
/// at once, for each attempt reads the whole store.
package struct BackupSchedule: Sendable {
    /// When the last was begun, by ``BootClock``.
    private var lastAttempt: Int64?

    /// After an attempt, however it ended, the next waits so long, in seconds, or the interval.
    private static let longestPause: Int64 = 3600

    package init() {}

    /// Whether one is to be made now; it counts as begun then.
    ///
    /// - Parameters:
    ///   - everySeconds: The interval.
    ///   - newest: When the newest copy was made, not after `now`; nil without one.
    ///   - now: Time on the wall, in seconds since 1970-01-01 00:00 UTC, as is `newest`.
    ///   - boot: By ``BootClock``, in nanoseconds.
    /// - Returns: true once for each attempt.
    package mutating func isDue(
        everySeconds: Int64,
        newest: Int64?,
        now: Int64,
        boot: Int64
    ) -> Bool {
        if let newest, now - newest < everySeconds { return false }
        let pause = min(everySeconds, Self.longestPause) * 1_000_000_000
        if let lastAttempt, boot - lastAttempt < pause { return false }
        lastAttempt = boot
        return true
    }
}
