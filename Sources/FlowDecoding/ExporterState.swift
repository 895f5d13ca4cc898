// SPDX-License-Identifier: Apache-2.0

import Model

/// All that is remembered of one exporter.
struct ExporterState {
    let exporter: IPAddress
    var templates = TemplateCache()
    var held = HeldSets()
    var sequences = SequenceTracker()
    var skew = ClockSkew()
    var interfaces = InterfaceNames()
    /// Whether what is worth saving has changed since it was last asked for.
    var isChanged = false
    /// Arrival of the datagram that told of its latest restart; 0 when none did.
    var lastRestart: Int64 = 0
    private(set) var domains: [ExporterDomain] = []
    private var last = 0
    private var clock: UInt64 = 0

    init(_ exporter: IPAddress) { self.exporter = exporter }

    static func domainKey(_ context: MessageContext) -> UInt64 {
        TemplateCache.key(context.flowProtocol, context.domain, 0)
    }

    /// Changes what is known of the domain of `context`, which is remembered from then on.
    ///
    /// Past the limits the domain used longest ago is forgotten. `change` says whether anything
    /// was worth saving.
    mutating func update(
        _ context: MessageContext,
        _ limits: DecodingLimits,
        _ counters: inout DecoderStatistics,
        _ change: (inout ExporterDomain, inout DecoderStatistics) -> Bool
    ) {
        clock &+= 1
        let key = Self.domainKey(context)
        if !domains.contains(where: { $0.key == key }) {
            // More than one when the limit has been lowered.
            while domains.count >= limits.domains, !domains.isEmpty {
                forgetDomain(except: key, &counters)
            }
            domains.append(ExporterDomain(key: key))
        }
        guard let index = domains.firstIndex(where: { $0.key == key }) else { return }
        domains[index].lastUsed = clock
        guard change(&domains[index], &counters) else { return }
        isChanged = true
        while domains.count > 1, samplers > limits.samplersPerExporter {
            forgetDomain(except: key, &counters)
        }
    }

    /// Puts back a domain of an earlier process, unless the exporter has spoken of it since.
    mutating func restore(_ domain: ExporterDomain, _ limits: DecodingLimits) {
        guard domains.count < limits.domains, !domains.contains(where: { $0.key == domain.key }),
            samplers + domain.samplers.count <= limits.samplersPerExporter
        else { return }
        domains.append(domain)
    }

    /// Samplers of all domains.
    var samplers: Int { domains.reduce(0) { $0 + $1.samplers.count } }

    private mutating func forgetDomain(except key: UInt64, _ counters: inout DecoderStatistics) {
        let others = domains.indices.filter { domains[$0].key != key }
        guard let oldest = others.min(by: { domains[$0].lastUsed < domains[$1].lastUsed }) else {
            return
        }
        domains.remove(at: oldest)
        counters.domainsEvicted += 1
        isChanged = true
    }

    /// What a data record says that its sampling rate may be announced for.
    struct Sampled {
        /// The sampler it names.
        var selector: UInt64?
        var ingress: UInt32 = 0
        var egress: UInt32 = 0
        var observed = ObservationDirection.unknown

        init() {}

        init(_ record: borrowing FlowRecord, selector: UInt64?) {
            self.selector = selector
            ingress = record.ingressInterface
            egress = record.egressInterface
            observed = record.direction
        }
    }

    /// Whether the announced rate depends on more of a record than the sampler it names.
    func ratesDiffer(in context: MessageContext) -> Bool {
        guard !domains.isEmpty else { return false }
        let own = Self.domainKey(context)
        let whole = TemplateCache.key(context.flowProtocol, 0, 0)
        return domains.contains { ($0.key == own || $0.key == whole) && $0.samplers.isByInterface }
    }

    /// The announced sampling rate for a record; nil when none is known.
    ///
    /// Options of observation domain 0 hold for the whole exporter (RFC 7011, section 3.1).
    mutating func rate(for record: Sampled, in context: MessageContext) -> SamplingRate? {
        guard !domains.isEmpty else { return nil }
        let key = Self.domainKey(context)
        if let rate = rate(for: record, key) { return rate }
        guard context.domain != 0 else { return nil }
        return rate(for: record, TemplateCache.key(context.flowProtocol, 0, 0))
    }

    private mutating func rate(for record: Sampled, _ key: UInt64) -> SamplingRate? {
        if last >= domains.count || domains[last].key != key {
            guard let index = domains.firstIndex(where: { $0.key == key }) else { return nil }
            last = index
        }
        clock &+= 1
        domains[last].lastUsed = clock
        return domains[last].samplers.rate(
            selector: record.selector,
            ingress: record.ingress,
            egress: record.egress,
            observed: record.observed
        )
    }

    /// When the exporter booted, as its options say, in milliseconds; 0 when they do not.
    func systemInitTime(_ context: MessageContext) -> UInt64 {
        let key = Self.domainKey(context)
        return domains.first { $0.key == key }?.systemInitTime ?? 0
    }
}
