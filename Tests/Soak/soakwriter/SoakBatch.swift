// SPDX-License-Identifier: Apache-2.0

import Model

/// Batches that can be made again from their number: new rows, and rows that add to old ones.
enum SoakBatch {
    private static let slot: Int64 = 1_790_812_800  // 2026-10-01T00:00:00Z
    private static let rows = 40
    private static let rowOctets: UInt64 = 1_500

    /// Octets of each batch, in each of its tables.
    static let octets = UInt64(rows) * rowOctets

    static func batch(_ number: Int) -> FlushBatch {
        let slot = Self.slot + Int64(number / 20) * 300
        var batch = FlushBatch(id: "soak-\(number)", collector: "soak", time: slot)
        for row in 0..<rows {
            let measure = Measure(
                octets: rowOctets,
                packets: 1,
                unscaledOctets: rowOctets,
                unscaledPackets: 1
            )
            let interface = InterfaceKey(
                exporter: "er1",
                interface: UInt32(row % 8),
                direction: .egress,
                family: .ipv4
            )
            var evidence = Evidence()
            evidence.nextHop = .v4(UInt32(row))
            let neighbor = NeighborKey(interface: interface, evidence: evidence)
            let origin = ASN(rawValue: UInt32(number % 50 * rows + row))
            let path = PathKey(
                neighbor: neighbor,
                asPath: ASPath(sequence: [ASN(rawValue: 64500), origin]),
                originAS: origin
            )
            batch.interfaces.append(Fact(slot: slot, key: interface, measure: measure))
            batch.neighbors.append(Fact(slot: slot, key: neighbor, measure: measure))
            batch.paths.append(Fact(slot: slot, key: path, measure: measure))
        }
        var ledger = Ledger()
        ledger.receivedOctets = octets
        ledger.originatedOctets = octets
        ledger.egressOctets = octets
        batch.ledgers = [LedgerFact(slot: slot, exporter: "er1", ledger: ledger)]
        if number % 20 == 19 { batch.sealed = [slot] }
        return batch
    }
}
