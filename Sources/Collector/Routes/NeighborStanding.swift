// SPDX-License-Identifier: Apache-2.0

package import Model
package import RouteReception

/// All that is known of a neighbor, its session and its routes, at one moment.
package struct NeighborStanding: Equatable, Sendable {
    package var name: String
    package var address: IPAddress
    package var asn: ASN
    /// RFC 4271, section 8.2.2, lower case: "established".
    package var state = "active"
    /// When it entered that state, in seconds since 1970-01-01 00:00 UTC.
    package var since: Int64 = 0
    /// Sessions established since the collector started.
    package var establishedCount = 0
    /// Why the last session, or attempt at one, ended; empty when none did.
    package var lastError = ""

    /// The families of the present session, and silence that ends it, in seconds; 0 for any.
    package var families: [AddressFamily] = []
    package var holdSeconds = 0
    /// What the present session has agreed on; nil without one.
    package var session: EstablishedSession?
    /// Families of which End-of-RIB has come in the present session.
    package var endOfRIB: [AddressFamily] = []
    /// Whether, since the collector started, a session has brought all its initial routes.
    package var hasInitialRoutes = false

    /// Prefixes that it has routes to, stale ones among them.
    package var ipv4Prefixes = 0
    package var ipv6Prefixes = 0
    /// Whether some may be stale: told by an earlier session, and by none since.
    package var isStale = false
    /// How long stale routes still stand, in seconds; nil when there are none.
    package var staleSecondsLeft: Int64?

    /// Whether TCP MD5 signatures (RFC 2385) are required.
    package var hasSignatures = false
    /// How many hops away it may be (RFC 5082); nil for any.
    package var ttlHops: Int?
    /// BGP messages received since it was configured.
    package var messagesReceived = 0
    /// Connections from its address that were closed at once.
    package var refusedConnections = 0

    package init(name: String, address: IPAddress, asn: ASN) {
        self.name = name
        self.address = address
        self.asn = asn
    }
}
