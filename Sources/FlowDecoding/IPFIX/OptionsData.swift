// SPDX-License-Identifier: Apache-2.0

import Model
import Wire

/// Options records: what an exporter tells of itself.
extension DecodingWork {
    /// Takes from an options record what decoding needs: samplers, when the exporter booted; what
    /// its processes lost; and the names of its interfaces.
    ///
    /// The record is the one that is placed in ``rows``.
    mutating func decodeOptions(
        _ octets: RawSpan,
        _ plan: TemplatePlan,
        _ context: MessageContext,
        _ state: inout ExporterState
    ) throws(WireError) {
        guard let options = plan.options else { return }
        let record = WireReader(
            octets.extracting(rows.start(of: 0)..<rows.end),
            as: "options record"
        )
        var reader = record
        let content = try OptionsContent(&reader, by: options)
        outcome.optionsRecords += 1
        messageRecords? += 1
        if details != nil {
            var again = record
            details?.options.append(try OptionsRecord(&again, plan.template))
        }
        if options.hasRate || options.hasAlgorithm {
            announceRate(content, options, context, &state)
        }
        if options.hasSequence { announceSequence(content, context, &state) }
        if options.hasReliability { note(content, context, &state) }
        if content.systemInitTime != 0 {
            note(booted: content.systemInitTime, context, &state)
        }
        if options.hasNames {
            let naming = try InterfaceNaming(record, by: options)
            let scope = content.scope
            let index = scope.ingress != 0 ? scope.ingress : scope.egress
            let limit = limits.interfaces
            if try !state.interfaces.note(naming, of: index, in: record, limit: limit) {
                counters.interfaceNamesRefused += 1
            }
        }
    }

    private mutating func announceRate(
        _ content: OptionsContent,
        _ plan: OptionsPlan,
        _ context: MessageContext,
        _ state: inout ExporterState
    ) {
        // An algorithm alone is news of a filter only: the rate may stand in other options.
        guard plan.hasRate || content.sampling.isFilter,
            let key = content.scope.key(content.sampling.reference)
        else { return }
        if content.sampling.isFilter {
            // A filter that is no selector of its own says nothing of samplers.
            guard case .selector(let selector) = key else { return }
            announce(.one, for: .filter(selector), content, context, &state)
        } else {
            announce(content.sampling.rate, for: key, content, context, &state)
        }
    }

    private mutating func announce(
        _ rate: SamplingRate?,
        for key: SamplerTable.Key,
        _ content: OptionsContent,
        _ context: MessageContext,
        _ state: inout ExporterState
    ) {
        samplersChanged = true
        let limit = limits.samplers
        state.update(content.scope.context(context), limits, &counters) { domain, counters in
            let (isNew, evicted) = domain.samplers.announce(rate, for: key, limit: limit)
            if evicted { counters.samplersEvicted += 1 }
            return isNew
        }
    }

    private mutating func announceSequence(
        _ content: OptionsContent,
        _ context: MessageContext,
        _ state: inout ExporterState
    ) {
        guard let sequence = content.scope.sequence else { return }
        samplersChanged = true
        let limit = limits.samplers
        state.update(content.scope.context(context), limits, &counters) { domain, counters in
            let (isNew, evicted) = domain.samplers.announce(
                sequence: sequence,
                selectors: content.selectors,
                limit: limit
            )
            if evicted { counters.samplersEvicted += 1 }
            return isNew
        }
    }

    /// Adds what the exporter's processes lost since their last report to the outcome.
    private mutating func note(
        _ content: OptionsContent,
        _ context: MessageContext,
        _ state: inout ExporterState
    ) {
        let growth = state.reliability.note(
            content.report,
            scope: content.scope.identity,
            context
        )
        for counter in ReliabilityCounters.Counter.allCases {
            guard let lost = growth[counter], lost <= limits.plausibleCount else { continue }
            switch counter {
            case .notSentFlows: outcome.notSent.flows.addSaturating(lost)
            case .ignoredPackets, .notSentPackets: outcome.notSent.packets.addSaturating(lost)
            case .ignoredOctets, .notSentOctets: outcome.notSent.octets.addSaturating(lost)
            }
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
