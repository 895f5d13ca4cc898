// SPDX-License-Identifier: Apache-2.0

import FlowDecoding
import Model
import TestSupport
import Testing

/// Tunnels in sampled packets, whose outer packet is from 192.0.2.1 or 2001:db8::1, and whose inner
/// is from 10.0.0.1 or fd00::1.
@Suite("Inner headers")
struct InnerHeaderTests {
    private func record(
        _ packet: SampledPacket,
        _ tunnels: InnerHeaders,
        frame: Int = 1000,
        link: UInt32 = 1
    ) -> FlowRecord? {
        var sample = SFlowDatagram.FlowSample()
        sample.addHeader(packet.octets, frame: frame, link: link)
        var datagram = SFlowDatagram()
        datagram.add(sample)
        var decoding = Decoding()
        decoding.decoder.use(tunnels, for: address("192.0.2.1"))
        return decoding.decode(datagram.octets).records.first
    }

    private func isInner(_ record: FlowRecord?, _ tunnel: Tunnel) -> Bool {
        guard let record else { return false }
        let wanted: (IPAddress, IPAddress, UInt8, UInt16, UInt16) =
            tunnel.isIPv6
            ? (address("fd00::1"), address("fd00::2"), 17, 53, 4000)
            : (address("10.0.0.1"), address("10.0.0.2"), 6, 1234, 443)
        return record.source == wanted.0 && record.destination == wanted.1
            && record.ipProtocol == wanted.2 && record.sourcePort == wanted.3
            && record.destinationPort == wanted.4
            && record.has([.source, .destination, .ipProtocol, .sourcePort, .destinationPort])
    }

    private func isOuter(_ record: FlowRecord?) -> Bool {
        record?.source == address("192.0.2.1") || record?.source == address("2001:db8::1")
    }

    @Test("inside a tunnel the inner addresses, protocol and ports count", arguments: tunnels)
    func inner(_ tunnel: Tunnel) {
        let record = record(tunnel.packet, tunnel.kind)
        #expect(isInner(record, tunnel))
        #expect(record?.octets == 900)  // of the outer packet
        #expect(record?.packets == 1)
        #expect(record?.destinationMAC == MACAddress("02:00:00:00:00:01"))
        #expect(record?.family == (tunnel.isIPv6 ? .ipv6 : .ipv4))
    }

    @Test("a tunnel that is not asked for counts as the outer packet", arguments: tunnels)
    func otherTunnel(_ tunnel: Tunnel) {
        let others = InnerHeaders(rawValue: 0x3f).subtracting(tunnel.kind)
        for tunnels in [[], others] {
            let record = record(tunnel.packet, tunnels)
            #expect(isOuter(record))
            #expect(record?.octets == 900)
        }
    }

    @Test("an inner IP header that is cut off leaves the outer packet", arguments: tunnels)
    func cut(_ tunnel: Tunnel) {
        let octets = tunnel.packet.octets
        for length in 0..<octets.count {
            let record = record(SampledPacket(octets: Array(octets[..<length])), tunnel.kind)
            guard let record, record.has(.source) else { continue }
            #expect(isOuter(record) == (length < octets.count - 4))  // the ports come last
        }
    }

    @Test("what does not match counts as the outer packet, whatever is asked for")
    func mismatches() {
        for (name, packet) in Self.outers {
            let record = record(packet, InnerHeaders(rawValue: 0x3f))
            #expect(record?.source == address("192.0.2.1"), "\(name)")
            #expect(record?.octets == 900, "\(name)")
        }
    }

    @Test("routing headers of other types are no segments")
    func otherRoutingHeader() {
        let packet = Self.outer6(43).raw(Self.segments(next: 41, type: 2)).raw(Self.inner6)
        #expect(isOuter(record(packet, .srv6)))
        #expect(record(packet, .ipip)?.source == address("fd00::1"))
    }

    @Test("one tunnel is looked into, not a tunnel in it")
    func nested() {
        let packet = Self.outer4(4).ipv4(length: 80, ipProtocol: 4, from: "10.9.9.9")
            .raw(Self.inner4)
        let record = record(packet, .ipip)
        #expect(record?.source == address("10.9.9.9"))
        #expect(record?.ipProtocol == 4)
        #expect(record?.has(.sourcePort) == false)
    }

    @Test("an inner later fragment has no ports, neither has it those outside")
    func innerFragment() {
        let inner = SampledPacket().ipv4(length: 60, ipProtocol: 17, fragment: 9, from: "10.0.0.1")
            .ports(1, 2).octets
        let packet = Self.outer4(17).udp(to: 4789).raw(Self.vxlan)
            .raw(SampledPacket.ethernet.type(0x800).octets + inner)
        let record = record(packet, .vxlan)
        #expect(record?.source == address("10.0.0.1"))
        #expect(record?.ipProtocol == 17)
        #expect(record?.has(.sourcePort) == false)
        #expect(record?.has(.destinationPort) == false)
    }

