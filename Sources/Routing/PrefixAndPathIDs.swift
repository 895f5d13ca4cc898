// SPDX-License-Identifier: Apache-2.0

/// One router's routes in the table; numbered from 0 in the order they were made.
public struct ViewID: RawRepresentable, Hashable, Sendable, BitwiseCopyable {
    public let rawValue: UInt16

    public init(rawValue: UInt16) { self.rawValue = rawValue }

    /// No view: what is announced to it is dropped, and it has no route to anywhere.
    public static let none = ViewID(rawValue: .max)
}

/// An entry of the table: a prefix that some view has, or had a short while ago.
public struct PrefixID: RawRepresentable, Hashable, Sendable, BitwiseCopyable {
    public let rawValue: UInt32

    public init(rawValue: UInt32) { self.rawValue = rawValue }

    public static let none = PrefixID(rawValue: .max)
}

/// The paths of one prefix in one view, best first; prefixes with equal paths share one.
public struct PathSetID: RawRepresentable, Hashable, Sendable, BitwiseCopyable {
    public let rawValue: UInt32

    public init(rawValue: UInt32) { self.rawValue = rawValue }

    public static let none = PathSetID(rawValue: .max)
}

/// An AS path of the table; equal paths have one id.
///
/// Resolve it by ``RoutingTableReader/asPath(_:)`` within the table's retention.
public struct ASPathID: RawRepresentable, Hashable, Sendable, BitwiseCopyable {
    public let rawValue: UInt32

    public init(rawValue: UInt32) { self.rawValue = rawValue }

    /// The path without members, of a route that begins in our own AS.
    public static let empty = ASPathID(rawValue: 0)
}

/// Who told a route; equal sources have one id, for as long as the table lives.
public struct RouteSourceID: RawRepresentable, Hashable, Sendable, BitwiseCopyable {
    public let rawValue: UInt32

    public init(rawValue: UInt32) { self.rawValue = rawValue }
}

/// A next hop of the table; equal addresses have one id.
///
/// Resolve it by ``RoutingTableReader/nextHop(_:)`` within the table's retention.
public struct NextHopID: RawRepresentable, Hashable, Sendable, BitwiseCopyable {
    public let rawValue: UInt32

    public init(rawValue: UInt32) { self.rawValue = rawValue }

    /// Of a route that was told without one.
    public static let none = NextHopID(rawValue: 0)
}
