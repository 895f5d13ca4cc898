// SPDX-License-Identifier: Apache-2.0

import Model
import RouteDecoding
import Wire

/// What the two sides of a session say of themselves, and what comes of it.
extension BGPSession {
    /// Our OPEN.
    var offer: BGPOpen {
        var open = BGPOpen(
            asn: local.asn(towards: neighbor.asn),
            holdTime: local.holdTime,
            routerID: local.routerID
        )
        open.hasEnhancedRouteRefresh = true
        open.hasExtendedMessages = true
        open.hasIPv6NextHops = true
        if neighbor.takesPaths {
            open.addPath = open.unicastFamilies.map { .init($0, receives: true, sends: false) }
        }
        if let role = neighbor.role, source.isExternal { open.roles = [role.rawValue] }
        return open
    }

    /// RFC 4271, section 6.2, as far as it takes knowing the neighbor.
    mutating func receiveOpen(_ body: inout WireReader) throws(BGPError) -> [Action] {
        let open = try BGPOpen(&body)
        guard open.asn == source.asn else {
            let asns = "\(open.asn), configured is \(source.asn)"
            throw BGPError(.badPeerAS, "neighbor is in \(asns)")
        }
        guard source.isExternal || open.routerID != local.routerID else {  // RFC 6286, section 2.2
            throw BGPError(.badIdentifier, "neighbor has our BGP Identifier")
        }
        try check(open.roles)
        source.routerID = open.routerID
        // RFC 4271, section 4.2: the smaller proposal holds, 0 means no timers; section 4.4: a
        // third.
        let hold = Int(min(open.holdTime, local.holdTime))
        let session = Self.session(agreedWith: open, neighbor, holdSeconds: hold)
        agreed = session
        decoder.options = BGPSessionOptions(
            hasFourOctetASNs: open.hasFourOctetASNs,
            isExternal: source.isExternal
        )
        decoder.options.addPathFamilies = session.addPathFamilies
        decoder.options.refusesConfederations = source.isExternal && local.confederation != nil
        var actions = [Action.send(BGPMessageHeader.keepalive), enter(.openConfirm)]
        if hold > 0 { actions.append(.startTimers(hold: hold, keepalive: max(1, hold / 3))) }
        return actions
    }

    /// What we are to a neighbor in another AS, and what it is to us, must go together (RFC 9234,
    /// section 4.2).
    private func check(_ roles: [UInt8]) throws(BGPError) {
        guard source.isExternal else { return }
        guard roles.count <= 1 else { throw BGPError(.roleMismatch, "roles \(roles) at once") }
        guard let ours = neighbor.role, let theirs = roles.first else { return }
        guard theirs == ours.counterpart.rawValue else {
            let name = BGPRole(rawValue: theirs).map { "\($0)" } ?? "\(theirs)"
            throw BGPError(.roleMismatch, "neighbor says \(name), and we are its \(ours)")
        }
    }

    private static func session(
        agreedWith open: BGPOpen,
        _ neighbor: BGPNeighbor,
        holdSeconds: Int
    ) -> EstablishedSession {
        let families = families(agreedWith: open)
        var session = EstablishedSession(
            families: families,
            holdSeconds: holdSeconds,
            hasGracefulRestart: open.hasGracefulRestart
        )
        session.restartSeconds = Int(open.gracefulRestart?.restartSeconds ?? 0)
        session.coversNotifications = open.gracefulRestart?.coversNotifications ?? false
        session.longLivedStaleSeconds = open.longLivedStaleSeconds
        if neighbor.takesPaths { session.addPathFamilies = families.filter(open.sendsPaths) }
        session.hasRouteRefresh = open.hasRouteRefresh
        session.hasEnhancedRouteRefresh = open.hasEnhancedRouteRefresh
        session.hasExtendedMessages = open.hasExtendedMessages
        session.hasIPv6NextHops = open.hasIPv6NextHops
        session.hasFourOctetASNs = open.hasFourOctetASNs
        return session
    }

    /// Both families are ours.
    private static func families(agreedWith open: BGPOpen) -> [AddressFamily] {
        AddressFamily.allCases.filter(open.families.contains)
    }
}
