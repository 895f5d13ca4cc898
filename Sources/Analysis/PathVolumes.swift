// SPDX-License-Identifier: Apache-2.0

public import Model

/// Volumes by AS path over the interconnects of transit, packed: a month is millions of rows.
///
/// A path over one interconnect is a *lane*, kept once; rows name their lane by number, 24 octets a
/// row, so that rows can be added as they are read and nothing else of them is kept.
public struct PathVolumes: Sendable {
    struct Lane: Hashable, Sendable {
        var asPath: ASPath
        var originAS: ASN
        /// Index into ``Inventory/interconnects``.
        var interconnect: Int
    }

    struct Row: Sendable {
        /// Start of the slot, in seconds since 1970-01-01 00:00 UTC.
        var slot: Int64
        var octets: UInt64
        /// Index into ``PathVolumes/lanes``.
        var lane: Int32
        var direction: Direction
    }

    private(set) var lanes: [Lane] = []
    private(set) var rows: [Row] = []
    /// Variance of the octets, by lane.
    private(set) var variances: [Double] = []
    private var numbers: [Lane: Int32] = [:]

    public init() {}

    public init(_ volumes: some Sequence<AttributedVolume>) {
        for volume in volumes { add(volume) }
    }

    public var count: Int { rows.count }

    /// Adds one row; what crossed no interconnect is left out.
    public mutating func add(_ volume: AttributedVolume) {
        guard let interconnect = volume.interconnect else { return }
        let lane = number(
            of: Lane(
                asPath: volume.asPath,
                originAS: volume.originAS,
                interconnect: interconnect
            )
        )
        rows.append(
            Row(
                slot: volume.slot,
                octets: volume.measure.octets,
                lane: lane,
                direction: volume.direction
            )
        )
        variances[Int(lane)] += volume.measure.variance
    }

    private mutating func number(of lane: Lane) -> Int32 {
        if let number = numbers[lane] { return number }
        let number = Int32(lanes.count)
        lanes.append(lane)
        variances.append(0)
        numbers[lane] = number
        return number
    }
}
