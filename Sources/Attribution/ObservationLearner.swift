// SPDX-License-Identifier: Apache-2.0

import Model

/// Deciding which of a packet's observations counts, so that one seen twice is counted once.
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
extension InterfaceDirectory {
    /// Interfaces remembered at most; beyond them `auto` means ingress.
    private static let mostNoted = 65536

    /// Notes where a record says that it was observed.
    mutating func note(_ record: borrowing FlowRecord, of exporter: UInt16) {
        let interface: UInt32
        let direction: SeenDirections
        switch record.direction {
        case .unknown: return
        case .ingress:
            interface = record.ingressInterface
            direction = .ingress
        case .egress:
            interface = record.egressInterface
            direction = .egress
        }
        if !exporters[Int(exporter)].seen.contains(direction) {
            exporters[Int(exporter)].seen.insert(direction)
        }
        let place = InterfacePlace(exporter: exporter, interface: interface)
        guard let row = interfaces.row(of: place) else {
            guard noted < Self.mostNoted else { return }
            noted += 1
            interfaces[row(madeFor: place)].seen = direction
            return
        }
        let seen = interfaces[row].seen
        guard !seen.contains(direction) else { return }
        if seen.isEmpty {
            guard noted < Self.mostNoted else { return }
            noted += 1
        }
        interfaces[row].seen = seen.union(direction)
    }

    /// Takes over what another directory has noted, of exporters under other numbers; those without
    /// one are forgotten.
    mutating func learn(from other: borrowing InterfaceDirectory, _ number: (UInt16) -> UInt16?) {
        for (index, traits) in other.exporters.enumerated() where !traits.seen.isEmpty {
            guard let exporter = number(UInt16(index)) else { continue }
            exporters[Int(exporter)].seen.formUnion(traits.seen)
        }
        for row in other.interfaces.rows where !row.value.seen.isEmpty {
            guard let exporter = number(row.key.exporter) else { continue }
            let place = InterfacePlace(exporter: exporter, interface: row.key.interface)
            let new = self.row(madeFor: place)
            if interfaces[new].seen.isEmpty { noted += 1 }
            interfaces[new].seen.formUnion(row.value.seen)
        }
    }

    /// Whether `exporter` reports packets that cross an interface in `direction` from there.
    @inline(__always)
    func observes(
        _ direction: Direction,
        at interface: InterfaceTraits,
        of exporter: UInt16
    ) -> Bool {
        switch interface.observes {
        case .both: return true
        case .ingress: return direction == .ingress
        case .egress: return direction == .egress
        case .automatic:
            let usual: SeenDirections =
                exporters[Int(exporter)].seen == .egress ? .egress : .ingress
            let seen = interface.seen.isEmpty ? usual : interface.seen
            return seen.contains(direction == .ingress ? .ingress : .egress)
        }
    }
}
