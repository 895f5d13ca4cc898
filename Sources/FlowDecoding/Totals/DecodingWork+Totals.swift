// SPDX-License-Identifier: Apache-2.0

import Model

/// Running totals become increments.
extension DecodingWork {
    /// Notes those records whose counters are running totals.
    ///
    /// - Parameters:
    ///   - plan: How they were read.
    ///   - context: The message they came in.
    ///   - first: Where they begin in the batch.
    ///   - number: Number of the record that the first row is.
    mutating func noteTotals(
        _ plan: TemplatePlan,
        _ context: MessageContext,
        from first: Int,
        number: UInt64
    ) {
        let hasFlowID = plan.program.has(.flowID)
        for index in first..<batch.records.count {
            let record = batch.records[index]
            let counters = record.isReverse ? plan.totals.reverse : plan.totals.forward
            guard !counters.isEmpty else { continue }
            let row = Int(truncatingIfNeeded: record.number &- number)
            let flowID = hasFlowID ? rows.value(.flowID, row) : RecordRows.absent
            totals.append(
                RunningTotal(
                    record,
                    at: index,
                    counters,
                    flowID: flowID == RecordRows.absent ? nil : flowID,
                    start: plan.startForm,
                    context
                )
            )
        }
    }

    /// Puts what each flow grew by in the place of its totals, for the records of this datagram.
    mutating func formIncrements(_ state: inout ExporterState, limit: Int) {
        if let message { state.totals.listen(from: message.exportTime) }
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
        let hasOctets = total.counters.contains(.octets)
        let hasPackets = total.counters.contains(.packets)
        let start = record.has(.start) && total.form != .unknown ? record.start : 0
        let end = record.has(.end) ? record.end : 0
        let evicted = table.evicted
        let growth = table.take(
            TotalsTable.Report(
                key: total.key,
                octets: hasOctets ? record.octets : 0,
                packets: hasPackets ? record.packets : 0,
                start: start,
                until: end > 0 ? max(start, end) : total.exportTime,
                exportTime: total.exportTime
            ),
            limit: limit
        )
        counters.totalsEvicted &+= table.evicted &- evicted
        switch growth {
        case .whole: break
        case .by(let octets, let packets, let since):
            if hasOctets { record.octets = octets }
            if hasPackets { record.packets = packets }
            // What came before belongs to the records before.
            if start > 0, end > 0 { record.start = min(max(start, since), max(start, end)) }
        case .base:
            counters.totalsWithoutBase &+= 1
            if hasOctets { counters.octetsWithoutBase &+= record.octets }
            fallthrough
        case .late:
            if hasOctets { record.octets = 0 }
            if hasPackets { record.packets = 0 }
        }
    }
}
