// SPDX-License-Identifier: Apache-2.0

package import Model

/// The inventory by interface: which interconnect uses it, or which role it has otherwise.
///
/// # How it works
///
/// Made anew for each inventory, and flat, so that a record costs one lookup a side:
///
///     exporter, ifIndex -> InterfaceTraits [ role | observes | seen | uses 3..<5 ]
///                                            uses  [ .. 3: ix-1, VLAN 100 | 4: ix-2, VLAN 200 .. ]
///
/// The data plane asks by the exporter's index, reports by its name.
package struct InterfaceDirectory: Sendable {
    private(set) var uses: [InterfaceUse] = []
    var exporters: [ExporterTraits]
    var interfaces = FlatTable<InterfacePlace, InterfaceTraits>()
    /// Interfaces that records said something of; see ``note(_:of:)``.
    var noted = 0
    private var names: [String]
    private var exporterIndexes: [String: UInt16]

    /// What an interface is at some time.
    package enum Standing: Equatable, Sendable {
        /// Index into ``Inventory/interconnects``.
        case interconnect(Int)
        case role(InterfaceRole)
    }

    package init(_ inventory: Inventory) {
        let listed = inventory.exporters.prefix(Int(UInt16.max))
        exporters = listed.map { ExporterTraits($0) }
        names = listed.map(\.name)
        exporterIndexes = Dictionary(
            names.enumerated().map { ($0.element, UInt16($0.offset)) },
            uniquingKeysWith: { first, _ in first }
        )
        for (number, exporter) in listed.enumerated() {
            for interface in exporter.interfaces {
                let place = InterfacePlace(exporter: UInt16(number), interface: interface.index)
                let row = row(madeFor: place)
                interfaces[row].role = interface.role ?? exporter.otherInterfaces
                interfaces[row].observes = interface.observes ?? exporter.observes
            }
        }
        addUses(by: inventory.interconnects)
    }

    private mutating func addUses(by interconnects: [Interconnect]) {
        var usesByRow: [Int: [InterfaceUse]] = [:]
        for (number, interconnect) in interconnects.enumerated() {
            for reference in interconnect.interfaces {
                guard let exporter = exporterIndexes[reference.exporter] else { continue }
                let place = InterfacePlace(exporter: exporter, interface: reference.index)
                usesByRow[row(madeFor: place), default: []].append(
                    InterfaceUse(
                        interconnect: number,
                        vlan: reference.vlan,
                        valid: interconnect.valid
                    )
                )
            }
        }
        for (row, found) in usesByRow {
            interfaces[row].firstUse = Int32(uses.count)
            interfaces[row].useCount = Int32(found.count)
            uses += found
        }
    }

    /// The row of an interface, made if it is not there.
    mutating func row(madeFor place: InterfacePlace) -> Int {
        if let row = interfaces.row(of: place) { return row }
        return interfaces.insert(place, exporters[Int(place.exporter)].usualInterface)
    }

    /// Puts an exporter of which nothing is declared at `index`: one that is there, or the next.
    package mutating func put(_ exporter: Exporter, at index: UInt16) {
        if Int(index) < exporters.count {
            exporterIndexes[names[Int(index)]] = nil
            names[Int(index)] = exporter.name
            exporters[Int(index)] = ExporterTraits(exporter)
            forgetInterfaces(of: index)
        } else {
            names.append(exporter.name)
            exporters.append(ExporterTraits(exporter))
        }
        exporterIndexes[exporter.name] = index
    }

    private mutating func forgetInterfaces(of exporter: UInt16) {
        let before = interfaces
        interfaces = FlatTable()
        noted = 0
        for row in before.rows where row.key.exporter != exporter {
            interfaces.insert(row.key, row.value)
            if !row.value.seen.isEmpty { noted += 1 }
        }
    }

    package func exporterIndex(named name: String) -> UInt16? { exporterIndexes[name] }

    /// What is known of `interface`, or what its exporter says of all others.
    @inline(__always)
    func traits(of interface: UInt32, at exporter: UInt16) -> InterfaceTraits {
        interfaces.value(of: InterfacePlace(exporter: exporter, interface: interface))
            ?? exporters[Int(exporter)].usualInterface
    }

    /// What `interface` is at `time`, for frames of `vlan` (0 when none was seen).
    ///
    /// Time is in seconds since 1970-01-01 00:00 UTC.
    package func standing(
        of interface: UInt32,
        at exporter: UInt16,
        vlan: UInt16,
        time: Int64
    ) -> Standing {
        let traits = traits(of: interface, at: exporter)
        if let index = interconnect(of: traits, vlan: vlan, time: time) {
            return .interconnect(index)
        }
        return .role(traits.role)
    }

    /// The interconnect that uses the interface at `time`, for frames of `vlan`; nil for none.
    ///
    /// The use for exactly this VLAN, else the one for all; a frame whose VLAN was not seen belongs
    /// to the only use there is.
    func interconnect(of traits: InterfaceTraits, vlan: UInt16, time: Int64) -> Int? {
        var only: Int?
        var ofVLAN: Int?
        var ofAll: Int?
        var valid = 0
        for index in Int(traits.firstUse)..<Int(traits.firstUse + traits.useCount) {
            guard uses[index].valid.contains(time) else { continue }
            valid += 1
            let interconnect = uses[index].interconnect
            only = only ?? interconnect
            if let named = uses[index].vlan {
                if named == vlan, ofVLAN == nil { ofVLAN = interconnect }
            } else if ofAll == nil {
                ofAll = interconnect
            }
        }
        return vlan == 0 && valid == 1 ? only : ofVLAN ?? ofAll
    }

    /// Whether any interconnect uses `interface` at any time: such an interface is always posted.
    package func isUsed(_ interface: UInt32, at exporter: UInt16) -> Bool {
        traits(of: interface, at: exporter).isUsed
    }

    package func role(of interface: UInt32, at exporter: UInt16) -> InterfaceRole {
        traits(of: interface, at: exporter).role
    }
}
