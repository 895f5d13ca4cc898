// SPDX-License-Identifier: Apache-2.0

import FlowDecoding
import Model
import TestSupport
import Testing

@Suite("Clocks of exporters")
struct ClockSkewTests {
    private static func skew(_ octets: [UInt8], after milliseconds: Int64) -> Int64? {
        var decoding = Decoding()
        let arrival = (1_700_000_000_000 + milliseconds) * 1_000_000
        _ = decoding.decode(octets, at: arrival)
        return decoding.decoder.skewMilliseconds(of: address("192.0.2.1"))
    }

    @Test("a clock ahead of ours is positive; whole seconds are taken for their middle")
    func one() {
        #expect(Self.skew(TemplateMessage.ipfix().octets, after: -10_000) == 10_500)
        #expect(Self.skew(TemplateMessage.netFlow9().octets, after: 500) == 0)
        var packet = NetFlow5Packet()
        packet.records = [.init()]
        packet.exportNanoseconds = 250_000_000
        #expect(Self.skew(packet.octets, after: 1_250) == -1_000)
    }

    @Test("sFlow does not tell the time, nor does an exporter whose clock stands at zero")
    func none() {
        #expect(Self.skew(SFlowDatagram().octets, after: 0) == nil)
        var message = TemplateMessage.ipfix()
        message.exportTime = 0
        #expect(Self.skew(message.octets, after: 0) == nil)
        #expect(Decoding().decoder.skewMilliseconds(of: address("192.0.2.7")) == nil)
    }

    @Test("it is smoothed, and a clock that was set is believed at once")
    func smoothed() throws {
        var decoding = Decoding()
        var message = TemplateMessage.ipfix()
        for index in 0..<1_000 as Range<Int64> {
            // Delays between 0 and 300 ms, and the fraction of a second that is not written.
            let arrival = 1_700_000_000_000 + index * 137 + index * 31 % 301
            message.exportTime = UInt32((1_700_000_000_000 + index * 137 + 4_000) / 1_000)
            _ = decoding.decode(message.octets, at: arrival * 1_000_000)
        }
        let skew = try #require(decoding.decoder.skewMilliseconds(of: address("192.0.2.1")))
        #expect((3_600...4_100).contains(skew))
        message.exportTime += 7_200
        _ = decoding.decode(message.octets, at: 1_700_000_137_000_000_000)
        let stepped = try #require(decoding.decoder.skewMilliseconds(of: address("192.0.2.1")))
        #expect((7_200_000...7_206_000).contains(stepped))
    }

    @Test("NetFlow v5 flows across the wrap of the uptime keep their times")
    func netFlow5Wrap() {
        var packet = NetFlow5Packet()
        packet.uptime = 1_000
        packet.records = [.init()]
        packet.records[0].first = .max - 999
        packet.records[0].last = 0
        var decoding = Decoding()
        let record = decoding.decode(packet.octets).records.first
        #expect(record?.start == 1_699_999_998_000_000_000)
        #expect(record?.end == 1_699_999_999_000_000_000)
    }

    @Test("IPFIX flows of an exporter up for 60 days keep their times across the wrap")
    func ipfixWrap() {
        // It booted so that the uptime wraps at the export time less one second.
        let wrap: UInt64 = 1 << 32
        let booted = 1_700_000_000_000 - 1_000 - wrap
        var message = TemplateMessage.ipfix()
        message.addTemplate(256, [.init(160, 8), .init(22, 4), .init(21, 4)])
        message.addData(256) {
            $0.write64(booted)
            $0.write32(.max - 999)
            $0.write32(500)
        }
        var decoding = Decoding()
        let record = decoding.decode(message.octets).records.first
        #expect(record?.start == 1_699_999_998_000_000_000)
        #expect(record?.end == 1_699_999_999_500_000_000)
    }
}
