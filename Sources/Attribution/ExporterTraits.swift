// SPDX-License-Identifier: Apache-2.0

import Model

/// What attribution asks of an exporter with every record: numbers alone, without its names.
struct ExporterTraits: Sendable {
    var overrideRate: SamplingRate?
    var defaultRate: SamplingRate?
    var asFields: Exporter.ASFields
    /// Of interfaces that do not say so themselves.
    var observes: Exporter.Observation
    var otherInterfaces: InterfaceRole
    /// Directions that any of its records was observed in.
    var seen: SeenDirections = []

    init(_ exporter: Exporter) {
        overrideRate = exporter.overrideRate
        defaultRate = exporter.defaultRate
        asFields = exporter.asFields
        observes = exporter.observes
        otherInterfaces = exporter.otherInterfaces
    }

    /// What an interface is that the inventory does not name.
    var usualInterface: InterfaceTraits {
        InterfaceTraits(role: otherInterfaces, observes: observes)
    }
}

/// What attribution asks of an interface.
struct InterfaceTraits: Sendable {
    /// What it is where no interconnect uses it.
    var role: InterfaceRole
    var observes: Exporter.Observation
    /// Directions that records were observed in there.
    var seen: SeenDirections = []
    /// Which of ``InterfaceDirectory/uses`` are of this interface.
    var firstUse: Int32 = 0
    var useCount: Int32 = 0

    /// Whether any interconnect uses it at any time: such an interface is always posted.
    var isUsed: Bool { useCount > 0 }
}

/// One interconnect's use of an interface.
struct InterfaceUse: Sendable {
    /// Index into ``Inventory/interconnects``.
    var interconnect: Int
    var vlan: UInt16?
    /// When the interconnect counts, in seconds since 1970-01-01 00:00 UTC.
    var valid: Range<Int64>
}

/// An interface by the numbers that records have for it.
struct InterfacePlace: FlatKey, Hashable {
    var exporter: UInt16
    /// ifIndex.
    var interface: UInt32

    func hash(seed: UInt64) -> UInt64 {
        var hash = FlatHash(seed: seed)
        hash.combine(UInt64(exporter), UInt64(interface))
        return hash.value
    }
}

/// Directions that records were observed in.
struct SeenDirections: OptionSet, Sendable {
    let rawValue: UInt8

    static let ingress = SeenDirections(rawValue: 1)
    static let egress = SeenDirections(rawValue: 2)
}
