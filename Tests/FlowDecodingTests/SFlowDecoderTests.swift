// SPDX-License-Identifier: Apache-2.0

import FlowDecoding
import Model
import TestSupport
import Testing

@Suite("sFlow")
struct SFlowDecoderTests {
    typealias Sample = SFlowDatagram.FlowSample

    private static let packet = SampledPacket.ethernet.type(0x800).ipv4(length: 1000)
        .ports(1234, 443)

    private func decode(_ samples: [Sample]) -> Decoding.Result {
        var datagram = SFlowDatagram()
        for sample in samples { datagram.add(sample) }
        var decoding = Decoding()
        return decoding.decode(datagram.octets)
    }

    private func record(_ change: (inout Sample) -> Void) -> FlowRecord? {
        var sample = Sample()
        change(&sample)
        sample.addHeader(Self.packet.octets, frame: 1018)
        return decode([sample]).records.first
    }

    @Test("a sampled packet, compact and expanded", arguments: [false, true])
    func sample(isExpanded: Bool) {
        let record = record { $0.isExpanded = isExpanded }
        #expect(record?.source == address("192.0.2.1"))
        #expect(record?.destination == address("198.51.100.1"))
        #expect(record?.ipProtocol == 6)
        #expect(record?.sourcePort == 1234)
        #expect(record?.destinationPort == 443)
        #expect(record?.octets == 1000)
        #expect(record?.packets == 1)
        #expect(record?.sourceMAC == MACAddress("02:00:00:00:00:02"))
        #expect(record?.destinationMAC == MACAddress("02:00:00:00:00:01"))
        #expect(record?.etherType == 0x800)
        #expect(record?.ingressInterface == 1)
        #expect(record?.egressInterface == 2)
        #expect(record?.direction == .ingress)
        #expect(record?.samplingRate == SamplingRate(1000))
        #expect(record?.samplingSource == .header)
        #expect(record?.has(.start) == false)
    }

    @Test("a sample is observed where its source is")
    func direction() {
        #expect(record { $0.source = 1 }?.direction == .ingress)
        #expect(record { $0.source = 2 }?.direction == .egress)
        #expect(record { $0.source = 3 }?.direction == .unknown)
        // Type 1 is a VLAN, not an ifIndex.
        #expect(record { $0.source = 1 << 24 | 1 }?.direction == .unknown)
    }

    @Test(
        "the output is an interface, the device itself, discarded, or several",
        arguments: [
            (7, EgressKind.interface, 7), (0, .interface, nil), (0x3fff_ffff, .local, nil),
            (0x4000_0000 | 258, .discarded, nil), (0x8000_0003, .multiple, nil),
            (0xc000_0001, .interface, nil),
        ] as [(UInt32, EgressKind, UInt32?)]
    )
    func output(value: UInt32, kind: EgressKind, interface: UInt32?) {
        for isExpanded in [false, true] {
            let record = record {
                $0.output = value
                $0.isExpanded = isExpanded
            }
            #expect(record?.egressKind == kind)
            #expect(record?.has(.egressInterface) == (interface != nil))
            #expect(record?.egressInterface == interface ?? 0)
        }
    }

    @Test("an input that is the device itself is no interface")
    func localInput() {
        #expect(record { $0.input = 0x3fff_ffff }?.has(.ingressInterface) == false)
        #expect(record { $0.input = 0 }?.has(.ingressInterface) == false)
    }

    @Test("a rate of 0 is unknown: counted once and flagged")
    func zeroRate() {
        let record = record { $0.rate = 0 }
        #expect(record?.samplingRate == .one)
        #expect(record?.samplingSource == .assumed)
    }

    @Test(
        "a raw header and a sampled IPv4 record count once, by the header",
        arguments: [true, false]
    )
    func oneBasis(headerFirst: Bool) {
        var sample = Sample()
        if headerFirst { sample.addHeader(Self.packet.octets, frame: 1018) }
        sample.addIPv4(length: 1004, from: address("192.0.2.9"), to: address("192.0.2.8"))
        if !headerFirst { sample.addHeader(Self.packet.octets, frame: 1018) }
        let records = decode([sample]).records
        #expect(records.map(\.octets) == [1000])
        #expect(records.map(\.source) == [address("192.0.2.1")])
    }

    @Test("a sampled IPv4 record alone counts its length")
    func sampledIPv4() {
        var sample = Sample()
        sample.addIPv4(length: 1004, from: address("192.0.2.9"), to: address("192.0.2.8"))
        let record = decode([sample]).records.first
        #expect(record?.octets == 1004)
        #expect(record?.source == address("192.0.2.9"))
        #expect(record?.destinationPort == 4000)
    }

    @Test("a sampled Ethernet record alone counts its frame less header and frame check sequence")
    func sampledEthernet() {
        var sample = Sample()
        sample.addRecord(2) {
            $0.write32(118)
            $0.write([2, 0, 0, 0, 0, 2, 0, 0, 2, 0, 0, 0, 0, 1, 0, 0])
            $0.write32(0x806)
        }
        let record = decode([sample]).records.first
        #expect(record?.octets == 100)
        #expect(record?.family == .other)
        #expect(record?.etherType == 0x806)
        #expect(record?.sourceMAC == MACAddress("02:00:00:00:00:02"))
    }

