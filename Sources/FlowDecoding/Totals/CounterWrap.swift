// SPDX-License-Identifier: Apache-2.0

/// Totals of fewer than eight octets that began again at zero while their flow went on.
enum CounterWrap {
    /// What a flow grew by one of whose counters went back because it wrapped; nil when that is not
    /// why.
    ///
    /// Only a flow that is recognized by its start surely is the same. The other counter must bear
    /// it out: no packet is longer than 65,535 octets, and none has less than one. Where there is
    /// no other, a wrap is by less than half the range.
    static func growth(
        _ report: TotalsTable.Report,
        _ last: TotalsSlots.Slot,
        _ step: TotalsStep
    ) -> TotalsTable.Growth? {
        guard report.isStartInKey else { return nil }
        let lengths = report.lengths
        var octets = report.octets &- last.octets
        var packets = report.packets &- last.packets
        switch (step.areOctetsLess, step.arePacketsLess) {
        case (true, false):
            guard let range = range(lengths.octets) else { return nil }
            octets &= range
            let most =
                step.hasPackets ? product(packets, 65_535) : range / 2
            guard octets <= most else { return nil }
        case (false, true):
            guard let range = range(lengths.packets) else { return nil }
            packets &= range
            guard packets <= (step.hasOctets ? octets : range / 2) else { return nil }
        default: return nil
        }
        return .by(
            octets: step.hasOctets ? octets : 0,
            packets: step.hasPackets ? packets : 0,
            since: last.until,
            missing: step.missing
        )
    }

    /// The largest number of so many octets; nil when it is not reached.
    private static func range(_ octets: UInt8) -> UInt64? {
        (1...7).contains(octets) ? 1 << UInt64(8 * octets) - 1 : nil
    }

    private static func product(_ x: UInt64, _ y: UInt64) -> UInt64 {
        let (product, isOver) = x.multipliedReportingOverflow(by: y)
        return isOver ? .max : product
    }
}
