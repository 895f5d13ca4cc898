// SPDX-License-Identifier: Apache-2.0

import Model
import Testing

@Suite("Timestamp")
struct TimestampTests {
    @Test(
        "seconds become RFC 3339",
        arguments: [
            (0, "1970-01-01T00:00:00Z"),
            (951_782_400, "2000-02-29T00:00:00Z"),
            (951_868_799, "2000-02-29T23:59:59Z"),
            (1_790_812_800, "2026-10-01T00:00:00Z"),
            (4_107_542_400, "2100-03-01T00:00:00Z"),
            (-1, "1969-12-31T23:59:59Z"),
            (-62_135_596_800, "0001-01-01T00:00:00Z"),
        ] as [(Int64, String)]
    )
    func seconds(_ seconds: Int64, _ text: String) {
        #expect(Timestamp.text(seconds: seconds) == text)
    }

    @Test(
        "nanoseconds have the digits they need",
        arguments: [
            (0, "1970-01-01T00:00:00Z"),
            (1, "1970-01-01T00:00:00.000000001Z"),
            (1_500_000_000, "1970-01-01T00:00:01.5Z"),
            (-250_000_000, "1969-12-31T23:59:59.75Z"),
            (.max, "2262-04-11T23:47:16.854775807Z"),
        ] as [(Int64, String)]
    )
    func nanoseconds(_ nanoseconds: Int64, _ text: String) {
        #expect(Timestamp.text(nanoseconds: nanoseconds) == text)
    }

    @Test("every day of 400 years follows the one before")
    func calendar() {
        // The plainest calendar: count days month by month.
        var (year, month, day) = (1970, 1, 1)
        for number in 0..<146_097 {
            let two = { (value: Int) in value < 10 ? "0\(value)" : "\(value)" }
            let expected = "\(year)-\(two(month))-\(two(day))T00:00:00Z"
            guard Timestamp.text(seconds: Int64(number) * 86_400) == expected else {
                Issue.record("day \(number) is not \(expected)")
                return
            }
            let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
            let lengths = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
            day += 1
            if day > lengths[month - 1] { (day, month) = (1, month + 1) }
            if month > 12 { (month, year) = (1, year + 1) }
        }
        #expect((year, month, day) == (2370, 1, 1))
    }
}
