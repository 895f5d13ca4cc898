// SPDX-License-Identifier: Apache-2.0

import Model
import Wire

/// Options records: what an exporter tells of itself.
extension DecodingWork {
    /// Takes from an options record what decoding needs: samplers, when the exporter booted; and
    /// the names of its interfaces.
    mutating func decodeOptions(
        _ body: inout WireReader,
        _ plan: TemplatePlan,
        _ context: MessageContext,
        _ state: inout ExporterState
    ) throws(WireError) {
        let start = body
        var options = RecordReader(context)
        try options.read(&body, by: plan.steps, words: &batch.words)
        outcome.optionsRecords += 1
        messageRecords? += 1
        if details != nil {
            var again = start
            details?.options.append(try OptionsRecord(&again, plan.template))
        }
        if plan.traits.contains(.rate) { announce(options, context, &state) }
        let booted = options.scratch.systemInitTime
        if booted != 0 { note(booted: booted, context, &state) }
        if plan.traits.contains(.interfaceNames) {
            let naming = try InterfaceNaming(start, plan.template)
            if !state.interfaces.note(naming, limit: limits.interfaces) {
                counters.interfaceNamesRefused += 1
            }
        }
    }

    private mutating func announce(
        _ options: RecordReader,
        _ context: MessageContext,
        _ state: inout ExporterState
    ) {
        let sampling = options.scratch.sampling
        let key: SamplerTable.Key =
            if let selector = sampling.selector {
                .selector(selector)
            } else if options.record.has(.ingressInterface) {
                .interface(options.record.ingressInterface)
            } else {
                .domain
            }
        samplersChanged = true
        let limit = limits.samplers
        state.update(context, limits, &counters) { domain, counters in
            let (isNew, evicted) = domain.samplers.announce(sampling.rate, for: key, limit: limit)
            if evicted { counters.samplersEvicted += 1 }
            return isNew
        }
    }

    /// Notes when the exporter booted, in milliseconds since 1970-01-01 00:00 UTC.
    ///
    /// Less than a minute is an exporter that computes the time anew each time.
    private mutating func note(
        booted: UInt64,
        _ context: MessageContext,
        _ state: inout ExporterState
    ) {
        let known = state.systemInitTime(context)
        let isOther = max(booted, known) - min(booted, known) > 60_000
        if known != 0, isOther { hasBooted = true }
        state.update(context, limits, &counters) { domain, _ in
            domain.systemInitTime = booted
            return isOther
        }
    }
}
