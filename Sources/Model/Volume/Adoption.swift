// SPDX-License-Identifier: Apache-2.0

/// That an exporter which was learned counts from a time on, under a name (DESIGN 3.13).
///
/// Until then its rows stand under its address, held apart: no report counts them. Nothing is
/// rewritten when it is adopted.
public struct Adoption: Equatable, Sendable {
    public var address: IPAddress
    /// Name of the exporter from now on, also for what was held.
    public var name: String
    /// Slots from here on count, in seconds since 1970-01-01 00:00 UTC.
    public var since: Int64

    public init(address: IPAddress, name: String, since: Int64) {
        self.address = address
        self.name = name
        self.since = since
    }
}

/// An interface as an exporter's own options records describe it.
public struct InterfaceNote: Hashable, Sendable {
    /// Name of the exporter; its address while it is not adopted.
    public var exporter: String
    /// ifIndex.
    public var index: UInt32
    /// ifName (IE 82); empty when not told.
    public var name: String
    /// ifAlias or description (IE 83); empty when not told.
    public var description: String

    public init(exporter: String, index: UInt32, name: String, description: String) {
        self.exporter = exporter
        self.index = index
        self.name = name
        self.description = description
    }

    /// The same, with what it does not tell as `earlier` told it.
    public func filled(from earlier: InterfaceNote) -> InterfaceNote {
        var note = self
        if name.isEmpty { note.name = earlier.name }
        if description.isEmpty { note.description = earlier.description }
        return note
    }
}
