// SPDX-License-Identifier: Apache-2.0

import FlowDecoding
import Model
import TestSupport
import Testing

/// What other collectors get wrong in sFlow; each title is the pitfall.
@Suite("Pitfalls of sFlow")
struct SFlowPitfallTests {
    typealias Sample = SFlowDatagram.FlowSample
    typealias Segments = [(kind: UInt32, members: [UInt32])]

    private static let packet = SampledPacket.ethernet.type(0x800).ipv4(length: 1000)
        .ports(1234, 443)

    private func decode(_ sample: Sample) -> Decoding.Result {
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
        (
            [(3, [65001]), (2, [64510]), (1, [64511, 64512])], "(65001) 64510 {64511,64512}",
            64510, nil
        ),
    ]

    @Test(
        "ext_gateway with 0, 1, 2+ AS-path segments, AS_SET last, confed first; src_peer_as kept",
        arguments: paths
    )
    func gateway(segments: Segments, text: String, neighbor: UInt32?, origin: UInt32?) {
        var sample = Sample()
        sample.addGateway(sourceAS: 64496, sourcePeerAS: 64497, segments: segments)
        sample.addHeader(Self.packet.octets, frame: 1018)
        let result = decode(sample)
        let record = result.records.first
        #expect(record.map { result.batch.asPath(of: $0).description } == text)
        #expect(record?.sourcePeerAS.rawValue == 64497)
        #expect(record?.has(.sourcePeerAS) == true)
        #expect(record?.has(.destinationPeerAS) == (neighbor != nil))
        #expect(record?.destinationPeerAS.rawValue == neighbor ?? 0)
        #expect(record?.has(.destinationAS) == (origin != nil))
        #expect(record?.destinationAS.rawValue == origin ?? 0)
        #expect(result.details.problems.isEmpty)
    }

    @Test(
        """
        Compact sFlow output ifIndex: 0x3FFFFFFF local, 0x40000000|reason discard, \
        0x80000000|n multiple — masked and classified
        """,
        arguments: [
            (0x3fff_ffff, .local), (0x4000_0000, .discarded), (0x4000_0102, .discarded),
            (0x8000_0000, .multiple), (0x8000_0007, .multiple), (0x3fff_fffe, .interface),
        ] as [(UInt32, EgressKind)]
    )
    func output(value: UInt32, kind: EgressKind) {
        var sample = Sample()
        sample.output = value
        sample.addHeader(Self.packet.octets, frame: 1018)
        let record = decode(sample).records.first
        #expect(record?.egressKind == kind)
        #expect(record?.has(.egressInterface) == (kind == .interface))
        #expect(record?.egressInterface == (kind == .interface ? 0x3fff_fffe : 0))
        #expect(record?.octets == 1000)
    }

    @Test("sFlow datagram with only counter / drop samples yields zero flows and zero errors")
    func noFlows() {
        var counters = SFlowDatagram()
        counters.addCounters(interface: 1, inOctets: 1 << 40, outOctets: 2)
        var drops = SFlowDatagram()
        drops.sequence = 2
        drops.addDiscard(input: 1, output: 0, reason: 258, header: Self.packet.octets)
        drops.addDiscard(input: 0, output: 2, reason: 259, header: Self.packet.octets)
        var decoding = Decoding()
        for (datagram, isCounters) in [(counters, true), (drops, false)] {
            let result = decoding.decode(datagram.octets)
            #expect(result.records.isEmpty)
            #expect(result.batch.errors.isEmpty)
            #expect(result.details.problems.isEmpty)
            #expect(result.outcome.undecoded == nil)
            #expect(result.outcome.records == 0)
            #expect(result.outcome.counterSamples == (isCounters ? 1 : 0))
            #expect(result.outcome.discardSamples == (isCounters ? 0 : 2))
        }
    }

    private static let links: [(UInt32, SampledPacket)] = [
        (1, packet),
        (7, SampledPacket().type(0xff03).type(0x0021).ipv4(length: 1000).ports(1234, 443)),
        (11, SampledPacket().ipv4(length: 1000).ports(1234, 443)),
        (12, SampledPacket().ipv6(payload: 960, next: 6).ports(1234, 443)),
        (13, SampledPacket().label(16, isBottom: true).ipv4(length: 1000).ports(1234, 443)),
    ]

    @Test(
        """
        sFlow header protocols 1, 11, 12 (+ PPP/MPLS) and datagrams carrying raw header *and* \
        sampled_ipv4: one byte basis
        """,
        arguments: links
    )
    func oneBasis(link: UInt32, packet: SampledPacket) {
        var orders: [Sample] = [Sample(), Sample(), Sample()]
        func add(_ sample: inout Sample) {
            sample.addHeader(packet.octets, frame: 1018, link: link)
        }
        func addIPv4(_ sample: inout Sample) {
            sample.addIPv4(length: 1004, from: address("192.0.2.9"), to: address("192.0.2.8"))
        }
        add(&orders[0])
        add(&orders[1])
        addIPv4(&orders[1])
        addIPv4(&orders[2])
        add(&orders[2])
        for sample in orders {
            let records = decode(sample).records
            #expect(records.map(\.octets) == [1000])
            #expect(records.map(\.octetsBasis) == [.ip])
            #expect(records.map(\.sourcePort) == [1234])
            #expect(records.first?.source != address("192.0.2.9"))
        }
    }
}
