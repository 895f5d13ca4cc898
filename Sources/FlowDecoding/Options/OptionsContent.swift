// SPDX-License-Identifier: Apache-2.0

import Wire

/// What one options record says it is about.
struct SamplerScope {
    var ingress: UInt32 = 0
    var egress: UInt32 = 0
    var lineCard: UInt64?
    var template: UInt16 = 0
    var part: UInt64?
    var sequence: UInt64?
    /// Observation domain, when the record names one.
    var domain: UInt64 = 0
    /// Whether it is about something that is not known here.
    var isUnknown = false

    mutating func store(_ value: UInt64, as meaning: OptionsPlan.Meaning) {
        switch meaning {
        case .ingressInterface: if value != 0 { ingress = UInt32(exactly: value) ?? ingress }
        case .egressInterface: if value != 0 { egress = UInt32(exactly: value) ?? egress }
        case .lineCard: lineCard = value
        case .template: template = UInt16(exactly: value) ?? 0
        case .part(let element): part = UInt64(element) << 48 ^ value
        case .sequence: sequence = value
        case .domain: domain = value
        default: break
        }
    }

    /// What a rate in the record is for; nil when it is for nothing that is known here.
    ///
    /// Interface 0 and template 0 are none, as devices write that sample as a whole.
    func key(_ reference: SamplerReference) -> SamplerTable.Key? {
        if let sequence { return .sequence(sequence) }
        if let selector = reference.selector { return .selector(selector) }
        if isUnknown { return nil }
        if ingress != 0 { return .interface(ingress) }
        if egress != 0 { return .egressInterface(egress) }
        if let lineCard { return .lineCard(lineCard) }
        if template != 0 { return .template(template) }
        if let part { return .part(part) }
        return .domain
    }

    /// The domain the record speaks of: the one it names, in a message that is of none itself
    /// (RFC 7011, section 4.1).
    func context(_ message: MessageContext) -> MessageContext {
        guard message.domain == 0, let domain = UInt32(exactly: domain) else { return message }
        var context = message
        context.domain = domain
        return context
    }

    /// Tells the processes of an exporter apart, for their statistics.
    var identity: UInt64 { (part ?? 0) ^ domain &* 0x9e37_79b9_7f4a_7c15 }
}

/// One options record, as far as the decoder needs it.
struct OptionsContent {
    private(set) var scope = SamplerScope()
    private(set) var sampling = SamplingFields()
    /// When the exporter booted, in milliseconds since 1970-01-01 00:00 UTC; 0 when not said.
    private(set) var systemInitTime: UInt64 = 0
    /// What processes say of themselves.
    private(set) var report = ReliabilityReport()
    /// All selectors that are named, in order; only of records that list them.
    private(set) var selectors: [UInt64] = []

    /// Selectors of one sequence that are read; more no device chains.
    static let mostSelectors = 16

    /// Reads a record; the cursor is after it when this returns.
    ///
    /// - Parameters:
    ///   - reader: At the record.
    ///   - plan: How to read it.
    /// - Throws: ``WireError`` when the record is cut short.
    init(_ reader: inout WireReader, by plan: OptionsPlan) throws(WireError) {
        for step in plan.steps {
            let octets =
                step.octets == Template.Field.variableLength
                ? try reader.readVariableLength() : Int(step.octets)
            switch step.meaning {
            case .skip, .interfaceName, .interfaceDescription: try reader.skip(octets: octets)
            case .unknownScope:
                scope.isUnknown = true
                try reader.skip(octets: octets)
            case .sampling(let reading):
                let value = try reader.readUnsigned(octets: octets)
                sampling.store(value, octets, as: reading)
                if reading == .selectorID, plan.hasSequence, selectors.count < Self.mostSelectors {
                    selectors.append(value)
                }
            case .systemInitTime: systemInitTime = try reader.readUnsigned(octets: octets)
            case .reliability(let counter):
                report[counter] = try reader.readUnsigned(octets: octets)
            case .ingressInterface, .egressInterface, .lineCard, .template, .part, .sequence,
                .domain:
                scope.store(try reader.readUnsigned(octets: octets), as: step.meaning)
            }
        }
    }
}
