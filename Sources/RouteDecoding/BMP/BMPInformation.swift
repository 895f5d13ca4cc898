// SPDX-License-Identifier: Apache-2.0

import Wire

/// What a router says of itself, or why it goes: Information TLVs (RFC 7854, section 4.4) and those
/// of Termination (section 4.5).
///
///     type (2) | length (2) | value
enum BMPInformation {
    /// Of one kind of text no more is kept, in octets.
    static let longestText = 255

    /// Reads all TLVs to the end, and hands on each.
    static func read(
        _ reader: inout WireReader,
        _ body: (UInt16, inout WireReader) throws(WireError) -> Void
    ) throws(WireError) {
        while !reader.isAtEnd {
            let type = try reader.read(UInt16.self)
            let length = Int(try reader.read(UInt16.self))
            var value = try reader.read(octets: length, as: "BMP information")
            try body(type, &value)
        }
    }

    /// A text without what would steer a terminal, cut off where it is too long.
    static func text(_ value: inout WireReader) throws(WireError) -> String {
        let octets = try value.readOctets(min(value.remaining, longestText))
        return BGPNotification.printable(String(decoding: octets, as: UTF8.self))
    }
}

/// Why a router ends its reports (IANA, *BMP Termination Message TLV Reasons*).
package enum BMPTerminationReason: UInt16, CaseIterable, Sendable {
    case administrativelyClosed = 0
    case unspecified = 1
    case outOfResources = 2
    case redundantConnection = 3
    case permanentlyClosed = 4

    /// As a person reads it.
    static func words(_ code: UInt16) -> String {
        switch Self(rawValue: code) {
        case .administrativelyClosed: "session administratively closed"
        case .unspecified: "unspecified reason"
        case .outOfResources: "out of resources"
        case .redundantConnection: "redundant connection"
        case .permanentlyClosed: "session permanently administratively closed"
        case nil: "reason \(code)"
        }
    }
}
