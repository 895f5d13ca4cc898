// SPDX-License-Identifier: Apache-2.0

package import Model
package import Storage

/// Which stored rows count, and under which exporter's name (DESIGN 3.13).
///
/// # How it works
///
/// Rows of an exporter that nobody has listed stand under its address. They are held apart until an
/// adoption says from which slot on they count, and then count under the name that the
/// configuration has for that address, else under that of the adoption. All other rows count under
/// the name they stand under.
package struct CountedExporters: Sendable {
    /// The configuration's exporters and the adopted ones.
    package let inventory: Inventory
    private let names: Set<String>
    private let namesByAddress: [IPAddress: String]
    private let adoptions: [IPAddress: Adoption]
    /// Exporters that were known by their address without being pending.
    private let others: Set<String>

    package init(inventory: Inventory, adoptions: [Adoption], states: [ExporterState]) {
        self.inventory = inventory.with(adoptions)
        names = Set(inventory.exporters.map(\.name))
        let addresses = inventory.exporters.flatMap { exporter in
            exporter.addresses.map { ($0.unmapped, exporter.name) }
        }
        namesByAddress = Dictionary(addresses, uniquingKeysWith: { first, _ in first })
        let pairs = adoptions.map { ($0.address.unmapped, $0) }
        self.adoptions = Dictionary(pairs, uniquingKeysWith: { $1 })
        others = Set(states.filter { !$0.isPending }.map(\.name))
    }

    /// Reads what a store knows of them.
    package init(
        inventory: Inventory,
        store: any VolumeStore
    ) async throws(VolumeStoreError) {
        self.init(
            inventory: inventory,
            adoptions: try await store.adoptions(),
            states: try await store.exporters()
        )
    }

    /// What is to be done with the rows of one exporter.
    package enum Standing: Equatable, Sendable {
        case counts(name: String)
        /// Its rows count from the slot of `since` on; nil for not at all.
        case held(name: String, since: Int64?)
    }

    /// The standing of rows that name `exporter`.
    package func standing(of exporter: String) -> Standing {
        guard !names.contains(exporter), !others.contains(exporter),
            let address = IPAddress(exporter)
        else { return .counts(name: exporter) }
        let adoption = adoptions[address]
        let name = namesByAddress[address] ?? adoption?.name ?? exporter
        return .held(name: name, since: adoption?.since)
    }

    /// The facts that count, under the names they count under.
    package func counted<Key>(
        _ facts: [Fact<Key>],
        _ exporter: WritableKeyPath<Key, String>
    ) -> [Fact<Key>] {
        var standings: [String: Standing] = [:]
        var counted: [Fact<Key>] = []
        counted.reserveCapacity(facts.count)
        for fact in facts {
            let written = fact.key[keyPath: exporter]
            let standing = standings[written] ?? self.standing(of: written)
            standings[written] = standing
            guard case .held(let name, let since) = standing else {
                counted.append(fact)
                continue
            }
            guard let since, fact.slot >= since else { continue }
            var fact = fact
            fact.key[keyPath: exporter] = name
            counted.append(fact)
        }
        return counted
    }

    package func counted(_ facts: [InterfaceFact]) -> [InterfaceFact] {
        counted(facts, \.exporter)
    }

    package func counted(_ facts: [NeighborFact]) -> [NeighborFact] {
        counted(facts, \.interface.exporter)
    }

    package func counted(_ facts: [PathFact]) -> [PathFact] {
        counted(facts, \.neighbor.interface.exporter)
    }

    /// Ledger rows that count, under the names they count under, and those held apart.
    package func split(_ facts: [LedgerFact]) -> (counted: [LedgerFact], held: [LedgerFact]) {
        var counted: [LedgerFact] = []
        var held: [LedgerFact] = []
        for var fact in facts {
            switch standing(of: fact.exporter) {
            case .counts: counted.append(fact)
            case .held(let name, let since?) where fact.slot >= since:
                fact.exporter = name
                counted.append(fact)
            case .held: held.append(fact)
            }
        }
        return (counted, held)
    }

    /// Whether rows of `state` are held, be they of a time before the configuration listed it.
    package func isHeld(_ state: ExporterState) -> Bool {
        guard state.isPending, let address = IPAddress(state.name) else { return false }
        return adoptions[address] == nil
    }

    /// Whether rows of `state` are held, those of now.
    package func isPending(_ state: ExporterState) -> Bool {
        guard state.isPending, let address = IPAddress(state.name) else { return false }
        return adoptions[address] == nil && namesByAddress[address] == nil
    }
}
