// SPDX-License-Identifier: Apache-2.0

package import Model

extension Inventory {
    /// This inventory with the exporters that were adopted and are not in it yet.
    ///
    /// What the configuration says of an address comes before its adoption. An adoption under the
    /// name of an exporter that is listed gives it one more address.
    package func with(_ adoptions: [Adoption]) -> Inventory {
        var inventory = self
        let listed = Set(exporters.flatMap { $0.addresses.map(\.unmapped) })
        for adoption in adoptions where !listed.contains(adoption.address) {
            let index = inventory.exporters.firstIndex { $0.name == adoption.name }
            if let index {
                inventory.exporters[index].addresses.append(adoption.address)
            } else {
                var exporter = Exporter(name: adoption.name)
                exporter.addresses = [adoption.address]
                inventory.exporters.append(exporter)
            }
        }
        return inventory
    }
}
