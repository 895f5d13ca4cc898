// SPDX-License-Identifier: Apache-2.0

import FlowDecoding
import Model
import TestSupport
import Testing

/// Flow records beside the raw header: what they add, and what they leave alone.
@Suite("sFlow flow records")
struct SFlowRecordTests {
    typealias Sample = SFlowDatagram.FlowSample

    private static let packet = SampledPacket.ethernet.type(0x800).ipv4(length: 1000)
        .ports(1234, 443)

    private func decode(_ sample: Sample) -> Decoding.Result {
        var datagram = SFlowDatagram()
        datagram.add(sample)
        var decoding = Decoding()
        return decoding.decode(datagram.octets)
    }

    /// A sample whose records are added in the order given, or the other way round.
    private func decode(
        _ isReversed: Bool,
        _ records: [(inout Sample) -> Void]
    ) -> Decoding.Result {
        var sample = Sample()
        for add in isReversed ? records.reversed() : records { add(&sample) }
        return decode(sample)
    }

    private func words(_ format: UInt32, _ words: [UInt32]) -> (inout Sample) -> Void {
        { sample in
            sample.addRecord(format) { for word in words { $0.write32(word) } }
        }
    }

    private func header(_ packet: SampledPacket, link: UInt32 = 1) -> (inout Sample) -> Void {
        { $0.addHeader(packet.octets, frame: 1018, link: link) }
    }

    private func ipv4(_ sample: inout Sample) {
        sample.addIPv4(length: 1004, from: address("192.0.2.9"), to: address("192.0.2.8"))
    }

    private func ethernet(_ sample: inout Sample) {
        sample.addRecord(2) {
            $0.write32(518)
            $0.write([2, 0, 0, 0, 0, 9, 0, 0, 2, 0, 0, 0, 0, 8, 0, 0])
            $0.write32(0x806)
        }
    }

    @Test("what the header leaves open no IPv4 record fills in", arguments: [false, true])
    func headerDecides(isReversed: Bool) {
        let packets = [
            SampledPacket.ethernet.type(0x800).ipv4(length: 1000, fragment: 185).ports(1, 2),
            SampledPacket.ethernet.type(0x800).ipv4(length: 1000, ipProtocol: 50).ports(1, 2),
            SampledPacket.ethernet.type(0x800).ipv4(length: 1000),
        ]
        for (packet, ipProtocol) in zip(packets, [6, 50, 6] as [UInt8]) {
            let result = decode(isReversed, [header(packet), ipv4])
            let record = result.records.first
            #expect(result.records.count == 1)
            #expect(record?.source == address("192.0.2.1"))
            #expect(record?.ipProtocol == ipProtocol)
            #expect(record?.has(.sourcePort) == false)
            #expect(record?.octets == 1000)
        }
    }

    @Test(
        "where the header stops before its IP packet the IPv4 record decides",
        arguments: [false, true]
    )
    func packetDecides(isReversed: Bool) {
        let cut = SampledPacket(octets: Self.packet.octets.dropLast(10))
        for header in [header(cut), header(Self.packet, link: 5)] {
            let result = decode(isReversed, [header, ipv4])
            let record = result.records.first
            #expect(result.records.count == 1)
            #expect(record?.source == address("192.0.2.9"))
            #expect(record?.ipProtocol == 17)
            #expect(record?.destinationPort == 4000)
            #expect(record?.octets == 1004)
        }
    }

    @Test("a sampled IPv6 record alone, 56 octets")
    func ipv6() {
        var sample = Sample()
        sample.addRecord(4) {
            $0.write32(1240)
            $0.write32(6)
            $0.write(address("2001:db8::7"))
            $0.write(address("2001:db8::8"))
            for value: UInt32 in [443, 50_000, 0x10, 0] { $0.write32(value) }
        }
        let record = decode(sample).records.first
        #expect(record?.source == address("2001:db8::7"))
        #expect(record?.destination == address("2001:db8::8"))
        #expect(record?.ipProtocol == 6)
        #expect(record?.sourcePort == 443)
        #expect(record?.destinationPort == 50_000)
        #expect(record?.octets == 1240)
        #expect(record?.family == .ipv6)
    }

    @Test("a sampled Ethernet record says what no header does", arguments: [false, true])
    func ethernetBeside(isReversed: Bool) {
        let whole = decode(isReversed, [header(Self.packet), ethernet]).records.first
        #expect(whole?.sourceMAC == MACAddress("02:00:00:00:00:02"))
        #expect(whole?.etherType == 0x800)
        #expect(whole?.octets == 1000)
        let bare = SampledPacket().ipv4(length: 900)
        let link = decode(isReversed, [header(bare, link: 11), ethernet]).records.first
        #expect(link?.sourceMAC == MACAddress("02:00:00:00:00:09"))
        #expect(link?.destinationMAC == MACAddress("02:00:00:00:00:08"))
        #expect(link?.octets == 900)
        let both = decode(isReversed, [ipv4, ethernet]).records.first
        #expect(both?.octets == 1004)
        #expect(both?.sourceMAC == MACAddress("02:00:00:00:00:09"))
        let frame = decode(isReversed, [header(bare, link: 3), ethernet]).records.first
        #expect(frame?.octets == 1014)  // the frame by the header, less what it stripped
    }

