// SPDX-License-Identifier: Apache-2.0

import Model

/// The sampling rates that an exporter has announced.
extension ExporterState {
    /// The announced sampling rate for a record; nil when none is known.
    ///
    /// Options of observation domain 0 hold for the whole exporter (RFC 7011, section 3.1).
    mutating func rate(
        for record: FlowRecord,
        _ reference: SamplerReference,
        in context: MessageContext
    ) -> SamplingRate? {
        guard !domains.isEmpty else { return nil }
        if let own = index(ofDomain: Self.domainKey(context)) {
            if let rate = rate(for: record, reference, own) { return rate }
        }
        guard context.domain != 0,
            let whole = index(ofDomain: TemplateCache.key(context.flowProtocol, 0, 0))
        else { return nil }
        return rate(for: record, reference, whole)
    }

    /// Whether any options have said anything.
    var hasRates: Bool { !domains.isEmpty }

    /// Whether the announced rate depends on the interfaces of a record.
    func ratesDependOnInterfaces(in context: MessageContext) -> Bool {
        guard !domains.isEmpty else { return false }
        let own = Self.domainKey(context)
        let whole = TemplateCache.key(context.flowProtocol, 0, 0)
        return domains.contains {
            ($0.key == own || $0.key == whole) && $0.samplers.dependsOnInterfaces
        }
    }

    private mutating func rate(
        for record: FlowRecord,
        _ reference: SamplerReference,
        _ domain: Int
    ) -> SamplingRate? {
        domains[domain].samplers.rate(
            reference,
            ingress: record.ingressInterface,
            egress: record.egressInterface,
            observed: record.direction
        )
    }

    /// Where a domain is, which counts as used; nil when its options have said nothing.
    private mutating func index(ofDomain key: UInt64) -> Int? {
        if lastDomain >= domains.count || domains[lastDomain].key != key {
            guard let index = domains.firstIndex(where: { $0.key == key }) else { return nil }
            lastDomain = index
        }
        clock &+= 1
        domains[lastDomain].lastUsed = clock
        return lastDomain
    }
}
