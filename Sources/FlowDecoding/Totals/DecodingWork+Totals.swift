// SPDX-License-Identifier: Apache-2.0

import Model

/// Running totals become increments.
extension DecodingWork {
    /// Notes those records whose counters are running totals.
    ///
    /// - Parameters:
    ///   - plan: Of their template.
    ///   - octets: The message.
    ///   - context: Its header.
    ///   - first: Where they begin in the batch.
    ///   - number: Number of the record that the first row is.
    mutating func noteTotals(
        _ plan: TotalsPlan,
        _ octets: RawSpan,
        _ context: MessageContext,
        from first: Int,
        number: UInt64
    ) {
        for index in first..<batch.records.count {
            let row = Int(truncatingIfNeeded: batch.records[index].number &- number)
            let total = RunningTotal(
                batch.records[index],
                at: index,
                plan,
                rows,
                row,
                in: octets,
                context
            )
            if !total.counters.isEmpty { totals.append(total) }
        }
    }

    /// Puts what each flow grew by in the place of its totals, for the records of this datagram.
    mutating func formIncrements(_ state: inout ExporterState, limit: Int) {
        if let message {
            let isOff = RunningTotal.offset(message) != 0
            state.totals.listen(
                from: isOff ? message.arrival : message.exportTime,
                isMoved: isOff
            )
        }
        for total in totals where total.index < batch.records.count {
            var record = batch.records[total.index]
            form(total, &record, &state.totals, limit: limit)
            batch.records[total.index] = record
        }
        totals.removeAll(keepingCapacity: true)
    }

    private mutating func form(
        _ total: RunningTotal,
        _ record: inout FlowRecord,
        _ table: inout TotalsTable,
        limit: Int
    ) {
        let evicted = table.evicted
        let growth = table.take(TotalsTable.Report(total, record), limit: limit)
        counters.totalsEvicted &+= table.evicted &- evicted
        let hasOctets = total.counters.octets > 0
        let hasPackets = total.counters.packets > 0
        switch growth {
        case .whole: break
        case .by(let octets, let packets, let since, let missing):
            if missing > 0 {
                counters.totalsWithoutBase &+= 1
                counters.octetsWithoutBase &+= missing
            }
            if hasOctets { record.octets = octets }
            if hasPackets { record.packets = packets }
            guard record.has(.start), total.start != .unknown, record.has(.end) else { break }
            // What came before belongs to the records before.
            let latest = max(record.start, record.end)
            record.start = min(max(record.start, since &- total.offset), latest)
        case .base(let missing):
            counters.totalsWithoutBase &+= 1
            counters.octetsWithoutBase &+= missing
            fallthrough
        case .late:
            if hasOctets { record.octets = 0 }
            if hasPackets { record.packets = 0 }
        }
    }
}

extension TotalsTable.Report {
    /// What a record says, its times moved to our clock.
    fileprivate init(_ total: RunningTotal, _ record: FlowRecord) {
        let latest = total.exportTime &+ TotalsTable.precision
        let told = Self.start(total, record)
        // A start or an end in the future is none.
        let start = told > 0 && told <= latest ? told : 0
        let end = record.has(.end) ? record.end : 0
        let until = end > 0 ? min(max(start, end), latest) : total.exportTime
        self.init(
            key: total.key,
            octets: total.counters.octets > 0 ? record.octets : 0,
            packets: total.counters.packets > 0 ? record.packets : 0,
            lengths: total.counters,
            start: start > 0 ? max(start &+ total.offset, 1) : 0,
            isStartInKey: told > 0 && total.start == .fixed,
            isStartWrapping: total.start == .wrapping,
            until: until &+ total.offset,
            exportTime: total.exportTime &+ total.offset,
            isEnd: total.isEnd,
            isSkewed: total.isSkewed,
            isMoved: total.offset != 0
        )
    }

    /// When the flow began, by the exporter's clock; 0 when not told.
    private static func start(_ total: RunningTotal, _ record: FlowRecord) -> Int64 {
        switch total.start {
        case .unknown: 0
        case _ where record.has(.start): record.start
        // A flow of one packet has no duration: it began when it ended.
        case .relative, .wrapping:
            total.counters.packets > 0 && record.packets == 1 && record.has(.end) ? record.end : 0
        case .fixed: 0
        }
    }
}
