// SPDX-License-Identifier: Apache-2.0

/// The first octets of packets drawn at random: link header, tags, labels, IP, tunnels.
package enum RandomPacket {
    /// What the packet begins with (sFlow version 5, `header_protocol`), and its octets.
    package static func draw(_ random: inout SeededRandom) -> (link: Int, octets: [UInt8]) {
        var packet = OctetWriter()
        let link = random.one(of: [1, 1, 1, 1, 7, 11, 12, 13, 14, 2, 9])
        switch link {
        case 1: writeEthernet(&packet, &random, depth: 0)
        case 7, 14:
            if random.isTrue() { packet.write16(0xff03) }
            packet.write16(random.one(of: [0x0021, 0x0057, 0x0281, 0xc021]))
            writeIP(&packet, &random, depth: 0)
        case 13: writeLabels(&packet, &random, depth: 0)
        default: writeIP(&packet, &random, depth: 0)
        }
        return (link, packet.octets)
    }

    private static func writeEthernet(
        _ packet: inout OctetWriter,
        _ random: inout SeededRandom,
        depth: Int
    ) {
        packet.write(random.octets(12))
        for _ in 0..<random.number(below: 4) {
            packet.write16(random.one(of: [0x8100, 0x88a8, 0x9100, 0x9200]))
            packet.write16(random.number(below: 4096))
        }
        if random.isOne(in: 8) {
            packet.write16(random.number(below: 1500))
            packet.write([0xaa, 0xaa, 3, 0, 0, 0])
        }
        switch random.number(below: 6) {
        case 0:
            packet.write16(0x8847)
            writeLabels(&packet, &random, depth: depth)
        case 1:
            packet.write16(0x8864)
            packet.write([0x11, 0, 0, 1, 0, 60])
            packet.write16(random.isTrue() ? 0x0021 : 0x0057)
            writeIP(&packet, &random, depth: depth)
        case 2:
            packet.write16(random.one(of: [0x0806, 0x88e7, 0x22f3, 0xffff]))
            packet.write(random.octets(24))
        default: writeIP(&packet, &random, depth: depth, hasType: true)
        }
    }

    private static func writeLabels(
        _ packet: inout OctetWriter,
        _ random: inout SeededRandom,
        depth: Int
    ) {
        let labels = random.number(below: 12) + 1
        for label in 1...labels {
            packet.write32(UInt32(label) << 12 | (label == labels ? 0x100 : 0) | 64)
        }
        if random.isOne(in: 4), depth < 2 {
            if random.isTrue() { packet.write32(0) }  // control word, RFC 4385
            writeEthernet(&packet, &random, depth: depth + 1)
        } else {
            writeIP(&packet, &random, depth: depth)
        }
    }

    private static func writeIP(
        _ packet: inout OctetWriter,
        _ random: inout SeededRandom,
        depth: Int,
        hasType: Bool = false
    ) {
        let isIPv4 = random.isTrue()
        if hasType { packet.write16(isIPv4 ? 0x0800 : 0x86dd) }
        let inner = depth < 2 ? random.one(of: [0, 0, 4, 41, 47, 4789, 2152]) : 0
        let next = inner == 0 ? random.one(of: [6, 17, 1, 50, 132]) : inner > 255 ? 17 : inner
        if isIPv4 {
            let words = random.isOne(in: 4) ? 5 + random.number(below: 11) : 5
            packet.write8(UInt8(0x40 | words))
            packet.write8(0)
            packet.write16(random.one(of: [0, 40, 1500, 9000]))
            packet.write16(1)
            packet.write16(random.isOne(in: 8) ? random.number(below: 65536) : 0)
            packet.write8(64)
            packet.write8(UInt8(next))
            packet.write(random.octets(10))
            packet.write(random.octets((words - 5) * 4))
        } else {
            let extensions = random.isOne(in: 3) ? random.number(below: 10) : 0
            let kinds = (0..<extensions).map { _ in random.one(of: [0, 43, 44, 51, 60, 135]) }
            packet.write32(0x6000_0000)
            packet.write16(random.one(of: [0, 60, 1460]))
            packet.write8(UInt8(kinds.first ?? next))
            packet.write8(64)
            packet.write(random.octets(32))
            for (index, kind) in kinds.enumerated() {
                let following = index + 1 < kinds.count ? kinds[index + 1] : next
                let units = kind == 44 ? 0 : random.number(below: 3)
                packet.write8(UInt8(following))
                packet.write8(UInt8(units))
                packet.write(random.octets(6 + 8 * units))
            }
        }
        writeTunnel(inner, &packet, &random, depth: depth)
    }

    private static func writeTunnel(
        _ inner: Int,
        _ packet: inout OctetWriter,
        _ random: inout SeededRandom,
        depth: Int
    ) {
        switch inner {
        case 4, 41: writeIP(&packet, &random, depth: depth + 1)
        case 47:  // GRE, RFC 2784 and 2890
            let flags = random.one(of: [0, 0x80, 0x20, 0x10, 0xb0])
            packet.write8(UInt8(flags))
            packet.write8(0)
            packet.write16(random.one(of: [0x0800, 0x86dd, 0x6558, 0x8847, 0x880b]))
            packet.writeZeros(4 * (UInt8(flags).nonzeroBitCount))
            writeIP(&packet, &random, depth: depth + 1)
        case 4789:  // VXLAN, RFC 7348
            writeUDP(4789, &packet)
            packet.write([0x08, 0, 0, 0, 0, 0, 1, 0])
            writeEthernet(&packet, &random, depth: depth + 1)
        case 2152:  // GTP-U, 3GPP TS 29.281
            writeUDP(2152, &packet)
            let hasExtension = random.isTrue()
            packet.write([hasExtension ? 0x34 : 0x30, 255, 0, 60, 0, 0, 0, 1])
            if hasExtension { packet.write([0, 0, 0, 0x85, 1, 0, 0, 0]) }
            writeIP(&packet, &random, depth: depth + 1)
        default: packet.write(random.octets(random.number(below: 24)))
        }
    }

    private static func writeUDP(_ port: Int, _ packet: inout OctetWriter) {
        packet.write16(50_000)
        packet.write16(port)
        packet.write16(100)
        packet.write16(0)
    }
}
