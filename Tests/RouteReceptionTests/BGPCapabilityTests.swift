// SPDX-License-Identifier: Apache-2.0

import Model
import RouteDecoding
import RouteReception
import Testing
import Wire

/// What two sides of a session can do, and what comes of it.
@Suite("BGP capabilities")
struct BGPCapabilityTests {
    private static let ours = ASN(rawValue: 64500)
    private static let theirs = ASN(rawValue: 64501)

    private func session(
        _ local: BGPSession.Local = BGPSession.Local(asn: ours, routerID: 1),
        in asn: ASN = theirs,
        _ configure: (inout BGPNeighbor) -> Void = { _ in }
    ) -> BGPSession {
        var neighbor = BGPNeighbor(name: "er1", address: .v4(1), asn: asn)
        configure(&neighbor)
        return BGPSession(neighbor, local)
    }

    private func open(_ asn: ASN = theirs, _ change: (inout BGPOpen) -> Void = { _ in }) -> BGPOpen
    {
        var open = BGPOpen(asn: asn, holdTime: 90, routerID: 2)
        change(&open)
        return open
    }

    private func receive(_ message: [UInt8], _ session: inout BGPSession) -> [BGPSession.Action] {
        var reader = WireReader(message.span, as: "message")
        let longest = session.longestMessage
        guard let header = try? BGPMessageHeader(&reader, longest: longest) else { return [] }
        return session.receive(header.type, &reader, at: 7)
    }

    /// Brings a session up; returns what we say in the end.
    private func establish(_ session: inout BGPSession, _ open: BGPOpen) -> [BGPSession.Action] {
        _ = session.start()
        _ = receive(open.message, &session)
        return receive(BGPMessageHeader.keepalive, &session)
    }

    private func offer(_ session: inout BGPSession) throws -> BGPOpen {
        guard case .send(let message) = session.start().first else {
            throw BGPError(.openMessageError, "nothing sent")
        }
        var reader = WireReader(message.span, as: "message")
        _ = try BGPMessageHeader(&reader)
        return try BGPOpen(&reader)
    }

    private func updates(_ actions: [BGPSession.Action]) -> [RouteUpdate] {
        actions.compactMap { if case .deliver(let update) = $0 { update } else { nil } }
    }

    private func sent(_ actions: [BGPSession.Action]) -> [[UInt8]] {
        actions.compactMap { if case .send(let octets) = $0 { octets } else { nil } }
    }

    private func end(_ actions: [BGPSession.Action]) -> BGPSession.End? {
        actions.compactMap { if case .close(let end) = $0 { end } else { nil } }.first
    }

    /// 198.51.100.0/24 by AS 64501, path identifiers 1 and 2.
    private static let severalPaths: [UInt8] =
        [0, 0, 0, 20, 0x40, 1, 1, 0, 0x40, 2, 6, 2, 1, 0, 0, 0xfb, 0xf5, 0x40, 3, 4, 192, 0, 2, 1]
        + [0, 0, 0, 1, 24, 198, 51, 100, 0, 0, 0, 2, 24, 198, 51, 100]

    @Test("several paths are taken where we ask for them and the neighbor sends them (RFC 7911)")
    func addPath() throws {
        var plain = session()
        #expect(try offer(&plain).addPath == [])
        for (sends, expected) in [(true, [AddressFamily.ipv4]), (false, [])] {
            var session = session { $0.takesPaths = true }
            let offer = try offer(&session)
            #expect(offer.takesPaths(of: .ipv4) && offer.takesPaths(of: .ipv6))
            #expect(!offer.sendsPaths(of: .ipv4))
            let theirs = open { $0.addPath = [.init(.ipv4, receives: true, sends: sends)] }
            _ = receive(theirs.message, &session)
            _ = receive(BGPMessageHeader.keepalive, &session)
            #expect(session.agreed?.addPathFamilies == expected)
            let message = BGPMessageHeader.message(.update, Self.severalPaths)
            let announced = updates(receive(message, &session)).flatMap(\.announced)
            #expect(announced.map(\.pathIdentifier) == (sends ? [1, 2] : []))
        }
        // They send, we have not asked: then there are none.
        var unasked = session()
        _ = establish(&unasked, open { $0.addPath = [.init(.ipv4, receives: true, sends: true)] })
        #expect(unasked.agreed?.addPathFamilies == [])
    }

