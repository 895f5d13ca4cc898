// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import FlowDecoding

/// Ten long flows among ever more short ones.
@Suite("Long flows with running totals, among short ones")
struct TotalsChurnTests {
    private static let second: Int64 = 1_000_000_000
    private static let limit = DecodingLimits().totals

    /// What was counted, and what there was up to the last reports.
    private struct Outcome {
        var long: UInt64 = 0
        var longTrue: UInt64 = 0
        var short: UInt64 = 0
        var shortTrue: UInt64 = 0
        var flows = 0
    }

    /// A key as evenly spread as a hash is.
    private static func mixed(_ number: UInt64) -> UInt64 {
        var key = number &* 0x9e37_79b9_7f4a_7c15
        key = (key ^ key >> 30) &* 0xbf58_476d_1ce4_e5b9
        key = (key ^ key >> 27) &* 0x94d0_49bb_1331_11eb
        return key ^ key >> 31
    }

    /// Lets the long flows begin 10 s after the collector, a megabyte a second each.
    ///
    /// - Parameters:
    ///   - rate: Short flows a second, each reported once.
    ///   - timeout: How often the long ones are reported, in seconds.
    ///   - seconds: For how long.
    ///   - limit: How many flows may be remembered.
    ///   - tellsEnd: Whether the short ones say that they have ended.
    /// - Returns: What came of it.
    private func run(
        _ rate: Int,
        timeout: Int64,
        seconds: Int64,
        limit: Int = limit,
        tellsEnd: Bool = false
    ) -> Outcome {
        var table = TotalsTable()
        let begin = 1_700_000_000 * Self.second
        table.listen(from: begin)
        var outcome = Outcome()
        var number: UInt64 = 0
        func take(_ key: UInt64, _ total: UInt64, from: Int64, to: Int64, end: Bool) -> UInt64 {
            let growth = table.take(
                TotalsTable.Report(
                    key: Self.mixed(key),
                    octets: total,
                    packets: total / 1_000 + 1,
                    start: begin + from * Self.second,
                    until: begin + to * Self.second,
                    exportTime: begin + to * Self.second,
                    isEnd: end
                ),
                limit: limit
            )
            switch growth {
            case .whole: return total
            case .by(let octets, _, _, _): return octets
            case .base, .late: return 0
            }
        }
        for now in 1...seconds {
            for _ in 0..<rate {
                number += 1
                let start = now - min(now, 5)
                outcome.short += take(number, 1_000, from: start, to: now, end: tellsEnd)
                if start > 2 { outcome.shortTrue += 1_000 }
            }
            guard now > 10, (now - 10) % timeout == 0 else { continue }
            let total = UInt64(now - 10) * 1_000_000
            for flow: UInt64 in 0..<10 {
                outcome.long += take(1 << 40 + flow, total, from: 10, to: now, end: false)
            }
            outcome.longTrue = total * 10
        }
        outcome.flows = table.count
        return outcome
    }

    @Test("2,000 new flows a second and a timeout of a minute leave long flows their octets")
    func minute() {
        let outcome = run(2_000, timeout: 60, seconds: 610)
        #expect(outcome.longTrue == 6_000_000_000)
        #expect(outcome.long <= outcome.longTrue)
        #expect(outcome.long >= outcome.longTrue / 100 * 99)
        // In one of some thousand cases a short flow is taken for one that was forgotten.
        #expect(outcome.short <= outcome.shortTrue)
        #expect(outcome.short >= outcome.shortTrue / 1_000 * 999)
    }

    @Test("50 new flows a second and a timeout of half an hour do so as well")
    func halfHour() {
        let outcome = run(50, timeout: 1_800, seconds: 7_210)
        #expect(outcome.longTrue == 72_000_000_000)
        #expect(outcome.long <= outcome.longTrue)
        #expect(outcome.long >= outcome.longTrue / 100 * 99)
        #expect(outcome.short == outcome.shortTrue)
    }

    @Test("with room for half a minute's flows a long one is found out at its third report")
    func littleRoom() {
        let outcome = run(200, timeout: 60, seconds: 1_810, limit: 6_000)
        #expect(outcome.long <= outcome.longTrue)
        #expect(outcome.long >= outcome.longTrue / 100 * 95)
        #expect(outcome.short <= outcome.shortTrue)
        #expect(outcome.short >= outcome.shortTrue / 1_000 * 998)
    }

    @Test("flows that say that they ended take no room at all")
    func ended() {
        let outcome = run(200, timeout: 60, seconds: 610, limit: 64, tellsEnd: true)
        #expect(outcome.flows == 10)
        #expect(outcome.long == outcome.longTrue)
        #expect(outcome.short >= outcome.shortTrue / 1_000 * 999)
        #expect(outcome.short <= outcome.shortTrue)
    }
}
