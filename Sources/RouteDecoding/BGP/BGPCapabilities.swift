// SPDX-License-Identifier: Apache-2.0

package import Model
import Wire

/// Of which family several paths to a prefix are exchanged, and which way (RFC 7911, section 4).
package struct BGPAddPath: Equatable, Sendable {
    package var family: AddressFamily
    package var receives: Bool
    package var sends: Bool

    package init(_ family: AddressFamily, receives: Bool, sends: Bool) {
        self.family = family
        self.receives = receives
        self.sends = sends
    }
}

/// What a router says of its restarts (RFC 4724, section 3; RFC 8538, section 2).
///
/// What we send names no family: no forwarding state is kept here.
package struct BGPGracefulRestart: Equatable, Sendable {
    /// It has just restarted (the R bit).
    package var isRestarting = false
    /// Its routes may be kept over a NOTIFICATION, unless that says Hard Reset (the N bit).
    package var coversNotifications = false
    /// How long a restart may take, in seconds: 0 to 4095.
    package var restartSeconds: UInt16 = 0
    /// Families whose forwarding it keeps over a restart.
    package var families: [AddressFamily] = []

    package init() {}
}

/// What a router is to the other end of a session (RFC 9234, section 4.1).
package enum BGPRole: UInt8, CaseIterable, Sendable {
    case provider = 0
    case routeServer = 1
    case routeServerClient = 2
    case customer = 3
    case peer = 4

    /// What the other end must be (RFC 9234, section 4.2, table 2).
    package var counterpart: BGPRole {
        switch self {
        case .provider: .customer
        case .customer: .provider
        case .routeServer: .routeServerClient
        case .routeServerClient: .routeServer
        case .peer: .peer
        }
    }
}

// Reading. A capability that is malformed counts as not there, except the two that say what the
// session is about: its families, and how AS numbers are read (RFC 5492 has no error for it).
extension BGPOpen {
    mutating func readCapability(_ code: UInt8, _ value: inout WireReader) throws(WireError) {
        switch code {
        case 1:  // Multiprotocol Extensions (RFC 4760, section 8)
            guard let family = try value.readFamily() else {
                namesOtherFamilies = true
                return
            }
            if !unicastFamilies.contains(family) { unicastFamilies.append(family) }
        case 2:  // Route Refresh (RFC 2918, section 2)
            hasRouteRefresh = true
        case 5: readNextHops(&value)
        case 6:  // Extended Message (RFC 8654, section 3)
            hasExtendedMessages = true
        case 9:  // BGP Role (RFC 9234, section 4.1)
            let role = try? value.read(UInt8.self)
            if let role, value.isAtEnd, !roles.contains(role) { roles.append(role) }
        case 64: readGracefulRestart(&value)
        case 65:  // four-octet AS numbers (RFC 6793, section 3)
            asn = ASN(rawValue: try value.read())
            hasFourOctetASNs = true
        case 69: readAddPath(&value)
        case 70:  // Enhanced Route Refresh (RFC 7313, section 3.1)
            hasEnhancedRouteRefresh = true
        case 71: readLongLivedGracefulRestart(&value)
        default: break
        }
    }

    /// Extended Next Hop Encoding (RFC 8950, section 4): tuples of family, subsequent family, both
    /// of two octets, and the family of next hops.
    private mutating func readNextHops(_ value: inout WireReader) {
        while let family = try? value.read(UInt16.self),
            let subsequent = try? value.read(UInt16.self), let hops = try? value.read(UInt16.self)
        {
            if (family, subsequent, hops) == (1, 1, 2) { hasIPv6NextHops = true }
        }
    }

    private mutating func readGracefulRestart(_ value: inout WireReader) {
        guard let flagsAndTime = try? value.read(UInt16.self) else { return }
        var restart = BGPGracefulRestart()
        restart.isRestarting = flagsAndTime & 0x8000 != 0
        restart.coversNotifications = flagsAndTime & 0x4000 != 0
        restart.restartSeconds = flagsAndTime & 0x0fff
        while let number = try? value.read(UInt16.self),
            let subsequent = try? value.read(UInt8.self), let flags = try? value.read(UInt8.self)
        {
            guard subsequent == 1, let family = AddressFamily(rawValue: number) else { continue }
            if flags & 0x80 != 0, !restart.families.contains(family) {
                restart.families.append(family)
            }
        }
        gracefulRestart = restart
    }

