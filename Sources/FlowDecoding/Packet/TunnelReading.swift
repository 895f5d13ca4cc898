// SPDX-License-Identifier: Apache-2.0

import Model
import Wire

/// Looks into the tunnels that begin in the outermost IP packet, or below its labels.
///
/// # How it works
///
/// The outer packet has been read into the record when a tunnel is looked into. What is inside is
/// read on the side, and only a whole IP header there takes the place of the outer addresses,
/// protocol and ports: a payload that is cut off, encrypted or something else altogether leaves
/// the record as it is, packet by packet. Octets, link addresses and tags are those outside.
///
/// One tunnel is looked into, not a tunnel in it. Later fragments are not, nor is what has a
/// version or flags that its document does not define.
extension SampledHeader {
    private static let udp: UInt8 = 17

    /// Looks into the payload of an IP packet.
    ///
    /// - Parameters:
    ///   - payload: What follows the IP header and its extension headers.
    ///   - ipProtocol: What it is.
    ///   - hasSegments: Whether a segment routing header was among the extension headers.
    ///   - isIPv6: The family of the packet.
    ///   - record: The outer packet, whose addresses are replaced.
    @inline(never)
    func enterTunnel(
        _ payload: WireReader,
        of ipProtocol: UInt8,
        hasSegments: Bool,
        isIPv6: Bool,
        _ record: inout FlowRecord
    ) {
        var payload = payload
        // RFC 8986, section 9: 4 and 41 follow the segments, or stand alone as in RFC 2003, 2473
        // and 4213; 143 is an Ethernet frame, with segments or without.
        let isPlain = tunnels.contains(hasSegments ? .srv6 : .ipip)
        do throws(WireError) {
            switch ipProtocol {
            case 4 where isPlain: take(&payload, .ipv4, &record)
            case 41 where isPlain: take(&payload, .ipv6, &record)
            case 143 where isIPv6 && tunnels.contains(.srv6): take(&payload, .ethernet, &record)
            case 47 where tunnels.contains(.gre): try takeGRE(&payload, &record)
            case Self.udp: try takeUDP(&payload, &record)
            default: break
            }
        } catch {
            // The outer packet stands.
        }
    }

    /// What a tunnel carries.
    private enum Carried {
        case ipv4, ipv6, ethernet, labels
        /// IP of either version, as its first four bits say.
        case ip
    }

    /// Generic Routing Encapsulation, version 0 (RFC 2784, section 2; RFC 2890, section 2).
    private func takeGRE(
        _ payload: inout WireReader,
        _ record: inout FlowRecord
    ) throws(WireError) {
        let head = try payload.read(UInt32.self)
        let flags = head >> 16
        // Bits 1, 4 and 5 are RFC 1701's, and who does not implement it discards the packet.
        guard flags & 0x4c07 == 0 else { return }
        // Checksum, key, sequence number: four octets each.
        let options = flags & (0x8000 | 0x2000 | 0x1000)
        try payload.skip(octets: 4 * options.nonzeroBitCount)
        switch UInt16(truncatingIfNeeded: head) {
        case EtherType.ipv4: take(&payload, .ipv4, &record)
        case EtherType.ipv6: take(&payload, .ipv6, &record)
        case EtherType.mpls, EtherType.mplsMulticast: take(&payload, .labels, &record)
        case EtherType.ethernet: take(&payload, .ethernet, &record)
        default: break
        }
    }

    private func takeUDP(
        _ payload: inout WireReader,
        _ record: inout FlowRecord
    ) throws(WireError) {
        let ports = try payload.read(UInt64.self)
        switch UInt16(truncatingIfNeeded: ports >> 32) {
        case 4789 where tunnels.contains(.vxlan):  // RFC 7348, section 5
            let header = try payload.read(UInt64.self)
            guard header >> 59 & 1 == 1 else { return }  // the network identifier is valid
            take(&payload, .ethernet, &record)
        case 2152 where tunnels.contains(.gtpu): try takeGTP(&payload, &record)
        default: break
        }
    }

