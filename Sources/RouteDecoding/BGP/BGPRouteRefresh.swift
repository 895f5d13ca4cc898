// SPDX-License-Identifier: Apache-2.0

package import Model
package import Wire

/// ROUTE-REFRESH: asks for the routes of a family again, or marks where that begins and ends
/// (RFC 2918, section 3; RFC 7313, section 3.2).
package struct BGPRouteRefresh: Equatable, Sendable {
    package enum Kind: UInt8, Sendable {
        case request = 0
        /// BoRR: all routes of the family follow.
        case begin = 1
        /// EoRR: that was all.
        case end = 2
    }

    package var kind: Kind
    package var family: AddressFamily

    package init(_ kind: Kind, _ family: AddressFamily) {
        self.kind = kind
        self.family = family
    }

    /// Reads the body of a ROUTE-REFRESH; nil when it is one that must be ignored: of a family that
    /// is not exchanged, of a kind nobody knows (RFC 7313, section 5), or a request with more to it
    /// (RFC 5291).
    ///
    /// - Throws: When it is not as long as it must be (RFC 7313, section 5).
    package init?(_ body: inout WireReader) throws(BGPError) {
        var whole = body
        guard let number = try? body.read(UInt16.self), let subtype = try? body.read(UInt8.self),
            let subsequent = try? body.read(UInt8.self)
        else { throw Self.badLength(&whole) }
        guard let kind = Kind(rawValue: subtype) else { return nil }
        guard body.isAtEnd else {
            if kind == .request { return nil }
            throw Self.badLength(&whole)
        }
        guard subsequent == 1, let family = AddressFamily(rawValue: number) else { return nil }
        self.init(kind, family)
    }

    /// The data of the NOTIFICATION is the whole message.
    private static func badLength(_ body: inout WireReader) -> BGPError {
        let octets = (try? body.readOctets(body.remaining)) ?? []
        return BGPError(
            .invalidRefreshLength,
            data: BGPMessageHeader.message(.routeRefresh, octets),
            "ROUTE-REFRESH of \(octets.count) octets"
        )
    }

    /// The whole message.
    package var message: [UInt8] {
        BGPMessageHeader.message(.routeRefresh, family.octets + [kind.rawValue, 1])
    }
}
