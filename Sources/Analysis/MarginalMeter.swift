// SPDX-License-Identifier: Apache-2.0

import Model

/// Measures what is left of the transit contracts when a candidate's traffic is gone.
struct MarginalMeter: Sendable {
    private let traffic: TransitTraffic
    private let units: BillingUnits
    private let slots: PresentSlots
    /// Usage of each unit as it is, in octets a slot of its contract.
    private let before: [UInt64]
    /// The candidate's part of each series of ``TransitTraffic/totals``; used again for each.
    private var parts: [SlotSeries]
    /// The candidate's own series, a direction each.
    private var own: [SlotSeries]

    /// What a candidate has on transits of one currency.
    struct Use: Equatable, Sendable {
        var octets: UInt64 = 0
        var variance: Double = 0
        var ownBitsPerSecond: UInt64 = 0
        var marginalBitsPerSecond: UInt64 = 0
        /// Indices into ``Inventory/interconnects``, ascending.
        var transits: [Int] = []
        /// In millionths of the currency; nil without any price.
        var saving: Int64?
        var lacksPrice = false
    }

    init(_ traffic: TransitTraffic, units: BillingUnits, slots: PresentSlots) {
        self.traffic = traffic
        self.units = units
        self.slots = slots
        before = units.units.indices.map { unit in
            units.units[unit].usage.octets(
                ingress: traffic.totals[TransitTraffic.series(unit, .ingress)],
                egress: traffic.totals[TransitTraffic.series(unit, .egress)]
            )
        }
        parts = traffic.totals.map { SlotSeries(count: $0.octets.count) }
        own = Direction.allCases.map { _ in SlotSeries(count: slots.count) }
    }

    /// The use of all traffic in `lanes` by transits of `currency`.
    mutating func measure(lanes: [Int], currency: Int) -> Use {
        var use = Use()
        var touched: Set<Int> = []
        var transits: Set<Int> = []
        for lane in lanes where traffic.laneOctets[lane] > 0 {
            let unit = traffic.unitOfLane[lane]
            guard units.units[unit].currency == currency else { continue }
            add(lane, of: unit)
            touched.insert(unit)
            transits.insert(traffic.volumes.lanes[lane].interconnect)
            use.octets &+= traffic.laneOctets[lane]
            use.variance += traffic.volumes.variances[lane]
        }
        use.transits = transits.sorted()
        for unit in touched.sorted() {
            let marginal = takeMarginal(of: unit)
            use.marginalBitsPerSecond &+= marginal
            if let saving = units.units[unit].saving(bitsPerSecond: marginal) {
                use.saving = (use.saving ?? 0) &+ saving
            } else {
                use.lacksPrice = true
            }
        }
        use.ownBitsPerSecond = takeOwn()
        return use
    }

    /// Adds the rows of `lane` to the candidate's series.
    private mutating func add(_ lane: Int, of unit: Int) {
        for index in traffic.byLane[lane] {
            let row = traffic.volumes.rows[Int(index)]
            let position = Int(traffic.positions[Int(index)])
            let place = Int(units.units[unit].places[position])
            parts[TransitTraffic.series(unit, row.direction)].add(row.octets, at: place)
            own[Int(row.direction.rawValue)].add(row.octets, at: position)
        }
    }

    /// By how much the usage of `unit` falls, in bits per second; clears its parts.
    private mutating func takeMarginal(of unit: Int) -> UInt64 {
        let (ingress, egress) = (
            TransitTraffic.series(unit, .ingress), TransitTraffic.series(unit, .egress)
        )
        let after = units.units[unit].usage.octets(
            ingress: traffic.totals[ingress].subtracting(parts[ingress]),
            egress: traffic.totals[egress].subtracting(parts[egress])
        )
        parts[ingress].clear()
        parts[egress].clear()
        let difference = before[unit] - min(after, before[unit])
        return BitRate.bitsPerSecond(octets: difference, seconds: units.units[unit].slotSeconds)
    }

    /// The candidate's own 95th of the larger direction, in bits per second; clears its series.
    private mutating func takeOwn() -> UInt64 {
        var largest: UInt64 = 0
        for direction in own.indices {
            largest = max(largest, Percentile.ninetyFifth.value(of: own[direction].octets) ?? 0)
            own[direction].clear()
        }
        return BitRate.bitsPerSecond(octets: largest, seconds: slots.slotSeconds)
    }
}
