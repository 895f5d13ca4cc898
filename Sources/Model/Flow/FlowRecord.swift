// SPDX-License-Identifier: Apache-2.0

/// What one exporter saw of one flow, or of one sampled packet.
///
/// The only thing the flow decoders produce, and the only thing the rest of the collector reads of
/// them. ``octets`` and ``packets`` are *as exported*; ``samplingRate`` says by how much to scale
/// them. A field is only meaningful when ``known`` holds it: zero is a value like any other.
///
/// It is four cache lines of 64 octets, and that by intent: a record is written once and read a few
/// times for every flow there is. So the addresses lie side by side as numbers, and their families
/// share an octet.
public struct FlowRecord: Sendable, BitwiseCopyable {
    /// Which fields the exporter gave.
    public var known: Fields = []
    public var flowProtocol: FlowProtocol = .ipfix
    public var octetsBasis: OctetsBasis = .ip
    public var samplingSource: SamplingSource = .assumed
    public var egressKind: EgressKind = .interface
    /// Where the packets were observed.
    public var direction: ObservationDirection = .unknown
    /// Whether this is the second flow of a biflow record, its sides swapped (RFC 5103).
    public var isReverse = false
    /// Upper-layer protocol, after IPv6 extension headers.
    public var ipProtocol: UInt8 = 0
    /// A bit for each address that is an IPv6 address.
    @usableFromInline var families: UInt8 = 0
    public var sourcePort: UInt16 = 0
    public var destinationPort: UInt16 = 0
    public var etherType: UInt16 = 0
    /// Outermost 802.1Q VLAN identifier on the side of observation.
    public var vlan: UInt16 = 0

    /// Octets of the packets observed, by ``octetsBasis``, unscaled.
    public var octets: UInt64 = 0

    // IPv4 addresses are in the high 32 bits, as in IPAddress.
    @usableFromInline package var exporterBits: UInt128 = 0
    @usableFromInline package var sourceBits: UInt128 = 0
    @usableFromInline package var destinationBits: UInt128 = 0
    @usableFromInline package var nextHopBits: UInt128 = 0
    @usableFromInline package var bgpNextHopBits: UInt128 = 0

    /// Packets observed, unscaled.
    public var packets: UInt64 = 0
    public var samplingRate: SamplingRate = .one

    /// ifIndex the packets came in by; 0 counts as not said.
    public var ingressInterface: UInt32 = 0
    /// ifIndex the packets left by; 0 counts as not said.
    public var egressInterface: UInt32 = 0
    public var sourceMAC: MACAddress = .zero
    public var destinationMAC: MACAddress = .zero
    /// Source MAC address after the exporter rewrote the frame (IE 81).
    public var postSourceMAC: MACAddress = .zero
    /// Destination MAC address after the exporter rewrote the frame (IE 57).
    public var postDestinationMAC: MACAddress = .zero

    /// IE 16, or the source AS of the sFlow gateway record.
    public var sourceAS: ASN = .zero
    /// IE 17, or the last AS of the sFlow gateway record's path.
    public var destinationAS: ASN = .zero
    /// IE 129 (bgpPrevAdjacentAsNumber), or the sFlow gateway record's source peer AS.
    public var sourcePeerAS: ASN = .zero
    /// IE 128 (bgpNextAdjacentAsNumber), or the first AS of the sFlow gateway record's path.
    public var destinationPeerAS: ASN = .zero
    public var localPreference: UInt32 = 0
    /// MPLS VPN route distinguisher (IE 90; RFC 4364, section 4.2), its eight octets as a number.
    public var routeDistinguisher: UInt64 = 0

    /// When the flow began, in nanoseconds since 1970-01-01 00:00 UTC.
    public var start: Int64 = 0
    /// When the flow ended, in nanoseconds since 1970-01-01 00:00 UTC.
    public var end: Int64 = 0
    /// When the datagram arrived, in nanoseconds since 1970-01-01 00:00 UTC.
    public var arrival: Int64 = 0

    /// Where in ``FlowBatch/words`` the AS path lies, in the layout of ``ASPath/words``.
    public var asPath = WordRange()
    /// Where in ``FlowBatch/words`` the communities lie, one word each.
    public var communities = WordRange()
    /// Where in ``FlowBatch/words`` the whole VLAN stack lies, outermost first, one word each.
    public var vlans = WordRange()

    /// 1-based number of the data record or flow sample among all of its decoder.
    public var number: UInt64 = 0

    public init() {}

    /// Whether the exporter gave every one of `fields`.
    @inlinable
    public func has(_ fields: Fields) -> Bool { known.isSuperset(of: fields) }

    /// The family the octets are accounted under.
    public var family: TrafficFamily {
        guard has(.destination) || has(.source) else { return .other }
        return (has(.destination) ? destination : source).family == .ipv4 ? .ipv4 : .ipv6
    }
}

/// A run of words in ``FlowBatch/words``.
public struct WordRange: Hashable, Sendable, BitwiseCopyable {
    public var start: UInt32 = 0
    public var count: UInt32 = 0

    public init() {}

    public init(start: Int, count: Int) {
        self.start = UInt32(start)
        self.count = UInt32(count)
    }

    public var range: Range<Int> { Int(start)..<Int(start) + Int(count) }
}

/// Where the exporter observed the packets: IE 61, or the sFlow source id.
public enum ObservationDirection: UInt8, Hashable, Sendable, BitwiseCopyable {
    case unknown = 0
    case ingress = 1
    case egress = 2
}

/// What an sFlow output interface stands for (sFlow version 5, section 5.3, `interface`).
public enum EgressKind: UInt8, Hashable, Sendable, BitwiseCopyable {
    /// One interface, or none said.
    case interface = 0
    /// The device itself was the destination.
    case local = 1
    case discarded = 2
    /// More than one interface: multicast or flooded.
    case multiple = 3

    /// The word in JSON output.
    public var word: String {
        switch self {
        case .interface: "interface"
        case .local: "local"
        case .discarded: "discarded"
        case .multiple: "multiple"
        }
    }
}

/// What traffic is counted under: the family of its outermost IP packet.
public enum TrafficFamily: UInt8, Hashable, Sendable, CaseIterable, Comparable {
    case other = 0
    case ipv4 = 4
    case ipv6 = 6

    /// The word in JSON output.
    public var word: String {
        switch self {
        case .other: "other"
        case .ipv4: "ipv4"
        case .ipv6: "ipv6"
        }
    }

    public static func < (a: TrafficFamily, b: TrafficFamily) -> Bool { a.rawValue < b.rawValue }
}
