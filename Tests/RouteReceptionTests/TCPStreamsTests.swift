// SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing

@Suite("TCP streams of a capture")
struct TCPStreamsTests {
    /// A packet of 192.0.2.1, port 50000, to 192.0.2.2, port 179, with `text` from `sequence` on.
    private func segment(_ sequence: UInt32, _ text: String, isFirst: Bool = false) -> [UInt8] {
        var writer = OctetWriter()
        writer.write16(0x4500)
        writer.write16(20 + 24 + text.utf8.count)
        writer.write32(0)
        writer.write16(64 << 8 | 6)
        writer.write16(0)
        writer.write(address("192.0.2.1"))
        writer.write(address("192.0.2.2"))
        writer.write16(50_000)
        writer.write16(179)
        writer.write32(sequence)
        writer.write32(0)
        writer.write16(0x6000 | (isFirst ? 2 : 0x10))  // six words of header
        writer.writeZeros(10)
        writer.write(Array(text.utf8))
        return writer.octets
    }

    /// Each stream, then what was sent behind its gaps.
    private func streams(_ packets: [UInt8]...) -> [String] {
        var capture = CaptureOctets()
        for packet in packets { capture.add(packet: packet) }
        let streams = TCPStreams(capture.octets).streams
        return streams.flatMap { stream in
            ([stream.octets] + stream.behindGaps).map { String(decoding: $0, as: UTF8.self) }
        }
    }

    @Test("segments in any order become what was sent")
    func order() {
        let begin = segment(99, "", isFirst: true)
        let (one, two, three) = (segment(100, "one "), segment(104, "two "), segment(108, "three"))
        #expect(streams(begin, one, two, three) == ["one two three"])
        #expect(streams(begin, three, one, two) == ["one two three"])
        #expect(streams(begin, three, two, one) == ["one two three"])
    }

    @Test("what is sent again counts once, also when it is cut otherwise")
    func retransmission() {
        let begin = segment(99, "", isFirst: true)
        let all = streams(
            begin,
            segment(100, "one "),
            segment(100, "one "),
            segment(102, "e two "),
            segment(100, "on"),
            segment(108, "three")
        )
        #expect(all == ["one two three"])
    }

    @Test("a capture that begins in the middle of a connection begins there")
    func middle() {
        #expect(streams(segment(4_294_967_294, "one "), segment(2, "two")) == ["one two"])
    }

    @Test("a gap that is never filled divides what was sent")
    func gap() {
        let begin = segment(99, "", isFirst: true)
        let (one, three, five) = (
            segment(100, "one "), segment(108, "three "), segment(119, "five")
        )
        let all = streams(begin, one, five, three, segment(112, "e four "))
        #expect(all == ["one ", "three four five"])
        #expect(streams(begin, one, five, three) == ["one ", "three ", "five"])
    }

    @Test("a new connection between the same ends is another stream")
    func again() {
        let all = streams(
            segment(99, "", isFirst: true),
            segment(100, "one"),
            segment(7, "", isFirst: true),
            segment(8, "two")
        )
        #expect(all == ["one", "two"])
    }
}
