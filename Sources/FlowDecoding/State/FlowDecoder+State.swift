// SPDX-License-Identifier: Apache-2.0

public import Model

/// State that survives the process.
extension FlowDecoder {
    /// The exporters that are remembered.
    public var knownExporters: [IPAddress] { exporters.map(\.exporter) }

    /// The exporters whose templates or samplers have changed since the last call.
    ///
    /// A template that is only sent again is no change.
    public mutating func changedExporters() -> [IPAddress] {
        var changed: [IPAddress] = []
        for index in exporters.indices where exporters[index].isChanged {
            exporters[index].isChanged = false
            changed.append(exporters[index].exporter)
        }
        return changed
    }

    /// What is worth keeping of an exporter; nil when nothing is known of it.
    public func snapshot(of exporter: IPAddress) -> ExporterSnapshot? {
        knownIndex(exporter).map { ExporterSnapshot(exporters[$0]) }
    }

    /// Takes up what an earlier process knew of an exporter.
    ///
    /// Its templates are *cached*: used until the exporter sends them again or others in their
    /// place, and for half an hour after a restart of the exporter. What the exporter has sent to
    /// this decoder already is never replaced.
    ///
    /// The snapshot is checked as datagrams are: a file may be damaged, or forged. What is more
    /// than the limits allow is left out, as it would be from the wire.
    ///
    /// - Throws: ``SnapshotProblem`` when anything in it could not have come from an exporter; then
    ///   nothing is restored.
    public mutating func restore(_ snapshot: ExporterSnapshot) throws(SnapshotProblem) {
        let restored = try RestoredExporter(snapshot, limits)
        guard let index = stateIndex(restored.exporter) else {
            throw SnapshotProblem("there is no room for another exporter")
        }
        for template in restored.templates {
            exporters[index].templates.restore(
                template.template,
                key: template.key,
                port: template.port,
                limits: limits,
                octets: limits.share(of: exporters.count) / 4 * 3
            )
        }
        for domain in restored.domains { exporters[index].restore(domain, limits) }
        for stream in restored.sequences {
            exporters[index].sequences.restore(stream, limit: limits.sequences)
        }
    }
}

extension ExporterSnapshot {
    /// Checks what ``FlowDecoder/restore(_:)`` would.
    public func check(_ limits: DecodingLimits) throws(SnapshotProblem) {
        _ = try RestoredExporter(self, limits)
    }

    init(_ state: ExporterState) {
        exporter = state.exporter.description
        templates = state.templates.all.map { Template($0.key, $0.definition) }
        domains = state.domains.map { Domain($0) }
        sequences = state.sequences.streams.map { Sequence($0) }
    }
}

extension ExporterSnapshot.Template {
    init(_ key: UInt64, _ definition: TemplateCache.Definition) {
        let template = definition.plan.template
        (flowProtocol, domain) = ExporterSnapshot.names(of: key)
        id = template.id
        port = definition.port
        isOptions = template.kind == .options
        scopeCount = template.scopeCount
        fields = template.fields.map { field in
            ExporterSnapshot.Field(
                id: field.id,
                length: field.length,
                enterprise: field.enterprise == 0 ? nil : field.enterprise
            )
        }
    }
}

extension ExporterSnapshot.Domain {
    init(_ domain: ExporterDomain) {
        (flowProtocol, self.domain) = ExporterSnapshot.names(of: domain.key)
        systemInitTime = domain.systemInitTime == 0 ? nil : domain.systemInitTime
        for (key, rate) in domain.samplers.all { add(key, rate) }
        let sequences = domain.samplers.allSequences.map { id, selectors in
            ExporterSnapshot.SelectionSequence(id: id, selectors: selectors)
        }
        selectionSequences = sequences.isEmpty ? nil : sequences
    }

    private mutating func add(_ key: SamplerTable.Key, _ rate: SamplingRate) {
        var sampler = ExporterSnapshot.Sampler(
            numerator: rate.numerator,
            denominator: rate.denominator
        )
        switch key {
        case .selector(let selector): sampler.selector = selector
        case .interface(let interface): sampler.interface = interface
        case .domain: break
        case .filter, .sequence, .egressInterface, .lineCard, .template, .part:
            scopedSamplers =
                (scopedSamplers ?? []) + [
                    ExporterSnapshot.ScopedSampler(
                        scope: key.kind.word,
                        id: key.id,
                        numerator: rate.numerator,
                        denominator: rate.denominator
                    )
                ]
            return
        }
        samplers.append(sampler)
    }
}

extension ExporterSnapshot.Sequence {
    init(_ stream: SequenceStream) {
        key = stream.key
        port = stream.port
        isShared = stream.isShared
        countsRecords = stream.countsRecords
        sequence = stream.last.sequence
        uptime = stream.last.uptime
        arrival = stream.last.arrival
        exportTime = stream.last.exportTime
    }
}

extension ExporterSnapshot {
    /// Protocol and domain of a key; see ``TemplateCache/key(_:_:_:)``.
    fileprivate static func names(of key: UInt64) -> (String, UInt32) {
        let flowProtocol = FlowProtocol(rawValue: UInt8(truncatingIfNeeded: key >> 48)) ?? .ipfix
        return (flowProtocol.word, UInt32(truncatingIfNeeded: key >> 16))
    }
}
