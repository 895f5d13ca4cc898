// SPDX-License-Identifier: Apache-2.0

import Model

// Who was on the other side, by the rules of both ladders in one list.

extension PlainAttribution {
    func judge(_ key: inout PostingKey, _ time: Int64) {
        let interconnect = interconnect(of: key, time)
        if interconnect?.relationship == .transit { key.flags.insert(.isTransit) }
        if !isKnown(key, interconnect) { key.flags.insert(.isUnknownNeighbor) }
    }

    private func interconnect(of key: PostingKey, _ time: Int64) -> Interconnect? {
        let name = inventory.exporters[Int(key.exporter)].name
        var uses: [(vlan: UInt16?, interconnect: Interconnect)] = []
        for interconnect in inventory.interconnects where interconnect.valid.contains(time) {
            for use in interconnect.interfaces
            where use.exporter == name && use.index == key.interface {
                uses.append((use.vlan, interconnect))
            }
        }
        if key.vlan == 0, uses.count == 1 { return uses[0].interconnect }
        let exact = uses.first { $0.vlan == key.vlan }
        return (exact ?? uses.first { $0.vlan == nil })?.interconnect
    }

    private func isKnown(_ key: PostingKey, _ interconnect: Interconnect?) -> Bool {
        let exchange = interconnect?.exchange.flatMap { id in
            inventory.exchanges.first { $0.id == id }
        }
        let members = exchange?.members ?? []
        var named: [ASN?] = [interconnect?.singlePeer]
        if key.remoteMAC != .zero {
            named.append(members.first { $0.macs.contains(key.remoteMAC) }?.asn)
        }
        if let interconnect, key.staticPrefix != 0 {
            let prefix = inventory.staticPrefixes[Int(key.staticPrefix) - 1]
            if interconnect.staticPrefixes.contains(where: { $0.covers(prefix) }) {
                let peers = [key.exportedPeerAS, key.routePeerAS]
                named.append(peers.first { interconnect.peers.contains($0) } ?? interconnect.via)
            }
        }
        if key.direction == .egress, key.flags.contains(.hasNextHop), let exchange,
            exchange.lan.isEmpty || exchange.lan.contains(where: { $0.contains(key.nextHop) })
        {
            named.append(members.first { $0.addresses.contains(key.nextHop) }?.asn)
        }
        named += [key.exportedPeerAS, key.routePeerAS]
        let server = exchange?.routeServers?.asn
        return named.contains { $0 != nil && $0 != .zero && $0 != server }
    }
}
