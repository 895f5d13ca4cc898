// SPDX-License-Identifier: Apache-2.0

import Model

/// Addresses and times that a template may give twice, or not know.
extension FlowRecord {
    /// Takes an address of either family.
    mutating func give(source address: IPAddress) {
        if address.replaces(source, has(.source)) { source = address }
        known.insert(.source)
    }

    mutating func give(destination address: IPAddress) {
        if !has(.destination) || destination.bits == 0 && address.bits != 0 {
            destination = address
        }
        known.insert(.destination)
    }

    mutating func give(nextHop address: IPAddress) {
        if address.replaces(nextHop, has(.nextHop)) { nextHop = address }
        known.insert(.nextHop)
    }

    mutating func give(bgpNextHop address: IPAddress) {
        if address.replaces(bgpNextHop, has(.bgpNextHop)) { bgpNextHop = address }
        known.insert(.bgpNextHop)
    }

    /// Takes an address of either family, as `reading` says which.
    mutating func give(_ address: IPAddress, as reading: FieldReading) {
        switch reading {
        case .sourceIPv4, .sourceIPv4Prefix, .sourceIPv6, .sourceIPv6Prefix: give(source: address)
        case .destinationIPv4, .destinationIPv4Prefix, .destinationIPv6, .destinationIPv6Prefix:
            give(destination: address)
        case .nextHopIPv4, .nextHopIPv6: give(nextHop: address)
        case .bgpNextHopIPv4, .bgpNextHopIPv6: give(bgpNextHop: address)
        default: break
        }
    }

    /// Takes when the flow began; 0 when that is not known.
    mutating func give(start time: Int64) {
        guard time > 0 else { return }
        start = time
        known.insert(.start)
    }

    /// Takes when the flow ended; 0 when that is not known.
    mutating func give(end time: Int64) {
        guard time > 0 else { return }
        end = time
        known.insert(.end)
    }
}

extension IPAddress {
    /// Whether it is to be taken where there is another already, if that is known.
    ///
    /// Templates for both families leave the unused addresses zero, so zero gives way to an
    /// address. Nothing else does: of two, the first is that of the outermost packet (RFC 7011,
    /// section 8).
    fileprivate func replaces(_ other: IPAddress, _ isKnown: Bool) -> Bool {
        !isKnown || other.bits == 0 && bits != 0
    }
}
