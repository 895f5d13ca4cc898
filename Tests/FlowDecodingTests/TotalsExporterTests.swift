// SPDX-License-Identifier: Apache-2.0

import FlowDecoding
import Model
import TestSupport
import Testing

/// What exporters do with running totals besides letting them grow.
@Suite("Running totals, as exporters send them")
struct TotalsExporterTests {
    typealias Field = TemplateMessage.Field

    /// One record; times in seconds after the exporter is first heard.
    private struct Report {
        var octets: UInt64
        var packets: UInt64 = 10
        var at: Int
        var start = 50
        var service: UInt8 = 0
        /// flowEndReason (IE 136).
        var reason: UInt8 = 0
    }

    /// What the reports count, each in a message by itself.
    ///
    /// - Parameters:
    ///   - reports: As they come.
    ///   - width: Of the counters.
    ///   - isTold: Whether start and end are.
    ///   - skew: How far the exporter's clock is ahead, in seconds.
    ///   - decoding: That has heard of the exporter, or not.
    /// - Returns: Octets and packets of each.
    private static func counted(
        _ reports: [Report],
        width: Int = 8,
        isTold: Bool = true,
        skew: Int = 0,
        _ decoding: inout Decoding
    ) -> [[UInt64]] {
        let times: [Field] = isTold ? [.init(152, 8), .init(153, 8)] : []
        return reports.map { report in
            let at = Int(TotalsTests.begin) + report.at
            var message = TemplateMessage.ipfix()
            message.exportTime = UInt32(at + skew)
            message.addTemplate(
                256,
                [.source, .destination, .init(7, 2), .init(5, 1), .init(136, 1)] + times
                    + [.init(85, width), .init(86, width)]
            )
            message.addData(256) {
                $0.write(address("192.0.2.1"))
                $0.write(address("198.51.100.1"))
                $0.write16(4_000)
                $0.write8(report.service)
                $0.write8(report.reason)
                if isTold {
                    let start = Int(TotalsTests.begin) + report.start + skew
                    $0.write64(UInt64(start) * 1_000)
                    $0.write64(UInt64(at + skew) * 1_000)
                }
                $0.write(report.octets, octets: width)
                $0.write(report.packets, octets: width)
            }
            let record = decoding.decode(message.octets, at: Int64(at) * 1_000_000_000).records[0]
            return [record.octets, record.packets]
        }
    }

    private static func octets(
        _ reports: [Report],
        isTold: Bool = true,
        skew: Int = 0
    ) -> [UInt64] {
        var decoding = TotalsTests.listening()
        return counted(reports, isTold: isTold, skew: skew, &decoding).map { $0[0] }
    }

    @Test("flows that differ in their type of service only are two", arguments: [true, false])
    func service(isTold: Bool) {
        var reports: [Report] = []
        for minute in 0..<3 {
            let at = 7_200 + 60 * minute
            let octets = UInt64(1_000_000 + 500_000 * minute)
            reports.append(Report(octets: octets, at: at, service: 0))
            reports.append(Report(octets: UInt64(50 + minute), at: at + 1, service: 184))
        }
        let octets = Self.octets(reports, isTold: isTold)
        #expect(octets == [1_000_000, 50, 500_000, 1, 500_000, 1])
    }

    @Test("a counter of four octets that wrapped counts what it grew by, the other by itself")
    func wrap() {
        var decoding = TotalsTests.listening()
        let octets = Self.counted(
            [
                Report(octets: 4_294_900_000, packets: 3_000_000, at: 100),
                Report(octets: 100_000, packets: 3_000_500, at: 160),
                Report(octets: 200_000, packets: 3_000_600, at: 220),
            ],
            width: 4,
            &decoding
        )
        #expect(octets[1] == [4_294_967_296 - 4_294_900_000 + 100_000, 500])
        #expect(octets[2] == [100_000, 100])
        var packets = TotalsTests.listening()
        let wrapped = Self.counted(
            [
                Report(octets: 50_000_000, packets: (1 << 24) - 10, at: 100),
                Report(octets: 50_100_000, packets: 90, at: 160),
            ],
            width: 4 - 1,
            &packets
        )
        #expect(wrapped[1][1] == 100)
    }

    @Test("a counter that went back for another reason has not wrapped")
    func noWrap() {
        var decoding = TotalsTests.listening()
        // By ten packets more no flow can have grown by 4 GB.
        let one = Self.counted(
            [
                Report(octets: 1_000_000, packets: 1_000, at: 100),
                Report(octets: 5_000, packets: 1_010, at: 160),
                Report(octets: 3_000, packets: 3, at: 220),
            ],
            width: 4,
            &decoding
        )
        #expect(one.map { $0[0] } == [1_000_000, 5_000, 3_000])
    }

