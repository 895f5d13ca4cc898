// SPDX-License-Identifier: Apache-2.0

/// An Options Template, compiled: what each field of its records tells.
///
/// The scope says what a record is about, and is not to be ignored (RFC 7011, section 3.4.2.1): a
/// rate announced for something that is not known here must not be taken for everybody's.
struct OptionsPlan: Sendable {
    /// What a field tells.
    enum Meaning: Equatable, Sendable {
        case skip
        /// A rate, or the sampler it belongs to.
        case sampling(FieldReading)
        case sequence
        case systemInitTime
        case ingressInterface
        case egressInterface
        case lineCard
        case template
        case domain
        /// A part of the device that data records do not name, by its element or scope type.
        case part(UInt16)
        case unknownScope
        case reliability(ReliabilityCounters.Counter)
        case interfaceName
        case interfaceDescription
    }

    struct Step: Sendable {
        let meaning: Meaning
        /// Length in octets; ``Template/Field/variableLength`` when the value says its own.
        let octets: UInt16
    }

    let steps: [Step]
    /// Whether records give a sampling rate.
    let hasRate: Bool
    /// Whether they may say that a selector filters.
    let hasAlgorithm: Bool
    /// Whether they list the selectors of a selection sequence.
    let hasSequence: Bool
    let hasReliability: Bool
    /// Whether they name interfaces.
    let hasNames: Bool

    init(_ template: Template) {
        steps = template.fields.enumerated().map { index, field in
            let isScope = index < template.scopeCount
            return Step(
                meaning: Self.meaning(of: field, template, isScope: isScope),
                octets: field.length
            )
        }
        var rate = false
        var reliability = false
        for step in steps {
            switch step.meaning {
            case .sampling(.selectorID), .sampling(.samplerID), .sampling(.selectorAlgorithm):
                break
            case .sampling: rate = true
            case .reliability: reliability = true
            default: break
            }
        }
        let meanings = steps.map(\.meaning)
        hasRate = rate
        hasReliability = reliability
        hasAlgorithm = meanings.contains(.sampling(.selectorAlgorithm))
        hasSequence =
            meanings.contains(.sequence) && meanings.contains(.sampling(.selectorID)) && !rate
        hasNames = meanings.contains(.interfaceName) || meanings.contains(.interfaceDescription)
    }

    private static func meaning(
        of field: Template.Field,
        _ template: Template,
        isScope: Bool
    ) -> Meaning {
        // A greater scope type is none of NetFlow v9's: it is read as the element of that number.
        if template.isNetFlow9, isScope, field.id <= 5 { return scopeOfNetFlow9(field) }
        let meaning = field.enterprise == 0 ? known(field, template, isScope: isScope) : nil
        guard let meaning else { return isScope ? .unknownScope : .skip }
        return meaning
    }

    /// The scopes of RFC 3954, section 6.1; the NetFlow cache is told apart as other parts are.
    private static func scopeOfNetFlow9(_ field: Template.Field) -> Meaning {
        let isNumber = (1...8).contains(field.length)
        return switch field.id {
        case 1: .skip  // system
        case 2 where isNumber: .ingressInterface
        case 3 where isNumber: .lineCard
        case 4 where isNumber: .part(4)
        case 5 where isNumber: .template
        default: .unknownScope
        }
    }

    /// What an element tells; nil when it tells nothing here.
    private static func known(
        _ field: Template.Field,
        _ template: Template,
        isScope: Bool
    ) -> Meaning? {
        let isNumber = (1...8).contains(field.length)
        switch field.id {
        case 82: return isScope ? .unknownScope : .interfaceName
        case 83: return isScope ? .unknownScope : .interfaceDescription
        // The physical interface counts where the logical one is not said.
        case 252 where template.has(10), 253 where template.has(14): return .skip
        case 10 where isNumber, 252 where isNumber: return .ingressInterface
        case 14 where isNumber, 253 where isNumber: return .egressInterface
        // exporterIPv4Address, exporterIPv6Address, observationDomainName: the device.
        case 130 where isScope, 131 where isScope, 300 where isScope: return .skip
        case 138 where isScope && isNumber: return .part(field.id)
        case 141 where isScope && isNumber: return .lineCard
        // meteringProcessId and exportingProcessId are the scope of statistics, as fields too.
        case 143 where isNumber, 144 where isNumber: return .part(field.id)
        case 145 where isScope && isNumber: return .template
        case 149 where isScope && isNumber: return .domain
        case 301 where isScope && isNumber: return .sequence
        default: break
        }
        if isNumber, let counter = ReliabilityCounters.Counter(rawValue: field.id) {
            return .reliability(counter)
        }
        return sampling(field, template)
    }

    private static func sampling(_ field: Template.Field, _ template: Template) -> Meaning? {
        guard let reading = InformationElement.named(field.id)?.reading,
            reading.accepts(octets: Int(field.length))
        else { return nil }
        switch reading {
        // selectorId is the better name of the two.
        case .samplerID where template.has(302): return .skip
        case .systemInitTime: return .systemInitTime
        case .selectorID, .samplerID, .selectorAlgorithm, .samplingSize, .samplingPopulation,
            .samplingPacketInterval, .samplingPacketSpace, .samplingProbability,
            .samplerRandomInterval, .samplingInterval:
            return .sampling(reading)
        default: return nil
        }
    }
}

extension Template {
    /// Whether an element of IANA's registry is among the fields.
    func has(_ id: UInt16) -> Bool { fields.contains { $0.id == id && $0.enterprise == 0 } }
}
