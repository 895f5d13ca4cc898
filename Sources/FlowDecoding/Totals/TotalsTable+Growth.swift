// SPDX-License-Identifier: Apache-2.0

/// The counters of a report beside those of its flow, as far as both are known.
struct TotalsStep {
    let hasOctets: Bool
    let hasPackets: Bool
    let areOctetsLess: Bool
    let arePacketsLess: Bool
    let isSame: Bool
    /// Octets whose base was never told.
    let missing: UInt64

    var isLess: Bool { areOctetsLess || arePacketsLess }

    init(_ report: TotalsTable.Report, _ last: TotalsSlots.Slot) {
        hasOctets = report.lengths.octets > 0 && !last.lacksOctets
        hasPackets = report.lengths.packets > 0 && !last.lacksPackets
        areOctetsLess = hasOctets && report.octets < last.octets
        arePacketsLess = hasPackets && report.packets < last.packets
        isSame =
            !(hasOctets && report.octets != last.octets)
            && !(hasPackets && report.packets != last.packets)
        missing = report.lengths.octets > 0 && last.lacksOctets ? report.octets : 0
    }
}

/// What is known of the word of an exporter that its flows end.
///
/// # How it works
///
/// Some exporters say so of every record. Where the start tells that the same flow goes on, that
/// is noticed at once. Where it is not told, another flow under the same key and the same flow are
/// told apart by what many keys say together: the totals of another flow are less as often as they
/// are more, those of one that goes on are never less.
struct FlowEnds: Sendable {
    /// How often it was said, and of how many flows that went on.
    var told = 0
    var `false` = 0
    /// How often totals were less after an end, and how often more, where the start is not told.
    var less = 0
    var more = 0
    /// Whether there were flows whose start is not told.
    var areWithoutStart = false

    /// Whether a flow may be taken for ended.
    var areBelieved: Bool { `false` * 16 <= told + 128 }
    /// Whether what comes after an end surely is another flow, though its start is not told.
    var areTrue: Bool { more + 4 <= less * 2 }
    /// Whether it surely is the same.
    var areFalse: Bool { more >= less * 4 + 8 }
}

/// What flows grow by.
extension TotalsTable {
    /// What a flow that is remembered grew by.
    mutating func growth(_ report: Report, _ last: TotalsSlots.Slot) -> Growth {
        let step = TotalsStep(report, last)
        let until = TotalsSlots.Slot.rounded(report.until)
        if last.isEnded {
            let since = step.isSame ? last.until &+ Self.precision : last.until
            return until <= since ? .late : growthAfterEnd(report, last, step)
        }
        if step.isLess, until <= last.until { return .late }
        if !report.isStartInKey {
            // Begun after the last record: another flow under the same key, whatever it counts.
            let latest = last.until &+ (report.isSkewed ? Self.largestMove : Self.precision)
            if report.start > latest { return unlessWrapped(report, last, step) }
            if report.start == 0, Self.isSilent(report, last) { return .whole }
        }
        guard step.isLess else { return Self.by(report, last, step) }
        return CounterWrap.growth(report, last, step) ?? .whole
    }

    /// What came after the end of a flow whose start is not in its key.
    private mutating func growthAfterEnd(
        _ report: Report,
        _ last: TotalsSlots.Slot,
        _ step: TotalsStep
    ) -> Growth {
        if report.start > last.until { return unlessWrapped(report, last, step) }
        if report.start > 0 {
            guard !step.isLess else { return .whole }
            // Within the precision of times it may be the next flow, begun at once.
            let isSure = report.start <= last.until &- Self.precision
            if isSure { ends.false += 1 }
            return Self.by(report, last, step, isSure: isSure)
        }
        ends.areWithoutStart = true
        if Self.isSilent(report, last) { return .whole }
        if step.isLess {
            ends.less += 1
            return .whole
        }
        if !step.isSame { ends.more += 1 }
        if ends.areTrue { return .whole }
        return Self.by(report, last, step, isSure: ends.areFalse)
    }

    /// What a flow grew by that began after its last record, unless its start is wrong.
    private func unlessWrapped(
        _ report: Report,
        _ last: TotalsSlots.Slot,
        _ step: TotalsStep
    ) -> Growth {
        report.isStartWrapping && !step.isLess
            ? Self.by(report, last, step, isSure: false) : .whole
    }

    /// Whether a key was silent for longer than a flow is that goes on.
    private static func isSilent(_ report: Report, _ last: TotalsSlots.Slot) -> Bool {
        let latest = last.until &+ (report.isSkewed ? largestMove : precision)
        return report.until > latest &+ longestSilence
    }

    /// The difference, of counters that are not less.
    ///
    /// - Parameters:
    ///   - report: What a record says.
    ///   - last: What its flow was.
    ///   - step: Both beside each other.
    ///   - isSure: Whether it is the same flow; if not, what it had may be another's.
    /// - Returns: That.
    private static func by(
        _ report: Report,
        _ last: TotalsSlots.Slot,
        _ step: TotalsStep,
        isSure: Bool = true
    ) -> Growth {
        .by(
            octets: step.hasOctets ? report.octets - last.octets : 0,
            packets: step.hasPackets ? report.packets - last.packets : 0,
            since: last.until,
            missing: !isSure && step.hasOctets ? last.octets : step.missing
        )
    }
}
