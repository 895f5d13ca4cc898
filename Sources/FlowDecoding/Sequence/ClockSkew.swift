// SPDX-License-Identifier: Apache-2.0

/// By how much an exporter's clock is ahead of ours, smoothed over some sixteen messages.
///
/// The time a message was under way counts as being behind.
struct ClockSkew: Sendable {
    private var nanoseconds: Int64?

    var milliseconds: Int64? { nanoseconds.map { $0 / 1_000_000 } }

    /// Takes one message's difference of export time and arrival, in nanoseconds.
    mutating func add(_ difference: Int64) {
        guard let mean = nanoseconds else {
            nanoseconds = difference
            return
        }
        let step = difference &- mean
        // A clock that was set is believed at once.
        nanoseconds = step.magnitude > 60_000_000_000 ? difference : mean &+ step / 16
    }
}
