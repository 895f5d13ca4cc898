// SPDX-License-Identifier: Apache-2.0

import CAllocations
import FlowDecoding
import FuzzTargets
import Model
import TestSupport
import Wire

/// Changes one datagram in every small way, and decodes each.
struct SweepRun {
    private let target: FuzzTarget
    private var run = FuzzRun()
    private var octets: [UInt8] = []

    /// The values at which lengths and counts go wrong.
    private static let words: [UInt16] = [0, 1, 3, 4, 0x7fff, 0x8000, 0xffff]
    private static let longest = 1_500

    init(_ target: FuzzTarget) { self.target = target }

    /// A datagram of the target as an exporter might send it, its templates in it.
    static func datagram(_ target: FuzzTarget, _ seed: UInt64) -> [UInt8] {
        var random = SeededRandom(seed: seed)
        switch target {
        case .sflow, .netflow5:
            var generator = DatagramGenerator(target.flowProtocol, seed: seed)
            return generator.next()
        case .header:
            let (link, packet) = RandomPacket.draw(&random)
            var datagram = SFlowDatagram()
            var sample = SFlowDatagram.FlowSample()
            sample.addHeader(
                Array(packet.prefix(256)),
                frame: packet.count + 400,
                link: UInt32(link)
            )
            datagram.add(sample)
            return datagram.octets
        case .netflow9, .ipfix:
            return message(isIPFIX: target == .ipfix, &random)
        }
    }

    private static func message(isIPFIX: Bool, _ random: inout SeededRandom) -> [UInt8] {
        let encoder = FlowEncoder(isIPFIX: isIPFIX)
        var message: TemplateMessage = isIPFIX ? .ipfix() : .netFlow9()
        let templates = (256..<257 + random.number(below: 3)).map { id in
            RandomTemplate(id: id, encoder, &random)
        }
        for template in templates { message.addTemplate(template.id, template.fields) }
        message.addOptionsTemplate(300, scope: [.init(10, 4)], [.init(48, 1), .init(34, 4)])
        message.addData(300) {
            $0.write32(1)
            $0.write8(2)
            $0.write32(1_000)
        }
        for template in templates {
            let octets = template.columns.reduce(0) { $0 + $1.octets + 3 }
            let room = max(longest - message.octets.count - 4, 0) / octets
            let count = min(random.number(below: 12) + 1, room)
            guard count > 0 else { break }
            message.addData(template.id) { writer in
                for _ in 0..<count { template.write(template.record(&random), to: &writer) }
            }
        }
        return message.octets
    }

    mutating func sweep(_ seed: UInt64, _ result: inout SweepResult) {
        let datagram = Array(Self.datagram(target, seed).prefix(Self.longest))
        octets = datagram
        decode(.none, seed, &result)
        for bit in 0..<datagram.count * 8 {
            octets[bit / 8] ^= 1 << UInt8(bit % 8)
            decode(.bit(bit), seed, &result)
            octets[bit / 8] = datagram[bit / 8]
        }
        for place in 0..<datagram.count - 1 {
            for word in Self.words {
                octets[place] = UInt8(word >> 8)
                octets[place + 1] = UInt8(word & 0xff)
                decode(.word(place, word), seed, &result)
            }
            octets[place] = datagram[place]
            octets[place + 1] = datagram[place + 1]
        }
        for length in (0..<datagram.count).reversed() {
            octets.removeLast()
            decode(.cut(length), seed, &result)
        }
    }

    /// Decodes what is there; what is over the limit is measured again, for a page fault or an
    /// interrupt is not the decoder's.
    private mutating func decode(
        _ change: SweepResult.Change,
        _ seed: UInt64,
        _ result: inout SweepResult
    ) {
        var (nanoseconds, memory) = measure()
        var attempts = 0
        while nanoseconds > Sweep.timeLimit, attempts < 5 {
            nanoseconds = min(nanoseconds, measure().nanoseconds)
            attempts += 1
        }
        if attempts > 0, nanoseconds <= Sweep.timeLimit { result.disturbed += 1 }
        result.add(nanoseconds, memory, SweepResult.Case(seed: seed, change: change))
    }

    private mutating func measure() -> (nanoseconds: UInt64, octets: UInt64) {
        run.removeAll()
        // Lent to the decoder, then taken back.
        var lent: [UInt8] = []
        swap(&lent, &octets)
        allocations_reset()
        let start = thread_nanoseconds()
        decode(lent)
        let nanoseconds = thread_nanoseconds() - start
        let counted = allocations_read()
        swap(&lent, &octets)
        return (nanoseconds, counted.octets)
    }

    private mutating func decode(_ octets: [UInt8]) {
        var decoder = FlowDecoder(holdsData: true)
        let datagram = Datagram(
            exporter: .v4(0xc000_0201),
            port: 2_055,
            arrival: 1_700_000_001_000_000_000,
            octets: WireReader(octets.span, as: "UDP payload").octets
        )
        run.decode(datagram, &decoder)
    }
}
