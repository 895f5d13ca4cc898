// SPDX-License-Identifier: Apache-2.0

import Glibc

/// The time that volumes are accounted by.
///
/// Injected, so that replays, the demo and tests run the same code faster than the wall. Protocol
/// timers never use it (DESIGN 3.2).
public protocol AccountingClock: Sendable {
    /// Now, in nanoseconds since 1970-01-01 00:00 UTC.
    func now() -> Int64
    /// The accounting time of what the kernel stamped `arrival` (nanoseconds since 1970-01-01
    /// 00:00 UTC).
    func time(ofArrival arrival: Int64) -> Int64
}

/// Accounting time is the time on the wall.
public struct WallClock: AccountingClock {
    public init() {}

    public func now() -> Int64 { Self.nanoseconds() }
    public func time(ofArrival arrival: Int64) -> Int64 { arrival }

    /// The time on the wall, in nanoseconds since 1970-01-01 00:00 UTC.
    public static func nanoseconds() -> Int64 {
        var time = timespec()
        // Safe: the call writes one timespec, which outlives it.
        unsafe clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}

/// Time since boot, suspension included: nobody can set it, so deadlines are measured by it.
package enum BootClock {
    /// In nanoseconds.
    package static func nanoseconds() -> Int64 {
        var time = timespec()
        // Safe: the call writes one timespec, which outlives it.
        unsafe clock_gettime(CLOCK_BOOTTIME, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}

/// Accounting time runs faster than the wall by a whole factor, from a given start.
public struct ScaledClock: AccountingClock {
    private let origin: Int64
    private let wallOrigin: Int64
    private let factor: Int64

    /// - Parameters:
    ///   - origin: Accounting time now, in nanoseconds since 1970-01-01 00:00 UTC.
    ///   - factor: Seconds of accounting time in a second on the wall.
    public init(origin: Int64, factor: Int64) {
        self.origin = origin
        self.factor = factor
        wallOrigin = WallClock.nanoseconds()
    }

    public func now() -> Int64 { time(ofArrival: WallClock.nanoseconds()) }
    public func time(ofArrival arrival: Int64) -> Int64 {
        origin + max(0, arrival - wallOrigin) * factor
    }
}
