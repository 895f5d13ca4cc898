// SPDX-License-Identifier: Apache-2.0

import Model
import Wire

/// The second flows of biflows (RFC 5103), read from the rows of the first.
///
/// The columns of the reverse elements take the place of those of the forward ones, so whatever
/// the first flows need of these is done before; what both directions have in common has no
/// reverse element (``FieldReading/isOfBothDirections``).
extension DecodingWork {
    /// Reads the second flows of the records that are placed into ``reverses``.
    mutating func readReverses(
        _ octets: RawSpan,
        _ plan: TemplatePlan,
        _ context: MessageContext,
        _ shared: SetSampling,
        _ state: inout ExporterState
    ) {
        guard let reverse = plan.reverse else { return }
        copyReverses(reverse, plan, shared)
        // Where the packets of the first flow did not leave, those of the second still came in.
        rows.finishStatus(&batch.records, plan.program)
        let first = rows.base
        rows.base = 0
        defer { rows.base = first }
        rows.fill(&reverses, by: reverse, from: octets, context)
        if reverse.isFinishedLater {
            rows.finish(
                &reverses,
                reverse,
                from: octets,
                context,
                systemInitTime: shared.systemInitTime,
                tunnels: tunnels,
                words: &batch.words
            )
            rows.finishStatus(&reverses, reverse)
        }
        if reverse.hasDuration { completeTimes(from: first) }
        // Its own interfaces may have a rate of their own.
        if shared.isByRecord { rows.sample(&reverses, plan, shared, context, &state) }
    }

    /// Begins the second flows as the first with their sides swapped.
    private mutating func copyReverses(
        _ reverse: RecordProgram,
        _ plan: TemplatePlan,
        _ shared: SetSampling
    ) {
        reverses.removeAll(keepingCapacity: true)
        for row in 0..<rows.count {
            var record = batch.records[rows.base + row]
            record.reverse()
            record.known.formUnion(reverse.known)
            record.octetsBasis = reverse.octetsBasis
            if reverse.hasDuration {
                (record.start, record.end) = (0, 0)
                record.known.subtract([.start, .end])
            }
            if shared.isByRecord {
                record.samplingRate = plan.blank.samplingRate
                record.samplingSource = plan.blank.samplingSource
            }
            reverses.append(record)
        }
    }

    /// Gives the second flows the times of the first where they have none of their own.
    private mutating func completeTimes(from first: Int) {
        for row in reverses.indices {
            let forward = batch.records[first + row]
            if !reverses[row].has(.start) { reverses[row].give(start: forward.start) }
            if !reverses[row].has(.end) { reverses[row].give(end: forward.end) }
        }
    }

    /// Takes the records from `first` on, one a row, back out of the batch and puts those in again
    /// that are to be kept; behind each, the second direction of its biflow.
    mutating func keepEach(_ set: DataSet, _ plan: TemplatePlan, _ first: Int) {
        forwards.removeAll(keepingCapacity: true)
        forwards.append(contentsOf: batch.records[first...])
        batch.records.removeSubrange(first...)
        for row in forwards.indices {
            // reverseInitiator: the source of the record is the responder (RFC 5103, 6.3).
            if plan.reverse != nil, plan.program.has(.biflowDirection),
                rows.value(.biflowDirection, row) == 2
            {
                swapCounters(of: row, plan)
            }
            keep(forwards[row], row, set, plan)
            // A biflow without packets in the reverse direction is a flow.
            if plan.reverse != nil, reverses[row].octets > 0 || reverses[row].packets > 0 {
                reverses[row].number = forwards[row].number
                keep(reverses[row], row, set, plan)
            }
        }
    }

    /// Gives the counters of initiator and responder to the other direction.
    ///
    /// Only where both directions count so, or one not at all: a counter that goes by the source of
    /// the record is where it belongs, and a running total is taken for one where it is read.
    private mutating func swapCounters(of row: Int, _ plan: TemplatePlan) {
        if plan.traits.contains(.initiator) {
            (forwards[row].octets, reverses[row].octets) =
                (reverses[row].octets, forwards[row].octets)
        }
        if plan.traits.contains(.initiatorPackets) {
            (forwards[row].packets, reverses[row].packets) =
                (reverses[row].packets, forwards[row].packets)
        }
    }

    private mutating func keep(
        _ record: FlowRecord,
        _ row: Int,
        _ set: DataSet,
        _ plan: TemplatePlan
    ) {
        let before = batch.records.count
        keep(record, at: set.offset + rows.start(of: row) - set.octets.lowerBound)
        guard batch.records.count > before, !plan.references.isEmpty else { return }
        references.append(rows.reference(of: row, plan))
    }
}