    @Test("Ethernet over MPLS counts the inner IP packet, with a control word or without")
    func pseudowire() {
        let labels = SampledPacket.ethernet.type(0x8847).label(16, isBottom: false)
            .label(100, isBottom: true)
        // Addresses that begin with 0, as a control word does, and with 2.
        let zeros: [UInt8] = [0, 0x1b, 0x21, 0, 0, 1, 0, 0x1b, 0x21, 0, 0, 2, 8, 0]
        for head in [[0, 0, 0, 1], []] as [[UInt8]] {
            for frame in [zeros + Self.inner4, Self.innerFrame] {
                let packet = labels.raw(head).raw(frame)
                let record = record(packet, .eompls, frame: 200)
                #expect(record?.source == address("10.0.0.1"))
                #expect(record?.destinationPort == 443)
                #expect(record?.octets == 60)
                #expect(record?.etherType == 0x8847)
                // The frame less 14, two labels and what was stripped.
                let plain = self.record(packet, [], frame: 200)
                #expect(plain?.has(.source) == false)
                #expect(plain?.octets == 174)
            }
        }
    }

    @Test("a pseudowire that leads to no IP packet counts its frame")
    func otherPseudowire() {
        let packet = SampledPacket.ethernet.type(0x8847).label(100, isBottom: true)
            .raw([0, 0, 0, 1]).raw(SampledPacket.ethernet.type(0x806).octets)
            .raw([UInt8](repeating: 0, count: 28))
        let record = record(packet, .eompls, frame: 100)
        #expect(record?.family == .other)
        #expect(record?.octets == 78)
    }

    @Test("the choice is the exporter's, before its first datagram and after")
    func exporters() {
        var sample = SFlowDatagram.FlowSample()
        sample.addHeader(Self.outer4(4).raw(Self.inner4).octets, frame: 1000)
        var datagram = SFlowDatagram()
        datagram.add(sample)
        var decoding = Decoding()
        decoding.decoder.use(.ipip, for: address("192.0.2.1"))
        func source(_ exporter: String, _ sequence: UInt32) -> IPAddress? {
            datagram.sequence = sequence
            return decoding.decode(datagram.octets, from: exporter).records.first?.source
        }
        #expect(source("192.0.2.1", 1) == address("10.0.0.1"))
        #expect(source("192.0.2.2", 2) == address("192.0.2.1"))
        decoding.decoder.use(InnerHeaders(), for: address("192.0.2.1"))
        decoding.decoder.use(.ipip, for: address("192.0.2.2"))
        #expect(source("192.0.2.1", 3) == address("192.0.2.1"))
        #expect(source("192.0.2.2", 4) == address("10.0.0.1"))
    }

    /// The packets of the raw frames in the captures, encoded anew: GRE with NTP, IPv4 in IPv4 with
    /// ICMP, IPv6 in IPv4 with TCP, IPv4 in IPv6 with GRE version 1, and a pseudowire.
    @Test("frames as captured of GRE, IP in IP, 6in4 and a pseudowire")
    func captured() {
        let gre = SampledPacket.ethernet.type(0x800)
            .ipv4(length: 100, ipProtocol: 47, from: "172.27.1.66", to: "66.59.109.137")
            .raw(Self.gre(0, 0x800))
            .ipv4(length: 76, ipProtocol: 17, from: "66.59.111.190", to: "66.59.111.182")
            .ports(123, 123)
        let ntp = record(gre, .gre, frame: 118)
        #expect(ntp?.source == address("66.59.111.190"))
        #expect(ntp?.destinationPort == 123)
        #expect(ntp?.octets == 100)
        let ipip = SampledPacket.ethernet.type(0x800)
            .ipv4(length: 120, ipProtocol: 4, from: "10.1.2.1", to: "10.1.2.2")
            .ipv4(length: 100, ipProtocol: 1, from: "192.168.0.1", to: "192.168.0.2")
        #expect(record(ipip, .ipip, frame: 138)?.ipProtocol == 1)
        #expect(record(ipip, .ipip, frame: 138)?.source == address("192.168.0.1"))
        let pptp = SampledPacket.ethernet.tag(100).type(0x86dd).ipv6(payload: 139, next: 4)
            .ipv4(length: 139, ipProtocol: 47, from: "16.0.0.200", to: "192.52.166.154")
            .raw(Self.gre(0x3081, 0x880b))
        let inner = record(pptp, InnerHeaders(rawValue: 0x3f), frame: 201)
        #expect(inner?.source == address("16.0.0.200"))
        #expect(inner?.ipProtocol == 47)
        #expect(inner?.octets == 179)
    }
}
