// SPDX-License-Identifier: Apache-2.0

package import Model

/// BMP messages as a router sends them (RFC 7854).
package enum BMPEncoder {
    /// What stands in a per-peer header (section 4.2).
    package struct Peer: Sendable {
        package var kind: UInt8 = 0
        package var flags: UInt8 = 0
        package var distinguisher: UInt64 = 0
        package var address: IPAddress
        package var asn: UInt32 = 64_510
        package var routerID: UInt32 = 0xc000_0209
        /// In seconds and microseconds since 1970-01-01 00:00 UTC.
        package var seconds: UInt32 = 0
        package var microseconds: UInt32 = 0

        package init(_ address: IPAddress = .v4(0xc000_0209)) { self.address = address }

        /// The same with other flags: L (after policy) 0x40, A 0x20, O 0x10.
        package func with(flags: UInt8) -> Peer {
            var peer = self
            peer.flags = flags
            return peer
        }

        /// The Loc-RIB of the router with that identifier (RFC 9069).
        package static func locRIB(routerID: UInt32 = 0xc000_0201) -> Peer {
            var peer = Peer(.v4(0))
            (peer.kind, peer.routerID, peer.asn) = (3, routerID, 64_500)
            return peer
        }

        package var octets: [UInt8] {
            var writer = OctetWriter()
            writer.write8(kind)
            let isIPv6 = address.family == .ipv6
            writer.write8(isIPv6 ? flags | 0x80 : flags)
            writer.write64(distinguisher)
            if !isIPv6 { writer.writeZeros(12) }
            writer.write(address)
            writer.write32(asn)
            writer.write32(routerID)
            writer.write32(seconds)
            writer.write32(microseconds)
            return writer.octets
        }
    }

    package static func message(_ type: UInt8, _ body: [UInt8], version: UInt8 = 3) -> [UInt8] {
        var writer = OctetWriter()
        writer.write8(version)
        writer.write32(UInt32(6 + body.count))
        writer.write8(type)
        writer.write(body)
        return writer.octets
    }

    package static func information(_ type: Int, _ value: [UInt8]) -> [UInt8] {
        var writer = OctetWriter()
        writer.write16(type)
        writer.write16(value.count)
        writer.write(value)
        return writer.octets
    }

    /// Initiation (section 4.3).
    package static func initiation(_ name: String, _ description: String = "a router") -> [UInt8] {
        message(4, information(1, Array(description.utf8)) + information(2, Array(name.utf8)))
    }

    /// Termination (section 4.5).
    package static func termination(_ reason: UInt8) -> [UInt8] {
        message(5, information(1, [0, reason]))
    }

    package static func routeMonitoring(_ peer: Peer, _ update: [UInt8]) -> [UInt8] {
        message(0, peer.octets + update)
    }

    package static func peerDown(
        _ peer: Peer,
        _ reason: UInt8 = 4,
        _ data: [UInt8] = []
    ) -> [UInt8] {
        message(2, peer.octets + [reason] + data)
    }

    /// Peer Up (section 4.10).
    package static func peerUp(
        _ peer: Peer,
        sent: [UInt8] = open(64_500),
        received: [UInt8] = open(64_510),
        remotePort: Int = 40_000
    ) -> [UInt8] {
        var writer = OctetWriter()
        writer.write(peer.octets)
        writer.writeZeros(16)
        writer.write16(179)
        writer.write16(remotePort)
        writer.write(sent + received)
        return message(3, writer.octets)
    }

    /// An OPEN of BGP (RFC 4271, section 4.2) with four-octet AS numbers and both families.
    ///
    /// `addPath` is Send/Receive of ADD-PATH (RFC 7911) for both families; 0 for none.
    package static func open(
        _ asn: UInt32,
        addPath: UInt8 = 0,
        families: [UInt8] = [1, 2]
    ) -> [UInt8] {
        var capabilities: [UInt8] = families.flatMap { [1, 4, 0, $0, 0, 1] }
        capabilities += [65, 4] + (0..<4).map { UInt8(truncatingIfNeeded: asn >> (24 - 8 * $0)) }
        if addPath != 0 { capabilities += [69, 8, 0, 1, 1, addPath, 0, 2, 1, addPath] }
        var writer = OctetWriter()
        writer.write([UInt8](repeating: 0xff, count: 16))
        writer.write16(29 + 2 + capabilities.count)
        writer.write8(1)
        writer.write8(4)
        writer.write16(asn > 65_535 ? 23_456 : Int(asn))
        writer.write16(90)
        writer.write32(0xc000_0209)
        writer.write8(UInt8(2 + capabilities.count))
        writer.write([2, UInt8(capabilities.count)] + capabilities)
        return writer.octets
    }

    /// An UPDATE of BGP (RFC 4271, section 4.3), its prefixes as they stand on the wire.
    package static func update(
        withdrawn: [UInt8] = [],
        attributes: [UInt8] = [],
        announced: [UInt8] = []
    ) -> [UInt8] {
        var writer = OctetWriter()
        writer.write([UInt8](repeating: 0xff, count: 16))
        writer.write16(23 + withdrawn.count + attributes.count + announced.count)
        writer.write8(2)
        writer.write16(withdrawn.count)
        writer.write(withdrawn)
        writer.write16(attributes.count)
        writer.write(attributes + announced)
        return writer.octets
    }

    /// ORIGIN, AS_PATH of one AS, NEXT_HOP.
    package static func attributes(_ asn: UInt32 = 64_510, hop: UInt32 = 0xc000_0209) -> [UInt8] {
        var writer = OctetWriter()
        writer.write([0x40, 1, 1, 0, 0x40, 2, 6, 2, 1])
        writer.write32(asn)
        writer.write([0x40, 3, 4])
        writer.write32(hop)
        return writer.octets
    }

    /// An UPDATE that announces IPv4 prefixes: `[24, 198, 18, 1]`.
    package static func announcement(_ prefixes: [UInt8]...) -> [UInt8] {
        update(attributes: attributes(), announced: prefixes.flatMap { $0 })
    }

    /// End-of-RIB of IPv4 and of IPv6 (RFC 4724, section 2).
    package static let endOfRIB = [update(), update(attributes: [0x80, 15, 3, 0, 2, 1])]
}
