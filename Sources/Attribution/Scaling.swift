// SPDX-License-Identifier: Apache-2.0

import Model

/// Scales what was exported to what passed (DESIGN 3.8).
enum Scaling {
    /// More octets than any record can stand for: 256 TB.
    static let mostOctetsPerRecord: UInt64 = 1 << 48

    /// Largest packet assumed when a record stands for several samples, in octets.
    private static let mostOctetsPerPacket = 1500.0

    /// The rate that counts for `record`, and where it came from.
    static func rate(
        of record: borrowing FlowRecord,
        from exporter: borrowing ExporterTraits
    ) -> (rate: SamplingRate, source: SamplingSource) {
        if let forced = exporter.overrideRate { return (forced, .configured) }
        // Less than one packet passed for each observed: that is no rate.
        if record.samplingSource != .assumed,
            record.samplingRate.numerator >= record.samplingRate.denominator
        {
            return (record.samplingRate, record.samplingSource)
        }
        if let usual = exporter.defaultRate { return (usual, .configured) }
        return (.one, .assumed)
    }

    /// What each step of ``rate(of:from:)`` has to offer, in its order; nil where it has nothing.
    static func offers(
        for record: borrowing FlowRecord,
        from exporter: borrowing ExporterTraits
    ) -> [RateOffer] {
        let said = record.samplingSource == .assumed ? nil : record.samplingRate
        return [
            RateOffer(step: .override, rate: exporter.overrideRate),
            RateOffer(step: .exporter, rate: said),
            RateOffer(step: .configured, rate: exporter.defaultRate),
            RateOffer(step: .assumed, rate: .one),
        ]
    }

    /// What `record` counts in octets of the outermost IP packets (DESIGN 3.3), and whether that
    /// had to be worked out.
    ///
    /// From frames their Ethernet headers and VLAN tags are taken off, never more than there is.
    /// Frames without IP count as they are, and so do frames nobody counted.
    static func octets(
        of record: FlowRecord
    ) -> (count: UInt64, isConverted: Bool) {
        guard record.octetsBasis == .layer2, record.family != .other, record.packets > 0 else {
            return (record.octets, false)
        }
        let isTagged = record.has(.vlan) && record.vlan != 0
        let tags = max(UInt64(record.vlans.count), isTagged ? 1 : 0)
        let (headers, overflow) = record.packets.multipliedReportingOverflow(by: 14 + 4 * tags)
        return (overflow ? 0 : record.octets - min(record.octets, headers), true)
    }

    /// The measure of `record` at `rate`; nil when no link can have carried it.
    static func measure(_ record: FlowRecord, at rate: SamplingRate) -> Measure? {
        measure(record, counting: octets(of: record).count, at: rate)
    }

    /// The measure of `record` at `rate`; nil when no link can have carried it.
    ///
    /// `counted` is what it counts, by ``octets(of:)``.
    ///
    /// The variance is that of independent sampling, one packet in N: the sum over samples of
    /// `N(N-1)s^2` (DOMAIN 3h). A record of several samples gives only their sum, so the sum of
    /// squares is taken at its upper bound, as if all but one packet were full-sized; where their
    /// mean is larger than that, as if all were of the mean.
    static func measure(
        _ record: FlowRecord,
        counting counted: UInt64,
        at rate: SamplingRate
    ) -> Measure? {
        guard let octets = rate.scale(counted), octets <= mostOctetsPerRecord,
            let packets = rate.scale(record.packets), packets <= mostOctetsPerRecord
        else { return nil }
        var variance = 0.0
        let factor = rate.value
        if factor > 1 {
            let exported = Double(counted)
            let mean = exported / Double(max(record.packets, 1))
            let largest = min(max(mostOctetsPerPacket, mean), exported)
            let squares = exported * (record.packets <= 1 ? exported : largest)
            variance = factor * (factor - 1) * squares
        }
        return Measure(
            octets: octets,
            packets: packets,
            unscaledOctets: counted,
            unscaledPackets: record.packets,
            variance: variance
        )
    }
}
