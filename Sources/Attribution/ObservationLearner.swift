// SPDX-License-Identifier: Apache-2.0

import Model

/// Decides which of a packet's observations counts, so that one seen twice is counted once.
///
/// # How it works
///
/// A router may report a packet where it enters, where it leaves, or at both. For each interface
/// and direction one *counting source* holds (DESIGN 3.5):
///
///     observes that direction there  ->  own:       records observed at this interface
///     does not                       ->  otherSide: records observed where the packet
///                                                   entered (or left) by another interface
///
/// `observes: auto` is decided, interface by interface, by what the exporter's records say of
/// themselves: an interface observes each direction that some record was observed in there, and one
/// of which no record says anything observes ingress, unless all that the exporter's records name
/// is egress.
struct ObservationLearner: Sendable {
    private var seen: [Place: Seen] = [:]
    private var seenAnywhere: [UInt16: Seen] = [:]

    private struct Place: Hashable, Sendable {
        var exporter: UInt16
        var interface: UInt32
    }

    /// Directions that records were observed in at an interface.
    private struct Seen: OptionSet, Sendable {
        let rawValue: UInt8

        static let ingress = Seen(rawValue: 1)
        static let egress = Seen(rawValue: 2)
    }

    /// Interfaces remembered at most; beyond them `auto` means ingress.
    private static let mostPlaces = 65536

    /// Notes where a record says that it was observed.
    mutating func note(_ record: FlowRecord, of exporter: UInt16) {
        let place: Place
        let direction: Seen
        switch record.direction {
        case .unknown: return
        case .ingress:
            place = Place(exporter: exporter, interface: record.ingressInterface)
            direction = .ingress
        case .egress:
            place = Place(exporter: exporter, interface: record.egressInterface)
            direction = .egress
        }
        seenAnywhere[exporter, default: []].insert(direction)
        if let known = seen[place] {
            if !known.contains(direction) { seen[place] = known.union(direction) }
        } else if seen.count < Self.mostPlaces {
            seen[place] = direction
        }
    }

    /// Follows exporters to other numbers; those without one are forgotten.
    mutating func renumber(_ number: (UInt16) -> UInt16?) {
        var places: [Place: Seen] = [:]
        for (place, directions) in seen {
            guard let exporter = number(place.exporter) else { continue }
            places[Place(exporter: exporter, interface: place.interface), default: []]
                .formUnion(directions)
        }
        seen = places
        var anywhere: [UInt16: Seen] = [:]
        for (exporter, directions) in seenAnywhere {
            guard let exporter = number(exporter) else { continue }
            anywhere[exporter, default: []].formUnion(directions)
        }
        seenAnywhere = anywhere
    }

    /// Whether `exporter` reports packets that cross `interface` in `direction` from there.
    func observes(
        _ direction: Direction,
        at interface: UInt32,
        as observation: Exporter.Observation,
        exporter: UInt16
    ) -> Bool {
        switch observation {
        case .both: return true
        case .ingress: return direction == .ingress
        case .egress: return direction == .egress
        case .automatic:
            let place = Place(exporter: exporter, interface: interface)
            let usual: Seen = seenAnywhere[exporter] == .egress ? .egress : .ingress
            let seen = seen[place] ?? usual
            return seen.contains(direction == .ingress ? .ingress : .egress)
        }
    }
}
