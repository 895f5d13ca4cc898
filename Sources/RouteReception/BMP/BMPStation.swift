// SPDX-License-Identifier: Apache-2.0

public import Model
public import RouteDecoding

/// A router that may report to us by BMP, as configured.
public struct BMPStation: Hashable, Sendable {
    public var name: String
    public var address: IPAddress
    /// The tables whose routes are kept; empty for all.
    public var ribs: Set<RIBKind>
    /// Of its routes against those of other sources; nil for the customary one of each table.
    public var weight: UInt16?

    public init(
        name: String,
        address: IPAddress,
        ribs: Set<RIBKind> = [],
        weight: UInt16? = nil
    ) {
        self.name = name
        self.address = address
        self.ribs = ribs
        self.weight = weight
    }
}

/// How a station stands.
public struct StationStanding: Equatable, Sendable {
    public var name: String
    public var address: IPAddress
    /// "connected", or "waiting" for a connection.
    public var state = "waiting"
    /// When it entered that state, in seconds since 1970-01-01 00:00 UTC.
    public var since: Int64 = 0
    /// Connections that have reported since the collector started.
    public var connections = 0
    /// Connections that were closed at once.
    public var refused = 0
    /// Why the last connection ended; empty when none did.
    public var lastError = ""
    /// sysName and sysDescr, as the router says (RFC 7854, section 4.4).
    public var systemName = ""
    public var systemDescription = ""
    /// Peers that are up over there.
    public var peersUp = 0
    /// What has come over all connections.
    public var statistics = BMPStatistics()

    public init(name: String, address: IPAddress) {
        self.name = name
        self.address = address
    }
}

/// Where a ``BMPListener`` hands what stations tell it.
///
/// All calls come from one thread, in the order things happened, and must not block it.
public protocol StationEvents: Sendable {
    /// Whether more updates may come; as in ``RouteEvents/hasRoom``.
    var hasRoom: Bool { get }
    /// `sessions` will call; it can be asked to act upon them from now on.
    func begin(_ sessions: any RouteSessions)
    /// A connection reports, or has ended; what its tables told is lost by then.
    func stationChanged(_ standing: StationStanding)
    /// Comes before the first update of a table, with the families that will be told.
    func tableBegan(_ source: RouteSource, _ families: [AddressFamily])
    func received(_ update: RouteUpdate, from source: RouteSource)
    /// The session of a peer is over: the routes of the table are gone, if there are any; it may
    /// have begun over an earlier connection, or never.
    func tableEnded(_ source: RouteSource, at time: Int64, reason: String)
    /// Nobody tells of the table any more: its routes are stale.
    func tableLost(_ source: RouteSource, reason: String)
    /// Someone connected who may not.
    func connectionRefused(_ connection: RefusedConnection)
}

/// What a receiver of routes can ask of stations besides; from any thread.
public protocol StationSessions: RouteSessions {
    /// Each configured station, by name.
    var standings: [StationStanding] { get }
}
