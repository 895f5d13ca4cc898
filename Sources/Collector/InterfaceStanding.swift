// SPDX-License-Identifier: Apache-2.0

import Attribution
import Model

/// Which interfaces nobody has listed.
struct InterfaceStanding {
    private let directory: InterfaceDirectory

    init(inventory: Inventory) { directory = InterfaceDirectory(inventory) }

    /// Whether `interface` is neither an interconnect's nor declared.
    func isUnknown(_ interface: UInt32, of exporter: String) -> Bool {
        guard let index = directory.exporterIndex(named: exporter) else { return true }
        return !directory.isUsed(interface, at: index)
            && directory.role(of: interface, at: index) == .unknown
    }
}
