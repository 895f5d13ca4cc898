// SPDX-License-Identifier: Apache-2.0

import FlowDecoding
import Model
import TestSupport
import Testing

/// Broken datagrams: every one of these must be read to its end, whatever it says.
@Suite("Mutations")
struct MutationTests {
    struct Seed: CustomTestStringConvertible, Sendable {
        var name: String
        var octets: [UInt8]
        var testDescription: String { name }
    }

    static let seeds = [
        Seed(name: "sFlow", octets: sFlow), Seed(name: "IPFIX", octets: templates(.ipfix())),
        Seed(name: "NetFlow v9", octets: templates(.netFlow9())),
        Seed(name: "NetFlow v5", octets: netFlow5), Seed(name: "IPFIX biflow", octets: biflow),
    ]

    private static var sFlow: [UInt8] {
        var sample = SFlowDatagram.FlowSample()
        let packet = SampledPacket.ethernet.tag(5).tag(6).type(0x8847).label(3, isBottom: true)
            .ipv6(payload: 60, next: 0).extensionHeader(next: 51).extensionHeader(next: 6)
            .ports(1, 2)
        sample.addHeader(packet.octets, frame: 200)
        sample.addGateway(
            sourceAS: 1,
            sourcePeerAS: 2,
            segments: [(2, [3, 4]), (1, [5, 6])],
            communities: [7]
        )
        sample.addIPv4(length: 60, from: .v4(1), to: .v4(2))
        var expanded = sample
        expanded.isExpanded = true
        var datagram = SFlowDatagram()
        datagram.add(sample)
        datagram.addCounters(interface: 1, inOctets: 2, outOctets: 3)
        datagram.add(expanded)
        return datagram.octets
    }

    private static func templates(_ message: TemplateMessage) -> [UInt8] {
        var message = message
        message.addTemplate(256, TemplateMessage.Field.plain + [.init(48, 1), .init(22, 4)])
        message.addOptionsTemplate(257, scope: [.init(1, 4)], [.init(48, 1), .init(50, 4)])
        message.addData(257) {
            $0.write32(0)
            $0.write8(1)
            $0.write32(1000)
        }
        message.addData(256) {
            for _ in 0..<2 {
                $0.writePlain()
                $0.write8(1)
                $0.write32(99)
            }
        }
        return message.octets
    }

    private static var biflow: [UInt8] {
        var message = TemplateMessage.ipfix()
        message.addTemplate(
            256,
            [
                .init(82, 65535), .init(1, 4), .init(1, 4, enterprise: 29305), .init(315, 65535),
                .init(156, 8), .init(311, 8), .init(21, 4),
            ]
        )
        let packet = SampledPacket.ethernet.type(0x800).ipv4(length: 60).octets
        message.addData(256) {
            $0.write([2, 65, 66])
            $0.write32(1)
            $0.write32(2)
            $0.write8(UInt8(packet.count))
            $0.write(packet)
            $0.write64(0)
            $0.write64((0.5).bitPattern)
            $0.write32(7)
        }
        return message.octets
    }

    private static var netFlow5: [UInt8] {
        var packet = NetFlow5Packet()
        packet.records = [NetFlow5Packet.Record(), NetFlow5Packet.Record()]
        return packet.octets
    }

    @Test("the seeds themselves are read without a problem", arguments: seeds)
    func seed(_ seed: Seed) {
        var decoding = Decoding()
        let result = decoding.decode(seed.octets)
        #expect(result.details.problems.isEmpty)
        #expect(!result.records.isEmpty)
    }

    /// What holds of every datagram: it is decoded or undecoded, and counts add up.
    private func check(_ result: Decoding.Result, _ count: Int) {
        #expect(result.records.count <= 2 * result.outcome.records)
        #expect(result.outcome.records <= count)
        if result.outcome.undecoded != nil {
            #expect(result.batch.errors.isEmpty)
            #expect(!result.details.problems.isEmpty)
            #expect(result.records.isEmpty)
        }
        for record in result.records {
            #expect(record.asPath.range.upperBound <= result.batch.words.count)
            #expect(record.vlans.range.upperBound <= result.batch.words.count)
            #expect(record.communities.range.upperBound <= result.batch.words.count)
        }
        #expect(result.details.problems.allSatisfy { $0.offset >= 0 && $0.offset <= count })
    }

    @Test("a datagram may end anywhere", arguments: seeds)
    func truncations(_ seed: Seed) {
        for length in 0..<seed.octets.count {
            for holdsData in [false, true] {
                var decoding = Decoding(holdsData: holdsData)
                let result = decoding.decode(Array(seed.octets[..<length]))
                check(result, seed.octets.count)
                // Reading it again by the templates it may have left behind is as safe.
                check(decoding.decode(seed.octets), seed.octets.count)
            }
        }
    }

    @Test("any octet may be wrong", arguments: seeds)
    func octets(_ seed: Seed) {
        for index in seed.octets.indices {
            for value in [0, 0xff, seed.octets[index] ^ 0x80, seed.octets[index] &+ 1] {
                var octets = seed.octets
                octets[index] = value
                var decoding = Decoding(holdsData: true)
                check(decoding.decode(octets), octets.count)
                check(decoding.decode(seed.octets), octets.count)
            }
        }
    }

    @Test("any two octets may be wrong", arguments: seeds)
    func pairs(_ seed: Seed) {
        var random = SplitMix(state: 42)
        for _ in 0..<3_000 {
            var octets = seed.octets
            for _ in 0..<2 {
                let value = random.next()
                octets[Int(value >> 8) % octets.count] = UInt8(truncatingIfNeeded: value)
            }
            var decoding = Decoding()
            check(decoding.decode(octets), octets.count)
        }
    }

    /// A sequence that is the same in every run.
    private struct SplitMix {
        var state: UInt64

        mutating func next() -> UInt64 {
            state &+= 0x9e37_79b9_7f4a_7c15
            var value = state
            value = (value ^ value >> 30) &* 0xbf58_476d_1ce4_e5b9
            value = (value ^ value >> 27) &* 0x94d0_49bb_1331_11eb
            return (value ^ value >> 31) >> 1
        }
    }
}
