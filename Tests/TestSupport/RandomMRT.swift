// SPDX-License-Identifier: Apache-2.0

import Model

/// MRT records drawn at random, of every kind that holds routes, with all that may be in them; well
/// formed, and written by none of the code that is tested.
package struct RandomMRT {
    private var random: SeededRandom
    private var octets = OctetWriter()
    private var time: UInt32 = 1_700_000_000

    package init(seed: UInt64) { random = SeededRandom(seed: seed) }

    /// What a file holds.
    package enum Kind: CaseIterable, Sendable {
        case table, oldTable, session

        package var isTable: Bool { self != .session }
    }

    /// The octets of a file with `count` records.
    package mutating func file(of kind: Kind, count: Int) -> [UInt8] {
        octets = OctetWriter()
        let peers = (0..<7).map { _ in peer() }
        if kind == .table { writeIndex(peers) }
        for number in 0..<count {
            time += UInt32(random.number(below: 3))
            switch kind {
            case .table: writeRIB(peers, number)
            case .oldTable: writeOldRoute(random.one(of: peers))
            case .session: writeSession(random.one(of: peers))
            }
        }
        return octets.octets
    }

    private struct Peer {
        var address: IPAddress
        var asn: UInt32
    }

    private mutating func peer() -> Peer {
        Peer(address: address(random.isTrue()), asn: asn(isShort: random.isTrue()))
    }

    private mutating func asn(isShort: Bool) -> UInt32 {
        UInt32(random.number(below: isShort ? 60_000 : 4_000_000_000) + 1)
    }

    private mutating func address(_ isIPv4: Bool) -> IPAddress {
        let word = UInt32(truncatingIfNeeded: random.next())
        return isIPv4
            ? .v4(word >> 2 | 1 << 24)
            : .v6(0x2001_0db8 << 96 | UInt128(word) << 64 | UInt128(random.number(octets: 8)))
    }

    // MARK: - Records

    private mutating func record(_ type: Int, _ subtype: Int, _ body: OctetWriter) {
        octets.write32(time)
        octets.write16(type)
        octets.write16(subtype)
        octets.write32(UInt32(body.octets.count))
        octets.write(body.octets)
    }

    private mutating func writeIndex(_ peers: [Peer]) {
        var body = OctetWriter()
        body.write32(0xc000_0201)
        body.write16(3)
        body.write(Array("abc".utf8))
        body.write16(peers.count)
        for peer in peers {
            let isShort = peer.asn <= 65_535 && random.isTrue()
            body.write8((peer.address.family == .ipv6 ? 1 : 0) | (isShort ? 0 : 2))
            body.write32(0x0a00_0001)
            body.write(peer.address)
            body.write(UInt64(peer.asn), octets: isShort ? 2 : 4)
        }
        record(13, 1, body)
    }

    private mutating func writeRIB(_ peers: [Peer], _ number: Int) {
        let isIPv4 = random.isTrue()
        let hasIdentifiers = random.isTrue()
        var body = OctetWriter()
        body.write32(UInt32(number))
        body.write(prefix(isIPv4))
        let count = random.number(below: 4)
        body.write16(count)
        for _ in 0..<count {
            body.write16(random.number(below: peers.count))
            body.write32(time - 100)
            if hasIdentifiers { body.write32(1 + UInt32(random.number(below: 9))) }
            var list = attributes(hasFourOctets: true)
            list.write(isIPv4 ? nextHop(isIPv4) : attribute(14, 0x80, bareNextHop()))
            body.write16(list.octets.count)
            body.write(list.octets)
        }
        record(13, (isIPv4 ? 2 : 4) + (hasIdentifiers ? 6 : 0), body)
    }

    private mutating func writeOldRoute(_ peer: Peer) {
        let isIPv4 = peer.address.family == .ipv4
        var body = OctetWriter()
        body.write32(0)
        let length = random.number(below: isIPv4 ? 25 : 65) + 8
        body.write(IPPrefix(address(isIPv4), length: UInt8(length)).address)
        body.write8(UInt8(length))
        body.write8(1)
        body.write32(time - 100)
        body.write(peer.address)
        body.write16(Int(peer.asn & 0x7fff) + 1)
        var list = attributes(hasFourOctets: false)
        list.write(isIPv4 ? nextHop(true) : attribute(14, 0x80, bareNextHop()))
        body.write16(list.octets.count)
        body.write(list.octets)
        record(12, isIPv4 ? 1 : 2, body)
    }

    private mutating func writeSession(_ peer: Peer) {
        let hasFourOctets = peer.asn > 65_535 || random.isTrue()
        let isExtended = random.isTrue()
        let hasIdentifiers = random.isOne(in: 3)
        var body = OctetWriter()
        if isExtended { body.write32(UInt32(random.number(below: 1_000_000))) }
        body.write(UInt64(peer.asn), octets: hasFourOctets ? 4 : 2)
        body.write(64_500, octets: hasFourOctets ? 4 : 2)
        body.write16(0)
        let isIPv4 = peer.address.family == .ipv4
        body.write16(isIPv4 ? 1 : 2)
        body.write(peer.address)
        body.write(address(isIPv4))
        let type = isExtended ? 17 : 16
        if random.isOne(in: 10) {
            body.write16(random.number(below: 6) + 1)
            body.write16(random.number(below: 6) + 1)
            return record(type, hasFourOctets ? 5 : 0, body)
        }
        let message = random.isOne(in: 10) ? [] : update(hasFourOctets, hasIdentifiers)
        body.write([UInt8](repeating: 0xff, count: 16))
        body.write16(19 + message.count)
        body.write8(message.isEmpty ? 4 : 2)
        body.write(message)
        record(type, (hasFourOctets ? 4 : 1) + (hasIdentifiers ? hasFourOctets ? 5 : 7 : 0), body)
    }

    // MARK: - Messages

    private mutating func update(_ hasFourOctets: Bool, _ hasIdentifiers: Bool) -> [UInt8] {
        var withdrawn = OctetWriter()
        var announced = OctetWriter()
        var list = OctetWriter()
        if random.isOne(in: 3) { withdrawn = prefixes(true, hasIdentifiers) }
        let kind = random.number(below: 4)
        if kind > 0 { list = attributes(hasFourOctets: hasFourOctets) }
        if kind & 1 != 0 {
            list.write(nextHop(true))
            announced = prefixes(true, hasIdentifiers)
        }
        if kind & 2 != 0 {
            var value = OctetWriter()
            value.write([0, 2, 1])
            let hasLinkLocal = random.isTrue()
            value.write8(hasLinkLocal ? 32 : 16)
            value.write(address(false))
            if hasLinkLocal { value.write(.v6(0xfe80 << 112 | 1)) }
            value.write8(0)
            value.write(prefixes(false, hasIdentifiers).octets)
            list.write(attribute(14, 0x80, value.octets))
        }
        if random.isOne(in: 3) {
            list.write(attribute(15, 0x80, [0, 2, 1] + prefixes(false, hasIdentifiers).octets))
        }
        var body = OctetWriter()
        body.write16(withdrawn.octets.count)
        body.write(withdrawn.octets)
        body.write16(list.octets.count)
        body.write(list.octets)
        body.write(announced.octets)
        return body.octets
    }

    private mutating func prefixes(_ isIPv4: Bool, _ hasIdentifiers: Bool) -> OctetWriter {
        var octets = OctetWriter()
        for _ in 0...random.number(below: 5) {
            if hasIdentifiers { octets.write32(1 + UInt32(random.number(below: 9))) }
            octets.write(prefix(isIPv4))
        }
        return octets
    }

    private mutating func prefix(_ isIPv4: Bool) -> [UInt8] {
        let length = random.number(below: isIPv4 ? 33 : 129)
        var octets = OctetWriter()
        octets.write(IPPrefix(address(isIPv4), length: UInt8(length)).address)
        return [UInt8(length)] + octets.octets.prefix((length + 7) / 8)
    }

    // MARK: - Attributes

    /// All but the next hop.
    private mutating func attributes(hasFourOctets: Bool) -> OctetWriter {
        var list = OctetWriter()
        list.write(attribute(1, 0x40, [UInt8(random.number(below: 3))]))
        let members = random.number(below: 7)
        var path = OctetWriter()
        if members > 0 { path.write([2, UInt8(members)]) }
        for _ in 0..<members {
            path.write(UInt64(asn(isShort: !hasFourOctets)), octets: hasFourOctets ? 4 : 2)
        }
        if random.isOne(in: 8) {
            path.write([1, 2])
            for _ in 0..<2 { path.write(UInt64(asn(isShort: true)), octets: hasFourOctets ? 4 : 2) }
        }
        list.write(attribute(2, 0x40, path.octets))
        if random.isTrue() { list.write(attribute(4, 0x80, random.octets(4))) }
        if random.isTrue() { list.write(attribute(5, 0x40, random.octets(4))) }
        if random.isOne(in: 8) { list.write(attribute(6, 0x40, [])) }
        if random.isOne(in: 8) {
            list.write(attribute(7, 0xc0, [0, 9] + random.octets(hasFourOctets ? 6 : 4)))
        }
        if random.isTrue() { list.write(communities()) }
        if random.isOne(in: 8) { list.write(attribute(9, 0x80, random.octets(4))) }
        if random.isOne(in: 8) { list.write(attribute(10, 0x80, random.octets(8))) }
        if random.isOne(in: 4) { list.write(attribute(16, 0xc0, [0, 2] + random.octets(6))) }
        if random.isOne(in: 4) { list.write(attribute(32, 0xc0, random.octets(24))) }
        return list
    }

    private mutating func communities() -> [UInt8] {
        let count = random.isOne(in: 20) ? 100 : random.number(below: 6) + 1
        var value = OctetWriter()
        for _ in 0..<count {
            value.write16(random.number(below: 65_000))
            value.write16(random.number(below: 65_536))
        }
        return attribute(8, 0xc0, value.octets)
    }

    private mutating func nextHop(_ isIPv4: Bool) -> [UInt8] {
        var value = OctetWriter()
        value.write(address(isIPv4))
        return attribute(3, 0x40, value.octets)
    }

    private mutating func bareNextHop() -> [UInt8] {
        var value = OctetWriter()
        value.write8(16)
        value.write(address(false))
        return value.octets
    }

    private func attribute(_ code: UInt8, _ flags: UInt8, _ value: [UInt8]) -> [UInt8] {
        let count = value.count
        return count > 255
            ? [flags | 0x10, code, UInt8(count >> 8), UInt8(count & 255)] + value
            : [flags, code, UInt8(count)] + value
    }
}
