// SPDX-License-Identifier: Apache-2.0

import Model
import RouteDecoding
import RouteReception
import Testing
import Wire

/// The state machine of RFC 4271, section 8, told as stories without sockets and clocks.
@Suite("BGPSession")
struct BGPSessionTests {
    private static let ours = ASN(rawValue: 64500)

    private func session(in asn: UInt32 = 64501) -> BGPSession {
        let neighbor = BGPNeighbor(name: "er1", address: .v4(1), asn: ASN(rawValue: asn))
        return BGPSession(neighbor, BGPSession.Local(asn: Self.ours, routerID: 1))
    }

    private func open(_ asn: UInt32 = 64501, holdTime: UInt16 = 30, routerID: UInt32 = 2) -> [UInt8]
    {
        BGPOpen(asn: ASN(rawValue: asn), holdTime: holdTime, routerID: routerID).message
    }

    /// What the session does, in words.
    private func words(_ actions: [BGPSession.Action]) -> [String] {
        actions.map { action in
            switch action {
            case .send(let octets): sent(octets)
            case .startTimers(let hold, let keepalive): "timers \(hold) \(keepalive)"
            case .enter(let state): "\(state)"
            case .deliver(let update):
                "deliver +\(update.announced.count) -\(update.withdrawn.count)"
            case .note(let errors): "note \(errors)"
            case .skip(let families): "skip \(families)"
            case .close(let end):
                (end.isHardReset ? "close for good: " : "close: ") + end.reason
                    + (end.error == nil ? "" : " (error)")
            }
        }
    }

    private func sent(_ octets: [UInt8]) -> String {
        var reader = WireReader(octets.span, as: "message")
        guard let header = try? BGPMessageHeader(&reader) else { return "send garbage" }
        if header.type == .notification, let notification = try? BGPNotification(&reader) {
            return "send \(notification)"
        }
        return "send \(header.type)"
    }

    /// Hands a whole message to `session`.
    private func receive(_ message: [UInt8], _ session: inout BGPSession) -> [String] {
        var reader = WireReader(message.span, as: "message")
        guard let header = try? BGPMessageHeader(&reader) else { return ["no message"] }
        return words(session.receive(header.type, &reader, at: 0))
    }

    private func established() -> BGPSession {
        var session = session()
        _ = session.start()
        _ = receive(open(), &session)
        _ = receive(BGPMessageHeader.keepalive, &session)
        return session
    }

    private static let withdrawal = BGPMessageHeader.message(.update, [0, 2, 8, 10, 0, 0])

    @Test("OPEN, KEEPALIVE, UPDATE: a session comes up and routes come in")
    func story() {
        var session = session()
        #expect(words(session.start()) == ["send open", "openSent"])
        #expect(receive(open(), &session) == ["send keepalive", "openConfirm", "timers 30 10"])
        #expect(session.source.routerID == 2)
        #expect(session.source.isExternal)
        let markers = ["send update", "send update"]  // End-of-RIB of each family
        #expect(receive(BGPMessageHeader.keepalive, &session) == ["established"] + markers)
        #expect(receive(Self.withdrawal, &session) == ["deliver +0 -1"])
        #expect(receive(BGPMessageHeader.keepalive, &session) == [])
        let farewell = BGPNotification(.administrativeReset).message
        let reason = "close: received Cease/Administrative Reset"
        #expect(receive(farewell, &session) == [reason])
        #expect(receive(Self.withdrawal, &session) == [])
    }

    @Test(
        "the smaller hold time holds; 0 means no timers",
        arguments: [
            (180, ["timers 90 30"]), (3, ["timers 3 1"]), (0, []),
        ] as [(UInt16, [String])]
    )
    func holdTime(_ proposed: UInt16, _ timers: [String]) {
        var session = session()
        _ = session.start()
        let actions = receive(open(holdTime: proposed), &session)
        #expect(Array(actions.dropFirst(2)) == timers)
    }

    @Test("a neighbor of another AS than configured is refused")
    func wrongAS() {
        var session = session()
        _ = session.start()
        let actions = receive(open(64999), &session)
        #expect(actions.first == "send OPEN Message Error/Bad Peer AS")
        #expect(actions.last?.contains("neighbor is in AS64999, configured is AS64501") == true)
        #expect(session.state == .ended)
    }

