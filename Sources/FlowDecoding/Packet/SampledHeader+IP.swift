// SPDX-License-Identifier: Apache-2.0

import Model
import Wire

/// The outermost IP packet of a sampled packet, and the ports of its transport.
extension SampledHeader {
    private static let maximumExtensionHeaders = 8

    /// An IPv4 header (RFC 791, section 3.1), all of it or nothing.
    @inline(__always)
    mutating func readIPv4(
        _ packet: inout WireReader,
        _ record: inout FlowRecord
    ) throws(WireError) {
        let header = try packet.block(20)
        let first = header.read(UInt8.self, at: 0)
        guard first >> 4 == 4, first & 0xf >= 5 else { throw packet.failure(.malformed) }
        lengths.packet = Int(header.read(UInt16.self, at: 2))
        lengths.hasPacket = true
        let ipProtocol = header.read(UInt8.self, at: 9)
        record.ipProtocol = ipProtocol
        record.source = .v4(header.read(at: 12))
        record.destination = .v4(header.read(at: 16))
        record.known.formUnion([.ipProtocol, .source, .destination])
        let options = Int(first & 0xf) * 4 - 20
        if options > 0 { try packet.skip(octets: options) }
        // A later fragment has the payload of the first, not its headers.
        guard header.read(UInt16.self, at: 6) & 0x1fff == 0 else { return }
        if tunnels.isEmpty {
            try readPorts(&packet, &record)
        } else {
            let payload = packet
            try? readPorts(&packet, &record)
            enterTunnel(payload, of: ipProtocol, hasSegments: false, isIPv6: false, &record)
        }
    }

    /// An IPv6 header (RFC 8200, section 3), all of it or nothing, and its extension headers.
    ///
    /// The protocol is that after them; it stays unknown when they go on past the captured octets.
    @inline(__always)
    mutating func readIPv6(
        _ packet: inout WireReader,
        _ record: inout FlowRecord
    ) throws(WireError) {
        let header = try packet.block(40)
        guard header.read(UInt8.self, at: 0) >> 4 == 6 else { throw packet.failure(.malformed) }
        let payload = Int(header.read(UInt16.self, at: 4))
        if payload > 0 { lengths.packet = 40 + payload }
        lengths.hasPacket = true
        record.source = .v6(header.read(at: 8))
        record.destination = .v6(header.read(at: 24))
        record.known.formUnion([.source, .destination])
        var next = header.read(UInt8.self, at: 6)
        var chain = ExtensionHeaders()
        if ExtensionHeaders.unit(of: next) != nil {
            next = try chain.read(&packet, from: next, limit: Self.maximumExtensionHeaders)
            guard ExtensionHeaders.unit(of: next) == nil else { return }
        }
        record.ipProtocol = next
        record.known.insert(.ipProtocol)
        guard !chain.isLaterFragment else { return }
        if tunnels.isEmpty {
            try readPorts(&packet, &record)
        } else {
            let payload = packet
            try? readPorts(&packet, &record)
            enterTunnel(
                payload,
                of: next,
                hasSegments: chain.hasSegments,
                isIPv6: true,
                &record
            )
        }
    }

    /// The ports of the transports that begin with them.
    @inline(__always)
    private func readPorts(
        _ packet: inout WireReader,
        _ record: inout FlowRecord
    ) throws(WireError) {
        switch record.ipProtocol {
        case 6, 17, 33, 132, 136:  // TCP, UDP, DCCP, SCTP, UDP-Lite
            let ports = try packet.block(4)
            record.sourcePort = ports.read(at: 0)
            record.destinationPort = ports.read(at: 2)
            record.known.formUnion([.sourcePort, .destinationPort])
        default: break
        }
    }
}

/// The IPv6 extension headers that lead to another header (RFC 8200, section 4), and what they say
/// of the packet.
struct ExtensionHeaders {
    private static let routing: UInt8 = 43
    private static let fragment: UInt8 = 44
    /// The type of routing header that holds segments (RFC 8754, section 2).
    private static let segmentRouting: UInt64 = 4

    private(set) var isLaterFragment = false
    private(set) var hasSegments = false

    enum Unit {
        /// Counts its length in 4 octets, less 2, where the others count 8, less 1 (RFC 4302).
        case authentication
        case ordinary
    }

    /// How the header's length is counted; nil when `next` is no extension header.
    @inline(__always)
    static func unit(of next: UInt8) -> Unit? {
        switch next {
        case 0, routing, fragment, 60, 135, 139, 140: .ordinary
        case 51: .authentication
        default: nil
        }
    }

    /// Passes over the headers from `next` on, `limit` of them at most.
    ///
    /// - Returns: What follows: of a later fragment what the whole packet has there, of too many
    ///   headers the one that was not read.
    mutating func read(
        _ packet: inout WireReader,
        from next: UInt8,
        limit: Int
    ) throws(WireError) -> UInt8 {
        var next = next
        var count = 0
        while let unit = Self.unit(of: next), count < limit {
            let kind = next
            let header = try packet.read(UInt64.self)
            next = UInt8(truncatingIfNeeded: header >> 56)
            let length = Int(header >> 48 & 0xff)
            count += 1
            switch unit {
            case .ordinary where kind == Self.fragment:
                if header >> 35 & 0x1fff != 0 {
                    isLaterFragment = true
                    return next
                }
            case .ordinary:
                if kind == Self.routing, header >> 40 & 0xff == Self.segmentRouting {
                    hasSegments = true
                }
                try packet.skip(octets: length * 8)
            case .authentication: try packet.skip(octets: length * 4)
            }
        }
        return next
    }
}
