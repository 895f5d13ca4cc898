// SPDX-License-Identifier: Apache-2.0

import Model
import Wire

/// Data Sets: flow records, and the options records that speak of them.
extension DecodingWork {
    /// Decodes a Data Set whose template is known.
    mutating func decodeData(
        _ body: inout WireReader,
        _ set: SetHeader,
        _ plan: TemplatePlan,
        _ context: MessageContext,
        _ state: inout ExporterState
    ) {
        if plan.template.kind == .options { hasOptionsSets = true }
        let systemInitTime =
            plan.traits.contains(.relativeTimes) && context.flowProtocol == .ipfix
            ? state.systemInitTime(context) : 0
        var reader = RecordReader(context, systemInitTime: systemInitTime)
        // A rest that is shorter than any record is padding (RFC 7011, section 3.3.1).
        if body.remaining < plan.minimumOctets, !body.isAtEnd, !set.isCut {
            messageRecords = nil
            report(.truncated, "Data Set shorter than its template", at: set.offset)
        }
        while body.remaining >= plan.minimumOctets {
            let start = body.offset
            do throws(WireError) {
                switch plan.template.kind {
                case .data: try decodeRecord(&body, plan, set.offset, &reader, &state)
                case .options:
                    guard let options = plan.options else { return }
                    try decodeOptions(&body, plan.template, options, context, &state)
                }
            } catch {
                messageRecords = nil
                // Where the set is cut short, that is reported for the set.
                if !(set.isCut && error.kind == .truncated) { report(error, base: set.offset) }
                return
            }
            // A template's minimum is at least 1, so every record moves the cursor.
            guard body.offset > start else { return }
        }
    }

    private mutating func decodeRecord(
        _ body: inout WireReader,
        _ plan: TemplatePlan,
        _ base: Int,
        _ forward: inout RecordReader,
        _ state: inout ExporterState
    ) throws(WireError) {
        let start = body
        let context = forward.context
        forward.begin(plan.traits)
        try forward.read(&body, by: plan.steps, words: &batch.words)
        forward.finish(plan.traits, words: &batch.words)
        countRecord()
        sample(&forward, plan, &state)
        let offset = base + start.offset
        var reference = forward.scratch.sampling.reference
        reference.template = plan.template.id
        guard !plan.reverseSteps.isEmpty else {
            return append(&forward.record, reference, plan, context, offset)
        }
        var again = start
        var reverse = forward
        reverse.reverse()
        try reverse.read(&again, by: plan.reverseSteps, words: &batch.words)
        if forward.scratch.biflowDirection == 2 {
            // reverseInitiator: the source of the record is the responder (RFC 5103, section 6.3).
            if plan.traits.contains(.initiator) {
                swap(&forward.record.octets, &reverse.record.octets)
            }
            if plan.traits.contains(.initiatorPackets) {
                swap(&forward.record.packets, &reverse.record.packets)
            }
        }
        append(&forward.record, reference, plan, context, offset)
        // A biflow without packets in the reverse direction is a flow.
        if reverse.record.octets > 0 || reverse.record.packets > 0 {
            append(&reverse.record, reference, plan, context, offset)
        }
    }

    /// Finds the record's sampling rate: from options, else from the record, else unknown.
    private mutating func sample(
        _ reader: inout RecordReader,
        _ plan: TemplatePlan,
        _ state: inout ExporterState
    ) {
        var reference = reader.scratch.sampling.reference
        reference.template = plan.template.id
        let announced = state.rate(for: reader.record, reference, in: reader.context)
        if let announced {
            reader.record.samplingRate = announced
            reader.record.samplingSource = .options
        } else if plan.traits.contains(.rate), let rate = reader.scratch.sampling.rate {
            reader.record.samplingRate = rate
            reader.record.samplingSource = .record
        }
    }

    private mutating func append(
        _ record: inout FlowRecord,
        _ reference: SamplerReference,
        _ plan: TemplatePlan,
        _ context: MessageContext,
        _ offset: Int
    ) {
        let index = batch.records.count
        append(&record, at: offset)
        guard batch.records.count > index else { return }
        let counters = record.isReverse ? plan.totals.reverse : plan.totals.forward
        if formsIncrements, !counters.isEmpty {
            totals.append(
                RunningTotal(
                    record,
                    at: index,
                    counters,
                    flowID: nil,
                    start: plan.startForm,
                    context
                )
            )
        }
        guard hasOptionsSets else { return }
        unresolved.append(
            UnresolvedSampling(index: index, reference: reference, context: context)
        )
    }
}

/// Data Sets that wait for their template.
extension DecodingWork {
    /// Puts a set aside until its template comes.
    mutating func hold(
        _ body: inout WireReader,
        _ set: SetHeader,
        _ context: MessageContext,
        _ state: inout ExporterState
    ) {
        let limit = min(limits.heldOctets, share / 4)
        guard body.remaining + 128 <= limit else {
            counters.heldSetsEvicted += 1
            return report(.limitExceeded, "Data Set", at: set.offset - 4)
        }
        var octets: [UInt8] = []
        octets.reserveCapacity(body.remaining)
        while let octet = try? body.read(UInt8.self) { octets.append(octet) }
        let held = HeldSet(context: context, id: set.id, offset: set.offset, octets: octets)
        outcome.heldSets += 1
        let evicted = state.held.hold(held, limit: limit)
        counters.heldSetsEvicted += UInt64(evicted.count)
        drop(evicted)
    }

    /// Counts sets whose template never came.
    mutating func drop(_ sets: [HeldSet]) {
        for set in sets { batch.errors.append(set.problem) }
    }

    /// Decodes the held sets whose template has come: options first, for the samplers they bring.
    mutating func replayHeld(_ state: inout ExporterState) {
        var plans: [(HeldSet, TemplatePlan)] = []
        var held = HeldSets()
        swap(&held, &state.held)
        _ = held.take { set in
            let key = TemplateCache.key(set.context.flowProtocol, set.context.domain, set.id)
            let found = state.templates.definition(
                key,
                port: set.context.port,
                at: set.context.arrival
            )
            guard let found else { return false }
            plans.append((set, found.plan))
            return true
        }
        swap(&held, &state.held)
        for kind in [Template.Kind.options, .data] {
            for (set, plan) in plans where plan.template.kind == kind {
                var body = WireReader(set.octets.span, as: "held Data Set")
                let header = SetHeader(id: set.id, offset: set.offset)
                decodeData(&body, header, plan, set.context, &state)
            }
        }
    }
}
