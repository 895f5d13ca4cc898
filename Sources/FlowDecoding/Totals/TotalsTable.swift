// SPDX-License-Identifier: Apache-2.0

/// The last totals of one exporter's flows, by which the next become increments.
///
/// # How it works
///
/// A slot holds a flow's key, its last counters and until when they reach. What a record adds is
/// the difference to them, in those counters that both tell. Counters that went back have wrapped,
/// when they are short and the other counter says so too, or are those of a flow that began anew
/// under the same key, unless the record is no newer than the last.
///
/// A flow that is seen for the first time is the question: its total may hold octets that were
/// accounted before, by an earlier process, or by this one before the flow was forgotten for want
/// of room. The flows that were forgotten leave a trace (``ForgottenFlows``); so the table knows a
/// *horizon* for the rest, the time up to which that is possible: when it first heard of the
/// exporter, later the last time of the latest flow that may go on and of which not even the trace
/// is left. A flow that began after it and left no trace is counted whole. Of any other only the
/// base is kept, and it is counted as without a base: an octet that is missing has a name, one that
/// is invented has none. A flow whose start is not told counts as begun after the horizon when that
/// is an hour past: no exporter is silent for longer about a flow that goes on.
///
/// A flow that its exporter says has ended frees its slot at once, and its trace tells what comes
/// twice. Where the start is not part of the key the slot stays until room is needed, and what
/// comes after the end is judged by ``FlowEnds``. Without such a word the table finds out itself,
/// by how long the flow has been silent.
///
/// Two flows share a key of 64 bits, seeded by the process, once in some 10^14 flows.
struct TotalsTable: Sendable {
    /// What a record says of its flow.
    struct Report {
        var key: UInt64
        var octets: UInt64
        var packets: UInt64
        /// Lengths of the counters as sent; 0 for one that is not told.
        var lengths = TotalsPlan.Counters(octets: 8, packets: 8)
        /// When the flow began, in nanoseconds since 1970-01-01 00:00 UTC, as all times by one
        /// clock; 0 when not told.
        var start: Int64
        /// Whether the start is part of the key.
        var isStartInKey = true
        /// Whether the start of a long flow is told later than it was.
        var isStartWrapping = false
        /// Up to when the counters reach.
        var until: Int64
        /// When the record left.
        var exportTime: Int64
        /// Whether it is the flow's last.
        var isEnd = false
        /// Whether the times were moved, or may be in another record.
        var isSkewed = false
        /// Whether they were.
        var isMoved = false

        var total: UInt64 { lengths.octets > 0 && octets > 0 ? octets : packets }
    }

    /// What a record adds to its flow.
    enum Growth: Equatable {
        /// These octets and packets, since a time; so many octets may not be counted because of
        /// it.
        case by(octets: UInt64, packets: UInt64, since: Int64, missing: UInt64 = 0)
        /// All it says: the flow is new.
        case whole
        /// Nothing that is known: it only is the base of the next. So many octets, to 0.2 %, may
        /// not be counted because of it.
        case base(missing: UInt64)
        /// Nothing: a later record was here first.
        case late
    }

    var slots = TotalsSlots()
    var forgotten = ForgottenFlows()
    /// Flows that began up to here may have been counted before; nil before the first message.
    var horizon: Int64?
    var evicted: UInt64 = 0
    /// In which part the last flow was forgotten because the limit was lowered.
    var part = 0
    var gaps = ReportGaps()
    var ends = FlowEnds()
    /// When the latest record left.
    private var latest: Int64 = 0
    /// Whether some times were moved, and whether some were not.
    private var moves = (some: false, none: false)

    /// How far the start of a flow and the time of a message may be off, in nanoseconds.
    static let precision: Int64 = 2_000_000_000
    /// The same when times were moved to the minute.
    private static let movedPrecision: Int64 = 32_000_000_000
    /// By how much the times of one flow may be moved in one record and not in another.
    static let largestMove: Int64 = 720_000_000_000
    /// How long no exporter is silent about a flow that goes on, in nanoseconds.
    static let longestSilence: Int64 = 3_600_000_000_000

    /// How many flows are remembered.
    var count: Int { slots.count }
    /// Whether any flow was ever reported.
    var isUsed: Bool { slots.size > 0 || !forgotten.isEmpty }
    /// Memory it takes, in octets, beside its own.
    var octets: Int { slots.size * MemoryLayout<TotalsSlots.Slot>.stride + forgotten.octets }

    /// Notes that the exporter is listened to; only the first call counts.
    ///
    /// - Parameters:
    ///   - time: Since when.
    ///   - isMoved: Whether that is not by the exporter's clock.
    mutating func listen(from time: Int64, isMoved: Bool = false) {
        guard horizon == nil else { return }
        horizon = time
        note(isMoved: isMoved)
    }

