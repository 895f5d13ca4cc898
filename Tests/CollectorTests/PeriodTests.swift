// SPDX-License-Identifier: Apache-2.0

import Collector
import Foundation
import Testing

@Suite("Period")
struct PeriodTests {
    private let now = Date(timeIntervalSince1970: 1_793_620_800)  // 2026-11-02T00:00:00Z

    @Test("a month begins and ends at local midnights")
    func berlin() throws {
        // Summer time ends within October: 31 days and an hour.
        let october = try Period.month("2026-10", timezone: "Europe/Berlin", now: now)
        #expect(october.from == 1_790_805_600)
        #expect(october.to - october.from == 31 * 86400 + 3600)
        let march = try Period.month("2026-03", timezone: "Europe/Berlin", now: now)
        #expect(march.to - march.from == 31 * 86400 - 3600)
        let kolkata = try Period.month("2026-10", timezone: "Asia/Kolkata", now: now)
        #expect(kolkata.from % 3600 == 1800)
    }

    @Test("this and last month go by the time zone, not by UTC")
    func relative() throws {
        let utc = try Period.month("this", timezone: "UTC", now: now)
        #expect(utc == (try Period.month("2026-11", timezone: "UTC")))
        let before = Date(timeIntervalSince1970: 1_793_620_800 - 1800)
        let berlin = try Period.month("this", timezone: "Europe/Berlin", now: before)
        #expect(berlin == (try Period.month("2026-11", timezone: "Europe/Berlin")))
        let last = try Period.month("last", timezone: "UTC", now: now)
        #expect(last == (try Period.month("2026-10", timezone: "UTC")))
        let january = Date(timeIntervalSince1970: 1_767_225_600)
        let december = try Period.month("last", timezone: "UTC", now: january)
        #expect(december == (try Period.month("2025-12", timezone: "UTC")))
    }

    @Test(
        "what is no month is refused, with what was expected",
        arguments: ["2026-13", "2026-1", "2026", "oct", "2026-10-01", "", "-1-10"]
    )
    func noMonth(_ text: String) {
        #expect(throws: Period.Problem.self) { try Period.month(text, timezone: "UTC") }
    }

    @Test("times are RFC 3339, dates in the time zone, or back from now")
    func times() throws {
        let seconds = { (text: String, zone: String) in
            try Period.time(text, timezone: zone, now: now)
        }
        #expect(try seconds("2026-10-01T00:00:00Z", "Europe/Berlin") == 1_790_812_800)
        #expect(try seconds("2026-10-01T02:00:00+02:00", "UTC") == 1_790_812_800)
        #expect(try seconds("2026-10-01", "UTC") == 1_790_812_800)
        #expect(try seconds("2026-10-01", "Europe/Berlin") == 1_790_805_600)
        #expect(try seconds("-7d", "UTC") == 1_793_620_800 - 7 * 86400)
        #expect(try seconds("now", "UTC") == 1_793_620_800)
        for wrong in ["2026-02-30", "7d", "-7y", "-d", "--7d", "yesterday", "-99999999999999w"] {
            #expect(throws: Period.Problem.self, "\(wrong)") { try seconds(wrong, "UTC") }
        }
    }
}
