// SPDX-License-Identifier: Apache-2.0

public import Model

/// Gives stored facts their meaning: which interconnect, which peer, by which rung.
///
/// It holds the inventory of the day the report is made, so a line that is corrected today changes
/// the past as well (DESIGN 3.1).
public struct FactResolver: Sendable {
    private let directory: InterfaceDirectory
    private let tables: LadderTables

    public init(inventory: Inventory) {
        directory = InterfaceDirectory(inventory)
        tables = LadderTables(inventory)
    }

    /// The meaning of `fact`; nil when its interface is by now known to lie within our network.
    public func resolve(_ fact: NeighborFact) -> AttributedVolume? {
        resolve(fact.key, slot: fact.slot, measure: fact.measure)
    }

    /// The meaning of `fact`; nil when its interface is by now known to lie within our network.
    public func resolve(_ fact: PathFact) -> AttributedVolume? {
        var volume = resolve(fact.key.neighbor, slot: fact.slot, measure: fact.measure)
        volume?.asPath = fact.key.asPath
        volume?.originAS = fact.key.originAS
        return volume
    }

    private func resolve(
        _ key: NeighborKey,
        slot: Int64,
        measure: Measure
    ) -> AttributedVolume? {
        let interface = key.interface
        var index: Int?
        // An exporter that has since left the inventory keeps its volumes, at no interconnect.
        if let exporter = directory.exporterIndex(named: interface.exporter) {
            let standing = directory.standing(
                of: interface.interface,
                at: exporter,
                vlan: key.evidence.vlan,
                time: slot
            )
            switch standing {
            case .interconnect(let found): index = found
            case .role(.unknown): break
            case .role(.internal), .role(.backbone): return nil
            }
        }
        let question = LadderQuestion(
            interconnect: index,
            remoteMAC: key.evidence.remoteMAC,
            nextHop: key.evidence.nextHop,
            staticPrefix: key.evidence.staticPrefix,
            exportedPeerAS: key.evidence.exportedPeerAS,
            routePeerAS: key.evidence.routePeerAS
        )
        let (peer, rung) = Ladder.of(interface.direction).climb(question, tables)
        return AttributedVolume(
            slot: slot,
            exporter: interface.exporter,
            interface: interface.interface,
            direction: interface.direction,
            family: interface.family,
            interconnect: index,
            peerAS: peer,
            rung: rung,
            measure: measure
        )
    }
}
