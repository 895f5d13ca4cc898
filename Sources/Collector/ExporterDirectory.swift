// SPDX-License-Identifier: Apache-2.0

import Attribution
import FlowDecoding
package import Model

/// Which exporter a datagram is from.
///
/// # How it works
///
/// Those of the configuration come first, by their place in it. Whoever is not listed is refused,
/// unless it is inside the networks of `learn:`: then it gets the next index, under the name of its
/// address, and is *pending* (DESIGN 3.13). Indices of pending ones that have fallen silent are
/// used again.
///
/// Through a relay, all sFlow comes from one address: then the agent's own address counts. What a
/// relay hands on of agents that are not listed is refused, for it says nothing of the relay; and
/// should it have been learned by such a datagram before, listed agents behind it still count.
package struct ExporterDirectory: Sendable {
    private var entries: [Entry] = []
    private var bySource: [IPAddress: UInt16] = [:]
    private var byAgent: [IPAddress: UInt16] = [:]
    private var free: [UInt16] = []
    /// Who hands on the sFlow of listed agents, of those that might be learned.
    private var relays: Set<IPAddress> = []
    private var learning: Learning

    /// More relays than this are not kept in mind.
    private static let mostRelays = 4_096

    private struct Entry: Sendable {
        var name: String
        /// Where a pending one sends from; nil for one of the configuration.
        var pending: IPAddress?
    }

    /// What came of a look.
    package enum Verdict: Equatable {
        case known(UInt16)
        /// Seen for the first time: what is kept by index needs a place for it.
        case learned(UInt16)
        case refused(RefusalReason)
    }

    package init(_ inventory: Inventory, learning: Learning = Learning()) {
        self.learning = learning
        list(inventory)
    }

    private mutating func list(_ inventory: Inventory) {
        bySource = [:]
        byAgent = [:]
        entries = inventory.exporters.map { Entry(name: $0.name) }
        for (index, exporter) in inventory.exporters.enumerated() {
            for address in exporter.addresses {
                switch exporter.identify {
                case .source: bySource[address.unmapped] = UInt16(index)
                case .agent: byAgent[address.unmapped] = UInt16(index)
                }
            }
        }
    }

    package var count: Int { entries.count }

    package func name(_ index: UInt16) -> String { entries[Int(index)].name }

    /// Where a pending exporter sends from; nil for one of the configuration.
    package func pendingAddress(_ index: UInt16) -> IPAddress? { entries[Int(index)].pending }

    /// The index of whoever sends from `address`; nil when that is nobody known.
    package func index(ofSource address: IPAddress) -> UInt16? { bySource[address] }

    /// The exporter that sent a datagram, through a relay or not; nil for one that is not known.
    package func index(of datagram: borrowing Datagram) -> UInt16? { found(datagram).index }

    private func found(_ datagram: borrowing Datagram) -> (index: UInt16?, agent: IPAddress?) {
        let sender = bySource[datagram.exporter]
        if let sender, entries[Int(sender)].pending == nil { return (sender, nil) }
        guard !byAgent.isEmpty, let agent = FlowDecoder.sFlowAgent(of: datagram) else {
            return (sender, nil)
        }
        return (byAgent[agent] ?? sender, agent)
    }

    /// Whose datagram it is; whoever may be learned is from now on known.
    package mutating func verdict(on datagram: borrowing Datagram) -> Verdict {
        let (index, agent) = found(datagram)
        if let index, entries[Int(index)].pending == nil {
            if agent != nil { keepRelay(datagram.exporter) }
            return .known(index)
        }
        if agent != nil, relays.contains(datagram.exporter) { return .refused(.unknownExporter) }
        if let index { return .known(index) }
        guard learning.networks.contains(datagram.exporter) else {
            return .refused(.unknownExporter)
        }
        // Whoever sends no flow export is no exporter, and takes nobody's place.
        guard FlowDecoder.isFlowExport(datagram.octets) else {
            return .refused(.unknownExporter)
        }
        guard entries.count < Int(UInt16.max) || !free.isEmpty, learning.budget.take() else {
            return .refused(.learnLimit)
        }
        return .learned(learn(datagram.exporter))
    }

    private mutating func keepRelay(_ address: IPAddress) {
        guard !relays.contains(address), relays.count < Self.mostRelays,
            learning.networks.contains(address)
        else { return }
        relays.insert(address)
    }

    private mutating func learn(_ address: IPAddress) -> UInt16 {
        let entry = Entry(name: "\(address)", pending: address)
        let index: UInt16
        if let last = free.popLast() {
            index = last
            entries[Int(index)] = entry
        } else {
            index = UInt16(entries.count)
            entries.append(entry)
        }
        bySource[address] = index
        return index
    }

    /// Forgets a pending exporter, whose index is used again; call when its totals are handed over.
    package mutating func forget(_ index: UInt16) {
        guard let address = entries[Int(index)].pending else { return }
        bySource[address] = nil
        entries[Int(index)].pending = nil
        free.append(index)
        learning.budget.giveBack()
    }

    /// Goes on with another inventory; pending exporters that it does not list stay pending where
    /// exporters may still be learned, else they are unknown.
    ///
    /// - Returns: The pending exporters by their new index, and for each old index the new one.
    package mutating func replace(
        _ inventory: Inventory,
        learning: Learning?
    ) -> (pending: [Exporter], numbers: [UInt16?]) {
        let old = entries
        let unused = Set(free)
        if let learning { self.learning = learning }
        free = []
        relays = []
        list(inventory)
        let names = Dictionary(
            entries.enumerated().map { ($0.element.name, UInt16($0.offset)) },
            uniquingKeysWith: { first, _ in first }
        )
        var pending: [Exporter] = []
        let numbers = old.enumerated().map { index, entry -> UInt16? in
            guard !unused.contains(UInt16(index)) else { return nil }
            guard let address = entry.pending else { return names[entry.name] }
            let listed = bySource[address]
            guard listed == nil, self.learning.networks.contains(address) else {
                self.learning.budget.giveBack()
                return listed
            }
            pending.append(Exporter(pending: address))
            return learn(address)
        }
        return (pending, numbers)
    }
}

extension Exporter {
    /// An exporter that nobody has listed: its name is its address, and the rest is default.
    package init(pending address: IPAddress) {
        self.init(name: "\(address)")
        addresses = [address]
    }
}
