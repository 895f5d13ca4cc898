// SPDX-License-Identifier: Apache-2.0

/// The tunnels inside which an exporter's sampled packets are accounted by their inner addresses.
///
/// What matches none of them, or is cut off before the inner IP header ends, is accounted by the
/// outer packet. Octets are those of the outermost IP packet either way (DESIGN 3.3).
public struct InnerHeaders: OptionSet, Hashable, Sendable {
    public let rawValue: UInt8

    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// IP in IP, both families in both (RFC 2003, 2473, 4213).
    public static let ipip = InnerHeaders(rawValue: 1 << 0)
    /// RFC 2784 and 2890.
    public static let gre = InnerHeaders(rawValue: 1 << 1)
    /// RFC 7348.
    public static let vxlan = InnerHeaders(rawValue: 1 << 2)
    /// User plane of the GPRS Tunnelling Protocol (3GPP TS 29.281).
    public static let gtpu = InnerHeaders(rawValue: 1 << 3)
    /// Segment routing over IPv6 (RFC 8754, 8986).
    public static let srv6 = InnerHeaders(rawValue: 1 << 4)
    /// Ethernet over MPLS (RFC 4448).
    public static let eompls = InnerHeaders(rawValue: 1 << 5)

    /// The words of the configuration.
    public static let words: [(word: String, value: InnerHeaders)] = [
        ("ipip", .ipip), ("gre", .gre), ("vxlan", .vxlan), ("gtpu", .gtpu), ("srv6", .srv6),
        ("eompls", .eompls),
    ]
}
