// SPDX-License-Identifier: Apache-2.0

import TestSupport
import Wire

/// UPDATEs of one session without their headers, each behind its length.
struct UpdateList {
    var bodies: [[UInt8]] = []

    /// The messages of an input; the last one as far as it goes.
    init(_ reader: inout WireReader) {
        while let length = try? reader.read(UInt16.self),
            let body = reader.octets(min(Int(length), reader.remaining))
        {
            bodies.append(body)
        }
    }

    /// Messages drawn at random, of which several have the same attributes.
    init(_ random: inout SeededRandom) {
        let kinds = (0...random.number(below: 3)).compactMap { _ in
            WireOctets(Array(RouteSeeds.input(.bgpUpdate, random.next()).dropFirst())).update()
        }
        var room = 480
        while var parts = kinds.isEmpty ? nil : random.one(of: kinds) {
            if !parts.announced.isEmpty {
                parts.announced = (0...random.number(below: 3)).flatMap { _ in
                    [16, UInt8(random.number(below: 224)), UInt8(random.number(below: 256))]
                }
            }
            let body = parts.octets
            room -= 2 + body.count
            guard room > 0, bodies.count < 12 else { return }
            bodies.append(body)
        }
    }

    /// Gives a message the attributes of another, as a router does whose routes share them.
    mutating func shareAttributes(_ random: inout SeededRandom) {
        guard !bodies.isEmpty, let other = WireOctets(random.one(of: bodies)).update() else {
            return
        }
        let index = random.number(below: bodies.count)
        guard var parts = WireOctets(bodies[index]).update() else { return }
        parts.attributes = other.attributes
        bodies[index] = parts.octets
    }

    var octets: [UInt8] {
        var octets: [UInt8] = []
        for body in bodies {
            octets.append(half: body.count)
            octets += body
        }
        return octets
    }
}
