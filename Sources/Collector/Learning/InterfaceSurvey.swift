// SPDX-License-Identifier: Apache-2.0

package import Model

/// What was seen to cross one interface: the evidence a guess is made of.
package struct InterfaceSurvey: Sendable {
    package var octets: [Direction: UInt64] = [:]
    /// Octets by the AS that evidence names on the other side; `ASN.zero` for none.
    package var peers: [ASN: UInt64] = [:]
    /// Octets by the address of the device on the other side.
    package var macs: [MACAddress: UInt64] = [:]
    /// Octets by the AS of the far address, where a path leads beyond the peer.
    package var origins: [ASN: UInt64] = [:]
    /// Octets to or from ASes beyond the peer.
    package var octetsBeyond: UInt64 = 0
    /// Octets of times when nobody knew an AS: neither a route nor the exporter named one.
    package var octetsWithoutRoutes: UInt64 = 0

    package init() {}

    package var total: UInt64 { octets.values.reduce(0, &+) }

    /// Peers with their octets, the busiest first.
    package var busiestPeers: [(asn: ASN, octets: UInt64)] {
        peers.filter { $0.key != .zero }.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
            .map { ($0.key, $0.value) }
    }

    /// Devices with their octets, the busiest first.
    package var busiestMACs: [(mac: MACAddress, octets: UInt64)] {
        macs.sorted { a, b in
            a.value == b.value ? "\(a.key)" < "\(b.key)" : a.value > b.value
        }.map { ($0.key, $0.value) }
    }

    package mutating func add(_ fact: InterfaceFact) {
        octets[fact.key.direction, default: 0].addSaturating(fact.measure.octets)
    }

    package mutating func add(_ fact: PathFact) {
        let evidence = fact.key.neighbor.evidence
        let octets = fact.measure.octets
        let exported = evidence.exportedPeerAS
        let peer = exported == .zero ? evidence.routePeerAS : exported
        peers[peer, default: 0].addSaturating(octets)
        if evidence.remoteMAC != .zero {
            macs[evidence.remoteMAC, default: 0].addSaturating(octets)
        }
        let origin = fact.key.originAS
        guard peer != .zero, origin != .zero, origin != peer else { return }
        origins[origin, default: 0].addSaturating(octets)
        octetsBeyond.addSaturating(octets)
    }

    /// Adds what was counted when its exporter had no routes: that it names no AS says nothing.
    package mutating func addWithoutRoutes(_ fact: PathFact) {
        octetsWithoutRoutes.addSaturating(fact.measure.octets)
        let mac = fact.key.neighbor.evidence.remoteMAC
        if mac != .zero { macs[mac, default: 0].addSaturating(fact.measure.octets) }
    }
}

/// An interface of an exporter, by number.
package struct InterfacePlace: Hashable, Comparable, Sendable {
    /// Name of the exporter, as in stored rows.
    package var exporter: String
    /// ifIndex.
    package var index: UInt32

    package init(exporter: String, index: UInt32) {
        self.exporter = exporter
        self.index = index
    }

    package static func < (a: InterfacePlace, b: InterfacePlace) -> Bool {
        (a.exporter, a.index) < (b.exporter, b.index)
    }
}
