// SPDX-License-Identifier: Apache-2.0

import TestSupport

/// Templates as routers, switches and probes have them, and records for them.
enum Shape {
    typealias Field = TemplateMessage.Field

    /// What a router exports: addresses, next hop, interfaces, counters, times, ports, flags, AS.
    static let ipfix16: [Field] = fields(
        (8, 4),
        (12, 4),
        (15, 4),
        (10, 4),
        (14, 4),
        (2, 4),
        (1, 4),
        (152, 8),
        (153, 8),
        (7, 2),
        (11, 2),
        (6, 1),
        (4, 1),
        (5, 1),
        (16, 4),
        (17, 4)
    )

    /// The same with the uptimes of NetFlow version 9.
    static let netFlow9With16: [Field] = fields(
        (8, 4),
        (12, 4),
        (15, 4),
        (10, 4),
        (14, 4),
        (2, 4),
        (1, 4),
        (22, 4),
        (21, 4),
        (7, 2),
        (11, 2),
        (6, 1),
        (4, 1),
        (5, 1),
        (16, 4),
        (17, 4)
    )

    static let biflow: [Field] =
        fields(
            (8, 4),
            (12, 4),
            (7, 2),
            (11, 2),
            (4, 1),
            (10, 4),
            (14, 4),
            (152, 8),
            (153, 8),
            (1, 8),
            (2, 8)
        ) + [Field(1, 8, enterprise: 29305), Field(2, 8, enterprise: 29305)]

    /// Six shapes: full sizes, reduced sizes, IPv6, layer 2, a value of variable length in two.
    static let mixed: [[Field]] = [
        fields(
            (8, 4),
            (12, 4),
            (15, 4),
            (10, 2),
            (14, 2),
            (1, 4),
            (2, 4),
            (22, 4),
            (21, 4),
            (7, 2),
            (11, 2),
            (4, 1),
            (16, 2),
            (17, 2)
        ),
        fields(
            (27, 16),
            (28, 16),
            (62, 16),
            (1, 5),
            (2, 3),
            (7, 2),
            (11, 2),
            (4, 1),
            (10, 4),
            (14, 4),
            (16, 4),
            (17, 4),
            (152, 8),
            (153, 8)
        ),
        fields(
            (8, 4),
            (12, 4),
            (96, 65535),
            (7, 2),
            (11, 2),
            (4, 1),
            (1, 6),
            (2, 6),
            (10, 3),
            (14, 3),
            (150, 4),
            (151, 4),
            (129, 4),
            (128, 4)
        ),
        fields(
            (56, 6),
            (80, 6),
            (243, 2),
            (256, 2),
            (8, 4),
            (12, 4),
            (4, 1),
            (7, 2),
            (11, 2),
            (1, 8),
            (2, 8),
            (10, 4),
            (14, 4),
            (61, 1)
        ),
        fields(
            (1, 3),
            (2, 2),
            (18, 4),
            (8, 4),
            (12, 4),
            (4, 1),
            (7, 2),
            (11, 2),
            (9, 1),
            (13, 1),
            (16, 4),
            (17, 4),
            (10, 1),
            (14, 1),
            (302, 2),
            (152, 8),
            (153, 8)
        ),
        fields(
            (27, 16),
            (28, 16),
            (4, 1),
            (7, 2),
            (11, 2),
            (1, 4),
            (2, 4),
            (371, 65535),
            (10, 2),
            (14, 2),
            (154, 8),
            (155, 8)
        ),
    ]

    private static func fields(_ fields: (Int, Int)...) -> [Field] {
        fields.map { Field($0.0, $0.1) }
    }

    /// Writes a record of random values that a link could have.
    static func write(_ fields: [Field], _ random: inout SplitMix, to body: inout OctetWriter) {
        for field in fields {
            switch field.id {
            case 152, 153: body.write64(1_700_000_000_000 + random.next() % 1_000)
            case 154, 155: body.write64(0xe900_0000_0000_0000 + random.next() >> 30)
            case 150, 151: body.write32(1_700_000_000)
            case 21, 22: body.write32(90_000)
            case _ where field.length == 65535:
                let length = 4 + Int(random.next() % 12)
                body.write8(UInt8(length))
                body.write([UInt8](repeating: 0x61, count: length))
            case 1, 2: body.write(random.next() & 0xfff, octets: field.length)
            case _ where field.length == 16:
                body.write64(0x2001_0db8_0000_0000)
                body.write64(random.next())
            default: body.write(random.next(), octets: field.length)
            }
        }
    }
}

/// SplitMix64: the same numbers in every run.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
        return mixed ^ mixed >> 31
    }
}
