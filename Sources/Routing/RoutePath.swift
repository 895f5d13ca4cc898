// SPDX-License-Identifier: Apache-2.0

public import Model

/// The path a flow took, as accounting needs it: 32 octets, without references.
///
/// Prefix and next hop are resolved only when asked for, within the table's retention:
/// ``RoutingTableReader/prefix(of:at:)``, ``RoutingTableReader/nextHop(_:)``.
public struct RoutePath: Hashable, Sendable, BitwiseCopyable {
    public let asPath: ASPathID
    /// The AS the route was learned from; zero when the path names none.
    public let neighborAS: ASN
    /// The AS the route began in; zero when the path is empty or ends in a set.
    public let originAS: ASN
    public let nextHop: NextHopID
    public let source: RouteSourceID
    /// What the view had for which entry.
    let word: UInt32
    let entry: UInt32
    public let view: ViewID
    private let flags: Flags

    struct Flags: OptionSet, Hashable, Sendable, BitwiseCopyable {
        let rawValue: UInt8

        static let isRoute = Flags(rawValue: 1)
        static let isStale = Flags(rawValue: 2)
        static let nextHopMismatch = Flags(rawValue: 4)
    }

    init(
        _ traits: PublishedAttributes.Traits,
        _ path: Path,
        word: ColumnWord,
        entry: UInt32,
        view: ViewID,
        mismatch: Bool
    ) {
        asPath = traits.asPath
        neighborAS = traits.neighborAS
        originAS = traits.originAS
        nextHop = path.nextHop
        source = path.source
        self.word = word.rawValue
        self.entry = entry
        self.view = view
        var flags = Flags.isRoute
        if path.isStale { flags.insert(.isStale) }
        if mismatch { flags.insert(.nextHopMismatch) }
        self.flags = flags
    }

    private init() {
        asPath = .empty
        neighborAS = .zero
        originAS = .zero
        nextHop = .none
        source = RouteSourceID(rawValue: 0)
        word = 0
        entry = 0
        view = .none
        flags = []
    }

    /// There was no route.
    public static let none = RoutePath()

    /// Whether there was no route.
    public var isNone: Bool { !flags.contains(.isRoute) }

    /// Whether the session that told the route has ended since.
    public var isStale: Bool { flags.contains(.isStale) }

    /// Whether the flow named a BGP next hop that no path of the prefix has, so that this is the
    /// best path instead.
    public var nextHopMismatch: Bool { flags.contains(.nextHopMismatch) }
}
