// SPDX-License-Identifier: Apache-2.0

import Model

/// All that is remembered of one exporter.
struct ExporterState {
    let exporter: IPAddress
    var templates = TemplateCache()
    var held = HeldSets()
    var sequences = SequenceTracker()
    var duplicates = DuplicateWindow()
    /// Corrections that are switched on for it.
    var quirks: [ExporterQuirk] = []
    var skew = ClockSkew()
    var interfaces = InterfaceNames()
    /// The numbers of its sFlow data sources.
    var sources = SFlowSources()
    /// Tunnels that are looked into in its sampled packets.
    var innerHeaders: InnerHeaders = []
    /// Whether what is worth saving has changed since it was last asked for.
    var isChanged = false
    /// Arrival of the datagram that told of its latest restart; 0 when none did.
    var lastRestart: Int64 = 0
    /// What its processes say they lost.
    var reliability = ReliabilityCounters()
    var totals = TotalsTable()
    var domains: [ExporterDomain] = []
    /// The domain looked for last.
    var lastDomain = 0
    var clock: UInt64 = 0

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

    /// When the exporter booted, as its options say, in milliseconds; 0 when they do not.
    func systemInitTime(_ context: MessageContext) -> UInt64 {
        let key = Self.domainKey(context)
        return domains.first { $0.key == key }?.systemInitTime ?? 0
    }
}
