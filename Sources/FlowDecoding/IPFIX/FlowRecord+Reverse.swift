// SPDX-License-Identifier: Apache-2.0

import Model

/// The second flow of a biflow record.
extension FlowRecord {
    /// Makes this the record of the reverse direction: sides swapped, counters to come.
    ///
    /// What belongs to the forward packets alone (next hops, rewritten addresses, counters) is
    /// dropped; the point of observation is the same, so what came in there now leaves.
    mutating func reverse() {
        isReverse = true
        octets = 0
        packets = 0
        octetsBasis = .ip
        egressKind = .interface
        (source, destination) = (destination, source)
        swap(&sourcePort, &destinationPort)
        swap(&ingressInterface, &egressInterface)
        swap(&sourceMAC, &destinationMAC)
        swap(&sourceAS, &destinationAS)
        swap(&sourcePeerAS, &destinationPeerAS)
        let sides = known
        known = known.subtracting([
            .octets, .packets, .nextHop, .bgpNextHop, .postSourceMAC, .postDestinationMAC,
        ]).subtracting(Self.sources).subtracting(Self.destinations)
        known.formUnion(Fields(rawValue: sides.intersection(Self.sources).rawValue << 1))
        known.formUnion(Fields(rawValue: sides.intersection(Self.destinations).rawValue >> 1))
        switch direction {
        case .ingress: direction = .egress
        case .egress: direction = .ingress
        case .unknown: break
        }
    }

    /// The fields that say something of the source's side; what says it of the destination's is
    /// the next bit.
    private static var sources: Fields {
        [.source, .sourcePort, .ingressInterface, .sourceMAC, .sourceAS, .sourcePeerAS]
    }

    private static var destinations: Fields { Fields(rawValue: sources.rawValue << 1) }
}
