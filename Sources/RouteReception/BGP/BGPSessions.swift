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
        /// Time from a connection to an established session.
        var handshake = TimeAmount.seconds(30)
        /// Now, in nanoseconds since 1970-01-01 00:00 UTC.
        var now: @Sendable () -> Int64
    }

    /// What becomes of a new connection.
    enum Admission {
        case session(BGPSession)
        /// Closed, saying why.
        case refusal(BGPErrorCode)
        /// Closed without a word.
        case none
    }

    let events: any RouteEvents
    let timing: Timing
    private let local: BGPSession.Local
    private let neighbors: [IPAddress: BGPNeighbor]
    private let statistics: SpeakerCounters
    /// All connections that were given a session and are not closed yet.
    private var handlers: [ObjectIdentifier: BGPSessionHandler] = [:]

    /// Connections that may wait to be established, or to be closed, at one time.
    private static let mostHalfOpen = 16

    init(
        _ local: BGPSession.Local,
        _ neighbors: [BGPNeighbor],
        _ timing: Timing,
        _ statistics: SpeakerCounters,
        _ events: any RouteEvents
    ) {
        self.local = local
        self.timing = timing
        self.statistics = statistics
        self.events = events
        self.neighbors = Dictionary(neighbors.map { ($0.address, $0) }) { first, _ in first }
        for neighbor in neighbors { entered(.active, BGPSession(neighbor, local).source) }
    }

    /// Decides about a new connection.
    ///
    /// Of two connections of one neighbor, both opened by it, RFC 4271, section 6.8 does not say
    /// which to keep. An established session stays; a connection that never got there gives way.
    func admit(_ handler: BGPSessionHandler, from remote: SocketAddress?) -> Admission {
        let address = remote?.ipAddress.flatMap { IPAddress($0) }?.unmapped
        guard let address, let neighbor = neighbors[address] else {
            statistics.change { $0.refused += 1 }
            return .none
        }
        guard handlers.values.count(where: { !$0.isEstablished }) < Self.mostHalfOpen else {
            statistics.change { $0.overLimit += 1 }
            return .none
        }
        statistics.change { $0.connections += 1 }
        for other in handlers.values where other.neighbor == neighbor {
            if other.isEstablished { return .refusal(.connectionRejected) }
            other.cease(.connectionCollisionResolution)
        }
        handlers[ObjectIdentifier(handler)] = handler
        return .session(BGPSession(neighbor, local))
    }

    /// The connection of `handler` is closed.
    func forget(_ handler: BGPSessionHandler) {
        handlers[ObjectIdentifier(handler)] = nil
    }

    /// Ends all sessions (RFC 4486, section 4).
    func shutDown() {
        for handler in handlers.values { handler.cease(.administrativeShutdown) }
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

    /// A session is over, and its neighbor may connect again.
    func ended(
        _ source: RouteSource,
        wasEstablished: Bool,
        reason: String,
        _ error: BGPNotification?
    ) {
        if let error { statistics.change { $0.sessionErrors["\(error)", default: 0] += 1 } }
        if wasEstablished { events.sessionEnded(source, reason: reason) }
        entered(.active, source, lastError: reason)
    }

    func countUpdate() { statistics.change { $0.updates += 1 } }

    func note(_ errors: [PathAttributeError]) {
        statistics.change { statistics in
            for error in errors { statistics.attributeErrors["\(error)", default: 0] += 1 }
        }
    }
}

/// Counters that the speaker's thread writes and any thread reads.
final class SpeakerCounters: Sendable {
    private let values = Mutex(BGPSpeakerStatistics())

    var current: BGPSpeakerStatistics { values.withLock { $0 } }

    func change(_ body: (inout BGPSpeakerStatistics) -> Void) { values.withLock { body(&$0) } }
}
