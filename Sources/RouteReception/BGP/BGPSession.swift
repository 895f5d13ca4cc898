// SPDX-License-Identifier: Apache-2.0

package import Model
package import RouteDecoding
package import Wire

/// One BGP session as RFC 4271, section 8 describes it, without sockets and clocks: events go in,
/// what is to be done comes out.
///
/// # How it works
///
/// We are passive, and a session begins with a connection, so four states remain:
///
///     start        OPEN            KEEPALIVE
///       | -> openSent -> openConfirm -> established
///       |        |            |              |
///       |        '------------+--------------'-> ended    NOTIFICATION, error, timer, closed
///
/// After `ended` nothing more comes out. Timers belong to the caller, which says when one expires.
///
/// We announce no routes. The only UPDATEs sent are End-of-RIB markers: a neighbor that restarts
/// gracefully waits for those of all its neighbors (RFC 4724, section 4.1). What we offer besides
/// routes of both families: ROUTE-REFRESH (RFC 2918), which asks for nothing here; and graceful
/// restart without families (RFC 4724, section 3), for without it routers send no End-of-RIB.
package struct BGPSession: Sendable {
    /// Our side of all sessions.
    package struct Local: Equatable, Sendable {
        package var asn: ASN
        package var routerID: UInt32
        /// Proposed, in seconds.
        package var holdTime: UInt16

        package init(asn: ASN, routerID: UInt32, holdTime: UInt16 = 90) {
            self.asn = asn
            self.routerID = routerID
            self.holdTime = holdTime
        }
    }

    /// The states of RFC 4271, section 8.2.2 that a passive side goes through.
    package enum State: String, Sendable {
        /// Waiting for the neighbor to connect.
        case active
        case openSent = "opensent"
        case openConfirm = "openconfirm"
        case established
        case ended
    }

    package enum Action: Sendable {
        case send([UInt8])
        /// End the session when nothing is heard for `hold` seconds; send a KEEPALIVE every
        /// `keepalive` seconds.
        case startTimers(hold: Int, keepalive: Int)
        case enter(State)
        case deliver(RouteUpdate)
        case note([PathAttributeError])
        /// Close the connection once all is sent; an error is one that we found.
        case close(reason: String, error: BGPNotification?)
    }

    package private(set) var state = State.active
    /// Who the neighbor is; its router id is known from its OPEN on.
    package private(set) var source: RouteSource
    package let neighbor: BGPNeighbor
    /// What the neighbor's OPEN and ours come to; nil before its OPEN.
    package private(set) var agreed: EstablishedSession?
    private let local: Local
    private var decoder = BGPUpdateDecoder(BGPSessionOptions())

    package init(_ neighbor: BGPNeighbor, _ local: Local) {
        self.local = local
        self.neighbor = neighbor
        source = RouteSource(
            name: neighbor.name,
            address: neighbor.address,
            asn: neighbor.asn,
            isExternal: neighbor.asn != local.asn
        )
    }

    /// The neighbor has connected.
    package mutating func start() -> [Action] {
        let open = BGPOpen(asn: local.asn, holdTime: local.holdTime, routerID: local.routerID)
        return [.send(open.message), enter(.openSent)]
    }

    /// A message has come.
    ///
    /// - Parameters:
    ///   - type: Of the message.
    ///   - body: The message without its header.
    ///   - time: When it came, in nanoseconds since 1970-01-01 00:00 UTC.
    /// - Returns: What to do, in order.
    package mutating func receive(
        _ type: BGPMessageType,
        _ body: inout WireReader,
        at time: Int64
    ) -> [Action] {
        do throws(BGPError) {
            switch (state, type) {
            case (.active, _), (.ended, _): return []
            case (_, .notification): return ended(by: &body)
            case (.openSent, .open): return try receiveOpen(&body)
            case (.openConfirm, .keepalive): return establish()
            case (.established, .keepalive): return []
            case (.established, .update): return try receiveUpdate(&body, at: time)
            // Asks for our routes to be sent again: there are none (RFC 2918, section 4).
            case (.openConfirm, .routeRefresh), (.established, .routeRefresh): return []
            default: throw unexpected(type)
            }
        } catch {
            return fail(error)
        }
    }

    /// Something came that is no message, or a timer expired.
    package mutating func fail(_ error: BGPError) -> [Action] {
        end(error.notification, reason: "sent \(error)", error: error.notification)
    }

    /// Nothing was heard for the hold time, or the session was not established in time.
    package mutating func expireHoldTimer(
        _ reason: String = "nothing heard in time"
    ) -> [Action] {
        fail(BGPError(.holdTimerExpired, reason))
    }

    /// We end the session for a reason of our own.
    package mutating func cease(_ code: BGPErrorCode, data: [UInt8] = []) -> [Action] {
        let notification = BGPNotification(code, data: data)
        return end(notification, reason: "sent \(notification)", error: nil)
    }

    /// The connection is gone.
    package mutating func lose(reason: String) -> [Action] {
        end(nil, reason: reason, error: nil)
    }

    private mutating func enter(_ state: State) -> Action {
        self.state = state
        return .enter(state)
    }

    private mutating func establish() -> [Action] {
        var actions = [enter(.established)]
        guard let agreed, agreed.hasGracefulRestart else { return actions }
        var update = RouteUpdate(time: 0)
        update.endOfRIB = agreed.families
        actions += BGPUpdateEncoder.messages(for: update).map { .send($0) }
        return actions
    }

    private mutating func end(
        _ notification: BGPNotification?,
        reason: String,
        error: BGPNotification?
    ) -> [Action] {
        guard state != .ended else { return [] }
        state = .ended
        let close = Action.close(reason: reason, error: error)
        return notification.map { [.send($0.message), close] } ?? [close]
    }

    private mutating func ended(by body: inout WireReader) -> [Action] {
        let text = (try? BGPNotification(&body)).map { "\($0)" } ?? "NOTIFICATION"
        return end(nil, reason: "received \(text)", error: nil)
    }

    /// RFC 4271, section 6.2, as far as it takes knowing the neighbor.
    private mutating func receiveOpen(_ body: inout WireReader) throws(BGPError) -> [Action] {
        let open = try BGPOpen(&body)
        guard open.asn == source.asn else {
            let asns = "\(open.asn), configured is \(source.asn)"
            throw BGPError(.badPeerAS, "neighbor is in \(asns)")
        }
        guard source.isExternal || open.routerID != local.routerID else {  // RFC 6286, section 2.2
            throw BGPError(.badIdentifier, "neighbor has our BGP Identifier")
        }
        source.routerID = open.routerID
        decoder.options = BGPSessionOptions(
            hasFourOctetASNs: open.hasFourOctetASNs,
            isExternal: source.isExternal
        )
        // RFC 4271, section 4.2: the smaller proposal holds, 0 means no timers; section 4.4: a
        // third.
        let hold = Int(min(open.holdTime, local.holdTime))
        agreed = EstablishedSession(
            families: Self.families(agreedWith: open),
            holdSeconds: hold,
            hasGracefulRestart: open.hasGracefulRestart
        )
        var actions = [Action.send(BGPMessageHeader.keepalive), enter(.openConfirm)]
        if hold > 0 { actions.append(.startTimers(hold: hold, keepalive: max(1, hold / 3))) }
        return actions
    }

    /// Both families are ours; a neighbor that names none exchanges IPv4 (RFC 4760, section 8).
    private static func families(agreedWith open: BGPOpen) -> [AddressFamily] {
        guard !open.unicastFamilies.isEmpty else { return [.ipv4] }
        return AddressFamily.allCases.filter(open.unicastFamilies.contains)
    }

    private mutating func receiveUpdate(
        _ body: inout WireReader,
        at time: Int64
    ) throws(BGPError) -> [Action] {
        var actions: [Action] = []
        let errors = try decoder.decode(&body, at: time) { actions.append(.deliver($0)) }
        if !errors.isEmpty { actions.append(.note(errors)) }
        return actions
    }

    /// RFC 6608, section 4.
    private func unexpected(_ type: BGPMessageType) -> BGPError {
        let code: BGPErrorCode =
            switch state {
            case .openConfirm: .unexpectedInOpenConfirm
            case .established: .unexpectedInEstablished
            default: .unexpectedInOpenSent
            }
        return BGPError(code, data: [type.rawValue], "\(type) in \(state.rawValue)")
    }
}
