// SPDX-License-Identifier: Apache-2.0

import Model
import RouteDecoding
import Wire

/// The handlings of errors are a ladder (RFC 7606, section 3 (h)): an attribute more that is wrong
/// never makes a message better, and what is treated as withdrawn is all that was announced.
enum Ladder {
    static func check(
        _ body: WireReader,
        _ outcome: UpdateOutcome,
        _ options: BGPSessionOptions,
        _ choice: UInt64
    ) {
        let rung = rungs[Int(choice % UInt64(rungs.count))]
        guard let changed = adding(rung.attributes, to: body) else { return }
        let reader = WireReader(changed.span, as: "UPDATE")
        let worse = UpdateOutcome(reader, options)
        worse.check(options, octets: changed.count)
        Invariants.require(worse.rank >= outcome.rank, "an error more makes nothing better")
        Invariants.require(worse.rank >= rung.rank, "an error is handled as it must be")
        guard rung.rank == 2, outcome.rank < 2, worse.rank == 2 else { return }
        let before = count(outcome.announced + outcome.withdrawn)
        Invariants.require(
            count(worse.withdrawn) == before,
            "what is treated as withdrawn is what was announced"
        )
    }

    private struct Rung {
        let rank: Int
        let attributes: [UInt8]
    }

    private static let rungs = [
        Rung(rank: 1, attributes: [0xc0, 7, 1, 0]),  // AGGREGATOR of one octet
        Rung(rank: 1, attributes: [0x40, 1, 1, 9]),  // ORIGIN 9, or a second one
        Rung(rank: 1, attributes: [0x40, 6, 0, 0x40, 6, 0]),  // ATOMIC_AGGREGATE twice
        Rung(rank: 2, attributes: [0x40]),  // no attribute is that short
        Rung(rank: 2, attributes: [0xc0, 8, 200, 0]),  // beyond the list
        Rung(rank: 3, attributes: [0x40, 200, 0]),  // well-known, and unknown
        // MP_UNREACH_NLRI twice.
        Rung(rank: 3, attributes: [0x80, 15, 3, 0, 1, 1, 0x80, 15, 3, 0, 1, 1]),
    ]

    /// The message with `octets` at the end of its attributes; nil where they have no end: behind a
    /// length that is wrong nothing is located, nor what is added.
    private static func adding(_ octets: [UInt8], to body: WireReader) -> [UInt8]? {
        var body = body
        var parts = UpdateParts(&body)
        guard let attributes = parts?.attributes, attributes.count + octets.count < 65_000,
            isWhole(attributes)
        else { return nil }
        parts?.attributes += octets
        return parts?.octets
    }

    /// Whether the list ends where its last attribute does.
    private static func isWhole(_ attributes: [UInt8]) -> Bool {
        var position = 0
        while position + 2 < attributes.count {
            let isExtended = attributes[position] & 0x10 != 0
            var length = Int(attributes[position + 2])
            position += 3
            if isExtended {
                guard position < attributes.count else { return false }
                length = length << 8 | Int(attributes[position])
                position += 1
            }
            position += length
        }
        return position == attributes.count
    }

    private static func count(
        _ routes: [RouteUpdate.Reachability]
    ) -> [RouteUpdate.Reachability: Int] {
        Dictionary(routes.map { ($0, 1) }, uniquingKeysWith: +)
    }
}