    @Test("the VLAN of a switch record is that on the side of observation, a tag comes first")
    func switchRecord() {
        func vlan(source: UInt32, _ packet: SampledPacket) -> FlowRecord? {
            var sample = Sample()
            sample.source = source
            sample.addRecord(1001) { for value: UInt32 in [100, 0, 200, 0] { $0.write32(value) } }
            sample.addHeader(packet.octets, frame: 1018)
            return decode([sample]).records.first
        }
        #expect(vlan(source: 1, Self.packet)?.vlan == 100)
        #expect(vlan(source: 2, Self.packet)?.vlan == 200)
        let tagged = SampledPacket.ethernet.tag(300).type(0x800).ipv4(length: 1000)
        #expect(vlan(source: 1, tagged)?.vlan == 300)
    }

    @Test("counter samples alone are decoded, give no flow and no error")
    func counters() {
        var datagram = SFlowDatagram()
        datagram.addCounters(interface: 5, inOctets: 1 << 40, outOctets: 9)
        datagram.addCounters(interface: 6, inOctets: 1, outOctets: 2)
        var decoding = Decoding()
        let result = decoding.decode(datagram.octets)
        #expect(result.records.isEmpty)
        #expect(result.details.problems.isEmpty)
        #expect(result.outcome.undecoded == nil)
        #expect(result.outcome.counterSamples == 2)
        #expect(result.details.counters.map(\.interface) == [5, 6])
        let first = Dictionary(
            (result.details.counters.first?.counters ?? []).map { ($0.name.description, $0.value) },
            uniquingKeysWith: { first, _ in first }
        )
        #expect(first["ifInOctets"] == 1 << 40)
        #expect(first["ifOutOctets"] == 9)
        #expect(first["ifSpeed"] == 10_000_000_000)
        #expect(first["ifInErrors"] == 5)
    }

    @Test("samples of discarded packets are counted and are no traffic")
    func discards() {
        var datagram = SFlowDatagram()
        datagram.addSample(5, [UInt8](repeating: 0, count: 32))
        var decoding = Decoding()
        let result = decoding.decode(datagram.octets)
        #expect(result.records.isEmpty)
        #expect(result.details.problems.isEmpty)
        #expect(result.outcome.discardSamples == 1)
    }

    @Test("unknown samples and records are skipped by their length")
    func unknownFormats() {
        var sample = Sample()
        sample.addRecord(0x1234_0001) { $0.writeZeros(20) }
        sample.addHeader(Self.packet.octets, frame: 1018)
        sample.addRecord(1004) { $0.writeZeros(8) }
        var datagram = SFlowDatagram()
        datagram.addSample(0x1234_0009, [1, 2, 3, 4])
        datagram.add(sample)
        var decoding = Decoding()
        let result = decoding.decode(datagram.octets)
        #expect(result.records.map(\.octets) == [1000])
        #expect(result.details.problems.isEmpty)
    }

    @Test("a broken record costs itself, a broken sample the sample")
    func broken() {
        var sample = Sample()
        sample.addRecord(1003) { $0.write32(7) }  // no such address type
        sample.addHeader(Self.packet.octets, frame: 1018)
        var datagram = SFlowDatagram()
        datagram.addSample(1, [0, 0, 0, 1])
        datagram.add(sample)
        var decoding = Decoding()
        let result = decoding.decode(datagram.octets)
        #expect(result.records.map(\.octets) == [1000])
        #expect(result.batch.errors.map(\.reason) == [.truncated, .malformed])
    }

    @Test("a record longer than its sample ends the sample, the next is read")
    func longRecord() {
        var sample = Sample()
        sample.addHeader(Self.packet.octets, frame: 1018)
        sample.addRecord(1001, claimedLength: 4_000_000_000) { $0.writeZeros(4) }
        let result = decode([sample, sample])
        #expect(result.records.map(\.octets) == [1000, 1000])
        #expect(result.batch.errors.map(\.reason) == [.truncated, .truncated])
    }

    @Test("a datagram that ends in a sample counts what is whole")
    func cut() {
        var sample = Sample()
        sample.addHeader(Self.packet.octets, frame: 1018)
        var datagram = SFlowDatagram()
        datagram.add(sample)
        datagram.add(sample)
        var decoding = Decoding()
        let result = decoding.decode(Array(datagram.octets.dropLast(4)))
        #expect(result.records.count == 1)
        #expect(result.batch.errors.map(\.reason) == [.truncated])
        datagram.claimedSamples = .max
        #expect(decoding.decode(datagram.octets).records.count == 2)
    }

    @Test("agent and sub-agent, IPv4 and IPv6")
    func agent() {
        for agent in ["192.0.2.77", "2001:db8::77"] {
            var datagram = SFlowDatagram()
            datagram.agent = address(agent)
            datagram.subAgent = 3
            var decoding = Decoding()
            let outcome = decoding.decode(datagram.octets).outcome
            #expect(outcome.agent == address(agent))
            #expect(outcome.subAgent == 3)
        }
    }
}
