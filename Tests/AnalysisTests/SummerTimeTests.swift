// SPDX-License-Identifier: Apache-2.0

import Analysis
import Model
import Testing

/// Months in which the clocks change, as `Period` cuts them for Europe/Berlin.
@Suite("Months with a day of 23 or 25 hours")
struct SummerTimeTests {
    /// First second, hours, and the rank of the 95th percentile over slots of five minutes.
    private static let months: [(from: Int64, hours: Int64, rank: Int)] = [
        (1_772_319_600, 31 * 24 - 1, 8_471),  // March 2026, less the hour after 2:00 on the 29th
        (1_790_805_600, 31 * 24 + 1, 8_493),  // October 2026, with the hour that comes twice
        (1_767_222_000, 31 * 24, 8_482),  // January 2026
    ]

    @Test(
        "Clock: a DST month has its own number of bins, and its percentile the rank of that",
        arguments: months
    )
    func percentile(month: (from: Int64, hours: Int64, rank: Int)) throws {
        let period = month.from..<(month.from + month.hours * 3_600)
        let starts = Array(stride(from: period.lowerBound, to: period.upperBound, by: 300))
        let slots = PresentSlots(period: period, slotSeconds: 300, starts: starts)
        #expect(slots.count == Int(month.hours) * 12)
        // The n-th slot carries n times 300,000 octets: n times 8,000 bits per second.
        let volumes = starts.enumerated().map { index, start in
            Example.volume(
                slot: start,
                at: Example.pni,
                peer: 15169,
                octets: UInt64(index + 1) * 300_000
            )
        }
        let rows = InterconnectVolumes.rows(
            of: volumes,
            inventory: Example.inventory,
            slots: slots,
            byFamily: false
        )
        let row = try #require(rows.first)
        #expect(row.percentile95BitsPerSecond == UInt64(month.rank) * 8_000)
        #expect(row.peakAt == starts.last)
        let sum = UInt64(starts.count) * UInt64(starts.count + 1) / 2
        #expect(row.measure.octets == sum * 300_000)
    }

    @Test("the hour that comes twice is two hours of traffic, not one of double rate")
    func repeatedHour() throws {
        // 2026-10-25 02:00 in summer time and again in winter time: 00:00 and 01:00 UTC.
        let first: Int64 = 1_792_886_400
        let period = first..<(first + 7_200)
        let starts = Array(stride(from: period.lowerBound, to: period.upperBound, by: 300))
        let rows = InterconnectVolumes.rows(
            of: starts.map {
                Example.volume(slot: $0, at: Example.pni, peer: 15169, octets: 300_000)
            },
            inventory: Example.inventory,
            slots: PresentSlots(period: period, slotSeconds: 300, starts: starts),
            byFamily: false
        )
        let row = try #require(rows.first)
        #expect(row.peakBitsPerSecond == 8_000)
        #expect(row.averageBitsPerSecond == 8_000)
    }
}
