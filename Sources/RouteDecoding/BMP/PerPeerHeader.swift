// SPDX-License-Identifier: Apache-2.0

package import Model
package import Wire

/// Whose routes a message is about (RFC 7854, section 4.2; RFC 8671, section 4; RFC 9069, section
/// 4).
///
///     type (1) | flags (1) | distinguisher (8) | address (16) | AS (4) | BGP identifier (4) |
///     seconds (4) | microseconds (4)
package struct PerPeerHeader: Equatable, Sendable {
    package static let octets = 42

    /// IANA, *BMP Peer Types*.
    package enum Kind: UInt8, Hashable, Sendable {
        case globalInstance = 0
        /// Of a VPN: the distinguisher is its route distinguisher.
        case distinguishedInstance = 1
        case localInstance = 2
        case locRIB = 3
    }

    package var kind: Kind
    /// As they came: what they mean depends on ``kind``.
    package var flags: UInt8
    /// Route distinguisher, or a number of the router's own choice; 0 for none.
    package var distinguisher: UInt64
    /// Of the peer; 0.0.0.0 for the Loc-RIB.
    package var address: IPAddress
    package var asn: ASN
    /// BGP Identifier of the peer.
    package var routerID: UInt32
    /// When the routes came to the router, in nanoseconds since 1970-01-01 00:00 UTC; 0 when it
    /// does not say.
    package var time: Int64

    package init(_ message: inout WireReader) throws(WireError) {
        var reader = try message.read(octets: Self.octets, as: "BMP per-peer header")
        let code = try reader.read(UInt8.self)
        guard let kind = Kind(rawValue: code) else { throw reader.failure(.unsupported) }
        self.kind = kind
        flags = try reader.read()
        distinguisher = try reader.read()
        // An IPv4 address stands in the last 4 of 16 octets; the first 12 are zero.
        if kind != .locRIB, flags & 0x80 != 0 {
            address = .v6(try reader.read())
        } else {
            try reader.skip(octets: 12)
            address = .v4(try reader.read())
        }
        asn = ASN(rawValue: try reader.read())
        routerID = try reader.read()
        let seconds = Int64(try reader.read(UInt32.self))
        let microseconds = Int64(try reader.read(UInt32.self))
        // A part of a second that is none is left away.
        let part = microseconds < 1_000_000 ? microseconds * 1_000 : 0
        time = seconds * 1_000_000_000 + part
    }

    /// Which of the router's tables the routes stand in.
    package var rib: RIBKind {
        if kind == .locRIB { return .locRIB }
        if flags & 0x10 != 0 { return .adjRIBOut }  // O (RFC 8671, section 4)
        return isPostPolicy ? .postPolicy : .prePolicy
    }

    /// Whether the table is the one after policy: L (RFC 7854, section 4.2).
    package var isPostPolicy: Bool { kind != .locRIB && flags & 0x40 != 0 }

    /// Whether AS_PATH has AS numbers of two octets, whatever the OPENs say: A (section 4.2).
    package var hasTwoOctetASNs: Bool { kind != .locRIB && flags & 0x20 != 0 }
}
