// SPDX-License-Identifier: Apache-2.0

package import Model

/// The inventory by interface: which interconnect uses it, or which role it has otherwise.
///
/// Made anew for each inventory. The data plane asks by the exporter's index, reports by its name.
package struct InterfaceDirectory: Sendable {
    package private(set) var inventory: Inventory
    private var uses: [Place: [Use]] = [:]
    private var roles: [Place: InterfaceRole] = [:]
    private var observations: [Place: Exporter.Observation] = [:]
    private var exporterIndexes: [String: UInt16]

    private struct Place: Hashable, Sendable {
        var exporter: UInt16
        var interface: UInt32
    }

    /// One interconnect's use of an interface.
    private struct Use: Sendable {
        var interconnect: Int
        var vlan: UInt16?
    }

    /// What an interface is at some time.
    package enum Standing: Equatable, Sendable {
        /// Index into ``Inventory/interconnects``.
        case interconnect(Int)
        case role(InterfaceRole)
    }

    package init(_ inventory: Inventory) {
        self.inventory = inventory
        let exporters = inventory.exporters.prefix(Int(UInt16.max))
        exporterIndexes = Dictionary(
            exporters.enumerated().map { ($0.element.name, UInt16($0.offset)) },
            uniquingKeysWith: { first, _ in first }
        )
        for (number, exporter) in exporters.enumerated() {
            for interface in exporter.interfaces {
                let place = Place(exporter: UInt16(number), interface: interface.index)
                roles[place] = interface.role
                observations[place] = interface.observes
            }
        }
        for (number, interconnect) in inventory.interconnects.enumerated() {
            for reference in interconnect.interfaces {
                guard let exporter = exporterIndexes[reference.exporter] else { continue }
                let place = Place(exporter: exporter, interface: reference.index)
                uses[place, default: []].append(Use(interconnect: number, vlan: reference.vlan))
            }
        }
    }

    /// Puts an exporter of which nothing is declared at `index`: one that is there, or the next.
    package mutating func put(_ exporter: Exporter, at index: UInt16) {
        if Int(index) < inventory.exporters.count {
            exporterIndexes[inventory.exporters[Int(index)].name] = nil
            inventory.exporters[Int(index)] = exporter
        } else {
            inventory.exporters.append(exporter)
        }
        exporterIndexes[exporter.name] = index
    }

    package func exporterIndex(named name: String) -> UInt16? { exporterIndexes[name] }

    /// What `interface` is at `time`, for frames of `vlan` (0 when none was seen).
    ///
    /// Time is in seconds since 1970-01-01 00:00 UTC.
    package func standing(
        of interface: UInt32,
        at exporter: UInt16,
        vlan: UInt16,
        time: Int64
    ) -> Standing {
        let place = Place(exporter: exporter, interface: interface)
        if let uses = uses[place] {
            let valid = uses.filter {
                inventory.interconnects[$0.interconnect].valid.contains(time)
            }
            if let use = Self.choose(valid, vlan: vlan) { return .interconnect(use.interconnect) }
        }
        return .role(declaredRole(of: place))
    }

    /// Whether any interconnect uses `interface` at any time: such an interface is always posted.
    package func isUsed(_ interface: UInt32, at exporter: UInt16) -> Bool {
        uses[Place(exporter: exporter, interface: interface)] != nil
    }

    package func role(of interface: UInt32, at exporter: UInt16) -> InterfaceRole {
        declaredRole(of: Place(exporter: exporter, interface: interface))
    }

    package func observation(
        of interface: UInt32,
        at exporter: UInt16
    ) -> Exporter.Observation {
        observations[Place(exporter: exporter, interface: interface)]
            ?? inventory.exporters[Int(exporter)].observes
    }

    private func declaredRole(of place: Place) -> InterfaceRole {
        roles[place] ?? inventory.exporters[Int(place.exporter)].otherInterfaces
    }

    /// The use for exactly this VLAN, else the one for all; a frame whose VLAN was not seen belongs
    /// to the only use there is.
    private static func choose(_ uses: [Use], vlan: UInt16) -> Use? {
        if vlan == 0, uses.count == 1 { return uses[0] }
        return uses.first { $0.vlan == vlan } ?? uses.first { $0.vlan == nil }
    }
}
