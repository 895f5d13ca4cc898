// SPDX-License-Identifier: Apache-2.0

public import Model

/// How much was exchanged in a period, by interconnect, peer AS, direction and family.
///
/// # How it works
/// Each volume gets the number of its key; the rows of a key are then added into one series that
/// is used again for the next key, so that memory does not grow with keys times slots. Rates are
/// over all slots that are present: a slot without traffic is a sample of 0.
public struct InterconnectVolume: Equatable, Sendable {
    public var place: Place
    /// ``ASN/zero`` when not known.
    public var peerAS: ASN
    public var direction: Direction
    /// nil when families are summed.
    public var family: TrafficFamily?
    public var measure = Measure()
    /// Over all slots that are present, in bits per second.
    public var averageBitsPerSecond: UInt64 = 0
    /// By nearest rank over all slots that are present, in bits per second.
    public var percentile95BitsPerSecond: UInt64 = 0
    /// Of the busiest slot, in bits per second.
    public var peakBitsPerSecond: UInt64 = 0
    /// Start of the busiest slot, in seconds since 1970-01-01 00:00 UTC.
    public var peakAt: Int64 = 0
    /// The weakest evidence that named the peer.
    public var rung: Rung

    /// Where it was exchanged.
    public enum Place: Hashable, Sendable {
        /// Index into ``Inventory/interconnects``.
        case interconnect(Int)
        /// An interface that no interconnect uses.
        case unlisted(exporter: String, interface: UInt32)

        /// Identifier of the interconnect, else "unlisted:er1.fra/17".
        public func name(in inventory: Inventory) -> String {
            switch self {
            case .interconnect(let index): inventory.interconnects[index].id
            case .unlisted(let exporter, let interface): "unlisted:\(exporter)/\(interface)"
            }
        }

        /// The interconnect, when it is one.
        public func interconnect(in inventory: Inventory) -> Interconnect? {
            guard case .interconnect(let index) = self else { return nil }
            return inventory.interconnects[index]
        }
    }
}

/// The question itself.
public enum InterconnectVolumes {
    /// The rows, most octets first, ties by interconnect, peer, direction and family.
    public static func rows(
        of volumes: [AttributedVolume],
        inventory: Inventory,
        slots: PresentSlots,
        byFamily: Bool
    ) -> [InterconnectVolume] {
        var keys: [Key] = []
        var numbers: [Key: Int32] = [:]
        let groups = volumes.map { volume -> Int32 in
            guard slots.position(of: volume.slot) != nil else { return -1 }
            let key = Key(volume, inventory: inventory, byFamily: byFamily)
            if let number = numbers[key] { return number }
            numbers[key] = Int32(keys.count)
            keys.append(key)
            return Int32(keys.count - 1)
        }
        let grouping = Grouping(groups, count: keys.count)
        var series = SlotSeries(count: slots.count)
        let rows = keys.indices.map { number in
            series.clear()
            return row(of: keys[number], grouping[number], in: volumes, slots, &series)
        }
        return sorted(rows, inventory: inventory)
    }

    private struct Key: Hashable {
        var place: InterconnectVolume.Place
        var peerAS: ASN
        var direction: Direction
        var family: TrafficFamily?

        init(_ volume: AttributedVolume, inventory: Inventory, byFamily: Bool) {
            if let index = volume.interconnect, inventory.interconnects.indices.contains(index) {
                place = .interconnect(index)
            } else {
                place = .unlisted(exporter: volume.exporter, interface: volume.interface)
            }
            peerAS = volume.peerAS
            direction = volume.direction
            family = byFamily ? volume.family : nil
        }
    }

    private static func row(
        of key: Key,
        _ members: ArraySlice<Int32>,
        in volumes: [AttributedVolume],
        _ slots: PresentSlots,
        _ series: inout SlotSeries
    ) -> InterconnectVolume {
        var row = InterconnectVolume(
            place: key.place,
            peerAS: key.peerAS,
            direction: key.direction,
            family: key.family,
            rung: .interface
        )
        for member in members {
            let volume = volumes[Int(member)]
            row.measure += volume.measure
            row.rung = max(row.rung, volume.rung)
            guard let position = slots.position(of: volume.slot) else { continue }
            series.add(volume.measure.octets, at: position)
        }
        let seconds = slots.slotSeconds
        row.averageBitsPerSecond = BitRate.bitsPerSecond(
            octets: row.measure.octets,
            seconds: seconds * Int64(slots.count)
        )
        let percentile = Percentile.ninetyFifth.value(of: series.octets) ?? 0
        row.percentile95BitsPerSecond = BitRate.bitsPerSecond(octets: percentile, seconds: seconds)
        if let peak = series.peak {
            row.peakBitsPerSecond = BitRate.bitsPerSecond(octets: peak.octets, seconds: seconds)
            row.peakAt = slots.starts[peak.position]
        }
        return row
    }

    private static func sorted(
        _ rows: [InterconnectVolume],
        inventory: Inventory
    ) -> [InterconnectVolume] {
        let named = rows.map { (name: $0.place.name(in: inventory), row: $0) }
        return named.sorted { a, b in
            let (left, right) = (a.row, b.row)
            if left.measure.octets != right.measure.octets {
                return left.measure.octets > right.measure.octets
            }
            if a.name != b.name { return a.name < b.name }
            if left.peerAS != right.peerAS { return left.peerAS < right.peerAS }
            if left.direction != right.direction { return left.direction < right.direction }
            return (left.family ?? .other) < (right.family ?? .other)
        }.map(\.row)
    }
}
