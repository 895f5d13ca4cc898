// SPDX-License-Identifier: Apache-2.0

package import Wire

/// The header before every MRT record (RFC 6396, section 2).
///
///     timestamp, s (4) | type (2) | subtype (2) | length (4)
package struct MRTHeader: Sendable {
    /// Octets of the header.
    package static let octets = 12
    /// The longest record read, in octets; the RFC sets no limit, real records stay far below.
    package static let longestRecord = 4 << 20

    /// In seconds since 1970-01-01 00:00 UTC.
    package let timestamp: UInt32
    package let type: UInt16
    package let subtype: UInt16
    /// Of what follows, in octets.
    package let length: Int

    package init(_ reader: inout WireReader) throws(WireError) {
        timestamp = try reader.read()
        type = try reader.read()
        subtype = try reader.read()
        length = Int(try reader.read(UInt32.self))
    }

    /// Whether this can be a record: of a type that is or was assigned (IANA, *MRT Types*), and of
    /// a length that can be.
    package var isPlausible: Bool {
        let isAssigned = (0...13).contains(type) || [16, 17, 32, 33, 48, 49, 64, 65].contains(type)
        return isAssigned && length <= Self.longestRecord
    }

    /// Whether the record is of a session, told when it happened, and not of a table.
    package var isOfSession: Bool {
        type == MRTType.bgp || type == MRTType.bgp4mp || type == MRTType.bgp4mpExtendedTime
    }

    /// When it happened, in nanoseconds since 1970-01-01 00:00 UTC.
    ///
    /// Records with extended times begin with the microseconds, which are read (section 3).
    package func time(_ record: inout WireReader) throws(WireError) -> Int64 {
        let seconds = Int64(timestamp) * 1_000_000_000
        guard type == MRTType.bgp4mpExtendedTime else { return seconds }
        return seconds + Int64(try record.read(UInt32.self)) * 1_000
    }
}

/// The types that are read (IANA, *MRT Types*).
enum MRTType {
    static let bgp: UInt16 = 5  // deprecated
    static let tableDump: UInt16 = 12
    static let tableDumpV2: UInt16 = 13
    static let bgp4mp: UInt16 = 16
    static let bgp4mpExtendedTime: UInt16 = 17
}
