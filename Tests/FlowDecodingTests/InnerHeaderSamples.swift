// SPDX-License-Identifier: Apache-2.0

import Model
import TestSupport
import Testing

/// Tunnels as octets, and what only looks like one.
///
/// The outer packet of each is 900 octets from 192.0.2.1 or 2001:db8::1; the inner comes from
/// 10.0.0.1 or fd00::1, and its ports are the last octets.
extension InnerHeaderTests {
    static let inner4 = SampledPacket()
        .ipv4(length: 60, from: "10.0.0.1", to: "10.0.0.2").ports(1234, 443).octets
    static let inner6 = SampledPacket()
        .ipv6(payload: 40, next: 17, from: "fd00::1", to: "fd00::2").ports(53, 4000).octets
    static let innerFrame = SampledPacket.ethernet.type(0x800).octets + inner4
    static let taggedFrame =
        SampledPacket.ethernet.tag(7).tag(8).type(0x86dd).octets + inner6

    static func outer4(_ ipProtocol: UInt8, fragment: Int = 0) -> SampledPacket {
        SampledPacket.ethernet.tag(100).type(0x800)
            .ipv4(length: 900, ipProtocol: ipProtocol, fragment: fragment)
    }

    static func outer6(_ next: UInt8) -> SampledPacket {
        SampledPacket.ethernet.type(0x86dd).ipv6(payload: 860, next: next)
    }

    /// A segment routing header of one segment, of 24 octets.
    static func segments(next: UInt8, type: UInt8 = 4) -> [UInt8] {
        [next, 2, type, 0, 0, 0, 0, 0] + [UInt8](repeating: 1, count: 16)
    }

    static func gre(_ flags: Int, _ type: Int, _ options: [UInt8] = []) -> [UInt8] {
        SampledPacket().type(flags).type(type).octets + options
    }

    static let vxlan: [UInt8] = [8, 0, 0, 0, 0, 0, 42, 0]

    struct Tunnel: CustomTestStringConvertible, Sendable {
        var testDescription: String
        var kind: InnerHeaders
        var packet: SampledPacket
        var isIPv6 = false

        init(_ name: String, _ kind: InnerHeaders, _ packet: SampledPacket, isIPv6: Bool = false) {
            (testDescription, self.kind, self.packet, self.isIPv6) = (name, kind, packet, isIPv6)
        }
    }

