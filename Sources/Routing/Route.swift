// SPDX-License-Identifier: Apache-2.0

public import Model

/// What a lookup found: small, and resolved only when more is asked, by
/// ``RoutingTableReader/route(of:nextHop:at:)``.
///
/// Good for the table's retention after the lookup.
public struct RouteMatch: Hashable, Sendable {
    /// The longest prefix of *any* view that covers the address, or the default route.
    ///
    /// The route's own prefix may be shorter: ``Route/prefix``.
    public let prefix: PrefixID
    /// ``PathSetID/none`` when the view has no route now but had one within the retention.
    public let pathSet: PathSetID
    /// The view that decided.
    public let view: ViewID
    /// The first view that has lost within the retention what would come before the route of that
    /// one; it decides for flows from before.
    let former: ViewID
    /// The longest prefix of any view, also where the default route was taken.
    let entry: UInt32
    /// Whether the view's route changed within the retention before the lookup, or there is a
    /// ``former``: only then another may have been there at the time of a flow.
    let isRecent: Bool

    init(
        prefix: PrefixID,
        pathSet: PathSetID,
        view: ViewID,
        former: ViewID = .none,
        entry: UInt32,
        isRecent: Bool
    ) {
        self.prefix = prefix
        self.pathSet = pathSet
        self.view = view
        self.former = former
        self.entry = entry
        self.isRecent = isRecent
    }

    public static let none = RouteMatch(
        prefix: .none,
        pathSet: .none,
        view: .none,
        entry: 0,
        isRecent: false
    )

    /// Whether no view of the list has a route, nor had one within the retention.
    public var isNone: Bool { prefix == .none }
}

/// A route of a view, as attribution needs it; holds no references.
public struct Route: Hashable, Sendable {
    /// The longest prefix of the view that covers the address.
    public let prefix: IPPrefix
    public let view: ViewID
    public let asPath: ASPathID
    /// The AS the route was learned from; zero when the path names none.
    public let neighborAS: ASN
    /// The AS the route began in; zero when the path is empty or ends in a set.
    public let originAS: ASN
    public let nextHop: IPAddress?
    public let source: RouteSourceID
    /// Whether the session that told the route has ended since.
    public let isStale: Bool
    /// When the view's route for this address became this one, in nanoseconds since 1970-01-01
    /// 00:00 UTC.
    public let changed: Int64
    /// Whether the flow named a BGP next hop that no path of the prefix has, so that this is the
    /// best path instead.
    public let nextHopMismatch: Bool
}
