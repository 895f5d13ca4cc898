// SPDX-License-Identifier: Apache-2.0

public import Model

/// Who we are connected to already, and as what.
public struct Counterparts: Equatable, Sendable {
    public var transits: Set<ASN> = []
    public var customers: Set<ASN> = []
    /// Those whose traffic could or does flow by peering.
    public var peers: Set<ASN> = []

    public init() {}

    /// By what `inventory` says and by whom `volumes` show to exchange traffic with us as a peer.
    public init(_ inventory: Inventory, volumes: some Sequence<AttributedVolume>) {
        for interconnect in inventory.interconnects {
            switch interconnect.relationship {
            case .transit: transits.formUnion(interconnect.peers)
            case .customer: customers.formUnion(interconnect.peers)
            case .peer: peers.formUnion(interconnect.peers)
            }
        }
        let isPeering = inventory.interconnects.map { $0.relationship == .peer }
        let routeServers = Set(inventory.exchanges.compactMap(\.routeServers?.asn))
        for volume in volumes {
            guard let index = volume.interconnect, isPeering.indices.contains(index),
                isPeering[index], volume.peerAS != .zero, volume.measure.octets > 0,
                !routeServers.contains(volume.peerAS)
            else { continue }
            peers.insert(volume.peerAS)
        }
    }
}
