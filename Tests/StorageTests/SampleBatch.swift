// SPDX-License-Identifier: Apache-2.0

import Model

/// One side of a flow as it is posted: the same amounts in all three tables and in the ledger.
struct SampleSide {
    var slot: Int64 = 1_790_812_800  // 2026-10-01T00:00:00Z
    var exporter = "er1.fra"
    var interface: UInt32 = 17
    var direction = Direction.egress
    var family = TrafficFamily.ipv4
    var rate = SamplingRate(1_000)
    var nextHop: IPAddress? = .v4(0xc000_0201)  // 192.0.2.1
    var path: [UInt32] = [64500, 64501]
    var octets: UInt64 = 1_500_000
    var packets: UInt64 = 1_000

    var interfaceKey: InterfaceKey {
        InterfaceKey(
            exporter: exporter,
            interface: interface,
            direction: direction,
            family: family,
            rate: rate,
            rateSource: .options
        )
    }

    var evidence: Evidence {
        var evidence = Evidence()
        evidence.nextHop = nextHop
        evidence.routePeerAS = ASN(rawValue: path.first ?? 0)
        evidence.routeSource = path.isEmpty ? "" : "rr1"
        return evidence
    }

    var asPath: ASPath { ASPath(sequence: path.map(ASN.init(rawValue:))) }

    var measure: Measure {
        Measure(
            octets: octets,
            packets: packets,
            unscaledOctets: octets / 1_000,
            unscaledPackets: packets / 1_000,
            variance: Double(octets) * 4
        )
    }
}

extension FlushBatch {
    /// A batch whose books balance: rows and ledgers of `sides`.
    static func sample(
        _ id: String,
        _ sides: [SampleSide],
        collector: String = "fra",
        sealing sealed: [Int64] = []
    ) -> FlushBatch {
        var batch = FlushBatch(id: id, collector: collector, time: 1_790_812_805)
        for side in sides {
            let interface = side.interfaceKey
            let neighbor = NeighborKey(interface: interface, evidence: side.evidence)
            let path = PathKey(
                neighbor: neighbor,
                asPath: side.asPath,
                originAS: side.asPath.originAS ?? .zero
            )
            batch.interfaces.append(Fact(slot: side.slot, key: interface, measure: side.measure))
            batch.neighbors.append(Fact(slot: side.slot, key: neighbor, measure: side.measure))
            batch.paths.append(Fact(slot: side.slot, key: path, measure: side.measure))
            let ledger = Ledger.posting(side.octets, side.direction)
            batch.ledgers.append(
                LedgerFact(slot: side.slot, exporter: side.exporter, ledger: ledger)
            )
        }
        batch.sealed = sealed
        return batch
    }
}

extension Ledger {
    /// One datagram with one record, of which one side is posted and the other is ours.
    static func posting(_ octets: UInt64, _ direction: Direction) -> Ledger {
        var ledger = Ledger()
        ledger.datagrams = 1
        ledger.decoded = 1
        ledger.records = 1
        ledger.receivedOctets = octets
        if direction == .ingress {
            ledger.ingressOctets = octets
            ledger.terminatedOctets = octets
        } else {
            ledger.originatedOctets = octets
            ledger.egressOctets = octets
        }
        return ledger
    }
}
