// SPDX-License-Identifier: Apache-2.0

import FlowDecoding
import Model
import TestSupport
import Testing

@Suite("Running totals")
struct TotalsTests {
    typealias Field = TemplateMessage.Field

    /// When the exporter is first heard, in seconds.
    static let begin: UInt32 = 1_700_000_000

    /// One record of a flow with running totals.
    private struct Report {
        var octets: UInt64
        var packets: UInt64 = 10
        /// When it leaves, and up to when it counts, in seconds after the exporter is first heard.
        var at: Int
        /// When the flow began, likewise; nil for not told.
        var start: Int?
        var port: UInt16 = 4_000
        var domain: UInt32 = 0

        func message(
            _ counters: [Field] = [.init(85, 8), .init(86, 8)],
            isTold: Bool = true
        ) -> [UInt8] {
            var message = TemplateMessage.ipfix(domain: domain)
            message.exportTime = UInt32(Int(TotalsTests.begin) + at)
            let times: [Field] = isTold ? [.init(152, 8), .init(153, 8)] : []
            message.addTemplate(256, [.source, .destination, .init(7, 2)] + times + counters)
            let milliseconds = { (seconds: Int) in
                UInt64(Int(TotalsTests.begin) + seconds) * 1_000
            }
            message.addData(256) {
                $0.write(address("192.0.2.1"))
                $0.write(address("198.51.100.1"))
                $0.write16(Int(port))
                if isTold {
                    $0.write64(start.map(milliseconds) ?? 0)
                    $0.write64(milliseconds(at))
                }
                $0.write(octets, octets: counters[0].length)
                $0.write(packets, octets: counters[1].length)
            }
            return message.octets
        }
    }

    /// A decoder that has heard of the exporter at ``begin``.
    static func listening(limits: DecodingLimits = DecodingLimits()) -> Decoding {
        var decoding = Decoding(limits: limits, totals: .increments)
        var hello = TemplateMessage.ipfix()
        hello.exportTime = begin
        _ = decoding.decode(hello.octets)
        return decoding
    }

    private static func octets(_ decoding: inout Decoding, _ report: Report) -> UInt64? {
        decode(&decoding, report).first?.octets
    }

    /// Decodes a report that arrives when it leaves.
    private static func decode(
        _ decoding: inout Decoding,
        _ report: Report,
        isTold: Bool = true
    ) -> [FlowRecord] {
        let arrival = (Int64(begin) + Int64(report.at)) * 1_000_000_000
        return decoding.decode(report.message(isTold: isTold), at: arrival).records
    }

    @Test("a flow exported five times is counted once, as it grows")
    func growth() {
        var decoding = Self.listening()
        var octets: UInt64 = 0
        var packets: UInt64 = 0
        for (minute, total) in [(1, 1_000), (2, 5_000), (3, 5_000), (4, 5_001), (5, 90_000)] {
            let report = Report(
                octets: UInt64(total),
                packets: UInt64(minute),
                at: 60 * minute,
                start: 10
            )
            let record = decoding.decode(report.message()).records.first
            octets += record?.octets ?? 0
            packets += record?.packets ?? 0
            #expect(octets == total)
            #expect(packets == minute)
            #expect(record?.octetsBasis == .total)
        }
        #expect(decoding.decoder.statistics.totals == 1)
        #expect(decoding.decoder.statistics.totalsWithoutBase == 0)
    }

    @Test("what a flow grew by belongs to the time since its last record")
    func times() {
        var decoding = Self.listening()
        let second = { (time: Int) in Int64(Int(Self.begin) + time) * 1_000_000_000 }
        let first = decoding.decode(Report(octets: 1, at: 60, start: 10).message()).records.first
        #expect(first?.start == second(10))
        #expect(first?.end == second(60))
        let next = decoding.decode(Report(octets: 2, at: 120, start: 10).message()).records.first
        #expect(next?.start == second(60))
        #expect(next?.end == second(120))
    }

    @Test("totals that are only shown stay as exported")
    func asExported() {
        var decoding = Decoding()
        for total: UInt64 in [1_000, 5_000] {
            #expect(Self.octets(&decoding, Report(octets: total, at: 60, start: 10)) == total)
        }
    }

    @Test("two flows of one key that began at different times are two flows")
    func twoStarts() {
        var decoding = Self.listening()
        #expect(Self.octets(&decoding, Report(octets: 1_000, at: 60, start: 10)) == 1_000)
        #expect(Self.octets(&decoding, Report(octets: 3_000, at: 70, start: 20)) == 3_000)
        #expect(Self.octets(&decoding, Report(octets: 1_100, at: 80, start: 10)) == 100)
        #expect(Self.octets(&decoding, Report(octets: 3_300, at: 90, start: 20)) == 300)
    }

