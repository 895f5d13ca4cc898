// SPDX-License-Identifier: Apache-2.0

import FlowDecoding
import Model
import TestSupport
import Testing

/// Lists as values (RFC 6313): nothing in a list is traffic of the record, so it is passed over.
@Suite("Structured data")
struct StructuredDataTests {
    typealias Field = TemplateMessage.Field

    /// A record of a list, encoded by its length, and octets behind it.
    private static func record(_ element: Int, list: [UInt8]) -> [UInt8] {
        var message = TemplateMessage.ipfix()
        message.addTemplate(256, [.source, .init(element, 65535), .init(1, 4)])
        message.addData(256) {
            $0.write(address("192.0.2.1"))
            if list.count < 255 {
                $0.write8(UInt8(list.count))
            } else {
                $0.write8(255)
                $0.write16(list.count)
            }
            $0.write(list)
            $0.write32(1_500)
        }
        return message.octets
    }

    /// A basicList in a basicList, so many deep, and in the last octetDeltaCount.
    private static func nested(depth: Int) -> [UInt8] {
        guard depth > 0 else { return [0xff, 0, 1, 0, 4, 0, 0, 0, 9] }
        let inner = nested(depth: depth - 1)
        return [0xff, 0x01, 0x23, 0xff, 0xff, 0xff] + [UInt8(inner.count >> 8)]
            + [UInt8(inner.count & 0xff)] + inner
    }

    @Test("a list is passed over by its own length, however it is nested", arguments: 291...293)
    func nesting(element: Int) {
        for depth in [0, 1, 4, 100] {
            var decoding = Decoding()
            let result = decoding.decode(Self.record(element, list: Self.nested(depth: depth)))
            #expect(result.records.map(\.octets) == [1_500])
            #expect(result.reasons.isEmpty)
        }
    }

    @Test("lengths inside a list that lie harm nothing outside it", arguments: 291...293)
    func lies(element: Int) {
        let lists: [[UInt8]] = [
            [], [0xff], [0xff, 0x01, 0x23, 0xff, 0xff, 0xff, 0xff, 0xff],
            [0x03, 0x01, 0x00, 0xff, 0xff], [0xff, 0, 1, 0, 0, 0, 0],
            [0xff, 0x01, 0x00, 0x00, 0x03, 0x01, 0x00, 0x00, 0x00],
            [UInt8](repeating: 0xff, count: 300),
        ]
        for list in lists {
            var decoding = Decoding()
            let result = decoding.decode(Self.record(element, list: list))
            #expect(result.records.map(\.octets) == [1_500])
            #expect(result.reasons.isEmpty)
        }
    }

    @Test("a list that is longer than its set is cut off there, and is an error")
    func tooLong() {
        var message = TemplateMessage.ipfix()
        message.addTemplate(256, [.init(291, 65535), .init(1, 4)])
        message.addData(256) {
            $0.write8(255)
            $0.write16(60_000)
            $0.writeZeros(20)
        }
        message.addTemplate(257, [.init(1, 4)])
        message.addData(257) { $0.write32(7) }
        var decoding = Decoding()
        let result = decoding.decode(message.octets)
        #expect(result.records.map(\.octets) == [7])
        #expect(result.reasons == [.truncated])
    }

    @Test("lists are called by their names")
    func names() {
        var decoding = Decoding()
        let result = decoding.decode(Self.record(292, list: []))
        #expect(result.details.templates.first?.template?.name(of: 1) == "subTemplateList")
    }
}
