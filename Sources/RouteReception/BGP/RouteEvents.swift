// SPDX-License-Identifier: Apache-2.0

public import Model

/// Where a ``BGPSpeaker`` hands what its neighbors tell it.
///
/// All calls come from one thread, in the order things happened, and must not block it: all
/// neighbors' KEEPALIVEs wait meanwhile. A receiver that cannot keep up says so by ``hasRoom``.
public protocol RouteEvents: Sendable {
    /// Whether more updates may come.
    ///
    /// When it says no, reading stops until ``RouteSessions/resumeReading()``; at most what one
    /// more message says comes of each session. Sessions do not suffer from it.
    var hasRoom: Bool { get }
    /// `sessions` will call; it can be asked to act upon them from now on.
    func begin(_ sessions: any RouteSessions)
    /// The session with `source` entered another state.
    ///
    /// The speaker keeps no routes: `state` counts none.
    func sessionChanged(_ source: RouteSource, _ state: SessionState)
    /// Comes before the first update of a session.
    func sessionEstablished(_ source: RouteSource, _ session: EstablishedSession)
    func received(_ update: RouteUpdate, from source: RouteSource)
    /// The same, of several that came together, in their order.
    func received(_ updates: [RouteUpdate], from source: RouteSource)
    /// A session that was established is over: its routes are stale.
    func sessionEnded(_ source: RouteSource, reason: String)
    /// The same, and its routes are gone: the neighbor has said that nothing is to be kept of it
    /// (Hard Reset, RFC 8538).
    func sessionReset(_ source: RouteSource, reason: String)
    /// Someone connected who may not have a session (now).
    func connectionRefused(_ connection: RefusedConnection)
}

extension RouteEvents {
    public var hasRoom: Bool { true }
    public func begin(_ sessions: any RouteSessions) {}
    public func sessionEstablished(_ source: RouteSource, _ session: EstablishedSession) {}
    public func sessionReset(_ source: RouteSource, reason: String) {
        sessionEnded(source, reason: reason)
    }
    public func received(_ updates: [RouteUpdate], from source: RouteSource) {
        for update in updates { received(update, from: source) }
    }
    public func connectionRefused(_ connection: RefusedConnection) {}
}

/// What a receiver of routes can ask of the sessions they come from; from any thread.
public protocol RouteSessions: AnyObject, Sendable {
    /// There is room for updates again.
    func resumeReading()
    /// The neighbor of that name has announced more than `bound` prefixes of `family`: its session
    /// ends, and for `seconds` it is refused another (RFC 4271, section 6.7; RFC 4486, section 4).
    func limitReached(
        by neighbor: String,
        _ family: AddressFamily,
        bound: Int,
        refusingFor seconds: Int64
    )
    /// Messages received of each neighbor since it was configured, by name.
    var messagesReceived: [String: Int] { get }
}

/// A connection that was closed at once.
public struct RefusedConnection: Equatable, Sendable {
    public var address: IPAddress?
    /// The neighbor of that address; nil for a stranger.
    public var neighbor: String?
    /// Why, for people: "not a configured neighbor".
    public var reason: String

    public init(address: IPAddress?, neighbor: String?, reason: String) {
        self.address = address
        self.neighbor = neighbor
        self.reason = reason
    }
}

/// What a ``BGPSpeaker`` has seen since it started.
public struct BGPSpeakerStatistics: Equatable, Sendable {
    /// Connections accepted from configured neighbors.
    public var connections = 0
    /// Connections closed because no neighbor has that address, or may not come (now).
    public var refused = 0
    /// Connections closed because too many were waiting to be established.
    public var overLimit = 0
    /// UPDATE messages read.
    public var updates = 0
    /// How often a session's reading was stopped because the receiver had no room.
    public var pauses = 0
    /// Path attributes in error that did not end a session, by attribute and problem.
    public var attributeErrors: [String: Int] = [:]
    /// UPDATEs with routes of families that are not used, by family and subsequent family: "1/128".
    public var skippedFamilies: [String: Int] = [:]
    /// Sessions ended by an error we found, by error.
    public var sessionErrors: [String: Int] = [:]

    public init() {}
}
