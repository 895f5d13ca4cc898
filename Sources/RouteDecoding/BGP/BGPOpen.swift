// SPDX-License-Identifier: Apache-2.0

package import Model
package import Wire

/// OPEN: who a neighbor says it is, and what it can do (RFC 4271, section 4.2).
///
/// Of the capabilities (RFC 5492), only those the collector acts upon are kept.
package struct BGPOpen: Equatable, Sendable {
    /// The neighbor's AS: that of the four-octet capability where there is one (RFC 6793).
    package var asn: ASN
    /// Proposed hold time, in seconds; 0 for none.
    package var holdTime: UInt16
    /// BGP Identifier.
    package var routerID: UInt32
    /// Whether AS numbers are four octets wide in its messages (RFC 6793, section 3).
    package var hasFourOctetASNs: Bool
    /// The families whose unicast routes it exchanges (RFC 4760, section 8); empty when it does not
    /// say, which means IPv4.
    package var unicastFamilies: [AddressFamily]
    /// Whether it takes ROUTE-REFRESH messages (RFC 2918, section 2).
    package var hasRouteRefresh: Bool
    /// Whether it ends its initial routes with End-of-RIB markers (RFC 4724, section 3).
    ///
    /// What is sent for it names no family: no forwarding state is kept.
    package var hasGracefulRestart: Bool

    package init(
        asn: ASN,
        holdTime: UInt16,
        routerID: UInt32,
        hasFourOctetASNs: Bool = true,
        unicastFamilies: [AddressFamily] = AddressFamily.allCases,
        hasRouteRefresh: Bool = true,
        hasGracefulRestart: Bool = true
    ) {
        self.asn = asn
        self.holdTime = holdTime
        self.routerID = routerID
        self.hasFourOctetASNs = hasFourOctetASNs
        self.unicastFamilies = unicastFamilies
        self.hasRouteRefresh = hasRouteRefresh
        self.hasGracefulRestart = hasGracefulRestart
    }

    /// Reads and checks the body of an OPEN, as far as that can be done without knowing the
    /// neighbor (RFC 4271, section 6.2).
    package init(_ body: inout WireReader) throws(BGPError) {
        do throws(WireError) {
            let version = try body.read(UInt8.self)
            self.init(
                asn: ASN(rawValue: UInt32(try body.read(UInt16.self))),
                holdTime: try body.read(),
                routerID: try body.read(),
                hasFourOctetASNs: false,
                unicastFamilies: [],
                hasRouteRefresh: false,
                hasGracefulRestart: false
            )
            if version == 4 { try readOptionalParameters(&body) }
            if version != 4 { throw WireError(.unsupported, offset: 0, subject: "BGP version") }
        } catch {
            throw Self.refusal(of: error)
        }
        guard holdTime == 0 || holdTime >= 3 else {
            throw BGPError(.unacceptableHoldTime, "hold time of \(holdTime) s")
        }
        guard routerID != 0 else { throw BGPError(.badIdentifier, "BGP Identifier 0") }
        guard asn != .zero else { throw BGPError(.badPeerAS, "AS 0") }  // RFC 7607, section 2
    }

    private static func refusal(of error: WireError) -> BGPError {
        switch (error.kind, error.subject.description) {
        case (.unsupported, "BGP version"):
            BGPError(.unsupportedVersion, data: [0, 4], "version is not 4")
        case (.unsupported, _):
            BGPError(.unsupportedOptionalParameter, "an optional parameter that is no capability")
        default: BGPError(.openMessageError, "\(error)")
        }
    }

    /// Reads the optional parameters, in the usual or the extended form (RFC 9072, section 2).
    private mutating func readOptionalParameters(_ body: inout WireReader) throws(WireError) {
        var length = Int(try body.read(UInt8.self))
        var isExtended = false
        if length == 255, body.remaining >= 3 {
            var ahead = body
            if try ahead.read(UInt8.self) == 255 {
                isExtended = true
                length = Int(try ahead.read(UInt16.self))
                body = ahead
            }
        }
        guard length == body.remaining else { throw body.failure(.malformed) }
        while !body.isAtEnd {
            let type = try body.read(UInt8.self)
            let count =
                isExtended ? Int(try body.read(UInt16.self)) : Int(try body.read(UInt8.self))
            var parameter = try body.read(octets: count, as: "OPEN parameter")
            guard type == 2 else { throw parameter.failure(.unsupported) }
            while !parameter.isAtEnd { try readCapability(&parameter) }
        }
    }

    private mutating func readCapability(_ parameter: inout WireReader) throws(WireError) {
        let code = try parameter.read(UInt8.self)
        let length = Int(try parameter.read(UInt8.self))
        var value = try parameter.read(octets: length, as: "BGP capability")
        switch code {
        case 1:  // Multiprotocol Extensions (RFC 4760, section 8)
            let family = AddressFamily(rawValue: try value.read())
            try value.skip(octets: 1)
            let subsequent = try value.read(UInt8.self)
            if let family, subsequent == 1, !unicastFamilies.contains(family) {
                unicastFamilies.append(family)
            }
        case 2:  // Route Refresh (RFC 2918, section 2)
            hasRouteRefresh = true
        case 64:  // Graceful Restart (RFC 4724, section 3)
            try value.skip(octets: 2)
            hasGracefulRestart = true
        case 65:  // four-octet AS numbers (RFC 6793, section 3)
            asn = ASN(rawValue: try value.read())
            hasFourOctetASNs = true
        default: break
        }
    }

    /// The whole message, one optional parameter holding all capabilities.
    package var message: [UInt8] {
        var capabilities: [UInt8] = []
        for family in unicastFamilies {
            capabilities += [1, 4]
            capabilities.append(bigEndian: family.rawValue)
            capabilities += [0, 1]
        }
        if hasRouteRefresh { capabilities += [2, 0] }
        // Neither restarting, nor of any restart time, nor of families that are kept.
        if hasGracefulRestart { capabilities += [64, 2, 0, 0] }
        if hasFourOctetASNs {
            capabilities += [65, 4]
            capabilities.append(bigEndian: asn.rawValue)
        }
        var body: [UInt8] = [4]
        let fits = asn.rawValue <= UInt16.max
        body.append(bigEndian: UInt16(truncatingIfNeeded: (fits ? asn : .transition).rawValue))
        body.append(bigEndian: holdTime)
        body.append(bigEndian: routerID)
        if capabilities.isEmpty {
            body.append(0)
        } else {
            let length = UInt8(clamping: capabilities.count)
            body += [length &+ 2, 2, length] + capabilities
        }
        return BGPMessageHeader.message(.open, body)
    }
}
