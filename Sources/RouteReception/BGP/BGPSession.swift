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
/// routes of both families stands in ``offer``; graceful restart is without families (RFC 4724,
/// section 3), for without it routers send no End-of-RIB. One that has no graceful restart, but
/// marks where a refresh begins and ends (RFC 7313), is asked for its routes once more: the second
/// mark is its End-of-RIB.
package struct BGPSession: Sendable {
    /// Our side of all sessions.
    package struct Local: Equatable, Sendable {
        package var asn: ASN
        package var routerID: UInt32
        /// Proposed, in seconds.
        package var holdTime: UInt16
        /// The confederation that our AS is a member of (RFC 5065); nil for none.
        package var confederation: Confederation?

        package init(asn: ASN, routerID: UInt32, holdTime: UInt16 = 90) {
            self.asn = asn
            self.routerID = routerID
            self.holdTime = holdTime
        }

        /// Whether a neighbor in `asn` is in another AS, members of our confederation aside.
        func isExternal(_ asn: ASN) -> Bool {
            asn != self.asn && !(confederation?.members.contains(asn) ?? false)
        }

        /// What our AS is to a neighbor in `asn`: outside of a confederation only its identifier is
        /// known (RFC 5065, section 4).
        func asn(towards asn: ASN) -> ASN {
            isExternal(asn) ? confederation?.identifier ?? self.asn : self.asn
        }
    }

    /// Why a session is over.
    package struct End: Equatable, Sendable {
        package var reason: String
        /// The error, if it is one that we found.
        package var error: BGPNotification?
        /// The neighbor wants nothing of it kept (RFC 8538).
        package var isHardReset = false
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
        /// Count routes of families that are not used.
        case skip([BGPFamily])
        /// Close the connection once all is sent.
        case close(End)
    }

    package private(set) var state = State.active
    /// Who the neighbor is; its router id is known from its OPEN on.
    package internal(set) var source: RouteSource
    package let neighbor: BGPNeighbor
    /// What the neighbor's OPEN and ours come to; nil before its OPEN.
    package internal(set) var agreed: EstablishedSession?
    let local: Local
    var decoder = BGPUpdateDecoder(BGPSessionOptions())
    private var known = KnownAttributes(most: KnownAttributes.ofTable)
    /// Families of which End-of-RIB has come.
    private var told: [AddressFamily] = []

    package init(_ neighbor: BGPNeighbor, _ local: Local) {
        self.local = local
        self.neighbor = neighbor
        source = RouteSource(
            name: neighbor.name,
            address: neighbor.address,
            asn: neighbor.asn,
            isExternal: local.isExternal(neighbor.asn),
            weight: neighbor.weight
        )
    }

    /// The longest message that may come now, in octets: longer ones after our OPEN, which says
    /// that they may (RFC 8654, section 4).
    package var longestMessage: Int {
        switch state {
        case .active, .openSent, .ended: BGPMessageHeader.longestMessage
        case .openConfirm, .established: BGPMessageHeader.longestExtendedMessage
        }
    }

    /// The neighbor has connected.
    package mutating func start() -> [Action] {
        [.send(offer.message), enter(.openSent)]
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
            case (.established, .update):
                var updates: [RouteUpdate] = []
                let actions = try read(&body, at: time, into: &updates)
                return updates.map { .deliver($0) } + actions
            case (.openConfirm, .routeRefresh): return []
            case (.established, .routeRefresh): return try receiveRefresh(&body, at: time)
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

    mutating func enter(_ state: State) -> Action {
        self.state = state
        return .enter(state)
    }

    private mutating func establish() -> [Action] {
        var actions = [enter(.established)]
        guard let agreed else { return actions }
        if agreed.hasGracefulRestart {
            var update = RouteUpdate(time: 0)
            update.endOfRIB = agreed.families
            actions += BGPUpdateEncoder.messages(for: update).map { .send($0) }
        }
        if agreed.asksForRoutes {
            actions += agreed.families.map { .send(BGPRouteRefresh(.request, $0).message) }
        }
        return actions
    }

    private mutating func end(
        _ notification: BGPNotification?,
        reason: String,
        error: BGPNotification?,
        isHardReset: Bool = false
    ) -> [Action] {
        guard state != .ended else { return [] }
        state = .ended
        let close = Action.close(End(reason: reason, error: error, isHardReset: isHardReset))
        return notification.map { [.send($0.message), close] } ?? [close]
    }

    private mutating func ended(by body: inout WireReader) -> [Action] {
        let notification = try? BGPNotification(&body)
        let text = notification.map { "\($0)" } ?? "NOTIFICATION"
        let isHardReset = notification?.isHardReset ?? false
        return end(nil, reason: "received \(text)", error: nil, isHardReset: isHardReset)
    }

    /// An UPDATE has come to an established session, as nearly all messages do: the same as
    /// ``receive(_:_:at:)``, but what it changes goes behind `updates`.
    ///
    /// - Returns: What to do besides.
    package mutating func receiveUpdate(
        _ body: inout WireReader,
        at time: Int64,
        into updates: inout [RouteUpdate]
    ) -> [Action] {
        do throws(BGPError) {
            return try read(&body, at: time, into: &updates)
        } catch {
            return fail(error)
        }
    }

    private mutating func read(
        _ body: inout WireReader,
        at time: Int64,
        into updates: inout [RouteUpdate]
    ) throws(BGPError) -> [Action] {
        let first = updates.count
        let notes = try decoder.read(&body, at: time, known: &known) { updates.append($0) }
        for update in updates[first...] where !update.endOfRIB.isEmpty { end(update.endOfRIB) }
        var actions: [Action] = []
        if !notes.errors.isEmpty { actions.append(.note(notes.errors)) }
        if !notes.skipped.isEmpty { actions.append(.skip(notes.skipped)) }
        return actions
    }

    /// The table has been told: what it was told with hardly comes again.
    private mutating func end(_ families: [AddressFamily]) {
        told += families.filter { !told.contains($0) }
        guard let agreed, agreed.families.allSatisfy(told.contains) else { return }
        known = KnownAttributes(most: KnownAttributes.ofChanges)
    }

    /// A request asks for our routes: there are none (RFC 2918, section 4).
    ///
    /// Marks count when both sides know them (RFC 7313, section 4), and of families that are
    /// exchanged.
    private func receiveRefresh(
        _ body: inout WireReader,
        at time: Int64
    ) throws(BGPError) -> [Action] {
        guard let agreed, agreed.hasEnhancedRouteRefresh,
            let refresh = try BGPRouteRefresh(&body), agreed.families.contains(refresh.family)
        else { return [] }
        var update = RouteUpdate(time: time)
        switch refresh.kind {
        case .request: return []
        case .begin: update.refreshes = [.begin(refresh.family)]
        case .end: update.refreshes = [.end(refresh.family)]
        }
        return [.deliver(update)]
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
