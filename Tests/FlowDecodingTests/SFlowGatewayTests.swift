// SPDX-License-Identifier: Apache-2.0

import FlowDecoding
import Model
import TestSupport
import Testing

@Suite("sFlow gateway records")
struct SFlowGatewayTests {
    typealias Segments = [(kind: UInt32, members: [UInt32])]

    private func decode(_ segments: Segments, communities: [UInt32] = []) -> Decoding.Result {
        var sample = SFlowDatagram.FlowSample()
        sample.addGateway(
            sourceAS: 64496,
            sourcePeerAS: 64497,
            segments: segments,
            communities: communities
        )
        sample.addHeader(SampledPacket.ethernet.type(0x800).ipv4(length: 100).octets, frame: 118)
        var datagram = SFlowDatagram()
        datagram.add(sample)
        var decoding = Decoding()
        return decoding.decode(datagram.octets)
    }

    private static let paths: [(Segments, String, UInt32?, UInt32?)] = [
        ([], "", nil, nil),
        ([(2, [64510, 64511])], "64510 64511", 64510, 64511),
        ([(2, [64510]), (2, [64511])], "64510 64511", 64510, 64511),
        ([(2, [64510]), (1, [64511, 64512])], "64510 {64511,64512}", 64510, nil),
        ([(3, [65001]), (2, [64510, 64511])], "(65001) 64510 64511", 64510, 64511),
        ([(1, [64511, 64512])], "{64511,64512}", nil, nil),
        ([(2, [])], "", nil, nil),
    ]

    @Test("AS paths of no, one and several segments, sets and confederations", arguments: paths)
    func path(segments: Segments, text: String, neighbor: UInt32?, origin: UInt32?) {
        let result = decode(segments)
        let record = result.records.first
        #expect(record.map { result.batch.asPath(of: $0).description } == text)
        #expect(record?.has(.asPath) == true)
        #expect(record?.has(.destinationPeerAS) == (neighbor != nil))
        #expect(record?.destinationPeerAS.rawValue == neighbor ?? 0)
        #expect(record?.has(.destinationAS) == (origin != nil))
        #expect(record?.destinationAS.rawValue == origin ?? 0)
        #expect(record?.sourceAS.rawValue == 64496)
        #expect(record?.sourcePeerAS.rawValue == 64497)
        #expect(record?.bgpNextHop == address("203.0.113.9"))
        #expect(record?.localPreference == 150)
        #expect(record?.octets == 100)
        #expect(result.details.problems.isEmpty)
    }

    @Test("communities, one word each")
    func communities() {
        let words: [UInt32] = [64500 << 16 | 1, 64500 << 16 | 2]
        let result = decode([(2, [64510])], communities: words)
        let record = result.records.first
        #expect(record.map { Array(result.batch.words[$0.communities.range]) } == words)
    }

    @Test("a segment that says more than there is costs the record, not the flow")
    func hugeSegment() {
        var sample = SFlowDatagram.FlowSample()
        sample.addRecord(1003) {
            for value: UInt32 in [1, 0xc000_0201, 1, 2, 3, 1, 2, 0xffff_ffff] { $0.write32(value) }
        }
        sample.addHeader(SampledPacket.ethernet.type(0x800).ipv4(length: 100).octets, frame: 118)
        var datagram = SFlowDatagram()
        datagram.add(sample)
        var decoding = Decoding()
        let result = decoding.decode(datagram.octets)
        #expect(result.records.map(\.octets) == [100])
        #expect(result.records.first?.has(.asPath) == false)
        #expect(result.batch.errors.map(\.reason) == [.malformed])
    }
}
