// SPDX-License-Identifier: Apache-2.0

import FlowDecoding
package import Model

/// Which configured exporter a datagram is from; whoever is not listed is refused (DESIGN 3.13).
package struct ExporterDirectory: Sendable {
    package let names: [String]
    private var bySource: [IPAddress: UInt16] = [:]
    private var byAgent: [IPAddress: UInt16] = [:]

    package init(_ inventory: Inventory) {
        names = inventory.exporters.map(\.name)
        for (index, exporter) in inventory.exporters.enumerated() {
            for address in exporter.addresses {
                switch exporter.identify {
                case .source: bySource[address.unmapped] = UInt16(index)
                case .agent: byAgent[address.unmapped] = UInt16(index)
                }
            }
        }
    }

    /// The index of the datagram's exporter in the inventory; nil when it is not listed.
    ///
    /// Through a relay, all sFlow comes from one address: then the agent's own address counts.
    package func index(of datagram: borrowing Datagram) -> UInt16? {
        if let index = bySource[datagram.exporter] { return index }
        guard !byAgent.isEmpty, let agent = FlowDecoder.sFlowAgent(of: datagram) else { return nil }
        return byAgent[agent]
    }
}
