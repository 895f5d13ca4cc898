// SPDX-License-Identifier: Apache-2.0

import Model
import Wire

/// Options records: what an exporter tells of itself.
extension DecodingWork {
    /// Takes from an options record what decoding needs: samplers, when the exporter booted; and
    /// the names of its interfaces.
    ///
    /// The record is the one that is placed in ``rows``.
    mutating func decodeOptions(
        _ octets: RawSpan,
        _ plan: TemplatePlan,
        _ context: MessageContext,
        _ state: inout ExporterState
    ) {
        outcome.optionsRecords += 1
        messageRecords? += 1
        let range = rows.start(of: 0)..<rows.end
        if details != nil {
            var record = WireReader(octets.extracting(range), as: "options record")
            if let shown = try? OptionsRecord(&record, plan.template) {
                details?.options.append(shown)
            }
        }
        forwards.removeAll(keepingCapacity: true)
        forwards.append(FlowRecord())
        rows.base = 0
        rows.fill(&forwards, by: plan.program, from: octets, context)
        if plan.traits.contains(.rate) { announce(plan, context, &state) }
        if plan.program.has(.systemInitTime) {
            let booted = rows.value(.systemInitTime, 0)
            if booted != 0 { note(booted: booted, context, &state) }
        }
        if plan.traits.contains(.interfaceNames) {
            let record = WireReader(octets.extracting(range), as: "options record")
            guard let naming = try? InterfaceNaming(record, plan.template) else { return }
            if !state.interfaces.note(naming, limit: limits.interfaces) {
                counters.interfaceNamesRefused += 1
            }
        }
    }

    private mutating func announce(
        _ plan: TemplatePlan,
        _ context: MessageContext,
        _ state: inout ExporterState
    ) {
        let sampling = SamplingFields(rows, 0, plan.sampling)
        let ingress = forwards[0].ingressInterface
        let key: SamplerTable.Key =
            if let selector = sampling.selector {
                .selector(selector)
            } else if ingress != 0 {
                .interface(ingress)
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
