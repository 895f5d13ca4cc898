// SPDX-License-Identifier: Apache-2.0

import Model
import Testing

@testable import FlowReception

@Suite("FragmentReassembler")
struct FragmentReassemblerTests {
    /// A datagram of 100 octets of payload, told apart by their values.
    static let payload = (0..<100).map { UInt8($0) }

    /// The fragments of a datagram with ``payload``, of `size` octets each but the last.
    static func fragments(
        size: Int,
        version6: Bool = false,
        identification: UInt16 = 7
    ) -> [[UInt8]] {
        let whole = Packet.udp(payload)
        return stride(from: 0, to: whole.count, by: size).map { offset in
            let part = Array(whole[offset..<min(offset + size, whole.count)])
            let more = offset + size < whole.count
            return version6
                ? Packet.fragment6(part, offset: offset, more: more)
                : Packet.version4(part, offset: offset, more: more, identification: identification)
        }
    }

    static func read(
        _ frames: [[UInt8]],
        every interval: UInt64 = 1_000
    ) throws -> (
        datagrams: [CapturedDatagram], skipped: SkippedPackets
    ) {
        var writer = CaptureWriter()
        for (index, frame) in frames.enumerated() {
            writer.add(frame, at: 1_000_000_000 + UInt64(index) * interval)
        }
        return try FlowReceptionTests.read(writer)
    }

