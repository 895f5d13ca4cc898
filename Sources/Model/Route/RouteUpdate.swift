// SPDX-License-Identifier: Apache-2.0

/// One message's change to the routes of one neighbor: what it no longer offers, and what it does.
public struct RouteUpdate: Equatable, Sendable {
    /// When it happened, in nanoseconds since 1970-01-01 00:00 UTC.
    public var time: Int64
    public var withdrawn: [Reachability] = []
    public var announced: [Reachability] = []
    /// Shared by everything in ``announced``.
    public var attributes = PathAttributes()
    /// The families whose initial set of routes is complete (End-of-RIB, RFC 4724 section 2).
    public var endOfRIB: [AddressFamily] = []

    public init(time: Int64) { self.time = time }

    /// A prefix, and which of a neighbor's paths to it is meant (RFC 7911; 0 without ADD-PATH).
    public struct Reachability: Hashable, Sendable {
        public var prefix: IPPrefix
        public var pathIdentifier: UInt32

        public init(_ prefix: IPPrefix, pathIdentifier: UInt32 = 0) {
            self.prefix = prefix
            self.pathIdentifier = pathIdentifier
        }
    }
}

/// Who told us a route: one neighbor, or one peer of a table dump.
public struct RouteSource: Hashable, Sendable {
    /// Name of the neighbor in the configuration, or the peer's address.
    public var name: String
    public var address: IPAddress
    public var asn: ASN
    /// BGP identifier; breaks ties (RFC 4271, section 9.1.2.2 f).
    public var routerID: UInt32
    /// Whether the neighbor is in another AS than ours.
    public var isExternal: Bool

    public init(
        name: String,
        address: IPAddress,
        asn: ASN,
        routerID: UInt32 = 0,
        isExternal: Bool = true
    ) {
        self.name = name
        self.address = address
        self.asn = asn
        self.routerID = routerID
        self.isExternal = isExternal
    }
}
