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
    /// The families whose unicast routes it names (RFC 4760, section 8); see ``families``.
    package var unicastFamilies: [AddressFamily]
    /// Whether it names families besides: multicast, VPNs.
    package var namesOtherFamilies = false
    /// Whether it takes ROUTE-REFRESH messages (RFC 2918, section 2).
    package var hasRouteRefresh: Bool
    /// What it says of its restarts (RFC 4724, section 3); nil when nothing.
    package var gracefulRestart: BGPGracefulRestart?
    /// How long its stale routes may be kept, in seconds (RFC 9494, section 3.1).
    package var longLivedStaleSeconds: [AddressFamily: UInt32] = [:]
    /// Of which families it sends and takes several paths to a prefix (RFC 7911, section 4).
    package var addPath: [BGPAddPath] = []
    /// Whether it takes IPv6 next hops of IPv4 routes (RFC 8950, section 4).
    package var hasIPv6NextHops = false
    /// Whether it takes messages of up to 65,535 octets (RFC 8654, section 3).
    package var hasExtendedMessages = false
    /// Whether it marks the begin and the end of a refresh (RFC 7313, section 3.1).
    package var hasEnhancedRouteRefresh = false
    /// What it says to be towards us (RFC 9234, section 4.1), each word once, those unknown too.
    package var roles: [UInt8] = []

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
        gracefulRestart = hasGracefulRestart ? BGPGracefulRestart() : nil
    }

    /// The families whose unicast routes it exchanges: one that names no family at all means IPv4
    /// (RFC 4760, section 8), one that names others only means none.
    package var families: [AddressFamily] {
        unicastFamilies.isEmpty && !namesOtherFamilies ? [.ipv4] : unicastFamilies
    }

    /// Whether it ends its initial routes with End-of-RIB markers (RFC 4724, section 3).
    package var hasGracefulRestart: Bool { gracefulRestart != nil }

    /// Whether it sends several paths to the prefixes of `family`.
    package func sendsPaths(of family: AddressFamily) -> Bool {
        addPath.contains { $0.family == family && $0.sends }
    }

    /// Whether it takes several paths to the prefixes of `family`.
    package func takesPaths(of family: AddressFamily) -> Bool {
        addPath.contains { $0.family == family && $0.receives }
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
            if version == 4 {
                try BGPOptionalParameters.read(&body, isLenient: false) {
                    (code, value) throws(WireError) in try readCapability(code, &value)
                }
            }
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

    /// The whole message, one optional parameter holding all capabilities.
    package var message: [UInt8] {
        let capabilities = capabilities
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
