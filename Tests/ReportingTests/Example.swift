// SPDX-License-Identifier: Apache-2.0

import Analysis
import Model
import Reporting

/// An hour of a small network: a transit, an exchange and an interface nobody has listed.
enum Example {
    /// 2026-10-01 00:00 UTC.
    static let start: Int64 = 1_790_812_800

    static var inventory: Inventory {
        var inventory = Inventory()
        inventory.network.asns = [asn(100)]
        var transit = Interconnect(id: "transit-1", kind: .transit)
        transit.peers = [asn(174)]
        transit.contract = "acme"
        var exchange = Interconnect(id: "ix-1", kind: .exchange)
        exchange.exchange = "ix-one"
        inventory.interconnects = [transit, exchange]
        var contract = Contract(
            id: "acme",
            supplier: "Acme, Inc.",
            currency: "USD",
            timezone: "UTC"
        )
        contract.components = [
            .commit(mbps: 10, pricePerMbps: Money(microUnits: 180_000, currency: "USD"))
        ]
        inventory.contracts = [contract]
        return inventory
    }

    static func asn(_ number: UInt32) -> ASN { ASN(rawValue: number) }

    /// Twelve slots, eleven of which are there.
    static var input: ReportInput {
        var input = ReportInput(
            period: start..<start + 3600,
            timezone: "Europe/Berlin",
            slotSeconds: 300,
            inventory: inventory
        )
        input.inventoryVersion = "a1b2"
        input.presentSlots = (0..<11).map { start + $0 * 300 }
        input.volumes = [
            volume(slot: 0, at: 0, peer: 174, octets: 75_000_000),
            volume(slot: 1, at: 0, .ingress, family: .ipv6, peer: 174, octets: 37_500_000),
            volume(slot: 1, at: 0, .ingress, peer: 174, octets: 3_750_001),
            volume(slot: 2, at: 1, peer: 6939, octets: 400, variance: 4),
            volume(slot: 2, at: nil, octets: 300),
        ]
        input.paths = PathVolumes([
            volume(slot: 0, at: 0, path: [174, 3320, 6939], octets: 75_000_000, variance: 1)
        ])
        var ledger = Ledger()
        ledger.datagrams = 3
        ledger.decoded = 2
        ledger.undecoded = [.truncated: 1]
        ledger.records = 5
        ledger.receivedOctets = 116_250_701
        ledger.ingressOctets = 41_250_001
        ledger.originatedOctets = 75_000_700
        ledger.egressOctets = 75_000_700
        ledger.terminatedOctets = 41_250_000
        ledger.unattributedOutOctets = [.multiple: 1]
        var refused = Ledger()
        refused.datagrams = 7
        refused.refused = [.unknownExporter: 7]
        refused.kernelDrops = 2
        input.ledgers = [
            LedgerFact(slot: start, exporter: "", ledger: refused),
            LedgerFact(slot: start, exporter: "er1", ledger: ledger),
            LedgerFact(slot: start + 300, exporter: "er1", ledger: Ledger()),
        ]
        input.gaps = [Gap(from: start + 3300, to: start + 3600, reason: "restart")]
        return input
    }

    static func volume(
        slot: Int64,
        at interconnect: Int?,
        _ direction: Direction = .egress,
        family: TrafficFamily = .ipv4,
        peer: UInt32 = 0,
        path: [UInt32] = [],
        octets: UInt64,
        variance: Double = 0
    ) -> AttributedVolume {
        AttributedVolume(
            slot: start + slot * 300,
            exporter: "er1",
            interface: 17,
            direction: direction,
            family: family,
            interconnect: interconnect,
            peerAS: asn(peer),
            rung: peer == 0 ? .unknown : .interface,
            asPath: ASPath(sequence: path.map(asn)),
            measure: Measure(
                octets: octets,
                packets: 10,
                unscaledOctets: octets,
                unscaledPackets: 1,
                variance: variance
            )
        )
    }
}
