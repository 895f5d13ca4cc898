// SPDX-License-Identifier: Apache-2.0

/// What was seen of the other side of a flow at one interface, kept raw.
///
/// Facts are stored, meaning is derived (DESIGN 3.1): who the peer *was* is worked out from this
/// when a report is made, with the inventory and the registry as of the slot.
public struct Evidence: Hashable, Sendable {
    /// 802.1Q VLAN identifier; 0 when none was seen.
    public var vlan: UInt16 = 0
    /// MAC address of the device on the other side.
    public var remoteMAC: MACAddress = .zero
    /// Next hop on the way out: the BGP next hop before the IP next hop before the route's.
    public var nextHop: IPAddress?
    /// Whether ``nextHop`` came from our routing table and not from the exporter.
    public var nextHopIsFromRoute = false
    /// The peer AS that the exporter named (IE 128, 129; sFlow gateway; IE 16, 17 as `peer`).
    public var exportedPeerAS: ASN = .zero
    /// First AS of the best route, in the exporter's views, to the far address, that is neither
    /// ours nor a route server's.
    public var routePeerAS: ASN = .zero
    /// Name of the neighbor that told us that route; empty without a route.
    public var routeSource = ""
    /// Whether that route was kept beyond its session.
    public var routeIsStale = false
    /// The longest `staticPrefixes` entry of the inventory that holds the far address.
    public var staticPrefix: IPPrefix?

    public init() {}
}