    @Test("a flow that ended is not counted again when its last record comes twice")
    func endTwice() {
        var decoding = TotalsTests.listening()
        let octets = Self.counted(
            [
                Report(octets: 1_000, at: 60, reason: 2), Report(octets: 1_500, at: 90, reason: 3),
                Report(octets: 1_500, at: 90, reason: 3), Report(octets: 1_000, at: 60, reason: 2),
                Report(octets: 700, at: 120, start: 100, reason: 1),
                Report(octets: 700, at: 120, start: 100, reason: 1),
            ],
            &decoding
        )
        #expect(octets.map { $0[0] } == [1_000, 500, 0, 0, 700, 0])
        #expect(decoding.decoder.statistics.totals == 0)
        #expect(decoding.decoder.statistics.octetsWithoutBase == 0)
    }

    @Test("where the start is not told, what comes after a flow's end counts by what is sure")
    func endWithoutStart() {
        var decoding = TotalsTests.listening()
        let octets = Self.counted(
            [
                Report(octets: 1_000, at: 7_200, reason: 2),
                Report(octets: 1_500, at: 7_230, reason: 1),
                Report(octets: 1_500, at: 7_230, reason: 1),
                Report(octets: 1_800, at: 7_290, reason: 2),
                Report(octets: 1_900, at: 7_350, reason: 1),
                Report(octets: 700, at: 7_380, reason: 1),
            ],
            isTold: false,
            &decoding
        )
        #expect(octets.map { $0[0] } == [1_000, 500, 0, 300, 100, 700])
        #expect(decoding.decoder.statistics.octetsWithoutBase == 1_500)
    }

    @Test("an exporter that says of every record that its flow ended is not believed")
    func falseEnds() {
        let reports = (1...400).map { Report(octets: UInt64($0) * 1_000, at: 60 + $0, reason: 3) }
        let octets = Self.octets(reports)
        #expect(octets[0] == 1_000)
        #expect(octets.reduce(0, +) <= 400_000)
        #expect(octets.suffix(100).allSatisfy { $0 == 1_000 })
    }

    @Test("a key that comes back after hours is another flow, when no start is told")
    func reuse() {
        let reports = [
            Report(octets: 1_000, at: 7_200), Report(octets: 5_000, at: 21_600),
            Report(octets: 5_100, at: 21_660),
        ]
        #expect(Self.octets(reports, isTold: false) == [1_000, 5_000, 100])
    }

    @Test("records that overtook one another within a second count once")
    func sameSecond() {
        let reports = [Report(octets: 200, at: 7_200), Report(octets: 100, at: 7_200)]
        #expect(Self.octets(reports, isTold: false) == [200, 0])
    }

    @Test("export times that cannot be do not settle from when on flows are new")
    func firstExportTime() {
        for time: UInt32 in [0, 4_000_000_000] {
            var decoding = Decoding(totals: .increments)
            var hello = TemplateMessage.ipfix()
            hello.exportTime = time
            _ = decoding.decode(hello.octets, at: Int64(TotalsTests.begin) * 1_000_000_000)
            let octets = Self.counted(
                [
                    Report(octets: 9_000, at: 60, start: -600),
                    Report(octets: 700, at: 90, start: 80),
                    Report(octets: 9_100, at: 120, start: -600),
                ],
                &decoding
            )
            #expect(octets.map { $0[0] } == [0, 700, 100], "first export time \(time)")
        }
    }

    @Test(
        "a clock that is wrong makes no difference",
        arguments: [-86_400 * 365, -19_800, 0, 7_200]
    )
    func skew(seconds: Int) {
        var decoding = Decoding(totals: .increments)
        var hello = TemplateMessage.ipfix()
        hello.exportTime = UInt32(Int(TotalsTests.begin) + seconds)
        _ = decoding.decode(hello.octets, at: Int64(TotalsTests.begin) * 1_000_000_000)
        let octets = Self.counted(
            [
                Report(octets: 9_000, at: 60, start: -600),
                Report(octets: 700, at: 90, start: 80),
                Report(octets: 9_100, at: 120, start: -600),
            ],
            skew: seconds,
            &decoding
        )
        #expect(octets.map { $0[0] } == [0, 700, 100])
    }

    @Test("exporters share the room, and leave it when they are forgotten")
    func sharing() {
        var limits = DecodingLimits()
        limits.sharedTotals = 2_048
        var decoding = TotalsTests.listening(limits: limits)
        func send(_ flows: Int, from exporter: String) {
            for flow in 0..<flows {
                var message = TemplateMessage.ipfix()
                message.exportTime = TotalsTests.begin + 60
                message.addTemplate(256, [.init(7, 2), .init(85, 8)])
                message.addData(256) {
                    $0.write16(flow)
                    $0.write64(1_000)
                }
                _ = decoding.decode(message.octets, from: exporter)
            }
        }
        send(3_000, from: "192.0.2.1")
        #expect(decoding.decoder.statistics.totals == 2_048)
        // Some hundred are forgotten with each datagram, so that none waits.
        send(1, from: "192.0.2.2")
        #expect(decoding.decoder.statistics.totals == 2_048 - 256 + 1)
        for _ in 0..<8 { send(1, from: "192.0.2.2") }
        #expect(decoding.decoder.statistics.totals == 1_025)
        var batch = FlowBatch()
        decoding.decoder.forget(address("192.0.2.2"), into: &batch)
        send(3_000, from: "192.0.2.1")
        #expect(decoding.decoder.statistics.totals == 2_048)
    }
}
