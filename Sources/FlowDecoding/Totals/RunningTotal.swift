// SPDX-License-Identifier: Apache-2.0

import Model
import Wire

/// A record of the batch whose counters are running totals, and what tells its flow from others.
struct RunningTotal: Sendable {
    /// Where in the batch the record is.
    let index: Int
    /// Which of the counters are totals.
    let counters: TotalsPlan.Counters
    /// What its flow is recognized by.
    let key: UInt64
    let start: TotalsPlan.StartForm
    /// Whether the flow has ended with it.
    let isEnd: Bool
    /// When the message left, in nanoseconds since 1970-01-01 00:00 UTC.
    let exportTime: Int64
    /// What is to be added to the exporter's times to have ours, in nanoseconds.
    let offset: Int64

    /// Whether that may not be the same for all records of the flow.
    let isSkewed: Bool

    private static let minute: Int64 = 60_000_000_000

    /// - Parameters:
    ///   - record: The record.
    ///   - index: Where in the batch it is.
    ///   - plan: Of its template.
    ///   - rows: Where its octets are.
    ///   - row: Which of them it is.
    ///   - octets: The message.
    ///   - context: Its header.
    init(
        _ record: FlowRecord,
        at index: Int,
        _ plan: TotalsPlan,
        _ rows: RecordRows,
        _ row: Int,
        in octets: RawSpan,
        _ context: MessageContext
    ) {
        self.index = index
        counters = record.isReverse ? plan.reverse : plan.forward
        start = plan.start
        exportTime = context.exportTime
        offset = Self.offset(context)
        isSkewed = Self.distance(context).magnitude > UInt64(5 * Self.minute)
        var hasher = Hasher()
        hasher.combine(context.flowProtocol)
        hasher.combine(context.domain)
        hasher.combine(record.isReverse)
        for piece in plan.key { Self.combine(octets, rows.range(of: piece, row), &hasher) }
        key = UInt64(bitPattern: Int64(hasher.finalize()))
        let reason = plan.endReason.map { Self.last(octets, rows.range(of: $0, row)) } ?? 0
        // 2 is the active timeout: the flow goes on. 0 and what is not assigned say nothing.
        isEnd = reason == 1 || (3...5).contains(reason)
    }

    /// How far the exporter's clock is from ours, in whole minutes; 0 when it is a little off.
    ///
    /// Times of flows are compared with one another and with when listening began. A clock that
    /// keeps its distance does no harm; what does is one message whose time cannot be, as the first
    /// after a boot. So the times of a clock that is far off are moved, to the nearest minute, for
    /// them to move by as much in every message.
    static func offset(_ context: MessageContext) -> Int64 {
        let off = distance(context)
        guard off.magnitude > UInt64(10 * minute) else { return 0 }
        let half = off &+ minute / 2
        return (half >= 0 ? half / minute : (half &- minute &+ 1) / minute) * minute
    }

    private static func distance(_ context: MessageContext) -> Int64 {
        context.arrival > 0 ? context.arrival &- context.exportTime : 0
    }

    private static func combine(_ octets: RawSpan, _ range: Range<Int>, _ hasher: inout Hasher) {
        hasher.combine(range.count)
        var reader = WireReader(octets.extracting(range), as: "flow key")
        do throws(WireError) {
            while reader.remaining >= 8 { hasher.combine(try reader.read(UInt64.self)) }
            guard !reader.isAtEnd else { return }
            hasher.combine(try reader.readUnsigned(octets: reader.remaining))
        } catch {
            return  // Not reached: every read is of what remains.
        }
    }

    private static func last(_ octets: RawSpan, _ range: Range<Int>) -> UInt8 {
        guard !range.isEmpty else { return 0 }
        let octet = range.upperBound - 1..<range.upperBound
        var reader = WireReader(octets.extracting(octet), as: "flowEndReason")
        return (try? reader.read(UInt8.self)) ?? 0
    }
}
