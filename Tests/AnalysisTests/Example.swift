// SPDX-License-Identifier: Apache-2.0

import Model

/// A small network to ask questions of: two transits, an exchange, a private link, a customer.
enum Example {
    static let transit1 = 0
    static let transit2 = 1
    static let exchange = 2
    static let pni = 3
    static let customer = 4

    static var inventory: Inventory {
        var inventory = Inventory()
        inventory.network.asns = [asn(100)]
        inventory.interconnects = [
            interconnect("transit-1", .transit, peers: [174], contract: "acme"),
            interconnect("transit-2", .transit, peers: [1299], contract: "bolt"),
            interconnect("ix-1", .exchange, peers: []),
            interconnect("pni-1", .private, peers: [15169]),
            interconnect("customer-1", .customer, peers: [700]),
        ]
        inventory.contracts = [
            contract("acme", price: 180_000, currency: "USD"),
            contract("bolt", price: 500_000, currency: "USD"),
        ]
        return inventory
    }

    static func asn(_ number: UInt32) -> ASN { ASN(rawValue: number) }

    static func contract(_ id: String, price: Int64, currency: String) -> Contract {
        var contract = Contract(id: id, supplier: id, currency: currency, timezone: "UTC")
        contract.components = [
            .overage(pricePerMbps: Money(microUnits: price, currency: currency))
        ]
        return contract
    }

    static func interconnect(
        _ id: String,
        _ kind: Interconnect.Kind,
        peers: [UInt32],
        contract: String? = nil
    ) -> Interconnect {
        var interconnect = Interconnect(id: id, kind: kind)
        interconnect.peers = peers.map(ASN.init(rawValue:))
        interconnect.contract = contract
        return interconnect
    }

    static func volume(
        slot: Int64,
        at interconnect: Int?,
        _ direction: Direction = .egress,
        family: TrafficFamily = .ipv4,
        peer: UInt32 = 0,
        rung: Rung = .interface,
        path: [UInt32] = [],
        origin: UInt32 = 0,
        octets: UInt64,
        variance: Double = 0
    ) -> AttributedVolume {
        AttributedVolume(
            slot: slot,
            exporter: "er1",
            interface: 17,
            direction: direction,
            family: family,
            interconnect: interconnect,
            peerAS: ASN(rawValue: peer),
            rung: rung,
            asPath: ASPath(sequence: path.map(ASN.init(rawValue:))),
            originAS: ASN(rawValue: origin),
            measure: Measure(
                octets: octets,
                packets: octets / 100,
                unscaledOctets: octets,
                unscaledPackets: octets / 100,
                variance: variance
            )
        )
    }
}
