// SPDX-License-Identifier: Apache-2.0

package import Model

/// What the rungs of the ladders look things up in: the inventory's interconnects and exchange
/// members as plain numbers.
///
/// Made anew for each inventory; looked at for each side of each record.
package struct LadderTables: Sendable {
    private(set) var interconnects: [InterconnectTraits] = []
    private(set) var peers: [ASN] = []
    private(set) var staticPrefixes: [IPPrefix] = []
    /// Of the route servers of each exchange; zero for none.
    private(set) var routeServers: [ASN] = []
    private(set) var membersByMAC = FlatTable<MemberMAC, ASN>()
    private(set) var membersByAddress = FlatTable<MemberAddress, ASN>()

    package init(_ inventory: Inventory) {
        var exchanges: [String: Int] = [:]
        for exchange in inventory.exchanges where exchanges[exchange.id] == nil {
            exchanges[exchange.id] = routeServers.count
            add(exchange)
        }
        for interconnect in inventory.interconnects {
            var traits = InterconnectTraits(interconnect)
            traits.exchange = interconnect.exchange.flatMap { exchanges[$0] }
            traits.peers = peers.count..<peers.count + interconnect.peers.count
            peers += interconnect.peers
            let prefixes = interconnect.staticPrefixes
            traits.staticPrefixes =
                staticPrefixes.count..<staticPrefixes.count + prefixes.count
            staticPrefixes += prefixes
            interconnects.append(traits)
        }
    }

    /// The first member with an address counts, and addresses outside the LAN are none of it.
    private mutating func add(_ exchange: Exchange) {
        let number = routeServers.count
        routeServers.append(exchange.routeServers?.asn ?? .zero)
        let lan = PrefixSet(exchange.lan)
        for member in exchange.members {
            for mac in member.macs {
                let key = MemberMAC(exchange: number, mac: mac)
                if membersByMAC.row(of: key) == nil { membersByMAC.insert(key, member.asn) }
            }
            for address in member.addresses where lan.isEmpty || lan.contains(address) {
                let key = MemberAddress(exchange: number, address: address)
                if membersByAddress.row(of: key) == nil { membersByAddress.insert(key, member.asn) }
            }
        }
    }

    /// The route servers of the exchange that `interconnect` is at; zero for none.
    func routeServer(of interconnect: Int?) -> ASN {
        guard let interconnect, let exchange = interconnects[interconnect].exchange else {
            return .zero
        }
        return routeServers[exchange]
    }
}

/// What a rung may ask of an interconnect.
struct InterconnectTraits: Sendable {
    /// The neighbor when there can be only one; else zero.
    var singlePeer: ASN
    /// The carrier in between; else zero.
    var via: ASN
    var isTransit: Bool
    /// Number of its exchange; nil when it is at none that is known.
    var exchange: Int?
    /// Which of ``LadderTables/peers`` are beyond it.
    var peers = 0..<0
    /// Which of ``LadderTables/staticPrefixes`` are reached through it.
    var staticPrefixes = 0..<0

    init(_ interconnect: Interconnect) {
        singlePeer = interconnect.singlePeer ?? .zero
        via = interconnect.via ?? .zero
        isTransit = interconnect.relationship == .transit
    }
}

/// A member of an exchange by MAC address.
struct MemberMAC: FlatKey {
    var exchange: Int
    var mac: MACAddress

    func hash(seed: UInt64) -> UInt64 {
        var hash = FlatHash(seed: seed)
        hash.combine(UInt64(exchange), mac.rawValue)
        return hash.value
    }
}

/// A member of an exchange by its address on the LAN.
struct MemberAddress: FlatKey {
    var exchange: Int
    var address: IPAddress

    func hash(seed: UInt64) -> UInt64 {
        var hash = FlatHash(seed: seed)
        hash.combine(address.bits)
        hash.combine(UInt64(exchange), UInt64(address.family.rawValue))
        return hash.value
    }
}
