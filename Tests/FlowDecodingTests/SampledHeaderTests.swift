// SPDX-License-Identifier: Apache-2.0

import FlowDecoding
import Model
import TestSupport
import Testing

@Suite("Sampled packet headers")
struct SampledHeaderTests {
    private func record(
        _ packet: SampledPacket,
        frame: Int,
        stripped: Int = 4,
        link: UInt32 = 1
    ) -> (FlowRecord?, [UInt32]) {
        var sample = SFlowDatagram.FlowSample()
        sample.addHeader(packet.octets, frame: frame, stripped: stripped, link: link)
        var datagram = SFlowDatagram()
        datagram.add(sample)
        var decoding = Decoding()
        let result = decoding.decode(datagram.octets)
        let record = result.records.first
        return (record, record.map { Array(result.batch.words[$0.vlans.range]) } ?? [])
    }

    @Test("IPv4 counts its total length, not the padded frame")
    func ipv4() {
        let (record, _) = record(
            SampledPacket.ethernet.type(0x800).ipv4(length: 40).ports(1, 2),
            frame: 64
        )
        #expect(record?.octets == 40)
    }

    @Test("a total length of 0 counts the frame less header and stripped octets")
    func superPacket() {
        let plain = SampledPacket.ethernet.type(0x800).ipv4(length: 0).ports(1, 2)
        #expect(record(plain, frame: 9018).0?.octets == 9000)
        let tagged = SampledPacket.ethernet.tag(5).type(0x86dd).ipv6(payload: 0, next: 6)
        #expect(record(tagged, frame: 9022).0?.octets == 9000)
    }

    @Test("a frame that is not IP counts less header, tags and labels")
    func notIP() {
        let (arp, _) = record(SampledPacket.ethernet.type(0x806), frame: 64)
        #expect(arp?.octets == 46)
        #expect(arp?.family == .other)
        let wire = SampledPacket.ethernet.tag(5).type(0x8847).label(16, isBottom: true)
        #expect(record(SampledPacket(octets: wire.octets + [0, 0]), frame: 126).0?.octets == 100)
    }

    @Test("a frame shorter than what lies around the packet counts nothing")
    func tinyFrame() {
        #expect(record(SampledPacket.ethernet.type(0x806), frame: 10).0?.octets == 0)
        let huge = record(SampledPacket.ethernet.type(0x806), frame: 64, stripped: 0xffff_ffff)
        #expect(huge.0?.octets == 0)
    }

    @Test("IPv6 counts 40 octets and its payload")
    func ipv6() {
        let (record, _) = record(
            SampledPacket.ethernet.type(0x86dd).ipv6(payload: 60, next: 17).ports(53, 4000),
            frame: 118
        )
        #expect(record?.octets == 100)
        #expect(record?.source == address("2001:db8::1"))
        #expect(record?.ipProtocol == 17)
        #expect(record?.sourcePort == 53)
        #expect(record?.etherType == 0x86dd)
    }

    @Test("the protocol is that after the extension headers")
    func extensionHeaders() {
        let packet = SampledPacket.ethernet.type(0x86dd).ipv6(payload: 60, next: 0)
            .extensionHeader(next: 60).extensionHeader(next: 44)
            .extensionHeader(next: 6, [0, 1, 0, 0, 0, 9]).ports(80, 4000)
        let (record, _) = record(packet, frame: 118)
        #expect(record?.ipProtocol == 6)
        #expect(record?.sourcePort == 80)
    }

    @Test("later fragments and ESP have no ports")
    func noPorts() {
        let fragment6 = SampledPacket.ethernet.type(0x86dd).ipv6(payload: 60, next: 44)
            .extensionHeader(next: 17, [0x05, 0xa8, 0, 0, 0, 9]).ports(1, 2)
        let fragment4 = SampledPacket.ethernet.type(0x800).ipv4(length: 60, fragment: 185)
            .ports(1, 2)
        let esp = SampledPacket.ethernet.type(0x800).ipv4(length: 60, ipProtocol: 50).ports(1, 2)
        for (packet, ipProtocol) in [(fragment6, 17), (fragment4, 6), (esp, 50)] {
            let (record, _) = record(packet, frame: 118)
            #expect(record?.ipProtocol == UInt8(ipProtocol))
            #expect(record?.has(.sourcePort) == false)
        }
    }

