// SPDX-License-Identifier: Apache-2.0

import Model
import Testing

@testable import Attribution

@Suite("RecordTimes")
struct RecordTimesTests {
    private let second: Int64 = 1_000_000_000
    private let arrival: Int64 = 1_000_000 * 1_000_000_000

    private func times(start: Int64?, end: Int64?) -> RecordTimes {
        var record = FlowRecord()
        record.arrival = arrival
        if let start {
            record.start = arrival + start * second
            record.known.insert(.start)
        }
        if let end {
            record.end = arrival + end * second
            record.known.insert(.end)
        }
        return RecordTimes(record)
    }

    @Test("a sample without times counts at its arrival")
    func sample() {
        let found = times(start: nil, end: nil)
        #expect(found.start == arrival && found.end == arrival && !found.isClamped)
    }

    @Test("a flow counts when it was")
    func plain() {
        let found = times(start: -60, end: -5)
        #expect(found.start == arrival - 60 * second)
        #expect(found.end == arrival - 5 * second)
    }

    @Test("a flow of a day counts over its last hour")
    func long() {
        #expect(times(start: -86400, end: 0).start == arrival - 3600 * second)
    }

    @Test("a time too far ahead or behind is clamped to arrival, and counted")
    func impossible() {
        #expect(times(start: 0, end: 61).isClamped)
        #expect(!times(start: 0, end: 60).isClamped)
        #expect(times(start: -3700, end: -3601).isClamped)
        #expect(!times(start: -3700, end: -3600).isClamped)
        #expect(times(start: 0, end: 1000).end == arrival)
    }

    @Test("a start after the end is no negative length")
    func reversed() {
        let found = times(start: 0, end: -10)
        #expect(found.start == found.end)
    }

    @Test("times at the ends of what a number holds do not trap")
    func extremes() {
        var record = FlowRecord()
        record.known = [.start, .end]
        let hour = 3600 * second
        let ends = [Int64.min, .min + 1, .min + hour, 0, .max - hour, .max - 1, .max]
        for value in ends {
            for arrival in ends {
                (record.start, record.end, record.arrival) = (value, value, arrival)
                _ = RecordTimes(record)
            }
        }
    }
}
