// SPDX-License-Identifier: Apache-2.0

import Model
import RouteDecoding
import TestSupport

/// Inputs to begin with, as our own encoders send them.
package enum RouteSeeds {
    /// The input number `seed` of a target; short, so that many are run.
    package static func input(_ target: RouteTarget, _ seed: UInt64) -> [UInt8] {
        var random = SeededRandom(seed: seed &* 7_919 &+ 29)
        switch target {
        case .bgpOpen: return Array(open(&random, asn: 64_500).dropFirst(19))
        case .bgpUpdate: return [kind(&random)] + update(&random).dropFirst(19)
        case .bgpKnown:
            let head = [kind(&random), UInt8(truncatingIfNeeded: random.next())]
            return head + UpdateList(&random).octets
        case .bgpStream: return stream(&random)
        case .bmp: return BMPSeeds.input(&random)
        case .mrt: return file(&random)
        }
    }

    private static func kind(_ random: inout SeededRandom) -> UInt8 {
        random.isTrue() ? 0 : UInt8(random.number(below: 32))
    }

    private static func open(_ random: inout SeededRandom, asn: UInt32) -> [UInt8] {
        var open = BGPOpen(
            asn: ASN(rawValue: asn),
            holdTime: random.one(of: [0, 3, 9, 90, 180, 65_535]),
            routerID: 1 + UInt32(truncatingIfNeeded: random.next() >> 33)
        )
        if random.isOne(in: 3) { open.unicastFamilies = [random.one(of: AddressFamily.allCases)] }
        if random.isOne(in: 5) { open.unicastFamilies = [] }
        open.hasRouteRefresh = random.isTrue()
        if random.isTrue() { open.gracefulRestart = nil }
        if asn < 65_536 { open.hasFourOctetASNs = !random.isOne(in: 5) }
        let message = MessageParts.list(open.message)
        guard var body = message.first?.body, random.isOne(in: 2) else { return open.message }
        var list = CapabilityParts.list(Array(body[10...]))
        for _ in 0...random.number(below: 3) { list.append(random.one(of: otherCapabilities)) }
        body = body[..<9] + CapabilityParts.parameters(list, isExtended: random.isOne(in: 4))
        return MessageParts(type: 1, body: body).octets
    }

    /// What others offer besides.
    private static let otherCapabilities = [
        CapabilityParts(code: 1, value: [0, 1, 0, 128]),  // VPN
        CapabilityParts(code: 5, value: [0, 1, 0, 1, 0, 2]),  // RFC 8950
        CapabilityParts(code: 6, value: []),  // RFC 8654
        CapabilityParts(code: 9, value: [3]),  // RFC 9234
        CapabilityParts(code: 64, value: [0xc0, 120, 0, 1, 1, 0x80, 0, 2, 1, 0]),
        CapabilityParts(code: 69, value: [0, 1, 1, 3, 0, 2, 1, 2]),  // RFC 7911
        CapabilityParts(code: 70, value: []),  // RFC 7313
        CapabilityParts(code: 71, value: [0, 1, 1, 0x80, 0, 1, 44]),  // RFC 9494
        CapabilityParts(code: 73, value: [2, 114, 49, 0]),  // host name
    ]

    private static func update(_ random: inout SeededRandom) -> [UInt8] {
        var routes = RandomRoutes(seed: random.next())
        while true {
            let family = random.one(of: AddressFamily.allCases)
            var update = RouteUpdate(time: 0)
            func draw() -> [RouteUpdate.Reachability] {
                (0..<random.number(below: 5)).map { _ in .init(routes.prefix(family)) }
            }
            switch random.number(below: 8) {
            case 0: update.endOfRIB = [family]
            case 1: update.withdrawn = draw()
            default:
                update.announced = draw()
                update.attributes = routes.attributes(family)
            }
            let messages = BGPUpdateEncoder.messages(for: update)
            guard var message = messages.first.flatMap({ MessageParts.list($0).first }) else {
                continue
            }
            if var parts = WireOctets(message.body).update(), random.isOne(in: 3) {
                for _ in 0...random.number(below: 3) {
                    parts.attributes += random.one(of: others).octets
                }
                message.body = parts.octets
            }
            if message.body.count < 400 { return message.octets }
        }
    }

    /// Attributes that our encoder does not write, and families that are skipped.
    private static let others = [
        AttributeParts(flags: 0x40, code: 6, value: []),
        AttributeParts(flags: 0xc0, code: 7, value: [0, 0, 0xfd, 0xe8, 192, 0, 2, 1]),
        AttributeParts(flags: 0xc0, code: 7, value: [0x5b, 0xa0, 192, 0, 2, 1]),
        AttributeParts(flags: 0x80, code: 10, value: [10, 0, 0, 1, 10, 0, 0, 2]),
        AttributeParts(
            flags: 0x80,
            code: 14,
            value: [0, 1, 1, 4, 192, 0, 2, 1, 0, 24, 198, 51, 100]
        ),
        AttributeParts(
            flags: 0x80,
            code: 14,
            value: [0, 1, 1, 16, 0x20, 1, 13, 184] + [UInt8](repeating: 0, count: 11)
                + [1, 0, 24, 198, 51, 100]
        ),
        AttributeParts(flags: 0x80, code: 14, value: [0, 25, 70, 4, 192, 0, 2, 1, 0, 1, 2, 3]),
        AttributeParts(flags: 0x80, code: 15, value: [0, 1, 128, 88, 0, 0, 1]),
        AttributeParts(flags: 0x80, code: 15, value: [0, 2, 1, 32, 0x20, 1, 13, 184]),
        AttributeParts(flags: 0xc0, code: 16, value: [0, 2, 0xfd, 0xe8, 0, 0, 0, 1]),
        AttributeParts(flags: 0xc0, code: 17, value: [2, 2, 0, 1, 0, 1, 0, 1, 0, 2]),
        AttributeParts(flags: 0xc0, code: 18, value: [0, 1, 0, 1, 192, 0, 2, 1]),
        AttributeParts(flags: 0xc0, code: 35, value: [0, 0, 0xfd, 0xe8]),
        AttributeParts(flags: 0xc0, code: 99, value: [1, 2, 3]),
        AttributeParts(flags: 0x40, code: 2, value: [3, 1, 0, 0, 0xfd, 0xe8, 2, 1, 0, 0, 0, 9]),
    ]

    /// Attributes of one message.
    static func attributes(_ random: inout SeededRandom) -> [AttributeParts] {
        let body = WireOctets(Array(update(&random).dropFirst(19)))
        return AttributeParts.list(body.update()?.attributes ?? []) + [random.one(of: others)]
    }

    private static func stream(_ random: inout SeededRandom) -> [UInt8] {
        let isExternal = random.isTrue()
        let keepalive = BGPMessageHeader.keepalive
        var octets: [UInt8] = [isExternal ? 2 : 0, UInt8(truncatingIfNeeded: random.next())]
        octets += open(&random, asn: isExternal ? 64_500 : 64_499)
        octets += keepalive
        for _ in 0..<random.number(below: 4) { octets += update(&random) }
        switch random.number(below: 6) {
        case 0: octets += BGPNotification(.administrativeShutdown, data: [2, 104, 105]).message
        case 1: octets += keepalive
        case 2: octets += BGPMessageHeader.message(.routeRefresh, [0, 1, 0, 1])
        case 3:  // RFC 7313
            octets += BGPMessageHeader.message(.routeRefresh, [0, 1, 1, 1])
            octets += update(&random)
            octets += BGPMessageHeader.message(.routeRefresh, [0, 1, 2, 1])
        default: break
        }
        return octets
    }

    private static func file(_ random: inout SeededRandom) -> [UInt8] {
        random.isOne(in: 3) ? messages(&random) : table(&random)
    }

    private static func table(_ random: inout SeededRandom) -> [UInt8] {
        var routes = RandomRoutes(seed: random.next())
        while true {
            var encoder = MRTTableEncoder(timestamp: 1_700_000_000)
            encoder.begin(view: random.isTrue() ? "" : "edge", peers: routes.sources)
            for _ in 0...random.number(below: 3) {
                let family = random.one(of: AddressFamily.allCases)
                let entries = (0...random.number(below: 2)).map { _ in
                    MRTTableEncoder.Entry(
                        peer: UInt16(random.number(below: 5)),
                        originated: UInt32(truncatingIfNeeded: random.next()),
                        pathIdentifier: random.isOne(in: 4) ? 7 : 0,
                        attributes: routes.attributes(family)
                    )
                }
                encoder.add(routes.prefix(family), entries)
            }
            let octets = encoder.takeRecords()
            if octets.count < 500 { return octets }
        }
    }

    /// Messages as a session's file has them, and an entry of the old form of tables.
    private static func messages(_ random: inout SeededRandom) -> [UInt8] {
        var octets: [UInt8] = []
        for _ in 0...random.number(below: 2) {
            var writer = OctetWriter()
            let isExtended = random.isOne(in: 3)
            if isExtended { writer.write32(UInt32(random.number(below: 1_000_000))) }
            let subtype = random.one(of: [1, 4, 4, 8, 9, 0, 5])
            let isWide = [4, 5, 9].contains(subtype)
            writer.write(64_500, octets: isWide ? 4 : 2)
            writer.write(64_499, octets: isWide ? 4 : 2)
            writer.write16(0)
            let isIPv6 = random.isOne(in: 3)
            writer.write16(isIPv6 ? 2 : 1)
            for _ in 0..<2 { writer.write(address(isIPv6 ? "2001:db8::1" : "192.0.2.1")) }
            if subtype == 0 || subtype == 5 {
                writer.write16(6)
                writer.write16(random.one(of: [1, 6]))
            } else {
                writer.write(update(&random))
            }
            octets += record(isExtended ? 17 : 16, subtype, writer.octets)
        }
        guard random.isOne(in: 3) else { return octets }
        var old = OctetWriter()
        old.write32(1)
        old.write(address("198.51.100.0"))
        old.write16(24 << 8 | 1)
        old.write32(1_700_000_000)
        old.write(address("192.0.2.1"))
        old.write16(64_500)
        let attributes =
            [0x40, 1, 1, 0, 0x40, 2, 4, 2, 1, 0xfb, 0xf4, 0x40, 3, 4, 192, 0, 2, 1] as [UInt8]
        old.write16(attributes.count)
        old.write(attributes)
        return octets + record(12, 1, old.octets)
    }

    private static func record(_ type: UInt16, _ subtype: Int, _ body: [UInt8]) -> [UInt8] {
        RecordParts(timestamp: 1_700_000_000, type: type, subtype: UInt16(subtype), body: body)
            .octets
    }
}
