// SPDX-License-Identifier: Apache-2.0

import Model

/// The rows of the transits, each with its place in the series of its billing unit.
struct TransitTraffic: Sendable {
    let volumes: PathVolumes
    /// Rows by lane; only those on transit and in a slot that is present.
    let byLane: Grouping
    /// By row: the number of its slot, or -1.
    let positions: [Int32]
    /// By lane: the number of its billing unit, or -1 when it is not transit.
    let unitOfLane: [Int]
    /// By lane: octets of both directions in slots that are present.
    let laneOctets: [UInt64]
    /// By twice the unit, plus 1 for egress: the unit's whole series.
    let totals: [SlotSeries]

    init(_ volumes: PathVolumes, units: BillingUnits, slots: PresentSlots) {
        let unitOfLane = volumes.lanes.map { lane in
            units.unitOfInterconnect.indices.contains(lane.interconnect)
                ? units.unitOfInterconnect[lane.interconnect] : -1
        }
        var positions: [Int32] = []
        var groups: [Int32] = []
        positions.reserveCapacity(volumes.rows.count)
        groups.reserveCapacity(volumes.rows.count)
        var laneOctets = Array(repeating: UInt64(0), count: volumes.lanes.count)
        var totals = units.units.flatMap { unit in
            [SlotSeries(count: unit.count), SlotSeries(count: unit.count)]
        }
        for row in volumes.rows {
            let unit = unitOfLane[Int(row.lane)]
            guard unit >= 0, let position = slots.position(of: row.slot) else {
                positions.append(-1)
                groups.append(-1)
                continue
            }
            positions.append(Int32(position))
            groups.append(row.lane)
            laneOctets[Int(row.lane)] &+= row.octets
            let place = Int(units.units[unit].places[position])
            totals[Self.series(unit, row.direction)].add(row.octets, at: place)
        }
        self.volumes = volumes
        self.positions = positions
        self.unitOfLane = unitOfLane
        self.laneOctets = laneOctets
        self.totals = totals
        byLane = Grouping(groups, count: volumes.lanes.count)
    }

    /// The place of a unit's series among all.
    static func series(_ unit: Int, _ direction: Direction) -> Int {
        unit * 2 + Int(direction.rawValue)
    }
}
