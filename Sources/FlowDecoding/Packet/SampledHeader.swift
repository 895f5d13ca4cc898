// SPDX-License-Identifier: Apache-2.0

import Model
import Wire

/// Reads the first octets of a sampled packet: link header, tags, labels, IP and transport header.
///
/// # How it works
///
/// The layers are walked from the outside in, up to the outermost IP packet, and each fills its
/// fields of the record. What lies past the captured octets is not an error: those fields stay
/// unknown. On the way the octets outside of the IP packet are summed, so that a packet whose IP
/// header does not say its length (a super-packet of an offloading host, a frame that is not IP)
/// is counted as its frame less those.
///
/// Where the configuration asks for it, the tunnels that begin in the outermost IP packet are
/// looked into afterwards: see ``TunnelReading``.
///
/// Layers that can repeat are bounded: 4 VLAN tags, 10 labels, 8 IPv6 extension headers. Headers
/// are read as blocks, so that each costs one bounds check.
struct SampledHeader {
    /// What the packet begins with (sFlow version 5, section 5.3, `header_protocol`).
    enum Link: UInt32 {
        case ethernet = 1
        case ppp = 7
        case ipv4 = 11
        case ipv6 = 12
        case mpls = 13
        case pos = 14
    }

    /// The lengths found in a packet, in octets.
    struct Lengths {
        /// Link header, tags and labels: all before the IP packet, or before a payload that is
        /// not IP.
        var link = 0
        /// The IP packet by its own header; 0 when it does not say or there is none.
        var packet = 0
        /// Whether the addresses of an IP packet were read.
        var hasPacket = false

        /// Octets to account for a frame of `frame` octets of which `stripped` were not part of
        /// the captured ones (the frame check sequence).
        func octets(frame: UInt64, stripped: UInt64) -> UInt64 {
            if packet > 0 { return UInt64(packet) }
            let outside = UInt64(link).addingReportingOverflow(stripped)
            return outside.overflow || outside.partialValue > frame
                ? 0 : frame - outside.partialValue
        }
    }

    static let maximumTags = 4
    private static let maximumLabels = 10

    /// The tunnels to look into.
    let tunnels: InnerHeaders
    var lengths = Lengths()

    /// Reads what is there of a packet into `record`.
    ///
    /// - Parameters:
    ///   - packet: The captured octets.
    ///   - link: What they begin with.
    ///   - record: Takes the fields that were found; the others are left as they are.
    ///   - words: Takes the VLAN tags.
    ///   - tunnels: The tunnels inside which the packet is accounted by its inner addresses.
    /// - Returns: The lengths found on the way.
    static func read(
        _ packet: inout WireReader,
        as link: Link,
        _ record: inout FlowRecord,
        _ words: inout [UInt32],
        tunnels: InnerHeaders = []
    ) -> Lengths {
        var header = SampledHeader(tunnels: tunnels)
        do throws(WireError) {
            switch link {
            case .ethernet: try header.readEthernet(&packet, &record, &words)
            case .ppp, .pos: try header.readPPP(&packet, &record, isCompressible: true)
            case .ipv4: try header.readIPv4(&packet, &record)
            case .ipv6: try header.readIPv6(&packet, &record)
            case .mpls: try header.readLabels(&packet, &record)
            }
        } catch {
            // The captured octets end here; what was read stands.
        }
        return header.lengths
    }

    /// Reads what is there of the `count` octets from `start` on, which lie inside `octets`, into
    /// `record`; nothing when `link` is no ``Link``.
    ///
    /// Ethernet, which nearly all are, is read here, without a call of its own.
    @inline(__always)
    static func read(
        _ octets: RawSpan,
        _ start: Int,
        _ count: Int,
        as link: UInt32,
        _ record: inout FlowRecord,
        _ words: inout [UInt32],
        tunnels: InnerHeaders
    ) -> Lengths {
        guard link == Link.ethernet.rawValue else {
            return readOther(octets, start, count, as: link, &record, &words, tunnels: tunnels)
        }
        var packet = WireReader(octets, from: start, count: count, as: "sFlow sampled header")
        var header = SampledHeader(tunnels: tunnels)
        do throws(WireError) {
            try header.readEthernet(&packet, &record, &words)
        } catch {
            // The captured octets end here; what was read stands.
        }
        return header.lengths
    }

    @inline(never)
    private static func readOther(
        _ octets: RawSpan,
        _ start: Int,
        _ count: Int,
        as link: UInt32,
        _ record: inout FlowRecord,
        _ words: inout [UInt32],
        tunnels: InnerHeaders
    ) -> Lengths {
        guard let link = Link(rawValue: link) else { return Lengths() }
        var packet = WireReader(octets, from: start, count: count, as: "sFlow sampled header")
        return read(&packet, as: link, &record, &words, tunnels: tunnels)
    }

    /// An Ethernet header: addresses, VLAN tags and the type of the payload.
    ///
    /// Of a frame in a provider backbone (IEEE 802.1Q, clause 9.7, I-TAG) the outer addresses are
    /// those of the link; the customer's lie between and are passed over.
    @inline(__always)
    mutating func readEthernet(
        _ packet: inout WireReader,
        _ record: inout FlowRecord,
        _ words: inout [UInt32]
    ) throws(WireError) {
        lengths.link = 14
        let header = try packet.block(14)
        record.destinationMAC = MACAddress(rawValue: header.read(UInt64.self, at: 0) >> 16)
        record.sourceMAC = MACAddress(rawValue: header.read(UInt64.self, at: 6) >> 16)
        record.known.formUnion([.destinationMAC, .sourceMAC])
        var type = header.read(UInt16.self, at: 12)
        if EtherType.isTag(type) || type == EtherType.backbone {
            type = try readTags(&packet, type, &record, &words)
        }
        if type <= 1500 {  // a length: IEEE 802.3 with an LLC header
            let header = try packet.read(UInt64.self)
            guard header >> 16 == 0xaaaa_0300_0000 else { return }  // SNAP, RFC 1042
            type = UInt16(truncatingIfNeeded: header)
            lengths.link += 8
        }
        record.etherType = type
        record.known.insert(.etherType)
        try readPayload(&packet, type, &record)
    }

