// SPDX-License-Identifier: Apache-2.0

import FlowDecoding
import Model
import TestSupport
import Testing

@Suite("Times of flow records")
struct FlowTimeTests {
    typealias Field = TemplateMessage.Field

    private func record(
        _ fields: [(Field, UInt64)],
        _ message: TemplateMessage = .ipfix()
    ) -> FlowRecord? {
        var message = message
        message.addTemplate(256, fields.map(\.0))
        message.addData(256) { writer in
            for (field, value) in fields { writer.write(value, octets: field.length) }
        }
        var decoding = Decoding()
        return decoding.decode(message.octets).records.first
    }

    /// 2023-11-14 22:13:20.5 UTC.
    private static let start: Int64 = 1_700_000_000_500_000_000
    /// The same second as NTP counts it.
    private static let ntp: UInt64 = 1_700_000_000 + 2_208_988_800

    @Test("seconds and milliseconds since 1970")
    func epoch() {
        let seconds = record([(Field(150, 4), 1_700_000_000), (Field(151, 4), 1_700_000_009)])
        #expect(seconds?.start == 1_700_000_000_000_000_000)
        #expect(seconds?.end == 1_700_000_009_000_000_000)
        let milliseconds = record([(Field(152, 8), 1_700_000_000_500)])
        #expect(milliseconds?.start == Self.start)
        #expect(milliseconds?.has(.start) == true)
        #expect(milliseconds?.has(.end) == false)
    }

    @Test("microseconds and nanoseconds are NTP times, not counts since 1970")
    func ntpTimes() {
        let half = Self.ntp << 32 | 1 << 31
        #expect(record([(Field(154, 8), half)])?.start == Self.start)
        #expect(record([(Field(156, 8), half)])?.start == Self.start)
        // The lowest 11 bits of microseconds mean nothing (RFC 7011, section 6.1.9).
        #expect(record([(Field(155, 8), half | 0x7ff)])?.end == Self.start)
    }

    @Test("NTP times go on after their wrap in 2036")
    func ntpWrap() {
        // 2036-02-07 06:28:16 UTC is second 0 of the next era.
        #expect(record([(Field(156, 8), 1 << 32)])?.start == 2_085_978_497_000_000_000)
    }

    @Test("microseconds before the export time")
    func deltas() {
        let record = record([(Field(158, 4), 1_500_000), (Field(159, 4), 500_000)])
        #expect(record?.start == Self.start - 2_000_000_000)
        #expect(record?.end == Self.start - 1_000_000_000)
    }

    @Test("uptimes of NetFlow v9 are relative to the header's")
    func uptimes() {
        let record = record(
            [(Field(22, 4), 90_000), (Field(21, 4), 99_500)],
            .netFlow9()  // uptime 100,000 ms at 1,700,000,000 s
        )
        #expect(record?.start == 1_699_999_990_000_000_000)
        #expect(record?.end == 1_699_999_999_500_000_000)
    }

    @Test("a flow across the wrap of the uptime keeps its times")
    func uptimeWrap() {
        var message = TemplateMessage.netFlow9()
        message.uptime = 1_000
        let record = record([(Field(22, 4), UInt64(UInt32.max) - 999), (Field(21, 4), 0)], message)
        #expect(record?.start == 1_699_999_998_000_000_000)
        #expect(record?.end == 1_699_999_999_000_000_000)
    }

    @Test("uptimes of IPFIX need to know when the exporter booted")
    func systemInitTime() {
        let uptimes: [(Field, UInt64)] = [(Field(22, 4), 500), (Field(21, 4), 1_500)]
        #expect(record(uptimes)?.has(.start) == false)
        let booted = record(uptimes + [(Field(160, 8), 1_700_000_000_000)])
        #expect(booted?.start == Self.start)
        #expect(booted?.end == Self.start + 1_000_000_000)
    }

    @Test("options may say when the exporter booted")
    func systemInitTimeInOptions() {
        var message = TemplateMessage.ipfix()
        message.addOptionsTemplate(300, scope: [.init(149, 4)], [.init(160, 8)])
        message.addData(300) {
            $0.write32(0)
            $0.write64(1_700_000_000_000)
        }
        message.addTemplate(256, [.init(22, 4)])
        message.addData(256) { $0.write32(500) }
        var decoding = Decoding()
        #expect(decoding.decode(message.octets).records.first?.start == Self.start)
    }

    @Test("a duration gives the end that is missing")
    func duration() {
        let record = record([(Field(152, 8), 1_700_000_000_500), (Field(161, 4), 2_000)])
        #expect(record?.end == Self.start + 2_000_000_000)
    }

    @Test("the finest of several times is taken, zero is none")
    func precedence() {
        let record = record([(Field(150, 4), 1), (Field(152, 8), 1_700_000_000_500)])
        #expect(record?.start == Self.start)
        #expect(self.record([(Field(152, 8), 0)])?.has(.start) == false)
        #expect(self.record([(Field(152, 8), .max)])?.has(.start) == false)
    }
}
