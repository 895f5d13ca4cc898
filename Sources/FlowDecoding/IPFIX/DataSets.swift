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
            let most = room(plan)
            guard most > 0 else { return }
            rows.place(plan, in: octets, from: start, to: end, most: most)
            guard rows.count > 0 else {
                return reportCut(octets, set, start, plan)
            }
            switch plan.template.kind {
            case .data: decodeRows(octets, set, plan, context, shared, &state)
            case .options:
                use[.options] += 1
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

    /// How many more records of the template are read of this datagram.
    private mutating func room(_ plan: TemplatePlan) -> Int {
        guard plan.template.kind == .data else { return min(room(for: .options), 1) }
        return room(for: .flows, size: plan.reverse == nil ? 1 : 2)
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
        /// The rate, where all records have the same; where it came from.
        private(set) var rate = SamplingRate.one
        private(set) var hasRate = false
        private(set) var source = SamplingSource.options
        /// Whether each record is looked up by itself.
        let isByRecord: Bool

        /// A rate that the header of the message gives.
        init(header rate: SamplingRate?) {
            systemInitTime = 0
            isByRecord = false
            source = .header
            take(rate)
        }

        private mutating func take(_ rate: SamplingRate?) {
            hasRate = rate != nil
            self.rate = rate ?? .one
        }

        init(
            _ plan: TemplatePlan,
            _ context: MessageContext,
            _ state: inout ExporterState
        ) {
            systemInitTime =
                context.flowProtocol == .ipfix
                    && plan.hasUptimes
                ? state.systemInitTime(context) : 0
            guard state.hasRates, plan.template.kind == .data else {
                isByRecord = false
                return
            }
            isByRecord =
                !plan.references.isEmpty || state.ratesDependOnInterfaces(in: context)
            guard !isByRecord else { return }
            let reference = SamplerReference(template: plan.template.id)
            take(state.rate(for: plan.blank, reference, in: context))
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
        if plan.reverse != nil { readReverses(octets, plan, context, shared, &state) }
        keepRows(octets, set, plan, context)
    }

    /// Appends the flow records that are placed to the batch.
    mutating func readRows(
        _ octets: RawSpan,
        _ plan: TemplatePlan,
        _ context: MessageContext,
        _ shared: SetSampling
    ) {
        rows.append(plan.blanks, to: &batch.records) { record in
            record.flowProtocol = context.flowProtocol
            record.exporter = context.exporter
            record.arrival = context.arrival
            guard shared.hasRate else { return }
            record.samplingRate = shared.rate
            record.samplingSource = shared.source
        }
        rows.fill(&batch.records, by: plan.program, from: octets, context)
        guard plan.program.isFinishedLater else { return }
        rows.finish(
            &batch.records,
            plan.program,
            from: octets,
            context,
            systemInitTime: shared.systemInitTime,
            tunnels: tunnels,
            words: &batch.words
        )
        if plan.reverse == nil { rows.finishStatus(&batch.records, plan.program) }
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
        use[.flows] += plan.reverse == nil ? rows.count : rows.count * 2
        messageRecords? += rows.count
        recordCount &+= UInt64(rows.count)
        let first = rows.base
        let firstReference = references.count
        if plan.reverse != nil || most > limits.plausibleCount {
            keepEach(set, plan, first)
        } else if !plan.references.isEmpty {
            for row in 0..<rows.count { references.append(rows.reference(of: row, plan)) }
        }
        if formsIncrements, let totals = plan.totals {
            noteTotals(totals, octets, context, from: first, number: number)
        }
        unresolved.append(
            UnresolvedSampling(
                first: first,
                count: UInt32(truncatingIfNeeded: batch.records.count &- first),
                heldContext: isReplaying ? UInt32(truncatingIfNeeded: heldContexts.count) : 0,
                firstReference: plan.references.isEmpty ? -1 : firstReference,
                template: plan.template.id
            )
        )
    }
}
