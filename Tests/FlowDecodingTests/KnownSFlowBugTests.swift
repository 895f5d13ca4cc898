// SPDX-License-Identifier: Apache-2.0

import FlowDecoding
import Model
import TestSupport
import Testing

@Suite("Bugs of other collectors: sFlow")
struct KnownSFlowBugTests {
    typealias Sample = SFlowDatagram.FlowSample

    private static let packet = SampledPacket.ethernet.type(0x800).ipv4(length: 1000)
        .ports(1234, 443).octets

    private func decode(_ datagram: SFlowDatagram) -> Decoding.Result {
        var decoding = Decoding()
        return decoding.decode(datagram.octets)
    }

    private func decode(_ change: (inout Sample) -> Void) -> Decoding.Result {
        var sample = Sample()
        change(&sample)
        var datagram = SFlowDatagram()
        datagram.add(sample)
        return decode(datagram)
    }

    @Test("2^32 - 1 samples in the header, one in the datagram (CVE-2022-2529)")
    func sampleCount() {
        var sample = Sample()
        sample.addHeader(Self.packet, frame: 1018)
        var datagram = SFlowDatagram()
        datagram.add(sample)
        datagram.claimedSamples = .max
        let result = decode(datagram)
        #expect(result.records.map(\.octets) == [1000])
        #expect(result.reasons == [.truncated])
    }

    @Test(
        "counts that are small when four times as many in 32 bits (sflowtool, gopacket, fa1dd52)",
        arguments: [0x4000_0000, 0x4000_0001, 0x8000_0000, 0xffff_ffff] as [UInt32]
    )
    func wrappingCounts(count: UInt32) {
        // In turn: communities, members of a segment of the path, segments.
        for place in 0..<3 {
            let result = decode { sample in
                sample.addHeader(Self.packet, frame: 1018)
                sample.addRecord(1003) { body in
                    body.write32(1)
                    body.write(address("203.0.113.9"))
                    for number: UInt32 in [64500, 64501, 64502] { body.write32(number) }
                    body.write32(place == 2 ? count : 1)
                    body.write32(2)
                    body.write32(place == 1 ? count : 1)
                    body.write32(64503)
                    body.write32(place == 0 ? count : 1)
                    body.write32(64500 << 16 | 1)
                    body.write32(100)
                }
            }
            #expect(result.records.map(\.octets) == [1000])
            #expect(result.reasons.count == 1)
        }
    }

    @Test(
        "a stack of labels or tags longer than its record (sflowtool c0bb660)",
        arguments: [1006, 1008, 1009, 1012] as [UInt32]
    )
    func tunnelStack(format: UInt32) {
        for count: UInt32 in [2, 0x4000_0000, 0xffff_ffff] {
            let result = decode { sample in
                sample.addHeader(Self.packet, frame: 1018)
                sample.addRecord(format) { body in
                    body.write32(count)
                    body.write32(0x8100_0064)
                }
            }
            #expect(result.records.map(\.octets) == [1000])
        }
    }

    @Test("labels without a bottom to the end of the header (sflowtool 0e7d63d)")
    func endlessLabels() {
        var packet = SampledPacket.ethernet.type(0x8847)
        for label: UInt32 in 16..<44 { packet = packet.label(label, isBottom: false) }
        let result = decode { $0.addHeader(packet.octets, frame: 1000) }
        #expect(result.records.count == 1)
        #expect(result.records.first?.has(.source) == false)
        #expect(result.records.first.map { $0.octets <= 1000 } == true)
    }

    @Test("frames of wireless links, cut anywhere (sflowtool 1a852a2)")
    func wireless() {
        for length in 0...40 {
            let result = decode {
                $0.addHeader([UInt8](repeating: 0x88, count: length), frame: 500, link: 15)
            }
            #expect(result.records.map(\.octets) == [496])
            #expect(result.records.first?.has(.source) == false)
        }
    }

    @Test("a frame that ends in any of its headers (sflowtool d33adff)")
    func cutHeader() {
        let packet = SampledPacket.ethernet.tag(100).type(0x800).ipv4(length: 1000)
            .ports(1234, 443)
        for length in 0...packet.octets.count {
            let result = decode { $0.addHeader(Array(packet.octets.prefix(length)), frame: 1022) }
            #expect(result.records.count == 1)
            #expect(result.records.first?.has(.sourcePort) == (length >= 42))
        }
    }

    @Test("a length of the sample 4 octets short costs its last record (FastNetMon 626, Brocade)")
    func shortSample() {
        var body = OctetWriter()
        for value: UInt32 in [1, 1, 1000, 0, 0, 1, 2, 2] { body.write32(value) }
        var header = OctetWriter()
        for value in [1, 1018, 4, UInt32(Self.packet.count)] { header.write32(value) }
        header.write(Self.packet)
        header.writeZeros((4 - Self.packet.count % 4) % 4)
        body.write32(1)
        body.write32(UInt32(header.octets.count))
        body.write(header.octets)
        for value: UInt32 in [1001, 16, 100, 0, 200, 0] { body.write32(value) }
        var datagram = SFlowDatagram()
        datagram.addSample(1, body.octets, claimedLength: body.octets.count - 4)
        let result = decode(datagram)
        #expect(result.records.map(\.octets) == [1000])
        #expect(result.reasons.contains(.truncated))
    }

    @Test("a header longer than its record, its sample and its datagram (FastNetMon 1089)")
    func longHeader() {
        for length: UInt32 in [200, 65_535, .max] {
            let result = decode { sample in
                sample.addRecord(1) { body in
                    for value in [1, 1018, 4, length] { body.write32(value) }
                    body.write(Self.packet)
                }
                sample.addHeader(Self.packet, frame: 1018)
            }
            #expect(result.records.map(\.octets) == [1000])
            #expect(result.reasons.count == 1)
        }
    }

    @Test("a frame shorter than the header captured of it (FastNetMon 893, Juniper)")
    func shortFrame() {
        let result = decode { $0.addHeader(Self.packet, frame: 20) }
        #expect(result.records.map(\.octets) == [1000])
        #expect(result.reasons.isEmpty)
    }
}
