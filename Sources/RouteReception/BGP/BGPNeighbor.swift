// SPDX-License-Identifier: Apache-2.0

public import Model

/// A router that may open a session with us, as configured.
public struct BGPNeighbor: Hashable, Sendable {
    public var name: String
    public var address: IPAddress
    public var asn: ASN

    public init(name: String, address: IPAddress, asn: ASN) {
        self.name = name
        self.address = address
        self.asn = asn
    }
}

/// Where a ``BGPSpeaker`` hands what its neighbors tell it.
///
/// All calls come from one thread, in the order things happened. While a call runs nothing more is
/// read from any neighbor: that is how a slow receiver holds back fast neighbors.
public protocol RouteEvents: Sendable {
    /// The session with `source` entered another state.
    ///
    /// The speaker keeps no routes: `state` counts none.
    func sessionChanged(_ source: RouteSource, _ state: SessionState)
    func received(_ update: RouteUpdate, from source: RouteSource)
    /// A session that was established is over: its routes are stale.
    func sessionEnded(_ source: RouteSource, reason: String)
}

/// What a ``BGPSpeaker`` has seen since it started.
public struct BGPSpeakerStatistics: Equatable, Sendable {
    /// Connections accepted from configured neighbors.
    public var connections = 0
    /// Connections closed because no neighbor has that address.
    public var refused = 0
    /// Connections closed because too many were waiting to be established.
    public var overLimit = 0
    /// UPDATE messages read.
    public var updates = 0
    /// Path attributes in error that did not end a session, by attribute and problem.
    public var attributeErrors: [String: Int] = [:]
    /// Sessions ended by an error we found, by error.
    public var sessionErrors: [String: Int] = [:]

    public init() {}
}
