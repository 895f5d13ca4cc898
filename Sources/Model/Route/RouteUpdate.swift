// SPDX-License-Identifier: Apache-2.0

/// One message's change to the routes of one neighbor: what it no longer offers, and what it does.
public struct RouteUpdate: Equatable, Sendable {
    /// When it happened, in nanoseconds since 1970-01-01 00:00 UTC.
    public var time: Int64
    public var withdrawn: [Reachability] = []
    public var announced: [Reachability] = []
    /// What everything in ``announced`` has in common but for the next hop.
    public var shared = SharedAttributes.none
    /// Next hop of everything in ``announced``.
    public var nextHop: IPAddress?
    /// The families whose initial set of routes is complete (End-of-RIB, RFC 4724 section 2).
    public var endOfRIB: [AddressFamily] = []
    /// Families of which all routes are told again from here on, or have been (RFC 7313).
    public var refreshes: [Refresh] = []

    public init(time: Int64) { self.time = time }

    /// The attributes of everything in ``announced``, with the next hop.
    public var attributes: PathAttributes {
        get {
            var attributes = shared.value
            attributes.nextHop = nextHop
            return attributes
        }
        set {
            nextHop = newValue.nextHop
            shared = SharedAttributes(newValue)
        }
    }

    /// Where a neighbor's answer to a ROUTE-REFRESH begins or ends (RFC 7313, section 3.2).
    public enum Refresh: Hashable, Sendable {
        /// BoRR: what is not told again until the end is withdrawn then.
        case begin(AddressFamily)
        /// EoRR.
        case end(AddressFamily)
    }

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
