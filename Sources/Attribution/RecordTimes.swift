// SPDX-License-Identifier: Apache-2.0

import Model

/// When a record's octets count, in nanoseconds since 1970-01-01 00:00 UTC, accounting time.
struct RecordTimes: Equatable {
    var start: Int64
    var end: Int64
    /// Whether the exporter's times were impossible, so that arrival stands for them.
    var isClamped: Bool

    /// A flow counts over at most this long; what began earlier counts from here (DESIGN 3.2).
    static let longestFlow: Int64 = 3_600_000_000_000
    /// How far an exporter's clock may run ahead.
    static let aheadTolerance: Int64 = 60_000_000_000
    /// How late a record may be told.
    static let behindTolerance: Int64 = 3_600_000_000_000

    init(_ record: FlowRecord) {
        let arrival = record.arrival
        guard record.has(.end) || record.has(.start) else {
            self.init(start: arrival, end: arrival, isClamped: false)
            return
        }
        let end = record.has(.end) ? record.end : record.start
        let earliest = arrival.subtractingReportingOverflow(Self.behindTolerance).partialValue
        let latest = arrival.addingReportingOverflow(Self.aheadTolerance).partialValue
        guard end >= earliest, end <= latest else {
            self.init(start: arrival, end: arrival, isClamped: true)
            return
        }
        let start = record.has(.start) ? record.start : end
        let (first, isBeforeAllTime) = end.subtractingReportingOverflow(Self.longestFlow)
        let bounded = min(max(start, isBeforeAllTime ? .min : first), end)
        self.init(start: bounded, end: end, isClamped: false)
    }

    private init(start: Int64, end: Int64, isClamped: Bool) {
        self.start = start
        self.end = end
        self.isClamped = isClamped
    }
}
