// SPDX-License-Identifier: Apache-2.0

import Foundation
import Storage
import Testing

@Suite("Times in problems")
struct TimeTextTests {
    @Test(
        "a time is written as RFC 3339 does",
        arguments: [
            (0, "1970-01-01T00:00:00Z"),
            (-1, "1969-12-31T23:59:59Z"),
            (951_782_400, "2000-02-29T00:00:00Z"),
            (1_790_812_800, "2026-10-01T00:00:00Z"),
            (4_107_542_399, "2100-02-28T23:59:59Z"),
            (4_107_542_400, "2100-03-01T00:00:00Z"),
        ]
    )
    func samples(time: Int64, text: String) {
        #expect(timeText(time) == text)
    }

    @Test("it agrees with Foundation's calendar")
    func foundation() {
        let style = Date.ISO8601FormatStyle()
        for time in stride(from: Int64(-4_000_000_000), to: 8_000_000_000, by: 9_876_543) {
            let date = Date(timeIntervalSince1970: TimeInterval(time))
            #expect(timeText(time) == date.formatted(style))
        }
    }
}