    @Test("fragments make one datagram in any order, with the time of the last to come")
    func reassembles() throws {
        for version6 in [false, true] {
            let fragments = Self.fragments(size: 40, version6: version6)
            try #require(fragments.count == 3)
            for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
                let result = try Self.read(order.map { fragments[$0] })
                #expect(result.datagrams.map(\.payload) == [Self.payload])
                #expect(result.datagrams.first?.sourcePort == 40000)
                #expect(result.datagrams.first?.arrival == 1_000_002_000)
                #expect(result.skipped == SkippedPackets())
            }
        }
    }

    @Test("fragments of two datagrams do not mix")
    func keepsApart() throws {
        let one = Self.fragments(size: 56, identification: 1)
        let two = Self.fragments(size: 56, identification: 2)
        let result = try Self.read([one[0], two[1], two[0], one[1]])
        #expect(result.datagrams.map(\.payload) == [Self.payload, Self.payload])
        #expect(result.skipped.fragment == 0)
    }

    @Test("a fragment that comes twice does no harm and counts as skipped")
    func ignoresDuplicate() throws {
        let fragments = Self.fragments(size: 40)
        let result = try Self.read([fragments[0], fragments[0], fragments[1], fragments[2]])
        #expect(result.datagrams.map(\.payload) == [Self.payload])
        #expect(result.skipped.fragment == 1)
    }

    @Test("overlapping fragments condemn the datagram, also what comes of it later")
    func condemnsOverlap() throws {
        let fragments = Self.fragments(size: 40)
        let overlapping = Packet.version4([UInt8](repeating: 1, count: 24), offset: 32, more: true)
        let result = try Self.read([fragments[0], overlapping, fragments[1], fragments[2]])
        #expect(result.datagrams.isEmpty)
        #expect(result.skipped.fragment == 4)
    }

    @Test("an overlap does not make up for a gap of its length")
    func seesGapBesideOverlap() throws {
        let fragments = Self.fragments(size: 40)
        // 0 ..< 40, 32 ..< 72 and 80 ..< 108 are 108 octets together, as the whole is.
        let overlapping = Packet.version4([UInt8](repeating: 1, count: 40), offset: 32, more: true)
        let result = try Self.read([fragments[0], overlapping, fragments[2]])
        #expect(result.datagrams.isEmpty)
        #expect(result.skipped.fragment == 3)
    }

    static let malformed: [(String, [UInt8])] = [
        ("not last, of no whole eighth", Packet.version4([1, 2, 3], offset: 40, more: true)),
        ("empty", Packet.version4([], offset: 40, more: true)),
        ("another last, earlier", Packet.version4([1], offset: 80, more: false)),
        (
            "beyond the last",
            Packet.version4([UInt8](repeating: 1, count: 8), offset: 200, more: true)
        ),
        (
            "beyond 65,535",
            Packet.version4([UInt8](repeating: 1, count: 80), offset: 65528, more: false)
        ),
    ]

    @Test("a fragment that cannot be true condemns the datagram", arguments: malformed)
    func condemnsMalformed(sample: (String, [UInt8])) throws {
        let fragments = Self.fragments(size: 40)
        let result = try Self.read([fragments[0], fragments[2], sample.1, fragments[1]])
        #expect(result.datagrams.isEmpty)
        #expect(result.skipped.fragment == 4)
    }

    @Test("a fragment cut by the snap length spoils its datagram", arguments: 0..<3)
    func condemnsCut(index: Int) throws {
        var fragments = Self.fragments(size: 40)
        fragments[index].removeLast(8)
        let result = try Self.read(fragments)
        #expect(result.datagrams.isEmpty)
        #expect(result.skipped.fragment == 3)
    }

    @Test("two fragments for one place that differ condemn the datagram")
    func condemnsContradiction() throws {
        var fragments = Self.fragments(size: 40)
        fragments.insert(fragments[0], at: 1)
        fragments[1][59] ^= 1
        let result = try Self.read(fragments)
        #expect(result.datagrams.isEmpty)
        #expect(result.skipped.fragment == 4)
    }

    @Test("the first IPv6 fragment says what the whole carries")
    func takesNextHeaderOfFirst() throws {
        let whole = Packet.udp(Self.payload)
        let result = try Self.read([
            Packet.fragment6(Array(whole[..<64]), offset: 0, more: true, nextHeader: 17),
            Packet.fragment6(Array(whole[64...]), offset: 64, more: false, nextHeader: 60),
        ])
        #expect(result.datagrams.map(\.payload) == [Self.payload])
    }

    @Test("a datagram that never becomes whole counts its fragments as skipped")
    func countsIncomplete() throws {
        let result = try Self.read(Array(Self.fragments(size: 40).dropLast()))
        #expect(result.datagrams.isEmpty)
        #expect(result.skipped.fragment == 2)
    }

    @Test("fragments further apart than 15 seconds do not meet")
    func forgetsOld() throws {
        let fragments = Self.fragments(size: 56)
        #expect(try Self.read(fragments, every: 15_000_000_000).datagrams.count == 1)
        let late = try Self.read(fragments, every: 15_000_000_001)
        #expect(late.datagrams.isEmpty)
        #expect(late.skipped.fragment == 2)
    }

    @Test("an IPv6 fragment that is the whole packet waits for nothing")
    func takesAtomicFragment() throws {
        let frame = Packet.fragment6(Packet.udp([1, 2]), offset: 0, more: false)
        #expect(try Self.read([frame]).datagrams.map(\.payload) == [[1, 2]])
    }

    @Test("extension headers inside the fragments are passed over once it is whole")
    func passesOverInnerHeaders() throws {
        let whole = [17, 0, 1, 4, 0, 0, 0, 0] + Packet.udp(Self.payload)
        let result = try Self.read([
            Packet.fragment6(Array(whole[..<64]), offset: 0, more: true, nextHeader: 60),
            Packet.fragment6(Array(whole[64...]), offset: 64, more: false, nextHeader: 60),
        ])
        #expect(result.datagrams.map(\.payload) == [Self.payload])
    }

    @Test("fragments of TCP count as TCP")
    func countsTCP() throws {
        let frame = Packet.version4(Self.payload, upperLayer: 6, offset: 8, more: true)
        let result = try Self.read([frame])
        #expect(result.skipped.tcp == 1)
        #expect(result.skipped.fragment == 0)
    }

    @Test("a flood of first fragments is kept within bounds, and every one is counted")
    func staysWithinBounds() throws {
        var reassembler = FragmentReassembler()
        let part = [UInt8](repeating: 1, count: 60_000)
        for identification in 0..<1000 {
            let octets = Packet.version4(
                part,
                more: true,
                identification: UInt16(identification)
            )
            let packet = try #require(IPPacket(PacketOctets(octets)))
            let fragment = try #require(packet.fragment)
            #expect(reassembler.add(packet, as: fragment, at: 0) == nil)
            #expect(reassembler.octets <= FragmentReassembler.maximumOctets)
        }
        #expect(reassembler.abandoned > 0)
        reassembler.abandonAll()
        #expect(reassembler.abandoned == 1000)
        #expect(reassembler.octets == 0)
    }

    @Test("small first fragments push out the oldest")
    func pushesOutOldest() throws {
        let limit = FragmentReassembler.maximumPackets
        let starts = (0...limit).map { Self.fragments(size: 56, identification: UInt16($0))[0] }
        let ends = [0, limit].map { Self.fragments(size: 56, identification: UInt16($0))[1] }
        let result = try Self.read(starts + ends)
        // The first of them made room for the last; its end found nothing.
        #expect(result.datagrams.count == 1)
        #expect(result.skipped.fragment == limit + 1)
    }

    @Test("more fragments than a datagram can need condemn it")
    func limitsParts() throws {
        let limit = FragmentReassembler.maximumParts
        let frames = (0...limit).map { index in
            Packet.version4([UInt8](repeating: 1, count: 8), offset: index * 8, more: true)
        }
        let last = Packet.version4([1], offset: (limit + 1) * 8, more: false)
        let result = try Self.read(frames + [last])
        #expect(result.datagrams.isEmpty)
        #expect(result.skipped.fragment == limit + 2)
    }
}