    private mutating func note(isMoved: Bool) {
        if isMoved { moves.some = true } else { moves.none = true }
    }

    /// Takes a report, which is the base of the next.
    ///
    /// - Parameters:
    ///   - report: What a record says.
    ///   - limit: How many flows may be remembered; at least 8.
    /// - Returns: What it adds.
    mutating func take(_ report: Report, limit: Int) -> Growth {
        let limit = max(limit, 8)
        note(isMoved: report.isMoved)
        let isOvertaken = report.exportTime < latest
        latest = max(latest, report.exportTime)
        let isEnd = report.isEnd && ends.areBelieved
        if isEnd { ends.told += 1 }
        guard let place = slots.place(of: report.key) else {
            return begin(report, isEnd: isEnd, isOvertaken: isOvertaken, limit)
        }
        var slot = slots[place]
        let growth = self.growth(report, slot)
        if growth == .late { return .late }
        if case .by = growth { gaps.note(report.until &- slot.until, now: report.exportTime) }
        slot.take(report, isNew: growth == .whole)
        if isEnd, report.isStartInKey {
            slots.remove(at: place)
            leaveTrace(report.key, slot.total, isEnded: true, report.until, limit)
            return growth
        }
        slot.isRepeated = growth != .whole
        slot.isEnded = isEnd
        slots[place] = slot
        return growth
    }

    /// Takes the report of a flow that is not remembered.
    private mutating func begin(
        _ report: Report,
        isEnd: Bool,
        isOvertaken: Bool,
        _ limit: Int
    ) -> Growth {
        let trace = forgotten.trace(of: report.key)
        let growth: Growth
        if let trace {
            var missing = report.lengths.octets > 0 ? trace.growth(to: report.total) : 0
            if trace.isEnded {
                // Its last record again, or one from before. Of which flow the trace is, is known
                // to a few thousandths only: what is much less may be another's first.
                let isLess = report.total <= trace.total
                if isLess, missing == 0 || isOvertaken { return .late }
                if isLess { missing = report.octets } else { ends.false += 1 }
            }
            growth = .base(missing: missing)
        } else {
            growth = isNew(report) ? .whole : .base(missing: report.octets)
        }
        if isEnd, report.isStartInKey {
            leaveTrace(report.key, report.total, isEnded: true, report.until, limit)
            return growth
        }
        var slot = TotalsSlots.Slot(report, isNew: growth == .whole)
        slot.isRepeated = trace != nil
        slot.isEnded = isEnd
        makeRoom(for: report.key, now: report.exportTime, limit)
        slots.insert(slot)
        return growth
    }

    /// Whether a flow that is not known began after the horizon.
    private func isNew(_ report: Report) -> Bool {
        guard let horizon else { return false }
        guard report.start > 0 else {
            return report.exportTime > horizon &+ Self.longestSilence
        }
        guard report.isSkewed else { return report.start > horizon &+ Self.precision }
        // The horizon may be by the exporter's clock and the start by ours.
        let margin = moves.some && moves.none ? Self.largestMove : Self.movedPrecision
        return report.start > horizon &+ margin
    }

    /// Remembers a little of a flow that is remembered no more.
    mutating func leaveTrace(
        _ key: UInt64,
        _ total: UInt64,
        isEnded: Bool,
        _ until: Int64,
        _ limit: Int
    ) {
        let gone = forgotten.insert(
            key == 0 ? 1 : key,
            ForgottenFlows.Trace(isEnded: isEnded, total: total),
            until: until,
            size: TotalsSlots.size(for: limit)
        )
        if let gone { horizon = max(horizon ?? gone, gone) }
    }
}

extension TotalsSlots.Slot {
    /// A flow by its first report.
    fileprivate init(_ report: TotalsTable.Report, isNew: Bool) {
        self.init(key: report.key, octets: 0, packets: 0, until: report.until)
        lacksOctets = !isNew
        lacksPackets = !isNew
        take(report, isNew: isNew)
    }

    /// Takes the counters that a report tells; the others are as they were, or nothing when the
    /// flow is new.
    fileprivate mutating func take(_ report: TotalsTable.Report, isNew: Bool) {
        let hasOctets = report.lengths.octets > 0
        let hasPackets = report.lengths.packets > 0
        if isNew || hasOctets {
            octets = hasOctets ? report.octets : 0
            lacksOctets = false
        }
        if isNew || hasPackets {
            packets = hasPackets ? report.packets : 0
            lacksPackets = false
        }
        until = max(report.until, until)
    }
}