    @Test("longer messages may come after our OPEN said so, but no longer OPEN (RFC 8654)")
    func extendedMessages() throws {
        var session = session()
        let offer = try offer(&session)
        #expect(offer.hasExtendedMessages)
        #expect(session.longestMessage == 4096)
        _ = receive(open().message, &session)
        #expect(session.longestMessage == 65_535)
        _ = receive(BGPMessageHeader.keepalive, &session)
        var update = RouteUpdate(time: 0)
        let prefixes = (0..<10_000 as Range<UInt32>).map { IPPrefix(.v4($0 << 8), length: 24) }
        update.withdrawn = prefixes.map { .init($0) }
        let octets = prefixes.flatMap { prefix -> [UInt8] in
            let bits = UInt32(truncatingIfNeeded: prefix.address.bits >> 96)
            return [24] + [24, 16, 8].map { UInt8(truncatingIfNeeded: bits >> $0) }
        }
        let long = BGPMessageHeader.message(.update, [0x9c, 0x40] + octets + [0, 0])
        #expect(long.count > 40_000)
        #expect(updates(receive(long, &session)).flatMap(\.withdrawn) == update.withdrawn)
    }

    @Test("IPv4 routes with an IPv6 next hop are asked for and read (RFC 8950)")
    func nextHops() throws {
        var session = session()
        #expect(try offer(&session).hasIPv6NextHops)
        _ = receive(open().message, &session)
        _ = receive(BGPMessageHeader.keepalive, &session)
        let attributes: [UInt8] =
            [0x80, 14, 25, 0, 1, 1, 16, 0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]
            + [0, 24, 198, 51, 100, 0x40, 1, 1, 0, 0x40, 2, 0]
        let body = [0, 0, 0, UInt8(attributes.count)] + attributes
        let update = updates(receive(BGPMessageHeader.message(.update, body), &session)).first
        #expect(update?.nextHop == IPAddress("2001:db8::1"))
        #expect(update?.announced.map { "\($0.prefix)" } == ["198.51.100.0/24"])
    }

    @Test("a neighbor that marks refreshes but not the end of its routes is asked for them again")
    func refresh() throws {
        var session = session()
        #expect(try offer(&session).hasEnhancedRouteRefresh)
        let theirs = open {
            $0.gracefulRestart = nil
            $0.hasEnhancedRouteRefresh = true
        }
        #expect(theirs.hasRouteRefresh)
        _ = receive(theirs.message, &session)
        let actions = receive(BGPMessageHeader.keepalive, &session)
        let requests = AddressFamily.allCases.map { BGPRouteRefresh(.request, $0).message }
        #expect(sent(actions) == requests)
        #expect(session.agreed?.asksForRoutes == true)
        for (kind, mark) in [
            (.begin, .begin(.ipv6)), (.end, .end(.ipv6)),
        ] as [(BGPRouteRefresh.Kind, RouteUpdate.Refresh)] {
            let answer = receive(BGPRouteRefresh(kind, .ipv6).message, &session)
            #expect(updates(answer).map(\.refreshes) == [[mark]])
        }
        #expect(receive(BGPRouteRefresh(.request, .ipv4).message, &session).isEmpty)
        let broken = BGPMessageHeader.message(.routeRefresh, [0, 1, 1, 1, 0])
        let failure = try #require(end(receive(broken, &session)))
        #expect(failure.error == BGPNotification(.invalidRefreshLength, data: broken))
    }

    @Test("one that ends its routes by itself is asked for nothing, nor one that marks nothing")
    func noRefresh() {
        var restarting = session()
        let marks = establish(&restarting, open { $0.hasEnhancedRouteRefresh = true })
        let updates = sent(marks).map { $0[18] == BGPMessageType.update.rawValue }
        #expect(updates == [true, true], "the ends of our routes")
        var deaf = session()
        let unasked = open {
            $0.gracefulRestart = nil
            $0.hasEnhancedRouteRefresh = true
            $0.hasRouteRefresh = false
        }
        #expect(sent(establish(&deaf, unasked)).isEmpty, "it takes no requests (RFC 2918, 4)")
        #expect(deaf.agreed?.asksForRoutes == false)
        var plain = session()
        #expect(sent(establish(&plain, open { $0.gracefulRestart = nil })).isEmpty)
        #expect(plain.agreed?.asksForRoutes == false)
        #expect(receive(BGPRouteRefresh(.begin, .ipv4).message, &plain).isEmpty, "not agreed on")
    }

    @Test("a neighbor that names other families only exchanges no IPv4 routes (RFC 4760)")
    func otherFamilies() {
        // Multiprotocol Extensions of 1/4, and no other capability.
        let capability: [UInt8] = [2, 6, 1, 4, 0, 1, 0, 4]
        let body: [UInt8] = [4, 0xfb, 0xf5, 0, 90, 0, 0, 0, 2, UInt8(capability.count)]
        var session = session()
        _ = session.start()
        _ = receive(BGPMessageHeader.message(.open, body + capability), &session)
        #expect(session.agreed?.families == [])
        var plain = self.session()
        _ = plain.start()
        _ = receive(BGPMessageHeader.message(.open, body.dropLast() + [0]), &plain)
        #expect(plain.agreed?.families == [.ipv4])
    }

