// SPDX-License-Identifier: Apache-2.0

public import Model

/// What both sides of a session have agreed on, and what the neighbor says it can do.
public struct EstablishedSession: Equatable, Sendable {
    /// The families whose unicast routes are exchanged.
    public var families: [AddressFamily]
    /// Silence that ends the session, in seconds; 0 for none.
    public var holdSeconds: Int
    /// Whether the neighbor ends its initial routes with End-of-RIB markers (RFC 4724).
    public var hasGracefulRestart: Bool
    /// How long a restart of it may take, in seconds (RFC 4724, section 3).
    public var restartSeconds = 0
    /// Whether its routes are to be kept over a NOTIFICATION (RFC 8538).
    public var coversNotifications = false
    /// How long it would have its stale routes kept, in seconds (RFC 9494).
    public var longLivedStaleSeconds: [AddressFamily: UInt32] = [:]
    /// Families with several paths to a prefix (RFC 7911).
    public var addPathFamilies: [AddressFamily] = []
    /// Whether it sends its routes again when asked (RFC 2918).
    public var hasRouteRefresh = false
    /// Whether it marks where that begins and ends (RFC 7313).
    public var hasEnhancedRouteRefresh = false
    /// Whether it takes messages of more than 4,096 octets (RFC 8654).
    public var hasExtendedMessages = false
    /// Whether IPv4 routes may have IPv6 next hops (RFC 8950).
    public var hasIPv6NextHops = false
    /// Whether AS numbers have four octets (RFC 6793).
    public var hasFourOctetASNs = true

    public init(families: [AddressFamily], holdSeconds: Int, hasGracefulRestart: Bool) {
        self.families = families
        self.holdSeconds = holdSeconds
        self.hasGracefulRestart = hasGracefulRestart
    }

    /// Whether the neighbor is asked for all its routes once more, to see where they end.
    ///
    /// It does not tell of its own accord, but answers a request between two marks. One that does
    /// not take requests must not be sent any (RFC 2918, section 4).
    public var asksForRoutes: Bool {
        hasRouteRefresh && hasEnhancedRouteRefresh && !hasGracefulRestart
    }
}
