// SPDX-License-Identifier: Apache-2.0

import Model

/// A template, compiled: what its records say, and where.
///
/// Which of several fields that say the same thing is read, whether the record has a reverse
/// direction, whether it carries its own sampling rate: all that is decided here, once a template,
/// so that a record costs no lookups, closures or allocation. How the fields are read then is told
/// at ``RecordProgram``.
///
/// A biflow (RFC 5103) has a second program for the same octets, which reads the reverse elements;
/// it is applied to a copy of the first record with its sides swapped.
final class TemplatePlan: Sendable {
    /// What a record of the template needs besides its fields.
    struct Traits: OptionSet {
        let rawValue: UInt8
        /// Carries a sampling rate.
        static let rate = Traits(rawValue: 1 << 0)
        /// Octets of initiator and responder, the meaning of which
        /// ``FieldReading/biflowDirection`` gives.
        static let initiator = Traits(rawValue: 1 << 1)
        /// Packets of initiator and responder, likewise.
        static let initiatorPackets = Traits(rawValue: 1 << 2)
    }

    let template: Template
    let minimumOctets: Int
    let traits: Traits
    /// Octets of the fixed fields before, between and after those of variable length.
    let segmentOctets: [Int]
    let program: RecordProgram
    /// What a record begins as.
    let blank: FlowRecord
    /// It alone: to be copied from where it is.
    let blanks: [FlowRecord]
    /// What the records say of sampling.
    let sampling: [FieldReading]
    /// By what they name their sampler.
    let references: [FieldReading]
    /// For the reverse direction of a biflow; nil when there is none.
    let reverse: RecordProgram?
    /// Whether some time of either direction is an uptime that waits for the end of the record.
    let hasUptimes: Bool
    /// How options records are read instead; nil for flow records.
    let options: OptionsPlan?
    /// Counters that are running totals of the flow; nil when there are none.
    let totals: TotalsPlan?

    init(_ template: Template) {
        self.template = template
        minimumOctets = template.minimumOctets
        options = template.kind == .options ? OptionsPlan(template) : nil
        let forward = Self.readings(of: template, reverse: false)
        let reverse = Self.readings(of: template, reverse: true)
        program = RecordProgram(template, forward)
        var blank = FlowRecord()
        blank.flowProtocol = template.isNetFlow9 ? .netflow9 : .ipfix
        program.prepare(&blank)
        self.blank = blank
        blanks = [blank]
        sampling = forward.filter { $0.isOfSampling }
        references = sampling.filter { $0.isReference }
        self.reverse =
            Self.counts(reverse) ? RecordProgram(template, reverse, reverseOf: program) : nil
        hasUptimes = program.hasUptimes || self.reverse?.hasUptimes == true
        totals = options == nil ? TotalsPlan(template, forward, reverse) : nil
        segmentOctets = Self.segments(of: template)
        traits = Self.traits(of: forward + reverse)
    }

    /// Memory it takes, in octets, with what keeping it takes.
    var octets: Int {
        256 + 2 * MemoryLayout<FlowRecord>.stride  // the blank one, and alone in an array
            + template.fields.count * MemoryLayout<Template.Field>.stride
            + sampling.count + references.count
            + segmentOctets.count * MemoryLayout<Int>.stride + program.octets
            + (reverse?.octets ?? 0) + (totals?.octets ?? 0)
    }

    /// How each field is read: the best of each slot, the first of equals, the rest skipped.
    static func readings(of template: Template, reverse: Bool) -> [FieldReading] {
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
        // Options are read by another plan.
        guard template.kind == .data else { return .skip }
        let field = template.fields[index]
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
            if reverse != isTwin || reverse && reading.isOfBothDirections { return .skip }
        }
        let isVariable = field.length == Template.Field.variableLength
        return isVariable || reading.accepts(octets: Int(field.length)) ? reading : .skip
    }

    static func counts(_ readings: [FieldReading]) -> Bool {
        readings.contains { $0.slot == .octets || $0.slot == .packets }
    }

    private static func segments(of template: Template) -> [Int] {
        var segments = [0]
        for field in template.fields {
            if field.length == Template.Field.variableLength {
                segments.append(0)
            } else {
                segments[segments.count - 1] += Int(field.length)
            }
        }
        return segments
    }

    private static func traits(of readings: [FieldReading]) -> Traits {
        var traits: Traits = []
        if readings.contains(where: { $0.isOfSampling && !$0.isReference }) { traits.insert(.rate) }
        if isSwapped(readings, .octets) { traits.insert(.initiator) }
        if isSwapped(readings, .packets) { traits.insert(.initiatorPackets) }
        return traits
    }

    /// Whether the counters of one kind go by who began the biflow: all of them.
    private static func isSwapped(_ readings: [FieldReading], _ slot: FieldReading.Slot) -> Bool {
        let counters = readings.filter { $0.slot == slot }
        return !counters.isEmpty
            && counters.allSatisfy {
                switch $0 {
                case .initiatorOctets, .responderOctets, .initiatorPackets, .responderPackets: true
                default: false
                }
            }
    }
}
