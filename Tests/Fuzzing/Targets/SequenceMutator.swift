// SPDX-License-Identifier: Apache-2.0

import Model
import TestSupport

/// Changes inputs where it hurts: in the datagrams, and in the lengths, counts and identifiers of
/// what is in them.
///
/// # How it works
///
/// A fuzzer that flips octets blindly spends its time on inputs whose first length is wrong. Here
/// most changes leave the frame around a datagram whole; some are made where a set, a sample, a
/// record or a template begins, which is found by walking over the datagram as a decoder would;
/// and some put in what an exporter might have sent next. The rest is libFuzzer's own.
package struct SequenceMutator: Sendable {
    private let target: FuzzTarget
    /// The values at which lengths and counts go wrong.
    private static let edges = [
        0, 1, 2, 3, 4, 5, 7, 8, 16, 20, 30, 31, 48, 254, 255, 256, 0x7fff, 0x8000, 0xfffc, 0xffff,
    ]

    package init(_ target: FuzzTarget) { self.target = target }

    /// A changed input of at most `limit` octets; `mutate` is libFuzzer's, which changes octets up
    /// to a limit in any way.
    package func mutate(
        _ input: [UInt8],
        limit: Int,
        seed: UInt64,
        by mutate: (inout [UInt8], Int) -> Void
    ) -> [UInt8] {
        var random = SeededRandom(seed: seed)
        var octets = input
        if target == .header || random.isOne(in: 12) {
            if random.isOne(in: 200) { octets = FuzzSeeds.input(target, random.next()) }
            mutate(&octets, limit)
        } else {
            var changed = FuzzInput(input)
            change(&changed, limit - input.count, &random, by: mutate)
            for index in changed.datagrams.indices {
                repair(&changed.datagrams[index].octets, &random)
            }
            octets = changed.octets
        }
        return octets.count <= limit ? octets : Array(octets[..<limit])
    }

    private func change(
        _ input: inout FuzzInput,
        _ room: Int,
        _ random: inout SeededRandom,
        by mutate: (inout [UInt8], Int) -> Void
    ) {
        guard !input.datagrams.isEmpty, !random.isOne(in: 300) else {
            input = FuzzInput(FuzzSeeds.input(target, random.next()))
            return
        }
        let index = random.number(below: input.datagrams.count)
        switch random.number(below: 16) {
        case 0: input.settings = FuzzInput.Settings(rawValue: UInt8(random.number(below: 256)))
        case 1: input.datagrams.append(input.datagrams[index])
        case 2: input.datagrams.remove(at: index)
        case 3: input.datagrams.swapAt(index, random.number(below: input.datagrams.count))
        case 4:
            input.datagrams[index].exporter = UInt8(random.number(below: 4))
            input.datagrams[index].port = UInt8(random.number(below: 3))
        case 5:
            input.datagrams[index].delay = UInt16(random.one(of: [0, 1, 31, 61, 2_000, 65_535]))
        case 6, 7, 8, 9:
            let octets = input.datagrams[index].octets.count
            mutate(&input.datagrams[index].octets, octets + max(room, 0))
        case 10: splice(&input, index, &random)
        default: changeStructure(&input.datagrams[index].octets, &random)
        }
    }

    /// Puts a run of one datagram's octets into another.
    private func splice(_ input: inout FuzzInput, _ index: Int, _ random: inout SeededRandom) {
        let other = input.datagrams[random.number(below: input.datagrams.count)].octets
        let starts = Structure(other, target.flowProtocol).starts
        guard let start = starts.randomElement(using: &random) else { return }
        let run = other[start..<min(start + 4 * (random.number(below: 40) + 1), other.count)]
        let places = Structure(input.datagrams[index].octets, target.flowProtocol).starts
        let place = places.randomElement(using: &random) ?? input.datagrams[index].octets.count
        guard input.datagrams[index].octets.count + run.count < 2_000 else { return }
        input.datagrams[index].octets.insert(contentsOf: run, at: place)
    }

    /// Writes an edge value where a length, a count or an identifier stands.
    private func changeStructure(_ octets: inout [UInt8], _ random: inout SeededRandom) {
        let structure = Structure(octets, target.flowProtocol)
        for _ in 0...random.number(below: 2) {
            guard let place = structure.numbers.randomElement(using: &random),
                place + 1 < octets.count
            else { return }
            let old = Int(octets[place]) << 8 | Int(octets[place + 1])
            let value: Int =
                switch random.number(below: 5) {
                case 0: old &+ random.number(below: 9) - 4
                case 1: old ^ 1 << random.number(below: 16)
                case 2: 256 + random.number(below: 6)
                default: random.one(of: Self.edges)
                }
            octets[place] = UInt8(truncatingIfNeeded: value >> 8)
            octets[place + 1] = UInt8(truncatingIfNeeded: value)
        }
    }

    /// Makes a datagram one of the target's protocol again, and its header say what it is.
    private func repair(_ octets: inout [UInt8], _ random: inout SeededRandom) {
        guard octets.count >= 4, !random.isOne(in: 64) else { return }
        switch target.flowProtocol {
        case .sflow5: octets.replaceSubrange(0..<4, with: [0, 0, 0, 5])
        case .netflow5: octets.replaceSubrange(0..<2, with: [0, 5])
        case .netflow9: octets.replaceSubrange(0..<2, with: [0, 9])
        case .ipfix:
            octets.replaceSubrange(0..<2, with: [0, 10])
            guard !random.isOne(in: 16) else { return }
            octets[2] = UInt8(truncatingIfNeeded: octets.count >> 8)
            octets[3] = UInt8(truncatingIfNeeded: octets.count)
        }
    }
}
