// SPDX-License-Identifier: Apache-2.0

import TestSupport

/// What a router tells by BMP, to begin with.
enum BMPSeeds {
    /// Kinds of tables, a number that draws the pieces, and messages.
    static func input(_ random: inout SeededRandom) -> [UInt8] {
        var octets: [UInt8] = [
            random.isOne(in: 4) ? UInt8(random.number(below: 64)) : 0,
            UInt8(truncatingIfNeeded: random.next()),
        ]
        if random.isTrue() { octets += BMPParts(type: 4, body: initiation).octets }
        let peers = (0...random.number(below: 2)).map { _ in peer(&random) }
        for peer in peers where !random.isOne(in: 5) { octets += up(peer, &random).octets }
        for _ in 0..<random.number(below: 4) {
            octets += told(of: random.one(of: peers), &random).octets
            guard octets.count < 420 else { break }
        }
        if random.isOne(in: 6) { octets += BMPParts(type: 5, body: [0, 1, 0, 2, 0, 1]).octets }
        return octets
    }

    /// sysDescr "x" and sysName "edge".
    private static let initiation: [UInt8] = [0, 1, 0, 1, 120, 0, 2, 0, 4, 101, 100, 103, 101]

    /// A per-peer header (RFC 7854, section 4.2).
    private static func peer(_ random: inout SeededRandom) -> [UInt8] {
        var writer = OctetWriter()
        let kind = random.one(of: [0, 0, 0, 1, 2, 3])
        writer.write8(UInt8(kind))
        writer.write8(random.one(of: [0, 0, 0x40, 0x10, 0x20, 0x50]))
        writer.write64(kind == 1 ? 0x0001_c000_0201_0001 : 0)
        writer.writeZeros(12)
        if kind == 3 { writer.write32(0) } else { writer.write(address("192.0.2.9")) }
        writer.write32(random.isTrue() ? 64_500 : 4_200_000_000)
        writer.write32(0xc000_0209)
        writer.write32(1_699_999_990)
        writer.write32(0)
        return writer.octets
    }

    private static func up(_ peer: [UInt8], _ random: inout SeededRandom) -> BMPParts {
        var writer = OctetWriter()
        writer.write(peer)
        writer.writeZeros(12)
        writer.write(address("192.0.2.1"))
        writer.write16(179)
        writer.write16(50_000)
        for _ in 0..<2 {
            let body = RouteSeeds.input(.bgpOpen, random.next())
            writer.write(MessageParts(type: 1, body: body).octets)
        }
        return BMPParts(type: 3, body: writer.octets)
    }

    private static func told(of peer: [UInt8], _ random: inout SeededRandom) -> BMPParts {
        switch random.number(below: 8) {
        case 0: return BMPParts(type: 2, body: peer + [UInt8(random.one(of: [2, 4, 5])), 0, 1])
        case 1: return BMPParts(type: 1, body: peer + [0, 0, 0, 1, 0, 7, 0, 4, 0, 0, 0, 9])
        case 2: return BMPParts(type: 6, body: peer + [0, 1, 0, 2, 0, 0])
        default:
            var told = peer
            // Of some routers other tables too.
            if random.isOne(in: 4) { told[1] ^= random.one(of: [0x40, 0x10]) }
            let update = RouteSeeds.input(.bgpUpdate, random.next()).dropFirst()
            return BMPParts(type: 0, body: told + MessageParts(type: 2, body: Array(update)).octets)
        }
    }
}

/// A message of BMP; put together again its length is right.
struct BMPParts {
    var type: UInt8
    var body: [UInt8]

    /// The messages of a stream, up to where they are no more.
    static func list(_ octets: [UInt8]) -> [BMPParts] {
        var place = 0
        var list: [BMPParts] = []
        while place + 6 <= octets.count {
            let length = octets[(place + 1)..<(place + 5)].reduce(0) { $0 << 8 | Int($1) }
            let end = min(max(place + length, place + 6), octets.count)
            list.append(BMPParts(type: octets[place + 5], body: Array(octets[(place + 6)..<end])))
            place = end
        }
        return list
    }

    var octets: [UInt8] {
        var octets: [UInt8] = [3]
        octets.append(half: (body.count + 6) >> 16)
        octets.append(half: body.count + 6)
        octets.append(type)
        return octets + body
    }
}