    /// The user plane of GTP version 1 (3GPP TS 29.281, section 5).
    private func takeGTP(
        _ payload: inout WireReader,
        _ record: inout FlowRecord
    ) throws(WireError) {
        let header = try payload.read(UInt64.self)
        // Version 1, protocol type 1, and a packet of a user (G-PDU).
        guard header >> 60 == 0b0011, header >> 48 & 0xff == 255 else { return }
        if header >> 56 & 0b111 != 0 {
            // Sequence number, N-PDU number, type of the first extension header.
            let options = try payload.read(UInt32.self)
            var next = header >> 56 & 0b100 != 0 ? UInt8(truncatingIfNeeded: options) : 0
            var count = 0
            while next != 0 {
                let units = Int(try payload.read(UInt8.self))
                guard units > 0, count < 8 else { return }
                try payload.skip(octets: units * 4 - 2)
                next = try payload.read()
                count += 1
            }
        }
        take(&payload, .ip, &record)
    }

    /// An Ethernet frame below MPLS labels (RFC 4448, section 4), with a control word or without.
    ///
    /// A control word begins with four bits of 0 (RFC 4385, section 3), and so do the addresses of
    /// most Ethernet interfaces: what leads to an IP packet decides. There is no IP packet outside,
    /// so that this one's length is that of the outermost.
    mutating func readPseudowire(_ payload: WireReader, _ record: inout FlowRecord) {
        var frame = payload
        guard let first = try? frame.read(UInt32.self) else { return }
        if first >> 28 == 0, takePseudowire(&frame, controlWord: 4, &record) { return }
        frame = payload
        _ = takePseudowire(&frame, controlWord: 0, &record)
    }

    /// Reads a frame below labels; false when it does not lead to an IP packet.
    private mutating func takePseudowire(
        _ frame: inout WireReader,
        controlWord: Int,
        _ record: inout FlowRecord
    ) -> Bool {
        guard let inner = take(&frame, .ethernet, &record) else { return false }
        lengths.packet = inner.packet
        lengths.link += controlWord + inner.link
        lengths.hasPacket = true
        return true
    }

    /// Reads what a tunnel carries; the record changes when that is a whole IP header.
    ///
    /// - Returns: The lengths inside; nil when no IP header was found.
    @discardableResult
    private func take(
        _ payload: inout WireReader,
        _ carried: Carried,
        _ record: inout FlowRecord
    ) -> Lengths? {
        var inner = FlowRecord()
        var header = SampledHeader(tunnels: [])
        do throws(WireError) {
            try header.readCarried(&payload, carried, &inner)
        } catch {
            // Whatever of the inner packet was read counts, if its addresses were.
        }
        guard header.lengths.hasPacket else { return nil }
        Self.replace(&record, by: inner)
        return header.lengths
    }

    private mutating func readCarried(
        _ payload: inout WireReader,
        _ carried: Carried,
        _ record: inout FlowRecord
    ) throws(WireError) {
        switch carried {
        case .ipv4: try readIPv4(&payload, &record)
        case .ipv6: try readIPv6(&payload, &record)
        case .labels: try readLabels(&payload, &record)
        case .ethernet: try readInnerEthernet(&payload, &record)
        case .ip:
            var head = payload
            switch try head.read(UInt8.self) >> 4 {
            case 4: try readIPv4(&payload, &record)
            case 6: try readIPv6(&payload, &record)
            default: break
            }
        }
    }

    /// An Ethernet header inside a tunnel: its addresses and tags say nothing of our link.
    private mutating func readInnerEthernet(
        _ frame: inout WireReader,
        _ record: inout FlowRecord
    ) throws(WireError) {
        try frame.skip(octets: 12)
        var type = try frame.read(UInt16.self)
        lengths.link = 14
        var tags = 0
        while EtherType.isTag(type), tags < Self.maximumTags {
            type = UInt16(truncatingIfNeeded: try frame.read(UInt32.self))
            lengths.link += 4
            tags += 1
        }
        try readPayload(&frame, type, &record)
    }

    /// Puts the addresses, the protocol and the ports of `inner` in place of those of `record`.
    private static func replace(_ record: inout FlowRecord, by inner: FlowRecord) {
        let replaced: FlowRecord.Fields = [
            .source, .destination, .ipProtocol, .sourcePort, .destinationPort,
        ]
        record.source = inner.source
        record.destination = inner.destination
        record.ipProtocol = inner.ipProtocol
        record.sourcePort = inner.sourcePort
        record.destinationPort = inner.destinationPort
        record.known.subtract(replaced)
        record.known.formUnion(inner.known.intersection(replaced))
    }
}
