// SPDX-License-Identifier: Apache-2.0

import Model

/// What a contract's method makes of two series, one a direction.
///
/// The rule for directions is the contract's (DOMAIN 3g); `separate`, two bills at one price, is
/// their sum. No direction rule lets usage grow when a series shrinks.
struct BilledUsage: Equatable, Sendable {
    var usage: Contract.Usage
    /// Slots that are not in the series and count as 0.
    var missing: Int

    /// In octets a slot of the contract.
    func octets(ingress: SlotSeries, egress: SlotSeries) -> UInt64 {
        let (inward, outward) = (ingress.octets, egress.octets)
        switch usage.direction {
        case .inOnly: return percentile(inward)
        case .outOnly: return percentile(outward)
        case .maxOfPercentiles: return max(percentile(inward), percentile(outward))
        case .separate: return percentile(inward) &+ percentile(outward)
        case .percentileOfMax: return percentile(zip(inward, outward).map { max($0, $1) })
        case .percentileOfSum: return percentile(zip(inward, outward).map { $0 &+ $1 })
        }
    }

    private func percentile(_ samples: [UInt64]) -> UInt64 {
        Percentile(basisPoints: usage.percentileBasisPoints, rank: usage.rank)
            .value(of: samples, zeros: missing) ?? 0
    }
}