    /// VLAN tags, and a backbone's service tag, from `type` on; returns the type after them.
    private mutating func readTags(
        _ packet: inout WireReader,
        _ type: UInt16,
        _ record: inout FlowRecord,
        _ words: inout [UInt32]
    ) throws(WireError) -> UInt16 {
        var type = type
        let start = words.count
        var tags = 0
        var isBackbone = false
        while true {
            if type == EtherType.backbone, !isBackbone {
                try packet.skip(octets: 16)  // service identifier, the customer's addresses
                type = try packet.read()
                lengths.link += 18
                isBackbone = true
                continue
            }
            guard EtherType.isTag(type), tags < Self.maximumTags else { return type }
            let tag = try packet.read(UInt32.self)
            type = UInt16(truncatingIfNeeded: tag)
            lengths.link += 4
            tags += 1
            words.append(tag >> 16 & 0xfff)
            record.vlans = WordRange(start: start, count: words.count - start)
            if tags == 1 {
                record.vlan = UInt16(tag >> 16 & 0xfff)
                record.known.insert(.vlan)
            }
        }
    }

    @inline(__always)
    mutating func readPayload(
        _ packet: inout WireReader,
        _ type: UInt16,
        _ record: inout FlowRecord
    ) throws(WireError) {
        switch type {
        case EtherType.ipv4: try readIPv4(&packet, &record)
        case EtherType.ipv6: try readIPv6(&packet, &record)
        case EtherType.mpls, EtherType.mplsMulticast: try readLabels(&packet, &record)
        case EtherType.pppoeSession:  // RFC 2516, section 4: version, code, session, length
            try packet.skip(octets: 6)
            lengths.link += 6
            try readPPP(&packet, &record, isCompressible: false)
        default: break
        }
    }

    /// A PPP frame, with or without the HDLC address and control octets (RFC 1661, section 2;
    /// RFC 1662, section 3.1), or one of Cisco's HDLC.
    ///
    /// Cisco's begins with 0x0f or 0x8f, 0 and an EtherType; as a PPP protocol these numbers are
    /// impossible, for the last bit of those is 1. A first octet whose last bit is 1 is a protocol
    /// in one octet (RFC 1661, section 6.5), which PPPoE does not have (RFC 2516, section 7).
    private mutating func readPPP(
        _ packet: inout WireReader,
        _ record: inout FlowRecord,
        isCompressible: Bool
    ) throws(WireError) {
        if isCompressible {
            var head = packet
            switch try head.read(UInt16.self) {
            case 0xff03:
                packet = head
                lengths.link += 2
            case 0x0f00, 0x8f00:
                let type = try head.read(UInt16.self)
                packet = head
                lengths.link += 4
                record.etherType = type
                record.known.insert(.etherType)
                return try readPayload(&packet, type, &record)
            default: break
            }
        }
        var type = UInt16(try packet.read(UInt8.self))
        lengths.link += 1
        if type & 1 == 0 || !isCompressible {
            type = type << 8 | UInt16(try packet.read(UInt8.self))
            lengths.link += 1
        }
        switch type {
        case 0x0021: try readIPv4(&packet, &record)
        case 0x0057: try readIPv6(&packet, &record)
        case 0x0281: try readLabels(&packet, &record)
        default: break
        }
    }

    /// A stack of MPLS labels (RFC 3032, section 2.1) and the packet below, told by its version.
    mutating func readLabels(
        _ packet: inout WireReader,
        _ record: inout FlowRecord
    ) throws(WireError) {
        var isBottom = false
        var labels = 0
        while !isBottom, labels < Self.maximumLabels {
            isBottom = try packet.read(UInt32.self) & 0x100 != 0
            lengths.link += 4
            labels += 1
        }
        guard isBottom else { return }
        var payload = packet
        switch try payload.read(UInt8.self) >> 4 {
        case 4: try readIPv4(&packet, &record)
        case 6: try readIPv6(&packet, &record)
        default: if tunnels.contains(.eompls) { readPseudowire(packet, &record) }
        }
    }
}

/// The types of IEEE's EtherType registry that lead to an IP packet.
enum EtherType {
    static let ipv4: UInt16 = 0x0800
    static let ipv6: UInt16 = 0x86dd
    static let mpls: UInt16 = 0x8847
    static let mplsMulticast: UInt16 = 0x8848
    static let pppoeSession: UInt16 = 0x8864
    /// The service tag of a provider backbone bridge (802.1ah).
    static let backbone: UInt16 = 0x88e7
    /// A whole Ethernet frame (RFC 1701; in NVGRE and others).
    static let ethernet: UInt16 = 0x6558

    /// Whether a VLAN tag follows: 802.1Q, 802.1ad, and what was used before it.
    static func isTag(_ type: UInt16) -> Bool {
        type == 0x8100 || type == 0x88a8 || type == 0x9100 || type == 0x9200
    }
}