    @Test("ports past the captured octets are unknown, the rest is not")
    func cutHeader() {
        let packet = SampledPacket.ethernet.type(0x800).ipv4(length: 60)
        let (record, _) = record(packet, frame: 78)
        #expect(record?.octets == 60)
        #expect(record?.has(.sourcePort) == false)
        let inside = SampledPacket(octets: packet.octets.dropLast(2))
        let cut = self.record(inside, frame: 78).0
        #expect(cut?.has(.source) == false)
        #expect(cut?.octets == 60)  // the frame less header and stripped octets
    }

    @Test("stacked tags, the outermost first")
    func tags() {
        let packet = SampledPacket.ethernet.tag(0x2064, type: 0x88a8).tag(200).type(0x800)
            .ipv4(length: 60)
        let (record, vlans) = record(packet, frame: 86)
        #expect(record?.vlan == 0x64)
        #expect(vlans == [0x64, 200])
        #expect(record?.octets == 60)
    }

    @Test("no more than four tags are read")
    func manyTags() {
        let packet = (1...6).reduce(SampledPacket.ethernet) { packet, vlan in packet.tag(vlan) }
        let (record, vlans) = record(packet.type(0x800).ipv4(length: 60), frame: 200)
        #expect(vlans == [1, 2, 3, 4])
        #expect(record?.has(.source) == false)
    }

    @Test("labels lead to IPv4 and IPv6")
    func labels() {
        let head = SampledPacket.ethernet.type(0x8847).label(16, isBottom: false)
            .label(17, isBottom: true)
        #expect(record(head.ipv4(length: 60), frame: 86).0?.octets == 60)
        #expect(record(head.ipv6(payload: 60, next: 6), frame: 126).0?.octets == 100)
    }

    @Test("packets without Ethernet: IPv4, IPv6, MPLS, PPP")
    func links() {
        let ipv4 = SampledPacket().ipv4(length: 60)
        #expect(record(ipv4, frame: 64, link: 11).0?.octets == 60)
        let ipv6 = SampledPacket().ipv6(payload: 60, next: 6)
        #expect(record(ipv6, frame: 104, link: 12).0?.octets == 100)
        let mpls = SampledPacket().label(16, isBottom: true).ipv4(length: 60)
        #expect(record(mpls, frame: 68, link: 13).0?.octets == 60)
        let ppp = SampledPacket().type(0xff03).type(0x0021).ipv4(length: 60)
        #expect(record(ppp, frame: 68, link: 7).0?.octets == 60)
        #expect(record(ppp, frame: 68, link: 7).0?.source == address("192.0.2.1"))
    }

    @Test("PPPoE and SNAP lead to IP")
    func encapsulations() {
        let pppoe = SampledPacket(
            octets: SampledPacket.ethernet.type(0x8864).octets + [0x11, 0, 0, 1, 0, 62]
        )
        .type(0x0021).ipv4(length: 0)
        #expect(record(pppoe, frame: 86).0?.octets == 60)
        let snap = SampledPacket(
            octets: SampledPacket.ethernet.type(68).octets + [0xaa, 0xaa, 3, 0, 0, 0]
        )
        .type(0x800).ipv4(length: 60)
        #expect(record(snap, frame: 86).0?.octets == 60)
    }

    @Test("a link we do not read counts its frame less the stripped octets")
    func unknownLink() {
        let (record, _) = record(SampledPacket(octets: [1, 2, 3, 4]), frame: 104, link: 3)
        #expect(record?.octets == 100)
        #expect(record?.family == .other)
    }

    @Test("Cisco's HDLC on POS: the EtherType follows address and control")
    func highLevelDataLinkControl() {
        for head in [0x0f00, 0x8f00] {
            let ipv4 = SampledPacket().type(head).type(0x800).ipv4(length: 0)
            #expect(record(ipv4, frame: 108, link: 14).0?.octets == 100)
            #expect(record(ipv4, frame: 108, link: 14).0?.source == address("192.0.2.1"))
            let ipv6 = SampledPacket().type(head).type(0x86dd).ipv6(payload: 60, next: 6)
            #expect(record(ipv6, frame: 108, link: 14).0?.octets == 100)
            let mpls = SampledPacket().type(head).type(0x8847).label(16, isBottom: true)
                .ipv4(length: 60)
            #expect(record(mpls, frame: 108, link: 7).0?.octets == 60)
        }
        let pos = SampledPacket().type(0xff03).type(0x0057).ipv6(payload: 60, next: 6)
        #expect(record(pos, frame: 108, link: 14).0?.octets == 100)
    }

