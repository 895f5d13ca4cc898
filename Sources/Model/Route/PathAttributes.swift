// SPDX-License-Identifier: Apache-2.0

/// What a router says about a route, as far as accounting needs it (RFC 4271, section 5).
public struct PathAttributes: Hashable, Sendable {
    public var origin: RouteOrigin = .incomplete
    public var asPath = ASPath()
    /// NEXT_HOP, or the next hop of MP_REACH_NLRI (RFC 4760).
    public var nextHop: IPAddress?
    public var multiExitDiscriminator: UInt32?
    public var localPreference: UInt32?
    /// RFC 1997, one word each.
    public var communities: [UInt32] = []
    /// RFC 8092.
    public var largeCommunities: [LargeCommunity] = []
    /// RFC 4360: the eight octets of each, the first of them highest.
    public var extendedCommunities: [UInt64] = []
    /// RFC 4456: the router identifier of the route's originator in our AS.
    public var originatorID: UInt32?
    /// RFC 4456: how many clusters reflected the route, the length of CLUSTER_LIST.
    public var clusterCount: UInt8 = 0

    public init() {}
}

/// ORIGIN (RFC 4271, section 5.1.1): the lower, the better.
public enum RouteOrigin: UInt8, Hashable, Sendable {
    case igp = 0
    case egp = 1
    case incomplete = 2
}

/// A large community (RFC 8092): "65000:1:2".
public struct LargeCommunity: Hashable, Sendable, CustomStringConvertible {
    public var globalAdministrator: UInt32
    public var localData1: UInt32
    public var localData2: UInt32

    public init(_ globalAdministrator: UInt32, _ localData1: UInt32, _ localData2: UInt32) {
        self.globalAdministrator = globalAdministrator
        self.localData1 = localData1
        self.localData2 = localData2
    }

    public var description: String { "\(globalAdministrator):\(localData1):\(localData2)" }
}
