// SPDX-License-Identifier: Apache-2.0

import Model
import NIOCore
import RouteDecoding
import Synchronization

/// The sessions of a speaker, and who may have one.
///
/// Used on the speaker's event loop only.
final class BGPSessions {
    /// Clocks and limits; tests have shorter ones.
    struct Timing: Sendable {
        /// Time from a connection to an established session, and for a message to be completed.
        var handshake = TimeAmount.seconds(30)
        /// Now, in nanoseconds since 1970-01-01 00:00 UTC.
        var now: @Sendable () -> Int64
    }

    /// What becomes of a new connection.
    enum Admission {
        case session(BGPSession, MessageCounter)
        /// Closed, saying why.
        case refusal(BGPErrorCode)
        /// Closed without a word.
        case none
    }

    let events: any RouteEvents
    let timing: Timing
    let statistics: SpeakerCounters
    private var local: BGPSession.Local
    private(set) var neighbors: [IPAddress: BGPNeighbor] = [:]
    /// Those whose key could not be set: without it, anybody could speak for them.
    private(set) var withoutKey: Set<IPAddress> = []
    /// Until when neighbors are refused that have announced too much.
    private var refusedUntil: [IPAddress: NIODeadline] = [:]
    /// All connections that were given a session and are not closed yet.
    private var handlers: [ObjectIdentifier: BGPSessionHandler] = [:]

    /// Connections that may wait to be established, or to be closed, at one time: after a failure
    /// all neighbors come at once.
    private var mostHalfOpen: Int { max(16, 2 * neighbors.count) }

    init(
        _ local: BGPSession.Local,
        _ timing: Timing,
        _ statistics: SpeakerCounters,
        _ events: any RouteEvents
    ) {
        self.local = local
        self.timing = timing
        self.statistics = statistics
        self.events = events
    }

    /// Decides about a new connection.
    ///
    /// Of two connections that never got to be a session the newer one stays; what becomes of one
    /// beside an established session is decided when its OPEN has come (``BGPSessionHandler``).
    func admit(
        _ handler: BGPSessionHandler,
        from remote: SocketAddress?,
        to local: SocketAddress?,
        ttl: Int?
    ) -> Admission {
        let address = remote?.ipAddress.flatMap { IPAddress($0) }?.unmapped
        guard let address, let neighbor = neighbors[address] else {
            refuse(address, nil, "no neighbor has this address")
            return .none
        }
        guard !withoutKey.contains(address) else {
            refuse(address, neighbor, "the key of its signatures could not be set")
            return .none
        }
        if let expected = neighbor.localAddress {
            let called = local?.ipAddress.flatMap { IPAddress($0) }?.unmapped
            guard called == expected else {
                let came = called.map { "\($0)" } ?? "no address"
                refuse(address, neighbor, "it came to \(came), expected \(expected)")
                return .none
            }
        }
        if let hops = neighbor.ttlHops {
            let least = SessionSocket.leastTTL(hops: hops)
            guard let ttl, ttl >= least else {
                let came = ttl.map { "with TTL \($0)" } ?? "with an unknown TTL"
                refuse(address, neighbor, "it came \(came), expected at least \(least)")
                return .none
            }
        }
        if let until = refusedUntil[address] {
            guard until <= .now() else {
                refuse(address, neighbor, "it announced too many prefixes and has to wait")
                return .refusal(.connectionRejected)
            }
            refusedUntil[address] = nil
        }
        let connections = handlers.values.filter { $0.neighbor?.address == address }
        for other in connections where !other.isEstablished {
            other.cease(.connectionCollisionResolution)
        }
        guard handlers.values.count(where: { !$0.isEstablished }) < mostHalfOpen else {
            statistics.change { $0.overLimit += 1 }
            refuse(address, neighbor, "\(mostHalfOpen) connections wait to be established already")
            return .none
        }
        statistics.change { $0.connections += 1 }
        handlers[ObjectIdentifier(handler)] = handler
        let counter = statistics.counter(of: neighbor.name)
        return .session(BGPSession(neighbor, self.local), counter)
    }

    private func refuse(_ address: IPAddress?, _ neighbor: BGPNeighbor?, _ reason: String) {
        statistics.change { $0.refused += 1 }
        events.connectionRefused(
            RefusedConnection(address: address, neighbor: neighbor?.name, reason: reason)
        )
    }

    /// The established session of the same neighbor over another connection.
    func rival(of handler: BGPSessionHandler) -> BGPSessionHandler? {
        handlers.values.first { other in
            other !== handler && other.isEstablished
                && other.neighbor?.address == handler.neighbor?.address
        }
    }

    /// The connection of `handler` is closed.
    func forget(_ handler: BGPSessionHandler) {
        handlers[ObjectIdentifier(handler)] = nil
    }