    @Test("flows of other ports, domains and exporters are other flows")
    func keys() {
        var decoding = Self.listening()
        let report = Report(octets: 500, at: 60, start: 10)
        var port = report
        port.port = 4_001
        var domain = report
        domain.domain = 9
        for report in [report, port, domain] {
            #expect(Self.octets(&decoding, report) == 500)
            #expect(Self.octets(&decoding, report) == 0)
        }
        let other = decoding.decode(report.message(), from: "192.0.2.77")
        // Nobody listened to that exporter when the flow began.
        #expect(other.records.map(\.octets) == [0])
    }

    @Test("of a flow that began before the collector listened the first total is the base only")
    func withoutBase() {
        var decoding = Self.listening()
        #expect(Self.octets(&decoding, Report(octets: 70_000, at: 60, start: -30)) == 0)
        #expect(Self.octets(&decoding, Report(octets: 70_500, at: 120, start: -30)) == 500)
        let statistics = decoding.decoder.statistics
        #expect(statistics.totalsWithoutBase == 1)
        #expect(statistics.octetsWithoutBase == 70_000)
    }

    @Test("after a restart of the collector nothing is counted twice")
    func restart() {
        var before = Self.listening()
        #expect(Self.octets(&before, Report(octets: 1_000, at: 60, start: 10)) == 1_000)
        // A new process first hears of the exporter two minutes later.
        var after = Decoding(totals: .increments)
        #expect(Self.octets(&after, Report(octets: 1_700, at: 120, start: 10)) == 0)
        #expect(Self.octets(&after, Report(octets: 1_900, at: 180, start: 10)) == 200)
        #expect(Self.octets(&after, Report(octets: 400, at: 190, start: 130)) == 400)
    }

    @Test("a flow whose start is not told is new when nothing was heard of it for an hour")
    func withoutStart() {
        var decoding = Self.listening()
        let octets = { (decoding: inout Decoding, report: Report) in
            Self.decode(&decoding, report, isTold: false).first?.octets
        }
        #expect(octets(&decoding, Report(octets: 1_000, at: 60)) == 0)
        #expect(octets(&decoding, Report(octets: 1_200, at: 120)) == 200)
        // The counter went back: another flow.
        #expect(octets(&decoding, Report(octets: 90, packets: 1, at: 180)) == 90)
        #expect(octets(&decoding, Report(octets: 7_000, at: 3_500, port: 5)) == 0)
        #expect(octets(&decoding, Report(octets: 8_000, at: 3_700, port: 6)) == 8_000)
    }

    @Test("records that overtook one another count what the flow grew by, once")
    func reordered() {
        var decoding = Self.listening()
        #expect(Self.octets(&decoding, Report(octets: 1_000, at: 60, start: 10)) == 1_000)
        #expect(Self.octets(&decoding, Report(octets: 3_000, at: 180, start: 10)) == 2_000)
        #expect(Self.octets(&decoding, Report(octets: 2_000, at: 120, start: 10)) == 0)
        #expect(Self.octets(&decoding, Report(octets: 3_500, at: 240, start: 10)) == 500)
    }

    @Test("each counter is a total by itself")
    func mixed() {
        var decoding = Self.listening()
        for (minute, octets, packets) in [(1, 1_000, 7), (2, 1_500, 8)] as [(Int, UInt64, UInt64)] {
            let report = Report(octets: octets, packets: packets, at: 60 * minute, start: 10)
            let record = decoding.decode(report.message([.init(85, 8), .init(2, 8)])).records.first
            #expect(record?.octets == (minute == 1 ? 1_000 : 500))
            #expect(record?.packets == packets)
        }
        for (minute, octets, packets) in [(3, 1_000, 7), (4, 1_500, 8)] as [(Int, UInt64, UInt64)] {
            let report = Report(octets: octets, packets: packets, at: 60 * minute, start: 99)
            let record = decoding.decode(report.message([.init(1, 8), .init(86, 8)])).records.first
            #expect(record?.octets == octets)
            #expect(record?.packets == (minute == 3 ? 7 : 1))
        }
    }

    @Test("flows that had to be forgotten are not counted again, new ones are")
    func eviction() {
        var limits = DecodingLimits()
        limits.totals = 64
        var decoding = Self.listening(limits: limits)
        for port: UInt16 in 1...100 {
            let report = Report(octets: 100, at: 60 + Int(port), start: 50, port: port)
            #expect(Self.octets(&decoding, report) == 100)
        }
        #expect(decoding.decoder.statistics.totals == 64)
        #expect(decoding.decoder.statistics.totalsEvicted == 36)
        var counted: UInt64 = 0
        for port: UInt16 in 1...100 {
            let report = Report(octets: 150, at: 200 + Int(port), start: 50, port: port)
            counted += Self.octets(&decoding, report) ?? 0
        }
        let statistics = decoding.decoder.statistics
        #expect(statistics.totalsWithoutBase >= 36)
        #expect(statistics.octetsWithoutBase == 50 * statistics.totalsWithoutBase)
        #expect(counted + statistics.octetsWithoutBase == 50 * 100)
        #expect(Self.octets(&decoding, Report(octets: 9, at: 301, start: 299, port: 9)) == 9)
    }
}
