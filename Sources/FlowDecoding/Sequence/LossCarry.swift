// SPDX-License-Identifier: Apache-2.0

/// Turns the changes of ``DatagramOutcome/sequenceLost`` into what can only be added.
///
/// A datagram that comes late gives back what was counted as lost, perhaps after that was written.
/// Then the next losses are counted less by it, so that the sum comes out right.
public struct LossCarry: Equatable, Sendable {
    private var repaid: Int64 = 0

    public init() {}

    /// What to add to a count of losses for a change of `change`.
    public mutating func increment(_ change: Int64) -> UInt64 {
        let (sum, overflow) = change.addingReportingOverflow(repaid)
        guard !overflow else { return 0 }
        repaid = min(sum, 0)
        return UInt64(max(sum, 0))
    }
}
