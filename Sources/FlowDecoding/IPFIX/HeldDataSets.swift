// SPDX-License-Identifier: Apache-2.0

import Model
import Wire

/// Data Sets that wait for their template.
extension DecodingWork {
    /// Puts a set aside until its template comes.
    mutating func hold(
        _ octets: RawSpan,
        _ set: DataSet,
        _ context: MessageContext,
        _ state: inout ExporterState
    ) {
        let limit = min(limits.heldOctets, share / 4)
        guard set.octets.count + 128 <= limit else {
            counters.heldSetsEvicted += 1
            return report(.limitExceeded, "Data Set", at: set.offset - 4)
        }
        var body = WireReader(octets.extracting(set.octets), as: "Data Set")
        let copy = body.readAll(after: HeldSet.padding)
        let held = HeldSet(context: context, id: set.id, offset: set.offset, octets: copy)
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
    ///
    /// Each came in a datagram of its own, or may have: as many flows are read of it, and what is
    /// not read of it is a problem of its own.
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
        isReplaying = true
        defer { isReplaying = false }
        use.renew(.options)
        for kind in [Template.Kind.options, .data] {
            for (held, plan) in plans where plan.template.kind == kind {
                let set = DataSet(
                    id: held.id,
                    octets: HeldSet.padding..<held.octets.count,
                    offset: held.offset
                )
                let octets = WireReader(held.octets.span, as: "held Data Set").octets
                use.renew(.flows)
                use.askAgain(.options)
                heldContexts.append(held.context)
                decodeData(octets, set, plan, held.context, &state)
            }
        }
    }
}