    /// ADD-PATH (RFC 7911, section 4): 1 receives, 2 sends, 3 does both; a tuple with another
    /// number is ignored, and so is a value that is no list of tuples.
    private mutating func readAddPath(_ value: inout WireReader) {
        guard value.remaining % 4 == 0 else { return }
        while let number = try? value.read(UInt16.self),
            let subsequent = try? value.read(UInt8.self), let mode = try? value.read(UInt8.self)
        {
            guard subsequent == 1, let family = AddressFamily(rawValue: number),
                (1...3).contains(mode)
            else { continue }
            addPath.removeAll { $0.family == family }
            addPath.append(.init(family, receives: mode & 1 != 0, sends: mode & 2 != 0))
        }
    }

    /// Long-Lived Graceful Restart (RFC 9494, section 3.1): tuples of family, subsequent family,
    /// flags, and 24 bits of seconds.
    private mutating func readLongLivedGracefulRestart(_ value: inout WireReader) {
        guard value.remaining % 7 == 0 else { return }
        while let number = try? value.read(UInt16.self),
            let subsequent = try? value.read(UInt8.self),
            let flagsAndTime = try? value.read(UInt32.self)
        {
            guard subsequent == 1, let family = AddressFamily(rawValue: number) else { continue }
            longLivedStaleSeconds[family] = flagsAndTime & 0xff_ffff
        }
    }
}

// Writing.
extension BGPOpen {
    /// All capabilities, as they stand in an optional parameter, in the order of their codes.
    var capabilities: [UInt8] {
        var octets: [UInt8] = []
        for family in unicastFamilies { octets += [1, 4] + family.octets + [0, 1] }
        if hasRouteRefresh { octets += [2, 0] }
        if hasIPv6NextHops { octets += [5, 6, 0, 1, 0, 1, 0, 2] }
        if hasExtendedMessages { octets += [6, 0] }
        for role in roles { octets += [9, 1, role] }
        if let restart = gracefulRestart {
            var flagsAndTime = min(restart.restartSeconds, 0x0fff)
            if restart.isRestarting { flagsAndTime |= 0x8000 }
            if restart.coversNotifications { flagsAndTime |= 0x4000 }
            octets += [64, UInt8(2 + 4 * restart.families.count)]
            octets.append(bigEndian: flagsAndTime)
            for family in restart.families { octets += family.octets + [1, 0x80] }
        }
        if hasFourOctetASNs {
            octets += [65, 4]
            octets.append(bigEndian: asn.rawValue)
        }
        if !addPath.isEmpty {
            octets += [69, UInt8(clamping: 4 * addPath.count)]
            for path in addPath {
                let mode: UInt8 = (path.receives ? 1 : 0) | (path.sends ? 2 : 0)
                octets += path.family.octets + [1, mode]
            }
        }
        if hasEnhancedRouteRefresh { octets += [70, 0] }
        let longLived = AddressFamily.allCases.filter { longLivedStaleSeconds[$0] != nil }
        if !longLived.isEmpty { octets += [71, UInt8(clamping: 7 * longLived.count)] }
        for family in longLived {
            octets += family.octets + [1]
            octets.append(bigEndian: min(longLivedStaleSeconds[family] ?? 0, 0xff_ffff))
        }
        return octets
    }
}

extension AddressFamily {
    /// Its number, as two octets.
    var octets: [UInt8] { [UInt8(rawValue >> 8), UInt8(rawValue & 255)] }
}

extension WireReader {
    /// Reads a family, a reserved octet and a subsequent family (RFC 4760, section 8; RFC 2918,
    /// section 3); nil when that is not unicast of IPv4 or IPv6.
    mutating func readFamily() throws(WireError) -> AddressFamily? {
        let family = AddressFamily(rawValue: try read())
        try skip(octets: 1)
        return try read(UInt8.self) == 1 ? family : nil
    }
}
