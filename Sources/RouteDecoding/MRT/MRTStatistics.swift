// SPDX-License-Identifier: Apache-2.0

package import Wire

/// What was found in an MRT file.
public struct MRTStatistics: Equatable, Sendable {
    /// Records of any type.
    public var records = 0
    /// Routes of a table dump that were handed on.
    public var tableRoutes = 0
    /// UPDATE messages that were read.
    public var updates = 0
    /// Changes of a session's state.
    public var stateChanges = 0
    /// Records that are not read, by kind: multicast, other protocols, RIB_GENERIC.
    public var skippedRecords: [MRTKind: Int] = [:]
    /// Messages other than UPDATE, which change no route.
    public var otherMessages = 0
    /// AS paths that were cut off for their length.
    public var truncatedPaths = 0
    /// Routes, messages and records that could not be read, by reason.
    public var malformed: [String: Int] = [:]
    /// Where and why reading ended before the file did; nil when it was read to its end.
    public var damage: String?

    public init() {}

    /// Records and messages that are not read.
    public var skipped: Int { skippedRecords.values.reduce(otherMessages, +) }

    package mutating func count(_ error: WireError) {
        count("\(error.kind.rawValue) \(error.subject)")
    }

    package mutating func count(_ reason: String) {
        malformed[reason, default: 0] += 1
    }

    package mutating func skip(_ header: MRTHeader) {
        skippedRecords[MRTKind(type: header.type, subtype: header.subtype), default: 0] += 1
    }
}

/// What a record holds (IANA, *MRT Types* and the subtypes of each).
public struct MRTKind: Hashable, Sendable {
    public var type: UInt16
    public var subtype: UInt16

    public init(type: UInt16, subtype: UInt16) {
        self.type = type
        self.subtype = subtype
    }
}

extension MRTKind: CustomStringConvertible {
    private static let names: [MRTKind: String] = [
        MRTKind(type: 13, subtype: 3): "RIB_IPV4_MULTICAST",
        MRTKind(type: 13, subtype: 5): "RIB_IPV6_MULTICAST",
        MRTKind(type: 13, subtype: 6): "RIB_GENERIC",
        MRTKind(type: 13, subtype: 7): "GEO_PEER_TABLE",
        MRTKind(type: 13, subtype: 9): "RIB_IPV4_MULTICAST_ADDPATH",
        MRTKind(type: 13, subtype: 11): "RIB_IPV6_MULTICAST_ADDPATH",
        MRTKind(type: 13, subtype: 12): "RIB_GENERIC_ADDPATH",
    ]

    /// "RIB_GENERIC", or "type 48, subtype 0".
    public var description: String { Self.names[self] ?? "type \(type), subtype \(subtype)" }
}