    /// Ends all sessions (RFC 4486, section 4), and says so to operators (RFC 9003).
    func shutDown() {
        let farewell = BGPNotification.shutdown("peerage stopping")
        for handler in handlers.values {
            handler.cease(.administrativeShutdown, data: farewell.data)
        }
    }

    /// There is room for updates again.
    func resumeReading() {
        for handler in handlers.values { handler.resume() }
    }

    func entered(_ state: BGPSession.State, _ source: RouteSource, lastError: String = "") {
        let session = SessionState(
            neighbor: source.name,
            state: state.rawValue,
            since: timing.now() / 1_000_000_000,
            ipv4Prefixes: 0,
            ipv6Prefixes: 0,
            lastError: lastError
        )
        events.sessionChanged(source, session)
    }

    /// The session of `handler` is over, and its neighbor may connect again.
    func ended(
        _ handler: BGPSessionHandler,
        _ source: RouteSource,
        wasEstablished: Bool,
        _ end: BGPSession.End
    ) {
        if let error = end.error {
            statistics.change { $0.sessionErrors["\(error)", default: 0] += 1 }
        }
        let reason = end.reason
        switch (wasEstablished, end.isHardReset) {
        case (true, false): events.sessionEnded(source, reason: reason)
        case (true, true): events.sessionReset(source, reason: reason)
        case (false, _): break
        }
        // A second connection that comes to nothing changes nothing.
        guard rival(of: handler) == nil else {
            let neighbor = handler.neighbor
            return refuse(neighbor?.address, neighbor, "beside its session: \(reason)")
        }
        entered(.active, source, lastError: reason)
        let waiting = handlers.values.filter {
            $0.isWaiting && $0.neighbor?.address == source.address
        }
        for successor in waiting { successor.takeOver() }
    }

    func note(_ errors: [PathAttributeError]) {
        statistics.change { statistics in
            for error in errors { statistics.attributeErrors["\(error)", default: 0] += 1 }
        }
    }

    /// Counts routes of families that are not used; what is beyond the bound, under one name.
    func note(skipped families: [BGPFamily]) {
        statistics.change { statistics in
            for family in families {
                let name = "\(family)"
                let isKnown = statistics.skippedFamilies[name] != nil
                let hasRoom = statistics.skippedFamilies.count < Self.mostSkippedFamilies
                let key = isKnown || hasRoom ? name : "other"
                statistics.skippedFamilies[key, default: 0] += 1
            }
        }
    }

    /// Families that are counted each on its own: no neighbor makes the list endless.
    private static let mostSkippedFamilies = 64
}

/// The neighbors of a configuration that may change.
extension BGPSessions {
    /// Takes another configuration: sessions of neighbors that are no longer there, or are others
    /// now, end; those of all others go on.
    func configure(
        _ local: BGPSession.Local,
        _ new: [BGPNeighbor],
        withoutKey: Set<IPAddress> = [],
        readmitting names: Set<String> = []
    ) {
        let old = neighbors
        let isSameLocal = local == self.local
        self.local = local
        neighbors = Dictionary(new.map { ($0.address, $0) }) { first, _ in first }
        self.withoutKey = withoutKey
        refusedUntil = refusedUntil.filter { address, _ in
            guard let neighbor = neighbors[address] else { return false }
            return neighbor == old[address] && !names.contains(neighbor.name)
        }
        for neighbor in new where old[neighbor.address]?.name != neighbor.name {
            statistics.add(neighbor.name)
            entered(.active, BGPSession(neighbor, local).source)
        }
        for handler in handlers.values {
            guard let before = handler.neighbor else { continue }
            if let now = neighbors[before.address] {
                if now != before || !isSameLocal { handler.cease(.otherConfigurationChange) }
            } else {
                handler.cease(.peerDeconfigured)
            }
        }
        statistics.keepOnly(Set(new.map(\.name)))
    }

    /// Ends the session of a neighbor that announces too much, and refuses it another.
    func limitReached(by name: String, _ family: AddressFamily, bound: Int, seconds: Int64) {
        guard let neighbor = neighbors.values.first(where: { $0.name == name }) else { return }
        let wait = max(0, min(seconds, 86_400 * 365))
        refusedUntil[neighbor.address] = .now() + .seconds(wait)
        // RFC 4486, section 4: family, subsequent family, bound.
        let number = family.rawValue
        let bound = UInt32(clamping: bound)
        let data: [UInt8] =
            [UInt8(number >> 8), UInt8(number & 255), 1]
            + [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: bound >> $0) }
        for handler in handlers.values where handler.neighbor?.address == neighbor.address {
            handler.cease(.maximumPrefixesReached, data: data)
        }
    }
}
