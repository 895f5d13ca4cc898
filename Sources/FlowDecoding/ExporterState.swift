// SPDX-License-Identifier: Apache-2.0

import Model

/// All that is remembered of one exporter of templates (IPFIX, NetFlow v9).
struct ExporterState {
    let exporter: IPAddress
    var templates = TemplateCache()
    var held = HeldSets()
    private(set) var domains: [ExporterDomain] = []
    private var last = 0
    private var clock: UInt64 = 0

    init(_ exporter: IPAddress) { self.exporter = exporter }

    static func domainKey(_ context: MessageContext) -> UInt64 {
        TemplateCache.key(context.flowProtocol, context.domain, 0)
    }

    /// Changes what is known of the domain of `context`, which is remembered from then on.
    ///
    /// Past `limit` the domain used longest ago is forgotten.
    mutating func update(
        _ context: MessageContext,
        limit: Int,
        _ change: (inout ExporterDomain) -> Void
    ) {
        clock &+= 1
        let key = Self.domainKey(context)
        let index: Int
        if let known = domains.firstIndex(where: { $0.key == key }) {
            index = known
        } else {
            if domains.count >= limit, let oldest = leastRecent { domains.remove(at: oldest) }
            index = domains.count
            domains.append(ExporterDomain(key: key))
        }
        domains[index].lastUsed = clock
        change(&domains[index])
    }

    private var leastRecent: Int? {
        domains.indices.min { domains[$0].lastUsed < domains[$1].lastUsed }
    }

    /// The announced sampling rate for a record; nil when none is known.
    ///
    /// Options of observation domain 0 hold for the whole exporter (RFC 7011, section 3.1).
    mutating func rate(
        for record: FlowRecord,
        selector: UInt64?,
        in context: MessageContext
    ) -> SamplingRate? {
        guard !domains.isEmpty else { return nil }
        let key = Self.domainKey(context)
        if let rate = rate(for: record, selector: selector, key) { return rate }
        guard context.domain != 0 else { return nil }
        return rate(
            for: record,
            selector: selector,
            TemplateCache.key(context.flowProtocol, 0, 0)
        )
    }

    private mutating func rate(
        for record: FlowRecord,
        selector: UInt64?,
        _ key: UInt64
    ) -> SamplingRate? {
        if last >= domains.count || domains[last].key != key {
            guard let index = domains.firstIndex(where: { $0.key == key }) else { return nil }
            last = index
        }
        clock &+= 1
        domains[last].lastUsed = clock
        return domains[last].samplers.rate(
            selector: selector,
            ingress: record.ingressInterface,
            egress: record.egressInterface,
            observed: record.direction
        )
    }

    /// When the exporter booted, as its options say, in milliseconds; 0 when they do not.
    func systemInitTime(_ context: MessageContext) -> UInt64 {
        let key = Self.domainKey(context)
        return domains.first { $0.key == key }?.systemInitTime ?? 0
    }
}
