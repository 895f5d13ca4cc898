// SPDX-License-Identifier: Apache-2.0

public import Model

/// Says what the numbers in a ``PostingKey`` stand for.
public protocol PostingNames: ~Copyable {
    /// Name of the exporter of that index; empty for ``RunningTotals/noExporter``.
    func exporterName(_ index: UInt16) -> String
    func asPath(_ id: UInt32) -> ASPath
    func routeSourceName(_ id: UInt32) -> String
    /// The static prefix of that 1-based number; nil for 0.
    func staticPrefix(_ number: UInt16) -> IPPrefix?
}

extension SlotTotals {
    /// Appends the rows of this slot to `batch`: its ledgers by exporter, all others in no order.
    func write(
        to batch: inout FlushBatch,
        slot: Int64,
        hour: Int64,
        names: borrowing some PostingNames & ~Copyable
    ) {
        var interfaces: [InterfaceKey: Measure] = [:]
        var neighbors: [NeighborKey: Measure] = [:]
        var paths: [PathKey: Measure] = [:]
        for row in facts.rows {
            let path = row.key.pathKey(names)
            let measure = row.value
            paths[path, default: Measure()] += measure
            neighbors[path.neighbor, default: Measure()] += measure
            interfaces[path.neighbor.interface, default: Measure()] += measure
        }
        batch.interfaces += interfaces.map { InterfaceFact(slot: slot, key: $0, measure: $1) }
        batch.neighbors += neighbors.map { NeighborFact(slot: slot, key: $0, measure: $1) }
        batch.paths += paths.map { PathFact(slot: slot, key: $0, measure: $1) }
        for row in prefixes.rows {
            let key = row.key
            let interface = InterfaceKey(
                exporter: names.exporterName(key.exporter),
                interface: key.interface,
                direction: key.direction,
                family: key.family,
                rate: key.rate,
                rateSource: key.rateSource
            )
            let prefixKey = PrefixKey(interface: interface, prefix: key.prefix)
            batch.prefixes.append(PrefixFact(slot: hour, key: prefixKey, measure: row.value))
        }
        for row in ledgers.rows.sorted(by: { $0.key < $1.key }) {
            let name = names.exporterName(row.key)
            batch.ledgers.append(LedgerFact(slot: slot, exporter: name, ledger: row.value))
        }
    }
}

extension PostingKey {
    /// The same key with names for its numbers.
    fileprivate func pathKey(_ names: borrowing some PostingNames & ~Copyable) -> PathKey {
        var evidence = Evidence()
        evidence.vlan = vlan
        evidence.remoteMAC = remoteMAC
        if flags.contains(.hasNextHop) { evidence.nextHop = nextHop }
        evidence.nextHopIsFromRoute = flags.contains(.nextHopIsFromRoute)
        evidence.exportedPeerAS = exportedPeerAS
        evidence.routePeerAS = routePeerAS
        if flags.contains(.hasRoute) { evidence.routeSource = names.routeSourceName(routeSource) }
        evidence.routeIsStale = flags.contains(.routeIsStale)
        evidence.staticPrefix = names.staticPrefix(staticPrefix)
        let interfaceKey = InterfaceKey(
            exporter: names.exporterName(exporter),
            interface: interface,
            direction: direction,
            family: family,
            rate: rate,
            rateSource: rateSource
        )
        return PathKey(
            neighbor: NeighborKey(interface: interfaceKey, evidence: evidence),
            asPath: names.asPath(asPath),
            originAS: originAS
        )
    }
}