    @Test("a frame shorter than header and frame check sequence counts nothing, zero is unknown")
    func tinyEthernet() {
        var sample = Sample()
        sample.addRecord(2) {
            $0.write32(17)
            $0.writeZeros(20)
        }
        let record = decode(sample).records.first
        #expect(record?.octets == 0)
        #expect(record?.has(.octets) == true)
        #expect(record?.has(.sourceMAC) == false)
        #expect(record?.has(.destinationMAC) == false)
        #expect(record?.has(.etherType) == false)
    }

    @Test("a tag of VLAN 0 is a priority: the switch says the VLAN", arguments: [false, true])
    func priorityTag(isReversed: Bool) {
        let tagged = SampledPacket.ethernet.tag(0xe000).tag(9).type(0x800).ipv4(length: 1000)
        let result = decode(isReversed, [header(tagged), words(1001, [100, 0, 200, 0])])
        let record = result.records.first
        #expect(record?.vlan == 100)
        #expect(record.map { Array(result.batch.words[$0.vlans.range]) } == [100, 9])
        let alone = decode(isReversed, [header(tagged), words(1001, [0, 0, 4095, 0])])
        #expect(alone.records.first?.vlan == 0)
    }

    @Test("tags that were stripped come before those that were not", arguments: [false, true])
    func strippedTags(isReversed: Bool) {
        let stripped = words(1012, [2, 0x88a8_6064, 0x8100_0007])
        let tagged = SampledPacket.ethernet.tag(9).type(0x800).ipv4(length: 1000)
        let result = decode(isReversed, [header(tagged), stripped])
        let record = result.records.first
        #expect(record?.vlan == 100)
        #expect(record.map { Array(result.batch.words[$0.vlans.range]) } == [100, 7, 9])
        let untagged = decode(isReversed, [header(Self.packet), stripped])
        #expect(untagged.records.first?.has(.vlan) == true)
        #expect(
            untagged.records.first.map { Array(untagged.batch.words[$0.vlans.range]) } == [100, 7]
        )
        let none = decode(isReversed, [header(Self.packet), words(1012, [0])])
        #expect(none.records.first?.has(.vlan) == false)
        let many = decode(isReversed, [header(Self.packet), words(1012, [6, 1, 2, 3, 4, 5, 6])])
        #expect(many.records.first?.vlans.count == 4)
    }

    @Test("the next hop is the router's, else that of the label-switched path")
    func nextHop() {
        let router = words(1002, [1, 0xcb00_7101, 24, 24])
        let path = words(1006, [1, 0xcb00_7102, 1, 0x0001_0100, 0])
        for isReversed in [false, true] {
            let both = decode(isReversed, [header(Self.packet), router, path]).records.first
            #expect(both?.nextHop == address("203.0.113.1"))
            let one = decode(isReversed, [header(Self.packet), path]).records.first
            #expect(one?.nextHop == address("203.0.113.2"))
        }
        let unknown = decode(false, [header(Self.packet), words(1002, [0, 24, 24])])
        #expect(unknown.records.first?.has(.nextHop) == false)
        #expect(unknown.details.problems.isEmpty)
    }

    @Test(
        "records that say nothing of volume are skipped, whatever lengths they claim inside",
        arguments: Array(1004...1005) + Array(1007...1011) + Array(1013...1042)
            + [2000, 2100, 2101, 2206, 4413 << 12 | 1, 0xffff_ffff] as [UInt32]
    )
    func skipped(format: UInt32) {
        for inner: UInt32 in [0, 1, 5, 0x7fff_ffff, 0xffff_ffff] {
            let result = decode(
                false,
                [words(format, [inner, inner, inner]), header(Self.packet), words(format, [])]
            )
            #expect(result.records.map(\.octets) == [1000])
            #expect(result.details.problems.isEmpty)
        }
    }

    @Test(
        "a list that claims more than its record holds costs the record, not the flow",
        arguments: [
            (1006, [1, 0xcb00_7102, 0x4000_0000]), (1006, [1, 0xcb00_7102, 1, 1, 2, 1]),
            (1012, [2, 0x8100_0007]), (1012, [0xffff_ffff, 1]), (1012, []), (1001, [1]),
            (2, [64]), (3, [64, 6, 1]), (4, [64, 6, 1, 1, 1, 1]), (1002, [2, 1]), (1002, [3]),
        ] as [(UInt32, [UInt32])]
    )
    func lying(format: UInt32, body: [UInt32]) {
        let result = decode(false, [words(format, body), header(Self.packet)])
        #expect(result.records.map(\.octets) == [1000])
        #expect(result.records.first?.has(.vlan) == false)
        #expect(result.records.first?.has(.nextHop) == false)
        #expect(result.batch.errors.count == 1)
    }

    @Test("what a sample says beside its header is not the next sample's")
    func nextSample() {
        var first = Sample()
        header(Self.packet)(&first)
        words(1001, [100, 0, 200, 0])(&first)
        words(1006, [1, 0xcb00_7102, 0, 0])(&first)
        words(1012, [1, 7])(&first)
        var second = Sample()
        header(SampledPacket.ethernet.type(0x806))(&second)
        var datagram = SFlowDatagram()
        datagram.add(first)
        datagram.add(second)
        datagram.addSample(1, [0, 0, 0, 1])  // ends in its head
        datagram.add(second)
        var decoding = Decoding()
        let result = decoding.decode(datagram.octets)
        #expect(result.records.map { $0.has(.vlan) } == [true, false, false])
        #expect(result.records.map { $0.has(.nextHop) } == [true, false, false])
        #expect(result.records.map(\.number) == [1, 2, 3])
        #expect(result.reasons == [.truncated])
    }
}
