// SPDX-License-Identifier: Apache-2.0

/// A template, compiled: how to walk over one of its records.
///
/// # How it works
///
/// A record is read from left to right by a list of steps, each "take so many octets as this".
/// What nobody reads is one step, however many fields it is. Which of several fields that say the
/// same thing is read, whether the record has a reverse direction, whether it carries its own
/// sampling rate: all that is decided here, once a template, so that a record is a loop over
/// steps without lookups, closures or allocation.
///
///     fields   8:4 12:4 5:1 6:1 7:2 11:2 9:1 13:1 1:4 ...
///     steps    sourceIPv4 destinationIPv4 skip(2) sourcePort destinationPort skip(2) octets ...
///
/// A biflow (RFC 5103) has a second list for the same octets, which reads the reverse elements;
/// it is applied to a copy of the first record with its sides swapped.
final class TemplatePlan: Sendable {
    struct Step: Sendable {
        let reading: FieldReading
        /// Length in octets; ``Template/Field/variableLength`` when the value says its own.
        let octets: UInt16
    }

    /// What a record of the template needs besides its steps.
    struct Traits: OptionSet {
        let rawValue: UInt16
        /// Carries a sampling rate, or names its sampler.
        static let sampling = Traits(rawValue: 1 << 0)
        static let vlans = Traits(rawValue: 1 << 1)
        /// Carries a sampling rate.
        static let rate = Traits(rawValue: 1 << 6)
        /// Times that need another field, or the message header, to make sense.
        static let relativeTimes = Traits(rawValue: 1 << 2)
        static let observedTime = Traits(rawValue: 1 << 3)
        /// Octets of initiator and responder, the meaning of which
        /// ``FieldReading/biflowDirection`` gives.
        static let initiator = Traits(rawValue: 1 << 4)
        /// Packets of initiator and responder.
        static let initiatorPackets = Traits(rawValue: 1 << 7)
        static let frame = Traits(rawValue: 1 << 5)
    }

    /// Counters that are running totals of the flow, of a record and of its reverse direction.
    let totals: (forward: RunningTotal.Counters, reverse: RunningTotal.Counters)
    /// How exact the start of the flow is.
    let startForm: RunningTotal.StartForm

    let template: Template
    let minimumOctets: Int
    let traits: Traits
    let steps: [Step]
    /// For the reverse direction of a biflow; empty when there is none.
    let reverseSteps: [Step]
    /// How options records are read instead; nil for flow records.
    let options: OptionsPlan?

    init(_ template: Template) {
        self.template = template
        minimumOctets = template.minimumOctets
        options = template.kind == .options ? OptionsPlan(template) : nil
        let forward = Self.readings(of: template, reverse: false)
        let reverse = Self.readings(of: template, reverse: true)
        steps = Self.steps(template, forward)
        reverseSteps = Self.counts(reverse) ? Self.steps(template, reverse) : []
        totals = (RunningTotal.Counters(forward), RunningTotal.Counters(reverse))
        startForm = RunningTotal.StartForm(forward, template)
        traits = Self.traits(of: forward).union(Self.traits(of: reverse))
    }

    /// Memory it takes, in octets, with what keeping it takes.
    var octets: Int {
        256 + template.fields.count * MemoryLayout<Template.Field>.stride
            + (steps.count + reverseSteps.count) * MemoryLayout<Step>.stride
    }

    /// How each field is read: the best of each slot, the first of equals, the rest skipped.
    private static func readings(of template: Template, reverse: Bool) -> [FieldReading] {
        var best: [FieldReading.Slot: Int] = [:]
        var readings = template.fields.indices.map { reading(of: template, $0, reverse) }
        for (index, reading) in readings.enumerated() where reading != .skip {
            guard let rival = best[reading.slot] else {
                best[reading.slot] = index
                continue
            }
            if reading.rawValue < readings[rival].rawValue {
                readings[rival] = .skip
                best[reading.slot] = index
            } else {
                readings[index] = .skip
            }
        }
        return readings
    }

    private static func reading(
        of template: Template,
        _ index: Int,
        _ reverse: Bool
    ) -> FieldReading {
        let field = template.fields[index]
        if template.isNetFlow9, index < template.scopeCount {
            return field.id == 2 && !reverse ? .ingressInterface : .skip  // RFC 3954, section 6.1
        }
        let isTwin = field.enterprise == InformationElement.reverseEnterprise
        guard field.enterprise == 0 || isTwin,
            let reading = InformationElement.named(field.id)?.reading
        else { return .skip }
        switch reading {
        // Beside the delta count, which is for the whole flow, it would count twice; and there
        // Huawei uses 232 for something else.
        case .responderOctets: if reverse == isTwin || template.has(1) { return .skip }
        case .responderPackets: if reverse == isTwin || template.has(2) { return .skip }
        default:
            if reverse != isTwin { return .skip }
        }
        let isVariable = field.length == Template.Field.variableLength
        return isVariable || reading.accepts(octets: Int(field.length)) ? reading : .skip
    }

    private static func counts(_ readings: [FieldReading]) -> Bool {
        readings.contains { $0.slot == .octets || $0.slot == .packets }
    }

    private static func steps(_ template: Template, _ readings: [FieldReading]) -> [Step] {
        var steps: [Step] = []
        for (field, reading) in zip(template.fields, readings) {
            if reading == .skip, let last = steps.last, last.reading == .skip,
                last.octets != Template.Field.variableLength,
                field.length != Template.Field.variableLength,
                Int(last.octets) + Int(field.length) < Int(Template.Field.variableLength)
            {
                steps[steps.count - 1] = Step(reading: .skip, octets: last.octets + field.length)
            } else {
                steps.append(Step(reading: reading, octets: field.length))
            }
        }
        return steps
    }

    private static func traits(of readings: [FieldReading]) -> Traits {
        var traits: Traits = []
        for reading in readings {
            switch reading {
            case .selectorID, .samplerID, .selectionSequenceID, .lineCardID:
                traits.insert(.sampling)
            case .samplingSize, .samplingPopulation, .samplingPacketInterval,
                .samplingPacketSpace, .samplingProbability, .samplerRandomInterval,
                .samplingInterval:
                traits.formUnion([.sampling, .rate])
            case .dot1qVLAN, .vlan, .postDot1qVLAN, .postVLAN: traits.insert(.vlans)
            case .startUptime, .endUptime, .durationMicroseconds, .durationMilliseconds:
                traits.insert(.relativeTimes)
            case .observedNanoseconds, .observedMicroseconds, .observedMilliseconds,
                .observedSeconds:
                traits.insert(.observedTime)
            case .initiatorOctets, .responderOctets: traits.insert(.initiator)
            case .initiatorPackets, .responderPackets: traits.insert(.initiatorPackets)
            case .frameSection: traits.insert(.frame)
            default: break
            }
        }
        return traits
    }
}