    @Test("what a neighbor says of its restarts is kept (RFC 4724, RFC 8538, RFC 9494)")
    func restarts() {
        var session = session()
        let theirs = open {
            $0.gracefulRestart?.restartSeconds = 120
            $0.gracefulRestart?.coversNotifications = true
            $0.longLivedStaleSeconds = [.ipv4: 86_400]
        }
        _ = establish(&session, theirs)
        #expect(session.agreed?.restartSeconds == 120)
        #expect(session.agreed?.coversNotifications == true)
        #expect(session.agreed?.longLivedStaleSeconds == [.ipv4: 86_400])
    }

    @Test("after a Hard Reset nothing is to be kept; after another farewell it is (RFC 8538)")
    func hardReset() throws {
        for (code, isHard) in [(BGPErrorCode.hardReset, true), (.administrativeReset, false)] {
            var session = session()
            _ = establish(&session, open())
            let farewell = receive(BGPNotification(code).message, &session)
            #expect(try #require(end(farewell)).isHardReset == isHard)
        }
    }

    /// Our role, theirs, and whether that goes together (RFC 9234, section 4.2).
    static let roles: [(BGPRole?, [UInt8], Bool)] = [
        (.customer, [0], true), (.provider, [3], true), (.peer, [4], true),
        (.routeServer, [2], true), (.routeServerClient, [1], true), (.customer, [], true),
        (.customer, [3], false), (.customer, [4], false), (.peer, [0], false),
        (.routeServer, [1], false), (.customer, [9], false), (.customer, [0, 4], false),
        (nil, [3], true), (nil, [0, 4], false),
    ]

    @Test("roles that do not go together end the session before it begins", arguments: roles)
    func role(_ ours: BGPRole?, _ theirs: [UInt8], _ isAllowed: Bool) throws {
        var session = session { $0.role = ours }
        #expect(try offer(&session).roles == (ours.map { [$0.rawValue] } ?? []))
        let actions = receive(open { $0.roles = theirs }.message, &session)
        #expect((end(actions) == nil) == isAllowed)
        if !isAllowed {
            let error = try #require(end(actions)?.error)
            #expect((error.code, error.subcode) == (2, 11))
        }
    }

    @Test("roles are nothing between routers of one AS")
    func internalRole() throws {
        var session = session(in: Self.ours) { $0.role = .customer }
        #expect(try offer(&session).roles == [])
        #expect(end(receive(open(Self.ours) { $0.roles = [3] }.message, &session)) == nil)
    }

    @Test("inside a confederation neighbors are as internal, outside it is one AS (RFC 5065)")
    func confederation() throws {
        var local = BGPSession.Local(asn: ASN(rawValue: 65_010), routerID: 1)
        local.confederation = Confederation(
            identifier: Self.ours,
            members: [ASN(rawValue: 65_010), ASN(rawValue: 65_011)]
        )
        for (number, isExternal, shown) in [
            (65_010, false, 65_010), (65_011, false, 65_010), (64_501, true, 64_500),
        ] as [(UInt32, Bool, UInt32)] {
            let asn = ASN(rawValue: number)
            var session = session(local, in: asn)
            #expect(session.source.isExternal == isExternal)
            #expect(try offer(&session).asn == ASN(rawValue: shown))
            _ = receive(open(asn).message, &session)
            _ = receive(BGPMessageHeader.keepalive, &session)
            // LOCAL_PREF 200 and a confederation segment: fine inside, not from outside.
            let attributes: [UInt8] =
                [0x40, 1, 1, 0, 0x40, 2, 6, 3, 1, 0, 0, 0xfd, 0xf3, 0x40, 3, 4, 192, 0, 2, 1]
                + [0x40, 5, 4, 0, 0, 0, 200]
            let body = [0, 0, 0, UInt8(attributes.count)] + attributes + [24, 198, 51, 100]
            let update = try #require(
                updates(receive(BGPMessageHeader.message(.update, body), &session)).first
            )
            #expect(update.withdrawn.isEmpty == !isExternal)
            #expect(update.attributes.localPreference == (isExternal ? nil : 200))
        }
    }

    @Test("families that are not used are counted, and cost no session")
    func skipped() {
        var session = session()
        _ = establish(&session, open())
        let attribute: [UInt8] = [0x80, 14, 6, 0, 25, 70, 0, 0, 0xff]
        let body = [0, 0, 0, UInt8(attribute.count)] + attribute
        let actions = receive(BGPMessageHeader.message(.update, body), &session)
        let families = actions.flatMap { action in
            if case .skip(let families) = action { families } else { [BGPFamily]() }
        }
        #expect(families == [BGPFamily(25, 70)])
        #expect(session.state == .established)
    }
}
