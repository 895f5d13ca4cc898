// SPDX-License-Identifier: Apache-2.0

/// Counts what was lost by the changes of ``DatagramOutcome/sequenceLost``.
///
/// A datagram that comes late gives back what was counted as lost: of what is counted and not
/// written yet, and where that is not enough, of the next losses, so that the sum comes out right.
public struct LossCarry: Equatable, Sendable {
    private var owed: UInt64 = 0

    public init() {}

    /// Changes `count`, of what is lost and not written yet, by `change`.
    public mutating func add(_ change: Int64, to count: inout UInt64) {
        if change < 0 {
            owed = Self.sum(owed, change.magnitude)
        } else {
            let repaid = min(owed, change.magnitude)
            owed -= repaid
            count = Self.sum(count, change.magnitude - repaid)
        }
        let repaid = min(owed, count)
        owed -= repaid
        count -= repaid
    }

    private static func sum(_ a: UInt64, _ b: UInt64) -> UInt64 {
        let (sum, overflow) = a.addingReportingOverflow(b)
        return overflow ? .max : sum
    }
}
