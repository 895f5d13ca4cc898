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
/// Layers that can repeat are bounded: 4 VLAN tags, 10 labels, 8 IPv6 extension headers.
enum SampledHeader {
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

        /// Octets to account for a frame of `frame` octets of which `stripped` were not part of
        /// the captured ones (the frame check sequence).
        func octets(frame: UInt64, stripped: UInt64) -> UInt64 {
            if packet > 0 { return UInt64(packet) }
            let outside = UInt64(link).addingReportingOverflow(stripped)
            return outside.overflow || outside.partialValue > frame
                ? 0 : frame - outside.partialValue
        }
    }

    private static let maximumTags = 4
    private static let maximumLabels = 10
    private static let maximumExtensionHeaders = 8

    /// Reads what is there of a packet into `record`.
    static func read(
        _ packet: inout WireReader,
        as link: Link,
        _ record: inout FlowRecord,
        _ words: inout [UInt32]
    ) -> Lengths {
        var lengths = Lengths()
        do throws(WireError) {
            switch link {
            case .ethernet: try readEthernet(&packet, &record, &words, &lengths)
            case .ppp, .pos: try readPPP(&packet, &record, &lengths)
            case .ipv4: try readIPv4(&packet, &record, &lengths)
            case .ipv6: try readIPv6(&packet, &record, &lengths)
            case .mpls: try readLabels(&packet, &record, &lengths)
            }
        } catch {
            // The captured octets end here; what was read stands.
        }
        return lengths
    }

    private static func readEthernet(
        _ packet: inout WireReader,
        _ record: inout FlowRecord,
        _ words: inout [UInt32],
        _ lengths: inout Lengths
    ) throws(WireError) {
        lengths.link = 14
        record.destinationMAC = MACAddress(rawValue: try packet.readUnsigned(octets: 6))
        record.known.insert(.destinationMAC)
        record.sourceMAC = MACAddress(rawValue: try packet.readUnsigned(octets: 6))
        record.known.insert(.sourceMAC)
        var type = try packet.read(UInt16.self)
        let start = words.count
        var tags = 0
        while EtherType.isTag(type), tags < maximumTags {
            let tag = try packet.read(UInt16.self) & 0xfff
            type = try packet.read()
            lengths.link += 4
            tags += 1
            words.append(UInt32(tag))
            record.vlans = WordRange(start: start, count: words.count - start)
            if tags == 1 {
                record.vlan = tag
                record.known.insert(.vlan)
            }
        }
        if type <= 1500 {  // a length: IEEE 802.3 with an LLC header
            let header = try packet.readUnsigned(octets: 6)
            guard header == 0xaaaa_0300_0000 else { return }  // SNAP, RFC 1042
            type = try packet.read()
            lengths.link += 8
        }
        record.etherType = type
        record.known.insert(.etherType)
        try readPayload(&packet, type, &record, &lengths)
    }

    private static func readPayload(
        _ packet: inout WireReader,
        _ type: UInt16,
        _ record: inout FlowRecord,
        _ lengths: inout Lengths
    ) throws(WireError) {
        switch type {
        case EtherType.ipv4: try readIPv4(&packet, &record, &lengths)
        case EtherType.ipv6: try readIPv6(&packet, &record, &lengths)
        case EtherType.mpls, EtherType.mplsMulticast: try readLabels(&packet, &record, &lengths)
        case EtherType.pppoeSession:  // RFC 2516, section 4: version, code, session, length
            try packet.skip(octets: 6)
            lengths.link += 6
            try readPPP(&packet, &record, &lengths)
        default: break
        }
    }

    /// A PPP frame, with or without the HDLC address and control octets (RFC 1661, section 2;
    /// RFC 1662, section 3.1).
    private static func readPPP(
        _ packet: inout WireReader,
        _ record: inout FlowRecord,
        _ lengths: inout Lengths
    ) throws(WireError) {
        var type = try packet.read(UInt16.self)
        lengths.link += 2
        if type == 0xff03 {
            type = try packet.read()
            lengths.link += 2
        }
        switch type {
        case 0x0021: try readIPv4(&packet, &record, &lengths)
        case 0x0057: try readIPv6(&packet, &record, &lengths)
        case 0x0281: try readLabels(&packet, &record, &lengths)
        default: break
        }
    }

    /// A stack of MPLS labels (RFC 3032, section 2.1) and the packet below, told by its version.
    private static func readLabels(
        _ packet: inout WireReader,
        _ record: inout FlowRecord,
        _ lengths: inout Lengths
    ) throws(WireError) {
        var isBottom = false
        var labels = 0
        while !isBottom, labels < maximumLabels {
            isBottom = try packet.read(UInt32.self) & 0x100 != 0
            lengths.link += 4
            labels += 1
        }
        guard isBottom else { return }
        var payload = packet
        switch try payload.read(UInt8.self) >> 4 {
        case 4: try readIPv4(&packet, &record, &lengths)
        case 6: try readIPv6(&packet, &record, &lengths)
        default: break
        }
    }

    /// An IPv4 header (RFC 791, section 3.1), all of it or nothing.
    private static func readIPv4(
        _ packet: inout WireReader,
        _ record: inout FlowRecord,
        _ lengths: inout Lengths
    ) throws(WireError) {
        var header = try packet.read(octets: 20, as: "IPv4 header")
        let first = try header.read(UInt8.self)
        guard first >> 4 == 4, first & 0xf >= 5 else { throw header.failure(.malformed) }
        try header.skip(octets: 1)
        lengths.packet = Int(try header.read(UInt16.self))
        try header.skip(octets: 2)
        let fragmentOffset = try header.read(UInt16.self) & 0x1fff
        try header.skip(octets: 1)
        record.ipProtocol = try header.read()
        try header.skip(octets: 2)
        record.source = .v4(try header.read())
        record.destination = .v4(try header.read())
        record.known.formUnion([.ipProtocol, .source, .destination])
        try packet.skip(octets: Int(first & 0xf) * 4 - 20)
        if fragmentOffset == 0 { try readPorts(&packet, &record) }
    }

    /// An IPv6 header (RFC 8200, section 3), all of it or nothing, and its extension headers.
    private static func readIPv6(
        _ packet: inout WireReader,
        _ record: inout FlowRecord,
        _ lengths: inout Lengths
    ) throws(WireError) {
        var header = try packet.read(octets: 40, as: "IPv6 header")
        guard try header.read(UInt32.self) >> 28 == 6 else { throw header.failure(.malformed) }
        let payload = Int(try header.read(UInt16.self))
        if payload > 0 { lengths.packet = 40 + payload }
        var next = try header.read(UInt8.self)
        try header.skip(octets: 1)
        record.source = .v6(try header.read())
        record.destination = .v6(try header.read())
        record.ipProtocol = next
        record.known.formUnion([.ipProtocol, .source, .destination])
        var isLaterFragment = false
        var count = 0
        while let units = ExtensionHeader.unit(of: next), count < maximumExtensionHeaders {
            var prefix = try packet.read(octets: 8, as: "IPv6 extension header")
            let kind = next
            next = try prefix.read()
            let length = Int(try prefix.read(UInt8.self))
            if kind == ExtensionHeader.fragment {
                isLaterFragment = try prefix.read(UInt16.self) >> 3 != 0
            } else {
                try packet.skip(octets: units.octets(length) - 8)
            }
            record.ipProtocol = next
            count += 1
            // A later fragment has the payload of the first, not its headers.
            if isLaterFragment { return }
        }
        try readPorts(&packet, &record)
    }

    /// The ports of the transports that begin with them.
    private static func readPorts(
        _ packet: inout WireReader,
        _ record: inout FlowRecord
    ) throws(WireError) {
        switch record.ipProtocol {
        case 6, 17, 33, 132, 136:  // TCP, UDP, DCCP, SCTP, UDP-Lite
            let source = try packet.read(UInt16.self)
            let destination = try packet.read(UInt16.self)
            record.sourcePort = source
            record.destinationPort = destination
            record.known.formUnion([.sourcePort, .destinationPort])
        default: break
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

    /// Whether a VLAN tag follows: 802.1Q, 802.1ad, and what was used before it.
    static func isTag(_ type: UInt16) -> Bool {
        type == 0x8100 || type == 0x88a8 || type == 0x9100 || type == 0x9200
    }
}

/// The IPv6 extension headers that lead to another header (RFC 8200, section 4).
private enum ExtensionHeader {
    static let fragment: UInt8 = 44
    /// Counts its length in 4 octets, less 2, where the others count 8, less 1 (RFC 4302).
    case authentication
    case ordinary

    /// How the header's length is counted; nil when `next` is no extension header.
    static func unit(of next: UInt8) -> ExtensionHeader? {
        switch next {
        case 0, 43, fragment, 60, 135, 139, 140: .ordinary
        case 51: .authentication
        default: nil
        }
    }

    func octets(_ length: Int) -> Int {
        switch self {
        case .authentication: max((length + 2) * 4, 8)
        case .ordinary: (length + 1) * 8
        }
    }
}
