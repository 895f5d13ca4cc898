// SPDX-License-Identifier: Apache-2.0

import FlowDecoding
import Model
import TestSupport
import Testing

@Suite("Pitfalls: clocks")
struct ClockPitfallTests {
    typealias Field = TemplateMessage.Field

    private static let second: Int64 = 1_000_000_000

    @Test(
        "Clock: exporter skew is told, and the flow keeps the times it was given",
        arguments: [-86_400, -300, 0, 300, 86_400] as [Int64]
    )
    func skew(seconds: Int64) {
        var message = TemplateMessage.ipfix()
        let exportTime = UInt32(1_700_000_000 + seconds)
        message.exportTime = exportTime
        message.addTemplate(256, [.init(150, 4), .init(151, 4)])
        message.addData(256) {
            $0.write32(exportTime - 60)
            $0.write32(exportTime)
        }
        var decoding = Decoding()
        let arrival: Int64 = 1_700_000_000_500_000_000
        let record = decoding.decode(message.octets, at: arrival).records.first
        #expect(record?.end == Int64(exportTime) * Self.second)
        #expect(record.map { $0.end - $0.start } == 60 * Self.second)
        #expect(decoding.decoder.skewMilliseconds(of: address("192.0.2.1")) == seconds * 1_000)
    }

    @Test(
        "Clock: flows longer than a bin keep their start, be it hours, days or weeks ago",
        arguments: [3_600, 86_400, 21 * 86_400] as [UInt32]
    )
    func longFlow(seconds: UInt32) {
        var message = TemplateMessage.netFlow9()
        let uptime: UInt32 = 30 * 86_400_000
        message.uptime = uptime
        message.addTemplate(256, [.init(22, 4), .init(21, 4)])
        message.addData(256) {
            $0.write32(uptime - seconds * 1_000)
            $0.write32(uptime)
        }
        var decoding = Decoding()
        let record = decoding.decode(message.octets).records.first
        #expect(record.map { $0.end - $0.start } == Int64(seconds) * Self.second)
        #expect(record?.end == 1_700_000_000 * Self.second)
    }

    /// What an exporter's Unix time is at the seconds around the leap second of 2016-12-31: one
    /// second comes twice, or the clock is slewed and stands a second ahead for a while.
    private static let leaps: [[UInt32]] = [
        [1_483_228_798, 1_483_228_799, 1_483_228_799, 1_483_228_800, 1_483_228_801],
        [1_483_228_798, 1_483_228_799, 1_483_228_800, 1_483_228_800, 1_483_228_801],
        [1_483_228_798, 1_483_228_799, 1_483_228_800, 1_483_228_801, 1_483_228_802],
    ]

    @Test(
        "Clock: a leap second is no restart, and moves no flow by more than itself",
        arguments: leaps
    )
    func leapSecond(clock: [UInt32]) {
        for flowProtocol in [FlowProtocol.netflow9, .netflow5] {
            var decoding = Decoding()
            for (index, exportTime) in clock.enumerated() {
                // Uptimes know no leap seconds.
                let uptime = UInt32(1_000_000 + index * 1_000)
                let octets = Self.message(
                    flowProtocol,
                    sequence: UInt32(index),
                    exportTime,
                    uptime
                )
                let arrival = (1_483_228_798 + Int64(index)) * Self.second
                let result = decoding.decode(octets, at: arrival)
                #expect(!result.outcome.exporterRestarted && result.outcome.sequenceLost == 0)
                guard let record = result.records.first else {
                    Issue.record("no record")
                    continue
                }
                #expect(record.end - record.start == Self.second)
                #expect(abs(record.end - arrival) <= Self.second)
            }
        }
    }

    /// One flow that ended when the message was sent and began a second before.
    private static func message(
        _ flowProtocol: FlowProtocol,
        sequence: UInt32,
        _ exportTime: UInt32,
        _ uptime: UInt32
    ) -> [UInt8] {
        if flowProtocol == .netflow5 {
            var packet = NetFlow5Packet()
            (packet.sequence, packet.exportTime, packet.uptime) = (sequence, exportTime, uptime)
            packet.records = [.init()]
            (packet.records[0].first, packet.records[0].last) = (uptime - 1_000, uptime)
            return packet.octets
        }
        var message = TemplateMessage.netFlow9()
        (message.sequence, message.exportTime, message.uptime) = (sequence, exportTime, uptime)
        message.addTemplate(256, [.init(22, 4), .init(21, 4)])
        message.addData(256) {
            $0.write32(uptime - 1_000)
            $0.write32(uptime)
        }
        return message.octets
    }

    @Test("NTP times count no leap second either: a flow across one is as long as Unix time says")
    func leapSecondInNTP() {
        // 2016-12-31 23:59:59 and 2017-01-01 00:00:01 UTC: three seconds, two in Unix time.
        let times: [UInt64] = [1_483_228_799, 1_483_228_801].map { ($0 + 2_208_988_800) << 32 }
        var message = TemplateMessage.ipfix()
        message.addTemplate(256, [.init(156, 8), .init(157, 8)])
        message.addData(256) { for time in times { $0.write64(time) } }
        var decoding = Decoding()
        let record = decoding.decode(message.octets).records.first
        #expect(record?.start == 1_483_228_799 * Self.second)
        #expect(record?.end == 1_483_228_801 * Self.second)
    }

    @Test(
        "a record that names one moment begins and ends then",
        arguments: [
            (322, 4, 1_700_000_000), (323, 8, 1_700_000_000_000),
            (324, 8, (1_700_000_000 + 2_208_988_800) << 32),
            (325, 8, (1_700_000_000 + 2_208_988_800) << 32),
        ] as [(Int, Int, UInt64)]
    )
    func moment(element: Int, length: Int, value: UInt64) {
        var message = TemplateMessage.ipfix()
        message.addTemplate(256, [.init(element, length)])
        message.addData(256) { $0.write(value, octets: length) }
        var decoding = Decoding()
        let record = decoding.decode(message.octets).records.first
        #expect(record?.start == 1_700_000_000 * Self.second)
        #expect(record?.end == 1_700_000_000 * Self.second)
    }
}
