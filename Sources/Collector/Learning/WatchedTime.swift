// SPDX-License-Identifier: Apache-2.0

package import Model

/// Time that a collector really counted through.
///
/// When the clock is set forward, or a collector begins with one that is ahead, all that is held
/// has grown old at once, though nobody had the time to adopt anything. So the times of gaps that
/// such a step, or a stopped collector, has left do not pass: `learn.hold` is of watched time.
package enum WatchedTime {
    /// Gaps of these reasons are no time that passed.
    private static let reasons: Set<String> = ["clockStepForward", "collectorStopped"]

    /// When watched time of `seconds` before `now` began.
    ///
    /// - Parameters:
    ///   - seconds: How much time was watched since.
    ///   - now: In seconds since 1970-01-01 00:00 UTC.
    ///   - gaps: All that are known; those of other reasons do not matter.
    /// - Returns: In seconds since 1970-01-01 00:00 UTC.
    package static func begin(of seconds: Int64, before now: Int64, gaps: [Gap]) -> Int64 {
        var left = seconds
        var time = now
        let unwatched = gaps.filter { reasons.contains($0.reason) && $0.from < now }
        for gap in unwatched.sorted(by: { $0.to > $1.to }) {
            let watched = time - min(gap.to, time)
            guard watched < left else { break }
            left -= watched
            time = min(gap.from, time - watched)
        }
        return time - left
    }
}