    @Test("an internal neighbor cannot have our own identifier (RFC 6286, section 2.2)")
    func ownIdentifier() {
        var session = session(in: 64500)
        _ = session.start()
        let actions = receive(open(64500, routerID: 1), &session)
        #expect(actions.first == "send OPEN Message Error/Bad BGP Identifier")
        #expect(!session.source.isExternal)
    }

    @Test("a message out of turn ends the session with the state it came in (RFC 6608)")
    func outOfTurn() {
        let prefix = "send Finite State Machine Error/Receive Unexpected Message in"
        var early = session()
        _ = early.start()
        #expect(receive(BGPMessageHeader.keepalive, &early).first == "\(prefix) OpenSent State")
        var confirming = session()
        _ = confirming.start()
        _ = receive(open(), &confirming)
        #expect(receive(Self.withdrawal, &confirming).first == "\(prefix) OpenConfirm State")
        var up = established()
        #expect(receive(open(), &up).first == "\(prefix) Established State")
    }

    @Test("a ROUTE-REFRESH is nothing to us")
    func routeRefresh() {
        var session = established()
        #expect(receive(BGPMessageHeader.message(.routeRefresh, [0, 1, 0, 1]), &session) == [])
        #expect(session.state == .established)
    }

    @Test("a broken UPDATE ends the session, one to be treated as withdraw does not")
    func brokenUpdate() {
        var session = established()
        let badOrigin: [UInt8] = [0, 0, 0, 4, 0x40, 1, 1, 3, 8, 10]
        let actions = receive(BGPMessageHeader.message(.update, badOrigin), &session)
        #expect(actions.first == "deliver +0 -1")
        #expect(session.state == .established)
        let badPrefix: [UInt8] = [0, 2, 33, 10, 0, 0]
        let end = receive(BGPMessageHeader.message(.update, badPrefix), &session)
        #expect(end.first == "send UPDATE Message Error/Invalid Network Field")
        #expect(end.last?.hasSuffix("(error)") == true)
    }

    @Test("a two-octet neighbor's paths are read as such")
    func twoOctetNeighbor() {
        var session = session()
        _ = session.start()
        let open = BGPOpen(
            asn: ASN(rawValue: 64501),
            holdTime: 30,
            routerID: 2,
            hasFourOctetASNs: false
        )
        _ = receive(open.message, &session)
        _ = receive(BGPMessageHeader.keepalive, &session)
        let attributes: [UInt8] = [
            0x40, 1, 1, 0, 0x40, 2, 4, 2, 1, 0xfb, 0xf5, 0x40, 3, 4, 192, 0, 2, 1,
        ]
        let body = [0, 0, 0, 18] + attributes + [8, 10]
        var reader = WireReader(body.span, as: "UPDATE")
        let paths = session.receive(.update, &reader, at: 0).map { action in
            if case .deliver(let update) = action { "\(update.attributes.asPath)" } else { "" }
        }
        #expect(paths == ["64501"])
    }

    @Test(
        "a neighbor without graceful restart gets no End-of-RIB, and one family only if it says so"
    )
    func plainNeighbor() {
        var session = session()
        _ = session.start()
        let open = BGPOpen(
            asn: ASN(rawValue: 64501),
            holdTime: 9,
            routerID: 2,
            unicastFamilies: [],
            hasRouteRefresh: false,
            hasGracefulRestart: false
        )
        _ = receive(open.message, &session)
        #expect(receive(BGPMessageHeader.keepalive, &session) == ["established"])
        let agreed = EstablishedSession(
            families: [.ipv4],
            holdSeconds: 9,
            hasGracefulRestart: false
        )
        #expect(session.agreed == agreed)
    }

    @Test("silence ends a session, once")
    func silence() {
        var session = established()
        let actions = words(session.expireHoldTimer())
        #expect(actions.first == "send Hold Timer Expired")
        #expect(words(session.expireHoldTimer()) == [])
        #expect(words(session.lose(reason: "gone")) == [])
    }

    @Test("a lost connection and our own farewell")
    func endings() {
        var lost = established()
        #expect(words(lost.lose(reason: "gone")) == ["close: gone"])
        var stopped = established()
        let farewell = "Cease/Administrative Shutdown"
        let expected = ["send \(farewell)", "close: sent \(farewell)"]
        #expect(words(stopped.cease(.administrativeShutdown)) == expected)
    }
}
