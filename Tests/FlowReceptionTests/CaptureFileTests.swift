// SPDX-License-Identifier: Apache-2.0

import FlowReception
import Model
import Testing

@Suite("CaptureFile")
struct CaptureFileTests {
    @Test("a datagram comes with its addresses, ports, time to the nanosecond, and payload")
    func readsDatagram() throws {
        var writer = CaptureWriter()
        writer.add(Packet.version4(Packet.udp([1, 2, 3])), at: 1_700_000_000_123_456_789)
        let result = try read(writer)
        let datagram = try #require(result.datagrams.first)
        #expect(datagram.source == IPAddress("192.0.2.1"))
        #expect(datagram.sourcePort == 40000)
        #expect(datagram.destination == IPAddress("192.0.2.2"))
        #expect(datagram.destinationPort == 2055)
        #expect(datagram.arrival == 1_700_000_000_123_456_789)
        #expect(datagram.payload == [1, 2, 3])
        #expect(result.datagrams.count == 1)
        #expect(result.skipped == SkippedPackets())
    }

    struct Framing: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let link: CaptureWriter.Link
        let header: [UInt8]

        init(_ name: String, _ link: CaptureWriter.Link, _ header: [UInt8]) {
            testDescription = name
            self.link = link
            self.header = header
        }
    }

    static let addresses = [UInt8](repeating: 2, count: 12)

    static let framings = [
        Framing("Ethernet", .ethernet, addresses + [8, 0]),
        Framing("one 802.1Q tag", .ethernet, addresses + [0x81, 0, 0, 5, 8, 0]),
        Framing("two tags", .ethernet, addresses + [0x88, 0xa8, 0, 5, 0x81, 0, 0, 6, 8, 0]),
        Framing("Linux cooked", .linuxCooked1, [UInt8](repeating: 0, count: 14) + [8, 0]),
        Framing("Linux cooked 2", .linuxCooked2, [8, 0] + [UInt8](repeating: 0, count: 18)),
        Framing("loopback, little endian", .loopback, [2, 0, 0, 0]),
        Framing("loopback, big endian", .loopback, [0, 0, 0, 2]),
        Framing("raw IP", .rawIP, []),
    ]

    @Test("the same datagram is found behind every link layer", arguments: framings)
    func removesLinkLayer(framing: Framing) throws {
        var writer = CaptureWriter(framing.link)
        writer.add(framing.header + Packet.version4(Packet.udp([9, 8])))
        #expect(try read(writer).datagrams.map(\.payload) == [[9, 8]])
    }

    static let unreadable = [
        Framing("a link layer we do not read", .pointToPoint, [0xff, 3, 0, 0x21]),
        Framing("ARP", .ethernet, addresses + [8, 6]),
        Framing(
            "tags without end",
            .ethernet,
            addresses + [[UInt8]](repeating: [0x81, 0, 0, 5], count: 5).joined() + [8, 0]
        ),
        Framing("OSI over loopback", .loopback, [7, 0, 0, 0]),
        Framing("neither IPv4 nor IPv6", .rawIP, [0x50]),
    ]

    @Test("what is no IP packet counts as other", arguments: unreadable)
    func countsOther(framing: Framing) throws {
        var writer = CaptureWriter(framing.link)
        writer.add(framing.header + Packet.version4(Packet.udp([1])))
        let result = try read(writer)
        #expect(result.datagrams.isEmpty)
        #expect(result.skipped.other == 1)
    }

    @Test("packets of other protocols are counted by what they are")
    func countsProtocols() throws {
        var writer = CaptureWriter()
        writer.add(Packet.version4([UInt8](repeating: 0, count: 20), upperLayer: 6))
        writer.add(Packet.version6([UInt8](repeating: 0, count: 20), nextHeader: 6))
        writer.add(Packet.version6([UInt8](repeating: 0, count: 20), nextHeader: 132))
        writer.add(Packet.version4([8, 0, 0, 0], upperLayer: 1))
        writer.add(Packet.version4(Packet.udp([5])))
        let result = try read(writer)
        #expect(result.datagrams.count == 1)
        #expect(result.skipped.tcp == 2)
        #expect(result.skipped.sctp == 1)
        #expect(result.skipped.other == 1)
        #expect(result.skipped.fragment == 0)
    }

    @Test("IPv4 options and IPv6 extension headers are passed over")
    func passesOverOptions() throws {
        let authentication: [UInt8] = [17, 1] + [UInt8](repeating: 0, count: 10)
        let routing: [UInt8] = [51, 1] + [UInt8](repeating: 0, count: 14)
        let hopByHop: [UInt8] = [43, 0, 1, 4, 0, 0, 0, 0]
        var writer = CaptureWriter()
        writer.add(Packet.version4(Packet.udp([1]), options: [1, 1, 1, 0]))
        writer.add(
            Packet.version6(hopByHop + routing + authentication + Packet.udp([2]), nextHeader: 0)
        )
        let result = try read(writer)
        #expect(result.datagrams.map(\.payload) == [[1], [2]])
        #expect(result.datagrams.last?.source == IPAddress("2001:db8::1"))
        #expect(result.datagrams.last?.destination == IPAddress("2001:db8::2"))
    }

    @Test("extension headers without end are not followed")
    func limitsExtensionHeaders() throws {
        let chain = [[UInt8]](repeating: [60, 0, 1, 4, 0, 0, 0, 0], count: 20).joined()
        var writer = CaptureWriter()
        writer.add(Packet.version6(Array(chain) + Packet.udp([2]), nextHeader: 60))
        #expect(try read(writer).skipped.other == 1)
    }

    @Test("of the lengths of frame, IP and UDP the smallest holds")
    func takesSmallestLength() throws {
        let padding = [UInt8](repeating: 0xee, count: 18)
        var writer = CaptureWriter()
        writer.add(Packet.version4(Packet.udp([1, 2])) + padding)
        writer.add(Packet.version4(Packet.udp([1, 2, 3], length: 10)))
        writer.add(Packet.version4(Packet.udp([1, 2], length: 900)) + padding)
        writer.add(Packet.version6(Packet.udp([1, 2], length: 900)) + padding)
        writer.add(Packet.version4(Packet.udp([1, 2, 3, 4])).dropLast(2), wire: 32)
        let payloads = try read(writer).datagrams.map(\.payload)
        #expect(payloads == [[UInt8]](repeating: [1, 2], count: 5))
    }

    @Test("a UDP length shorter than its own header is no datagram")
    func refusesShortLength() throws {
        var writer = CaptureWriter()
        writer.add(Packet.version4(Packet.udp([1, 2], length: 7)))
        #expect(try read(writer).skipped.other == 1)
    }

    @Test("a packet cut at any octet gives a shorter payload or none, and counts once")
    func survivesEveryCut() throws {
        for packet in [
            Packet.version4(Packet.udp([1, 2, 3]), options: [1, 1, 1, 0]),
            Packet.version6([17, 0, 1, 4, 0, 0, 0, 0] + Packet.udp([1, 2, 3]), nextHeader: 60),
        ] {
            var writer = CaptureWriter()
            for length in 0..<packet.count {
                writer.add(Array(packet.prefix(length)), wire: packet.count)
            }
            let result = try read(writer)
            // Cut inside the payload of three octets: none, one or two of them are left.
            #expect(result.datagrams.map(\.payload) == [[], [1], [1, 2]])
            #expect(result.skipped.other == packet.count - 3)
        }
    }

    @Test("any octet changed to any extreme is read or skipped, and counts once")
    func survivesMutation() throws {
        let frames = [
            Packet.version4(Packet.udp([1, 2, 3])),
            Packet.version6([17, 0, 1, 4, 0, 0, 0, 0] + Packet.udp([1, 2, 3]), nextHeader: 60),
            Packet.fragment6(Packet.udp([1, 2, 3]), offset: 0, more: false),
        ]
        var writer = CaptureWriter()
        var count = 0
        for frame in frames {
            for index in frame.indices {
                for value: UInt8 in [0, 1, 0x7f, 0x80, 0xff] {
                    var mutant = frame
                    mutant[index] = value
                    writer.add(mutant)
                    count += 1
                }
            }
        }
        let result = try read(writer)
        let skipped = result.skipped
        let sum = skipped.tcp + skipped.sctp + skipped.fragment + skipped.other
        #expect(result.datagrams.count + sum == count)
        #expect(result.datagrams.count > count / 2)
    }

    @Test("of a file torn inside a packet all before it is read, then the tear is told")
    func tellsTear() throws {
        var writer = CaptureWriter()
        writer.add(Packet.version4(Packet.udp([1])))
        let whole = writer.octets.count
        writer.add(Packet.version4(Packet.udp([2])))
        for length in whole + 1..<writer.octets.count {
            try CaptureWriter.withFile(Array(writer.octets.prefix(length))) { path in
                var capture = try CaptureFile.opened(path)
                let first = try capture.next()
                #expect(first?.payload == [1])
                let error = readingError(&capture)
                #expect(error == .cutOff(path: path))
                let after = try capture.next()
                #expect(after == nil)
            }
        }
    }

    @Test("fragments still waiting at a tear count as skipped")
    func countsFragmentsAtTear() throws {
        var writer = CaptureWriter()
        writer.add(Packet.version4([UInt8](repeating: 1, count: 8), more: true))
        writer.add(Packet.version4(Packet.udp([2])))
        try CaptureWriter.withFile(writer.octets.dropLast()) { path in
            var capture = try CaptureFile.opened(path)
            let error = readingError(&capture)
            #expect(error == .cutOff(path: path))
            let skipped = capture.skippedPackets
            #expect(skipped.fragment == 1)
        }
    }

    @Test("a file torn inside its header is cut off, a shorter one is no capture")
    func tellsTornHeader() throws {
        for length in 0..<24 {
            try CaptureWriter.withFile(Array(CaptureWriter().octets.prefix(length))) { path in
                let error = openingError(path)
                if length < 4 {
                    #expect(error.map(isUnreadable) == true, "\(length) octets")
                } else {
                    #expect(error == .cutOff(path: path), "\(length) octets")
                }
            }
        }
    }

    @Test("a file that is no capture says so, one that is not there too")
    func tellsNoCapture() throws {
        try CaptureWriter.withFile(Array("interface TenGigE0/0/0/1\n".utf8)) { path in
            #expect(
                openingError(path) == .unreadable(path: path, reason: "unknown file format")
            )
        }
        #expect(
            openingError("/nowhere/x.pcap")
                == .unreadable(path: "/nowhere/x.pcap", reason: "No such file or directory")
        )
    }

    @Test("a packet of an absurd length ends the capture with a reason")
    func tellsAbsurdLength() throws {
        var writer = CaptureWriter()
        writer.add(Packet.version4(Packet.udp([1])))
        let absurd = writer.octets + CaptureWriter.big(UInt64.max) + CaptureWriter.big(UInt64.max)
        try CaptureWriter.withFile(absurd) { path in
            var capture = try CaptureFile.opened(path)
            let first = try capture.next()
            #expect(first?.payload == [1])
            let error = readingError(&capture)
            #expect(error.map(isUnreadable) == true)
        }
    }

    @Test("pcapng is read, with the time resolution of its interface")
    func readsNextGeneration() throws {
        let frame = Packet.version4(Packet.udp([4, 4, 4, 4]))
        let time: UInt64 = 1_700_000_000_123_456_789
        let section = block(
            0x0a0d_0d0a,
            CaptureWriter.big(0x1a2b_3c4d as UInt32) + [0, 1, 0, 0]
                + [UInt8](repeating: 0xff, count: 8)
        )
        // Option 9, if_tsresol: ten to the power of minus nine.
        let interface = block(
            1,
            [0, 101, 0, 0, 0, 0, 0xff, 0xff, 0, 9, 0, 1, 9, 0, 0, 0, 0, 0, 0, 0]
        )
        let lengths =
            CaptureWriter.big(UInt32(frame.count)) + CaptureWriter.big(UInt32(frame.count))
        let packet = block(6, [0, 0, 0, 0] + CaptureWriter.big(time) + lengths + frame)
        let octets = section + interface + packet
        try CaptureWriter.withFile(octets) { path in
            var capture = try CaptureFile.opened(path)
            let datagram = try capture.next()
            #expect(datagram?.payload == [4, 4, 4, 4])
            #expect(datagram?.arrival == Int64(time))
            let end = try capture.next()
            #expect(end == nil)
        }
        try CaptureWriter.withFile(octets.dropLast(3)) { path in
            var capture = try CaptureFile.opened(path)
            let error = readingError(&capture)
            #expect(error == .cutOff(path: path))
        }
    }
}

/// All datagrams of a capture, and what was passed over.
func read(
    _ writer: CaptureWriter
) throws -> (datagrams: [CapturedDatagram], skipped: SkippedPackets) {
    try writer.withFile { path in
        var capture = try CaptureFile.opened(path)
        var datagrams: [CapturedDatagram] = []
        while let datagram = try capture.next() { datagrams.append(datagram) }
        return (datagrams, capture.skippedPackets)
    }
}

private func openingError(_ path: String) -> CaptureError? {
    do {
        _ = try CaptureFile.opened(path)
        return nil
    } catch {
        return error
    }
}

private func readingError(_ capture: inout CaptureFile) -> CaptureError? {
    do {
        _ = try capture.next()
        return nil
    } catch {
        return error
    }
}

private func isUnreadable(_ error: CaptureError) -> Bool {
    if case .unreadable(_, let reason) = error { !reason.isEmpty } else { false }
}

/// A pcapng block: type, length, body in words of 4 octets, length again.
private func block(_ type: UInt32, _ body: [UInt8]) -> [UInt8] {
    let length = CaptureWriter.big(UInt32(body.count + 12))
    return CaptureWriter.big(type) + length + body + length
}
