// SPDX-License-Identifier: Apache-2.0

import Model

/// IANA protocol numbers we tell apart.
enum IPProtocol {
    static let hopByHopOptions: UInt8 = 0
    static let tcp: UInt8 = 6
    static let udp: UInt8 = 17
    static let routing: UInt8 = 43
    static let fragment: UInt8 = 44
    static let authentication: UInt8 = 51
    static let destinationOptions: UInt8 = 60
    static let sctp: UInt8 = 132
    static let mobility: UInt8 = 135
    static let hostIdentity: UInt8 = 139
    static let shim6: UInt8 = 140
}

/// The header of an IPv4 (RFC 791) or IPv6 (RFC 8200) packet, and what it carries.
struct IPPacket {
    let source: IPAddress
    let destination: IPAddress
    /// Protocol of `payload`, after IPv6 extension headers; that of the whole for a fragment.
    private(set) var upperLayer: UInt8
    /// Which part of a larger packet this is; nil for a whole one.
    private(set) var fragment: Fragment?
    /// What was captured of what the packet carries, without padding of the frame.
    private(set) var payload: PacketOctets
    /// Whether less was captured than was sent.
    private(set) var isCut = false

    /// The place of a fragment in its packet.
    struct Fragment {
        let identification: UInt32
        /// From the start of the fragmented part, in octets.
        let offset: Int
        let isLast: Bool

        /// Nil for a fragment that is the whole packet (RFC 8200, section 4.5; RFC 6946).
        init?(identification: UInt32, eighths: UInt16, isLast: Bool) {
            guard eighths > 0 || !isLast else { return nil }
            self.identification = identification
            offset = Int(eighths) * 8
            self.isLast = isLast
        }
    }

    /// More extension headers than this are an attack, not a packet of an exporter.
    private static let maximumExtensionHeaders = 8

    /// Reads the headers; nil when they are not whole or not of IP.
    init?(_ octets: PacketOctets) {
        guard let first = octets.first else { return nil }
        switch first >> 4 {
        case 4: self.init(version4: octets)
        case 6: self.init(version6: octets)
        default: return nil
        }
    }

    /// The packet that the fragments of `first` make together; nil when its headers are not whole.
    init?(reassembled payload: [UInt8], like first: IPPacket, upperLayer: UInt8) {
        source = first.source
        destination = first.destination
        self.upperLayer = upperLayer
        self.payload = PacketOctets(payload)
        if source.family == .ipv6 {
            // A fragment inside a whole made of fragments is none an exporter sends.
            guard removeExtensionHeaders(), fragment == nil else { return nil }
        }
    }

    /// Whether the whole can turn out to be a UDP datagram.
    var mayCarryUDP: Bool {
        upperLayer == IPProtocol.udp
            || (source.family == .ipv6 && Self.isExtensionHeader(upperLayer))
    }

    private init?(version4 octets: PacketOctets) {
        var header = octets
        guard let first = header.read(UInt8.self), header.skip(1),
            let totalLength = header.read(UInt16.self),
            let identification = header.read(UInt16.self),
            let flags = header.read(UInt16.self), header.skip(1),
            let upperLayer = header.read(UInt8.self), header.skip(2),
            let source = header.read(UInt32.self),
            let destination = header.read(UInt32.self)
        else { return nil }
        let headerLength = Int(first & 0xf) * 4
        guard header.skip(headerLength - 20) else { return nil }
        // Zero is what a host writes that leaves cutting to its network card.
        let length = totalLength == 0 ? octets.count : Int(totalLength)
        guard length >= headerLength else { return nil }
        isCut = octets.count < length
        header.cut(to: length - headerLength)
        self.source = .v4(source)
        self.destination = .v4(destination)
        self.upperLayer = upperLayer
        payload = header
        fragment = Fragment(
            identification: UInt32(identification),
            eighths: flags & 0x1fff,
            isLast: flags & 0x2000 == 0
        )
    }

    private init?(version6 octets: PacketOctets) {
        var header = octets
        guard header.skip(4),
            let payloadLength = header.read(UInt16.self),
            let nextHeader = header.read(UInt8.self), header.skip(1),
            let source = header.read(UInt128.self),
            let destination = header.read(UInt128.self)
        else { return nil }
        // Zero is what a host writes that leaves cutting to its network card.
        let length = payloadLength == 0 ? header.count : Int(payloadLength)
        isCut = header.count < length
        header.cut(to: length)
        self.source = .v6(source)
        self.destination = .v6(destination)
        upperLayer = nextHeader
        payload = header
        guard removeExtensionHeaders() else { return nil }
    }

    /// Moves past extension headers, up to a fragment's own; false when one is not whole.
    private mutating func removeExtensionHeaders() -> Bool {
        for _ in 0...Self.maximumExtensionHeaders {
            guard Self.isExtensionHeader(upperLayer), fragment == nil else { return true }
            guard let next = payload.read(UInt8.self), let length = payload.read(UInt8.self) else {
                return false
            }
            let wasThere =
                switch upperLayer {
                case IPProtocol.fragment: readFragmentHeader()
                // In units of 4 octets, less 2 (RFC 4302, section 2.2).
                case IPProtocol.authentication: payload.skip(Int(length) * 4 + 6)
                // In units of 8 octets, less the first (RFC 8200, section 4.3).
                default: payload.skip(Int(length) * 8 + 6)
                }
            guard wasThere else { return false }
            upperLayer = next
        }
        return false
    }

    /// Reads what follows the first two octets of a fragment header (RFC 8200, section 4.5).
    private mutating func readFragmentHeader() -> Bool {
        guard let place = payload.read(UInt16.self),
            let identification = payload.read(UInt32.self)
        else { return false }
        fragment = Fragment(
            identification: identification,
            eighths: place >> 3,
            isLast: place & 1 == 0
        )
        return true
    }

    private static func isExtensionHeader(_ number: UInt8) -> Bool {
        switch number {
        case IPProtocol.hopByHopOptions, IPProtocol.routing, IPProtocol.fragment,
            IPProtocol.authentication, IPProtocol.destinationOptions, IPProtocol.mobility,
            IPProtocol.hostIdentity, IPProtocol.shim6:
            true
        default:
            false
        }
    }
}