    static let tunnels: [Tunnel] = [
        Tunnel("IPv4 in IPv4, RFC 2003", .ipip, outer4(4).raw(inner4)),
        Tunnel("IPv6 in IPv4, RFC 4213", .ipip, outer4(41).raw(inner6), isIPv6: true),
        Tunnel("IPv4 in IPv6, RFC 2473", .ipip, outer6(4).raw(inner4)),
        Tunnel(
            "IPv6 in IPv6 behind destination options",
            .ipip,
            outer6(60).extensionHeader(next: 41).raw(inner6),
            isIPv6: true
        ),
        Tunnel("GRE, RFC 2784", .gre, outer4(47).raw(gre(0, 0x800)).raw(inner4)),
        Tunnel(
            "GRE with checksum, key and sequence number, RFC 2890",
            .gre,
            outer4(47).raw(gre(0xb000, 0x86dd, [UInt8](repeating: 9, count: 12))).raw(inner6),
            isIPv6: true
        ),
        Tunnel(
            "MPLS in GRE, RFC 4023",
            .gre,
            outer6(47).raw(gre(0, 0x8847)).label(16, isBottom: true).raw(inner4)
        ),
        Tunnel(
            "Ethernet in GRE, RFC 7637",
            .gre,
            outer4(47).raw(gre(0x2000, 0x6558, [0, 0, 42, 0])).raw(innerFrame)
        ),
        Tunnel("VXLAN, RFC 7348", .vxlan, outer4(17).udp(to: 4789).raw(vxlan).raw(innerFrame)),
        Tunnel(
            "VXLAN over IPv6, the inner frame tagged",
            .vxlan,
            outer6(17).udp(to: 4789).raw(vxlan).raw(taggedFrame),
            isIPv6: true
        ),
        Tunnel(
            "GTP-U, TS 29.281",
            .gtpu,
            outer4(17).udp(to: 2152).raw([0x30, 255, 0, 60, 0, 0, 0, 1]).raw(inner4)
        ),
        Tunnel(
            "GTP-U with a sequence number",
            .gtpu,
            outer4(17).udp(to: 2152).raw([0x32, 255, 0, 64, 0, 0, 0, 1, 0, 9, 0, 0]).raw(inner4)
        ),
        Tunnel(
            "GTP-U with two extension headers",
            .gtpu,
            outer4(17).udp(to: 2152).raw([0x34, 255, 0, 76, 0, 0, 0, 1, 0, 0, 0, 0x85])
                .raw([1, 0, 9, 0x40, 2, 0, 0, 0, 0, 0, 0, 0]).raw(inner6),
            isIPv6: true
        ),
        Tunnel(
            "SRv6 with segments, RFC 8754",
            .srv6,
            outer6(43).raw(segments(next: 41)).raw(inner6),
            isIPv6: true
        ),
        Tunnel(
            "Ethernet in SRv6, RFC 8986",
            .srv6,
            outer6(43).raw(segments(next: 143)).raw(innerFrame)
        ),
        Tunnel("Ethernet in IPv6 without segments", .srv6, outer6(143).raw(innerFrame)),
    ]

    static let outers: [(String, SampledPacket)] = [
        ("a later fragment", outer4(4, fragment: 185).raw(inner4)),
        ("GRE of version 1, RFC 2637", outer4(47).raw(gre(0x3001, 0x880b)).raw(inner4)),
        ("GRE with routing, RFC 1701", outer4(47).raw(gre(0x4000, 0x800)).raw(inner4)),
        ("GRE with another payload", outer4(47).raw(gre(0, 0x806)).raw(inner4)),
        (
            "VXLAN without an identifier",
            outer4(17).udp(to: 4789).raw([0, 0, 0, 0, 0, 0, 0, 0]).raw(innerFrame)
        ),
        ("UDP to another port", outer4(17).udp(to: 4790).raw(vxlan).raw(innerFrame)),
        (
            "GTP version 2",
            outer4(17).udp(to: 2152).raw([0x50, 255, 0, 60, 0, 0, 0, 1]).raw(inner4)
        ),
        (
            "GTP', protocol type 0",
            outer4(17).udp(to: 2152).raw([0x20, 255, 0, 60, 0, 0, 0, 1]).raw(inner4)
        ),
        (
            "a GTP echo request",
            outer4(17).udp(to: 2152).raw([0x30, 1, 0, 60, 0, 0, 0, 1]).raw(inner4)
        ),
        (
            "a GTP extension header of length 0",
            outer4(17).udp(to: 2152).raw([0x34, 255, 0, 60, 0, 0, 0, 1, 0, 0, 0, 0x85])
                .raw([0, 0, 0, 0]).raw(inner4)
        ),
        (
            "nine GTP extension headers",
            outer4(17).udp(to: 2152).raw([0x34, 255, 0, 96, 0, 0, 0, 1, 0, 0, 0, 0x85])
                .raw((0..<9).flatMap { [1, 0, 0, $0 < 8 ? 0x85 : 0] }).raw(inner4)
        ),
        ("a payload that is no IP", outer4(4).raw([UInt8](repeating: 0, count: 40))),
        ("an inner header of 16 octets", outer4(4).raw([0x44]).raw(inner4)),
        ("encrypted, RFC 4303", outer4(50).raw(inner4)),
        ("IPv4 that says segments follow", outer4(43).raw(segments(next: 4)).raw(inner4)),
    ]
}
