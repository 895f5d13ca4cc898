// SPDX-License-Identifier: Apache-2.0

import Model

/// A snapshot that was checked, in the decoder's own words.
///
/// The checks are those of the wire (``DecodingWork/learnTemplates``): who could write a file here
/// must not get further than who can send a datagram.
struct RestoredExporter {
    let exporter: IPAddress
    private(set) var templates: [(key: UInt64, port: UInt16, template: Template)] = []
    private(set) var domains: [ExporterDomain] = []
    private(set) var sequences: [SequenceStream] = []

    init(_ snapshot: ExporterSnapshot, _ limits: DecodingLimits) throws(SnapshotProblem) {
        guard snapshot.version == ExporterSnapshot.currentVersion else {
            throw SnapshotProblem("version \(snapshot.version) is not known")
        }
        guard let exporter = IPAddress(snapshot.exporter) else {
            throw SnapshotProblem("the exporter is no address")
        }
        self.exporter = exporter
        for template in snapshot.templates { try add(template, limits) }
        for domain in snapshot.domains { try add(domain, limits) }
        for sequence in snapshot.sequences { try add(sequence) }
    }

    private mutating func add(
        _ saved: ExporterSnapshot.Template,
        _ limits: DecodingLimits
    ) throws(SnapshotProblem) {
        let flowProtocol = try Self.flowProtocol(saved.flowProtocol)
        let isNetFlow9 = flowProtocol == .netflow9
        guard saved.id >= 256 else {
            throw SnapshotProblem("template \(saved.id) is no identifier")
        }
        guard !saved.fields.isEmpty, saved.fields.count <= limits.fields,
            (0...saved.fields.count).contains(saved.scopeCount),
            saved.isOptions || saved.scopeCount == 0
        else { throw SnapshotProblem("template \(saved.id) has \(saved.fields.count) fields") }
        var fields: [Template.Field] = []
        for field in saved.fields {
            let isPossible =
                isNetFlow9
                ? field.enterprise == nil && field.length != Template.Field.variableLength
                : field.id < 0x8000
            guard isPossible else {
                throw SnapshotProblem("template \(saved.id) has an impossible field")
            }
            fields.append(
                Template.Field(
                    id: field.id,
                    enterprise: field.enterprise ?? 0,
                    length: field.length
                )
            )
        }
        let template = Template(
            id: saved.id,
            kind: saved.isOptions ? .options : .data,
            isNetFlow9: isNetFlow9,
            fields: fields,
            scopeCount: saved.scopeCount
        )
        guard (1...limits.recordOctets).contains(template.minimumOctets) else {
            throw SnapshotProblem("template \(saved.id) has an impossible length")
        }
        let key = TemplateCache.key(flowProtocol, saved.domain, saved.id)
        templates.append((key, saved.port, template))
    }

    private mutating func add(
        _ saved: ExporterSnapshot.Domain,
        _ limits: DecodingLimits
    ) throws(SnapshotProblem) {
        let flowProtocol = try Self.flowProtocol(saved.flowProtocol)
        var domain = ExporterDomain(key: TemplateCache.key(flowProtocol, saved.domain, 0))
        domain.systemInitTime = saved.systemInitTime ?? 0
        for sampler in saved.samplers {
            guard sampler.numerator >= sampler.denominator,
                let rate = SamplingRate(
                    UInt64(sampler.numerator),
                    per: UInt64(sampler.denominator)
                ), sampler.selector == nil || sampler.interface == nil
            else { throw SnapshotProblem("domain \(saved.domain) has an impossible rate") }
            let key: SamplerTable.Key =
                if let selector = sampler.selector {
                    .selector(selector)
                } else if let interface = sampler.interface {
                    .interface(interface)
                } else {
                    .domain
                }
            _ = domain.samplers.announce(rate, for: key, limit: limits.samplers)
        }
        for sampler in saved.scopedSamplers ?? [] {
            guard sampler.numerator >= sampler.denominator,
                let rate = SamplingRate(
                    UInt64(sampler.numerator),
                    per: UInt64(sampler.denominator)
                ), let key = SamplerTable.Key(scope: sampler.scope, id: sampler.id)
            else { throw SnapshotProblem("domain \(saved.domain) has an impossible rate") }
            _ = domain.samplers.announce(rate, for: key, limit: limits.samplers)
        }
        for sequence in saved.selectionSequences ?? [] {
            _ = domain.samplers.announce(
                sequence: sequence.id,
                selectors: Array(sequence.selectors.prefix(OptionsContent.mostSelectors)),
                limit: limits.samplers
            )
        }
        domains.append(domain)
    }

    private mutating func add(_ saved: ExporterSnapshot.Sequence) throws(SnapshotProblem) {
        guard saved.arrival >= 0, saved.exportTime >= 0 else {
            throw SnapshotProblem("a sequence has an impossible time")
        }
        let last = SequenceHeader(
            sequence: saved.sequence,
            records: nil,
            uptime: saved.uptime,
            arrival: saved.arrival,
            exportTime: saved.exportTime
        )
        sequences.append(
            SequenceStream(
                restored: last,
                key: saved.key,
                port: saved.port,
                isShared: saved.isShared,
                countsRecords: saved.countsRecords
            )
        )
    }

    /// Only exporters of templates have any.
    private static func flowProtocol(_ word: String) throws(SnapshotProblem) -> FlowProtocol {
        switch word {
        case FlowProtocol.ipfix.word: return .ipfix
        case FlowProtocol.netflow9.word: return .netflow9
        default: throw SnapshotProblem("\"\(word)\" has no templates")
        }
    }
}
