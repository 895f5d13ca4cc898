// SPDX-License-Identifier: Apache-2.0

import Model
import Wire

/// Data Sets: flow records, and the options records that speak of them.
extension DecodingWork {
    /// Decodes a Data Set whose template is known.
    mutating func decodeData(
        _ octets: RawSpan,
        _ set: DataSet,
        _ plan: TemplatePlan,
        _ context: MessageContext,
        _ state: inout ExporterState
    ) {
        var start = set.octets.lowerBound
        let end = set.octets.upperBound
        // A rest that is shorter than any record is padding (RFC 7011, section 3.3.1).
        if end - start < plan.minimumOctets, end > start, !set.isCut {
            messageRecords = nil
            report(.truncated, "Data Set shorter than its template", at: set.offset)
        }
        let shared = SetSampling(plan, context, &state)
        while end - start >= plan.minimumOctets {
            let most = plan.template.kind == .options ? 1 : room()
            guard most > 0 else { return }
            rows.place(plan, in: octets, from: start, to: end, most: most)
            guard rows.count > 0 else {
                return reportCut(octets, set, start, plan)
            }
            switch plan.template.kind {
            case .data: decodeRows(octets, set, plan, context, shared, &state)
            case .options:
                do throws(WireError) {
                    try decodeOptions(octets, plan, context, &state)
                } catch {
                    messageRecords = nil
                    return report(error, base: set.offset + start - set.octets.lowerBound)
                }
            }
            start = rows.end
        }
    }

    /// How many more records are read of this datagram.
    private mutating func room() -> Int {
        let room = limits.recordsPerDatagram - outcome.records
        if room <= 0 {
            messageRecords = nil
            if !isFull { report(.limitExceeded, "flow records", at: 0) }
            isFull = true
        }
        return room
    }

    /// Reports a record that its set ends in the middle of.
    ///
    /// Where the set itself is cut short, that is reported for the set.
    private mutating func reportCut(
        _ octets: RawSpan,
        _ set: DataSet,
        _ start: Int,
        _ plan: TemplatePlan
    ) {
        messageRecords = nil
        guard !set.isCut else { return }
        let base = set.octets.lowerBound
        var rest = WireReader(octets.extracting(base..<set.octets.upperBound), as: "Set")
        do throws(WireError) {
            try rest.skip(octets: start - base)
            for field in plan.template.fields {
                let octets =
                    field.length == Template.Field.variableLength
                    ? try rest.readVariableLength() : Int(field.length)
                try rest.skip(octets: octets)
            }
        } catch {
            report(error, base: set.offset)
        }
    }

    /// What all records of a set have in common.
    struct SetSampling {
        /// When the exporter booted, as its options say, in milliseconds; 0 when they do not.
        let systemInitTime: UInt64
        /// Whether each record is looked up by itself.
        let isByRecord: Bool
        /// The rate, where all records have the same; where it came from.
        var rate: SamplingRate?
        var source = SamplingSource.options

        /// A rate that the header of the message gives.
        init(header rate: SamplingRate?) {
            systemInitTime = 0
            isByRecord = false
            self.rate = rate
            source = .header
        }

        init(
            _ plan: TemplatePlan,
            _ context: MessageContext,
            _ state: inout ExporterState
        ) {
            systemInitTime =
                context.flowProtocol == .ipfix
                    && plan.program.hasAny(RecordRows.uptimeReadings)
                ? state.systemInitTime(context) : 0
            guard state.hasRates, plan.template.kind == .data else {
                isByRecord = false
                return
            }
            isByRecord =
                !plan.references.isEmpty || state.ratesDependOnInterfaces(in: context)
            guard !isByRecord else { return }
            let reference = SamplerReference(template: plan.template.id)
            rate = state.rate(for: plan.blank, reference, in: context)
        }
    }

    /// Decodes the flow records that are placed.
    private mutating func decodeRows(
        _ octets: RawSpan,
        _ set: DataSet,
        _ plan: TemplatePlan,
        _ context: MessageContext,
        _ shared: SetSampling,
        _ state: inout ExporterState
    ) {
        readRows(octets, plan, context, shared)
        if shared.isByRecord || plan.traits.contains(.rate) {
            rows.sample(&batch.records, plan, shared, context, &state)
        }
        keepRows(octets, set, plan, context)
    }

    /// Appends the flow records that are placed to the batch.
    mutating func readRows(
        _ octets: RawSpan,
        _ plan: TemplatePlan,
        _ context: MessageContext,
        _ shared: SetSampling
    ) {
        rows.append(plan.blank, to: &batch.records) { record in
            record.flowProtocol = context.flowProtocol
            record.exporter = context.exporter
            record.arrival = context.arrival
            guard let rate = shared.rate else { return }
            record.samplingRate = rate
            record.samplingSource = shared.source
        }
        rows.fill(&batch.records, by: plan.program, from: octets, context)
        rows.finish(
            &batch.records,
            plan.program,
            from: octets,
            context,
            systemInitTime: shared.systemInitTime,
            tunnels: tunnels,
            words: &batch.words
        )
    }

    /// Numbers the records of the rows, and takes those out that cannot be believed.
    mutating func keepRows(
        _ octets: RawSpan,
        _ set: DataSet,
        _ plan: TemplatePlan,
        _ context: MessageContext
    ) {
        let number = recordCount &+ 1
        let most = rows.number(&batch.records, from: number)
        outcome.records += rows.count
        messageRecords? += rows.count
        recordCount &+= UInt64(rows.count)
        let first = rows.base
        let firstReference = references.count
        if plan.reverse != nil || most > limits.plausibleCount {
            keepEach(octets, set, plan, context, first)
        } else if !plan.references.isEmpty {
            for row in 0..<rows.count { references.append(rows.reference(of: row, plan)) }
        }
        if formsIncrements, let totals = plan.totals {
            noteTotals(totals, octets, context, from: first, number: number)
        }
        unresolved.append(
            UnresolvedSampling(
                records: first..<batch.records.count,
                template: plan.template.id,
                firstReference: plan.references.isEmpty ? nil : firstReference,
                context: context
            )
        )
    }

    /// Takes the records from `first` on, one a row, back out of the batch and puts those in again
    /// that are to be kept; behind each, the second direction of its biflow.
    private mutating func keepEach(
        _ octets: RawSpan,
        _ set: DataSet,
        _ plan: TemplatePlan,
        _ context: MessageContext,
        _ first: Int
    ) {
        forwards.removeAll(keepingCapacity: true)
        forwards.append(contentsOf: batch.records[first...])
        batch.records.removeSubrange(first...)
        if let reverse = plan.reverse { readReverses(reverse, octets, context) }
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
                keep(reverses[row], row, set, plan)
            }
        }
    }

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

    /// Reads the second directions of the biflows in ``forwards``.
    private mutating func readReverses(
        _ program: RecordProgram,
        _ octets: RawSpan,
        _ context: MessageContext
    ) {
        reverses.removeAll(keepingCapacity: true)
        for record in forwards {
            reverses.append(record)
            let last = reverses.count - 1
            reverses[last].reverse()
            reverses[last].known.formUnion(program.known)
            reverses[last].octetsBasis = program.octetsBasis
        }
        rows.base = 0
        rows.fill(&reverses, by: program, from: octets, context)
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
