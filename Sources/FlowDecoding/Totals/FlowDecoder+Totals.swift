// SPDX-License-Identifier: Apache-2.0

import Model

/// Room for the running totals of all exporters.
extension FlowDecoder {
    /// Makes increments of the running totals of a datagram.
    mutating func formIncrements(_ state: Int, at arrival: Int64) {
        if !exporters[state].totals.isUsed, !work.totals.isEmpty {
            shareTotals(with: state)
        }
        shrinkTotals(at: arrival)
        work.formIncrements(&exporters[state], limit: totalsLimit)
    }

    /// Gives up some of what is remembered of exporters that have more than their share.
    ///
    /// A step a datagram: the next table that has too much, or the many that have not.
    private mutating func shrinkTotals(at arrival: Int64) {
        let end = min(exporters.count, totalsHeld + 64)
        while totalsHeld < end {
            guard exporters[totalsHeld].totals.shrink(to: totalsLimit, now: arrival) else { return }
            totalsHeld += 1
        }
    }

    /// Settles how many flows are remembered of each exporter that sends running totals.
    ///
    /// - Parameter newcomer: Where the state of one is that begins to; nil when none does.
    mutating func shareTotals(with newcomer: Int? = nil) {
        guard work.formsIncrements else { return }
        var users = newcomer == nil ? 0 : 1
        for state in exporters.indices where exporters[state].totals.isUsed { users += 1 }
        totalsLimit = limits.totals(of: users)
        totalsHeld = 0
    }
}
