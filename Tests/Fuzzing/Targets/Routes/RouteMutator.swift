// SPDX-License-Identifier: Apache-2.0

import TestSupport

/// Changes inputs of the route side where it hurts.
///
/// Whole attributes, capabilities, messages and records come, go and change places, and their
/// values change, with the lengths around them put right again; sometimes a length is wrong. The
/// rest is libFuzzer's own.
package struct RouteMutator: Sendable {
    package typealias Mutate = (inout [UInt8], Int) -> Void

    private let target: RouteTarget
    /// The values at which lengths and counts go wrong.
    private static let edges: [UInt8] = [
        0, 1, 2, 3, 4, 5, 7, 8, 12, 16, 19, 32, 33, 64, 128, 129, 255,
    ]

    package init(_ target: RouteTarget) { self.target = target }

    /// A changed input of at most `limit` octets; `mutate` is libFuzzer's, which changes octets up
    /// to a limit in any way.
    package func mutate(
        _ input: [UInt8],
        limit: Int,
        seed: UInt64,
        by mutate: Mutate
    ) -> [UInt8] {
        var random = SeededRandom(seed: seed)
        var octets = input
        if random.isOne(in: 200) {
            octets = RouteSeeds.input(target, random.next())
        } else if random.isOne(in: 12) {
            mutate(&octets, limit)
        } else {
            change(&octets, limit - input.count, &random, mutate)
        }
        return octets.count <= limit ? octets : Array(octets[..<limit])
    }

    private func change(
        _ octets: inout [UInt8],
        _ room: Int,
        _ random: inout SeededRandom,
        _ mutate: Mutate
    ) {
        let settings = target == .bgpUpdate ? 1 : target == .mrt || target == .bgpOpen ? 0 : 2
        guard octets.count > settings else {
            octets = RouteSeeds.input(target, random.next())
            return
        }
        if settings > 0, random.isOne(in: 16) {
            octets[random.number(below: settings)] = UInt8(truncatingIfNeeded: random.next())
            return
        }
        var body = Array(octets[settings...])
        switch target {
        case .bgpOpen: changeOpen(&body, room, &random, mutate)
        case .bgpUpdate: changeUpdate(&body, room, &random, mutate)
        case .bgpKnown: changeSession(&body, room, &random, mutate)
        case .bgpStream: changeStream(&body, room, &random, mutate)
        case .bmp: changeStation(&body, room, &random, mutate)
        case .mrt: changeFile(&body, room, &random, mutate)
        }
        octets = octets[..<settings] + body
    }

    // MARK: Messages

    private func changeOpen(
        _ body: inout [UInt8],
        _ room: Int,
        _ random: inout SeededRandom,
        _ mutate: Mutate
    ) {
        // Version, AS, hold time, identifier, length, then parameters of capabilities.
        guard body.count > 10, !random.isOne(in: 6) else {
            return changeOctets(&body, room, &random, mutate)
        }
        var list = CapabilityParts.list(Array(body[10...]))
        let fresh = CapabilityParts.list(
            Array(RouteSeeds.input(.bgpOpen, random.next()).dropFirst(10))
        )
        change(&list, fresh, &random) { part, random in
            if random.isOne(in: 3) { part.code = random.one(of: Self.capabilities) }
            changeOctets(&part.value, min(room, 200 - part.value.count), &random, mutate)
        }
        body = body[..<9] + CapabilityParts.parameters(list, isExtended: random.isOne(in: 5))
    }

    private static let capabilities: [UInt8] = [1, 2, 5, 6, 9, 64, 65, 69, 70, 71, 73]

    func changeUpdate(
        _ body: inout [UInt8],
        _ room: Int,
        _ random: inout SeededRandom,
        _ mutate: Mutate
    ) {
        guard !random.isOne(in: 16), var parts = WireOctets(body).update() else {
            return changeOctets(&body, room, &random, mutate)
        }
        switch random.number(below: 8) {
        case 0: changeOctets(&parts.withdrawn, room, &random, mutate)
        case 1: changeOctets(&parts.announced, room, &random, mutate)
        default: changeAttributes(&parts.attributes, room, &random, mutate)
        }
        body = parts.octets
    }

    private func changeAttributes(
        _ octets: inout [UInt8],
        _ room: Int,
        _ random: inout SeededRandom,
        _ mutate: Mutate
    ) {
        if random.isOne(in: 12) { return changeOctets(&octets, room, &random, mutate) }
        var list = AttributeParts.list(octets)
        let fresh = RouteSeeds.attributes(&random)
        change(&list, fresh, &random) { part, random in
            switch random.number(below: 8) {
            case 0: part.flags ^= random.one(of: [0x80, 0x40, 0x20, 0x10])
            case 1: part.code = UInt8(random.number(below: 42))
            default: changeOctets(&part.value, room, &random, mutate)
            }
        }
        octets = list.flatMap(\.octets)
    }

    private func changeStream(
        _ octets: inout [UInt8],
        _ room: Int,
        _ random: inout SeededRandom,
        _ mutate: Mutate
    ) {
        if random.isOne(in: 10) { return changeOctets(&octets, room, &random, mutate) }
        var list = MessageParts.list(octets)
        let fresh = MessageParts.list(
            Array(RouteSeeds.input(.bgpStream, random.next()).dropFirst(2))
        )
        change(&list, fresh, &random) { part, random in
            switch part.type {
            case 1: changeOpen(&part.body, room, &random, mutate)
            case 2: changeUpdate(&part.body, room, &random, mutate)
            default:
                if random.isOne(in: 4) { part.type = UInt8(random.number(below: 7)) }
                changeOctets(&part.body, room, &random, mutate)
            }
        }
        octets = list.flatMap(\.octets)
    }

    private func changeStation(
        _ octets: inout [UInt8],
        _ room: Int,
        _ random: inout SeededRandom,
        _ mutate: Mutate
    ) {
        if random.isOne(in: 16) { return changeOctets(&octets, room, &random, mutate) }
        var list = BMPParts.list(octets)
        let fresh = BMPParts.list(Array(RouteSeeds.input(.bmp, random.next()).dropFirst(2)))
        change(&list, fresh, &random) { part, random in
            switch random.number(below: 16) {
            case 0: part.type = UInt8(random.number(below: 8))
            case 1...5: changeOctets(&part.body, room, &random, mutate)
            case 6, 7:
                // Of another peer, or another of its tables.
                let place = random.one(of: [0, 1, 1, 1, 9, 25, 29, 33])
                if place < part.body.count {
                    part.body[place] ^= 1 << UInt8(random.number(below: 8))
                }
            default: changeReported(&part.body, room, &random, mutate)
            }
        }
        octets = list.flatMap(\.octets)
    }

    /// Changes the messages of BGP that end a message of BMP.
    private func changeReported(
        _ body: inout [UInt8],
        _ room: Int,
        _ random: inout SeededRandom,
        _ mutate: Mutate
    ) {
        guard let marker = body.indices.first(where: { body[$0...].starts(with: Self.marker) })
        else {
            return changeOctets(&body, room, &random, mutate)
        }
        var messages = MessageParts.list(Array(body[marker...]))
        let index = random.number(below: messages.count)
        guard messages.indices.contains(index) else { return }
        if messages[index].type == 1 {
            changeOpen(&messages[index].body, room, &random, mutate)
        } else {
            changeUpdate(&messages[index].body, room, &random, mutate)
        }
        body = body[..<marker] + messages.flatMap(\.octets)
    }

    private func changeFile(
        _ octets: inout [UInt8],
        _ room: Int,
        _ random: inout SeededRandom,
        _ mutate: Mutate
    ) {
        if random.isOne(in: 16) { return changeOctets(&octets, room, &random, mutate) }
        var list = RecordParts.list(octets)
        let fresh = RecordParts.list(RouteSeeds.input(.mrt, random.next()))
        change(&list, fresh, &random) { part, random in
            switch random.number(below: 16) {
            case 0: part.subtype = UInt16(random.number(below: 13))
            case 1: part.type = random.one(of: [5, 12, 13, 16, 17])
            case 2...7: changeOctets(&part.body, room, &random, mutate)
            default: changeEntry(&part, room, &random, mutate)
            }
        }
        octets = list.flatMap(\.octets)
    }

    /// Changes the attributes that end a record, or the message in it.
    private func changeEntry(
        _ record: inout RecordParts,
        _ room: Int,
        _ random: inout SeededRandom,
        _ mutate: Mutate
    ) {
        // Where a list of attributes may begin: it ends the record, and its length is before it.
        let count = record.body.count
        let start = (2..<max(count, 3)).first { place in
            place < count
                && Int(record.body[place - 2]) << 8 | Int(record.body[place - 1]) == count - place
        }
        let marker = record.body.indices.first { record.body[$0...].starts(with: Self.marker) }
        if let marker {
            var stream = Array(record.body[marker...])
            var messages = MessageParts.list(stream)
            if !messages.isEmpty { changeUpdate(&messages[0].body, room, &random, mutate) }
            stream = messages.flatMap(\.octets)
            record.body = record.body[..<marker] + stream
        } else if let start {
            var attributes = Array(record.body[start...])
            changeAttributes(&attributes, room, &random, mutate)
            var whole = Array(record.body[..<(start - 2)])
            whole.append(half: attributes.count)
            record.body = whole + attributes
        } else {
            changeOctets(&record.body, room, &random, mutate)
        }
    }

    private static let marker = [UInt8](repeating: 0xff, count: 16)

    // MARK: Lists and octets

    /// Removes, repeats, swaps or takes over a part, or changes one.
    func change<Part>(
        _ list: inout [Part],
        _ fresh: [Part],
        _ random: inout SeededRandom,
        one: (inout Part, inout SeededRandom) -> Void
    ) {
        let index = random.number(below: list.count)
        switch random.number(below: 12) {
        case 0 where list.count > 1: list.remove(at: index)
        case 1 where !list.isEmpty: list.append(list[index])
        case 2 where list.count > 1: list.swapAt(index, random.number(below: list.count))
        case 3, 4:
            guard !fresh.isEmpty else { return }
            list.insert(random.one(of: fresh), at: list.isEmpty ? 0 : index)
        default: if !list.isEmpty { one(&list[index], &random) }
        }
    }

    func changeOctets(
        _ octets: inout [UInt8],
        _ room: Int,
        _ random: inout SeededRandom,
        _ mutate: Mutate
    ) {
        guard !octets.isEmpty, random.isOne(in: 2) else {
            return mutate(&octets, octets.count + max(room, 0))
        }
        let place = random.number(below: octets.count)
        switch random.number(below: 3) {
        case 0:
            octets[place] = octets[place] &+ UInt8(truncatingIfNeeded: random.number(below: 5) - 2)
        case 1: octets[place] ^= 1 << UInt8(random.number(below: 8))
        default: octets[place] = random.one(of: Self.edges)
        }
    }
}
