// SPDX-License-Identifier: Apache-2.0

/// Who told us a route: one neighbor, one peer of a table dump, or one set of routes of a BMP peer.
public struct RouteSource: Hashable, Sendable {
    /// Name of the neighbor or station in the configuration, or the peer's address.
    public var name: String
    public var address: IPAddress
    public var asn: ASN
    /// BGP identifier; breaks ties (RFC 4271, section 9.1.2.2 f).
    public var routerID: UInt32
    /// Whether the neighbor is in another AS than ours.
    public var isExternal: Bool
    /// Which of the router's sets of routes this is; they are kept apart.
    public var rib: RIBKind
    /// Compared before anything that the routes say: of two sources the one with more is believed.
    public var weight: UInt16
    /// Route distinguisher of the VPN that the routes are of; 0 for none (RFC 7854, section 4.2).
    public var distinguisher: UInt64

    public init(
        name: String,
        address: IPAddress,
        asn: ASN,
        routerID: UInt32 = 0,
        isExternal: Bool = true,
        rib: RIBKind = .session,
        weight: UInt16? = nil,
        distinguisher: UInt64 = 0
    ) {
        self.name = name
        self.address = address
        self.asn = asn
        self.routerID = routerID
        self.isExternal = isExternal
        self.rib = rib
        self.weight = weight ?? rib.defaultWeight
        self.distinguisher = distinguisher
    }
}

/// One of the sets of routes that a router has (RFC 4271, section 3.2), and how we came by it.
public enum RIBKind: UInt8, Hashable, Sendable, CaseIterable {
    /// A BGP session with us: what the router chose to tell.
    case session
    /// Adj-RIB-In before the router's policy (RFC 7854, section 5).
    case prePolicy
    /// Adj-RIB-In after it.
    case postPolicy
    /// What the router uses itself (RFC 9069).
    case locRIB
    /// What it tells its neighbors (RFC 8671); never where its own traffic goes.
    case adjRIBOut
    /// A table or updates in a file (RFC 6396).
    case file

    /// The nearer to what the router forwards by, the more.
    public var defaultWeight: UInt16 {
        switch self {
        case .locRIB: 400
        case .postPolicy: 300
        case .session: 200
        case .prePolicy: 100
        case .file: 50
        case .adjRIBOut: 0
        }
    }
}
