// SPDX-License-Identifier: Apache-2.0

public import Model
package import RouteDecoding

/// A router that may open a session with us, as configured.
public struct BGPNeighbor: Hashable, Sendable {
    public var name: String
    public var address: IPAddress
    public var asn: ASN
    /// Key of TCP MD5 signatures (RFC 2385), at most 80 octets; nil for none.
    public var key: [UInt8]?
    /// How many hops away it may be (RFC 5082): 1 is on the same link; nil for any.
    public var ttlHops: Int?
    /// The one of our addresses that its connections come to; nil for any.
    public var localAddress: IPAddress?
    /// Whether it may tell several paths to a prefix (RFC 7911).
    public var takesPaths = false
    /// How much its routes are believed beside those of other sources; nil for the usual.
    public var weight: UInt16?
    /// What we are to it (RFC 9234, section 4.1); nil when that is not said.
    package var role: BGPRole?

    public init(
        name: String,
        address: IPAddress,
        asn: ASN,
        key: [UInt8]? = nil,
        ttlHops: Int? = nil,
        localAddress: IPAddress? = nil
    ) {
        self.name = name
        self.address = address
        self.asn = asn
        self.key = key
        self.ttlHops = ttlHops
        self.localAddress = localAddress
    }
}