    @Test("a PPP protocol in one octet; PPPoE has none")
    func compressedProtocol() {
        let ipv4 = SampledPacket(octets: [0x21]).ipv4(length: 0)
        #expect(record(ipv4, frame: 105, link: 7).0?.octets == 100)
        let framed = SampledPacket(octets: [0xff, 3, 0x57]).ipv6(payload: 60, next: 6)
        #expect(record(framed, frame: 107, link: 7).0?.source == address("2001:db8::1"))
        let pppoe = SampledPacket.ethernet.type(0x8864).raw([0x11, 0, 0, 1, 0, 62, 0x21])
            .ipv4(length: 60)
        #expect(record(pppoe, frame: 100).0?.has(.source) == false)
    }

    @Test("the protocol is not known when the extension headers go on past the captured octets")
    func cutExtensionHeaders() {
        let packet = SampledPacket.ethernet.type(0x86dd).ipv6(payload: 60, next: 0)
            .extensionHeader(next: 60).extensionHeader(next: 6).ports(80, 4000)
        for dropped in [5, 12, 13, 20] {
            let cut = SampledPacket(octets: packet.octets.dropLast(dropped))
            let (record, _) = record(cut, frame: 118)
            #expect(record?.source == address("2001:db8::1"))
            #expect(record?.octets == 100)
            #expect(record?.has(.ipProtocol) == false)
            #expect(record?.has(.sourcePort) == false)
        }
        let whole = SampledPacket(octets: packet.octets.dropLast(4))
        #expect(record(whole, frame: 118).0?.ipProtocol == 6)
    }

    @Test("no more than eight extension headers are read")
    func manyExtensionHeaders() {
        func packet(_ count: Int) -> SampledPacket {
            let head = SampledPacket.ethernet.type(0x86dd).ipv6(payload: 200, next: 60)
            let chain = (1..<count).reduce(head) { packet, _ in packet.extensionHeader(next: 60) }
            return chain.extensionHeader(next: 17).ports(53, 4000)
        }
        #expect(record(packet(8), frame: 300).0?.ipProtocol == 17)
        #expect(record(packet(8), frame: 300).0?.sourcePort == 53)
        #expect(record(packet(9), frame: 300).0?.has(.ipProtocol) == false)
    }

    @Test("a frame in a provider backbone has the addresses of the link, and 18 octets more")
    func backbone() {
        let head = SampledPacket.ethernet.tag(100, type: 0x88a8).type(0x88e7)
            .raw([0, 0, 0, 42]).raw([UInt8](repeating: 9, count: 12))
        let (record, vlans) = record(head.tag(7).type(0x800).ipv4(length: 0), frame: 144)
        #expect(record?.destinationMAC == MACAddress("02:00:00:00:00:01"))
        #expect(record?.source == address("192.0.2.1"))
        #expect(record?.etherType == 0x800)
        #expect(record?.vlan == 100)
        #expect(vlans == [100, 7])
        #expect(record?.octets == 100)  // less 14, 4, 18, 4 and the stripped 4
        let twice = SampledPacket.ethernet.type(0x88e7).raw([UInt8](repeating: 9, count: 16))
            .type(0x88e7).raw([UInt8](repeating: 9, count: 16)).type(0x800).ipv4(length: 60)
        #expect(self.record(twice, frame: 144).0?.has(.source) == false)
    }

    @Test(
        "links that are not read count their frame less the stripped octets",
        arguments: [0, 2, 3, 4, 5, 6, 8, 9, 10, 15, 16, 17, 18, .max] as [UInt32]
    )
    func otherLinks(link: UInt32) {
        let packet = SampledPacket.ethernet.type(0x800).ipv4(length: 60)
        let (record, _) = record(packet, frame: 104, link: link)
        #expect(record?.octets == 100)
        #expect(record?.packets == 1)
        #expect(record?.has(.source) == false)
        #expect(record?.has(.sourceMAC) == false)
    }

    @Test("a piece of the frame in an IPFIX record is read like a sampled header")
    func frameSection() {
        let packet = SampledPacket.ethernet.tag(100).type(0x800).ipv4(length: 60).ports(1, 2)
        var message = TemplateMessage.ipfix()
        message.addTemplate(256, [.init(10, 4), .init(312, 2), .init(315, 65535)])
        message.addData(256) {
            $0.write32(7)
            $0.write16(78)
            $0.write8(UInt8(packet.octets.count))
            $0.write(packet.octets)
        }
        var decoding = Decoding()
        let record = decoding.decode(message.octets).records.first
        #expect(record?.octets == 60)
        #expect(record?.packets == 1)
        #expect(record?.vlan == 100)
        #expect(record?.source == address("192.0.2.1"))
        #expect(record?.ingressInterface == 7)
    }
}
