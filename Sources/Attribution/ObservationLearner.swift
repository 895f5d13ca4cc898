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
/// `observes: auto` is decided by what the exporter's records say of themselves: an exporter whose
/// records never name a direction observes ingress; one that names egress observes that as well.
struct ObservationLearner: Sendable {
    private var seen: [Seen]

    /// Directions that an exporter's records have named so far.
    private struct Seen: OptionSet, Sendable {
        let rawValue: UInt8

        static let ingress = Seen(rawValue: 1)
        static let egress = Seen(rawValue: 2)
    }

    init(exporters: Int) {
        seen = [Seen](repeating: [], count: exporters)
    }

    /// Notes the direction a record names.
    mutating func note(_ direction: ObservationDirection, of exporter: UInt16) {
        switch direction {
        case .unknown: break
        case .ingress: seen[Int(exporter)].insert(.ingress)
        case .egress: seen[Int(exporter)].insert(.egress)
        }
    }

    /// Whether `exporter` reports packets that cross an interface in `direction` from there.
    func observes(
        _ direction: Direction,
        as observation: Exporter.Observation,
        exporter: UInt16
    ) -> Bool {
        switch observation {
        case .both: return true
        case .ingress: return direction == .ingress
        case .egress: return direction == .egress
        case .automatic:
            let seen = seen[Int(exporter)]
            return switch direction {
            case .ingress: seen.contains(.ingress) || !seen.contains(.egress)
            case .egress: seen.contains(.egress)
            }
        }
    }
}
