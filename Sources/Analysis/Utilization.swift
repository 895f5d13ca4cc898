// SPDX-License-Identifier: Apache-2.0

public import Model

/// How full an interconnect was, slot by slot, in one direction.
public struct Utilization: Equatable, Sendable {
    /// Index into ``Inventory/interconnects``.
    public var interconnect: Int
    public var direction: Direction
    /// Sum of the speeds of its interfaces, in bits per second.
    public var capacityBitsPerSecond: UInt64
    /// One a slot that is present, in order.
    public var points: [Point]

    public struct Point: Equatable, Sendable {
        /// Start of the slot, in seconds since 1970-01-01 00:00 UTC.
        public var slot: Int64
        public var octets: UInt64
        /// Of the capacity, in percent.
        public var percent: Double
        /// Half the width of the 95 % confidence interval, in percent of ``octets``.
        public var intervalPercent: Double
    }

    /// The utilization of every interconnect whose interfaces all have a known speed.
    ///
    /// A slot that is present and has no traffic is at 0; one that is not present has no point.
    public static func all(
        of volumes: [AttributedVolume],
        inventory: Inventory,
        slots: PresentSlots
    ) -> [Utilization] {
        let measures = sums(of: volumes, interconnects: inventory.interconnects.count, slots: slots)
        var found: [Utilization] = []
        for (index, interconnect) in inventory.interconnects.enumerated() {
            guard let capacity = capacity(of: interconnect, in: inventory) else { continue }
            for direction in Direction.allCases {
                let first = (index * 2 + Int(direction.rawValue)) * slots.count
                let points = slots.starts.indices.map { position in
                    point(
                        measures[first + position],
                        slots.starts[position],
                        capacity,
                        slots.slotSeconds
                    )
                }
                found.append(
                    Utilization(
                        interconnect: index,
                        direction: direction,
                        capacityBitsPerSecond: capacity,
                        points: points
                    )
                )
            }
        }
        return found
    }

    /// Sum of the speeds of an interconnect's interfaces, each once, in bits per second.
    ///
    /// Nil without interfaces, or when the speed of one is not known.
    public static func capacity(of interconnect: Interconnect, in inventory: Inventory) -> UInt64? {
        var seen: Set<Interconnect.InterfaceReference> = []
        var sum: UInt64 = 0
        for reference in interconnect.interfaces {
            let port = Interconnect.InterfaceReference(
                exporter: reference.exporter,
                index: reference.index
            )
            guard seen.insert(port).inserted else { continue }
            let exporter = inventory.exporter(named: reference.exporter)
            let interface = exporter?.interfaces.first { $0.index == reference.index }
            guard let speed = interface?.speed, speed > 0 else { return nil }
            sum = UInt64(clamping: UInt128(sum) + UInt128(speed))
        }
        return sum > 0 ? sum : nil
    }

    /// The peers that had the most octets on an interconnect in one slot, most first.
    public static func topPeers(
        of volumes: [AttributedVolume],
        interconnect: Int,
        direction: Direction,
        slot: Int64,
        limit: Int = 3
    ) -> [(peerAS: ASN, octets: UInt64)] {
        var octets: [ASN: UInt64] = [:]
        for volume in volumes
        where volume.slot == slot && volume.interconnect == interconnect
            && volume.direction == direction
        {
            octets[volume.peerAS, default: 0] &+= volume.measure.octets
        }
        let sorted = octets.sorted { a, b in
            a.value != b.value ? a.value > b.value : a.key < b.key
        }
        return sorted.prefix(limit).map { ($0.key, $0.value) }
    }

    /// By interconnect, direction and slot.
    private static func sums(
        of volumes: [AttributedVolume],
        interconnects: Int,
        slots: PresentSlots
    ) -> [Measure] {
        var sums = Array(repeating: Measure(), count: interconnects * 2 * slots.count)
        for volume in volumes {
            guard let index = volume.interconnect, (0..<interconnects).contains(index),
                let position = slots.position(of: volume.slot)
            else { continue }
            let place = (index * 2 + Int(volume.direction.rawValue)) * slots.count + position
            sums[place] += volume.measure
        }
        return sums
    }

    private static func point(
        _ measure: Measure,
        _ slot: Int64,
        _ capacity: UInt64,
        _ slotSeconds: Int64
    ) -> Point {
        let bits = Double(measure.octets) * 8
        return Point(
            slot: slot,
            octets: measure.octets,
            percent: bits * 100 / (Double(slotSeconds) * Double(capacity)),
            intervalPercent: measure.intervalPercent ?? 0
        )
    }
}
