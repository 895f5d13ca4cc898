// SPDX-License-Identifier: Apache-2.0

/// The last totals of one exporter's flows, by which the next become increments.
///
/// # How it works
///
/// A slot holds a flow's key, its last counters and until when they reach. What a record adds is
/// the difference to them. Counters that went back have wrapped, when they are short and the other
/// counter says so too, or are those of a flow that began anew under the same key, unless the
/// record is no newer than the last.
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
/// twice. Where the start is not told the next flow of the same key is told from it by its time
/// alone, and the slot stays until room is needed. Without such a word the table finds out itself,
/// by how long it has been silent.
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
        /// Up to when the counters reach.
        var until: Int64
        /// When the record left.
        var exportTime: Int64
        /// Whether it is the flow's last.
        var isEnd = false
        /// Whether the times were moved, or may be in another record.
        var isSkewed = false

        var total: UInt64 { lengths.octets > 0 && octets > 0 ? octets : packets }
    }

    /// What a record adds to its flow.
    enum Growth: Equatable {
        /// These octets and packets, since a time.
        case by(octets: UInt64, packets: UInt64, since: Int64)
        /// All it says: the flow is new.
        case whole
        /// Nothing that is known: it only is the base of the next. So many octets, to 0.2 %, may
        /// not be counted because of it.
        case base(missing: UInt64)
        /// Nothing: a later record was here first.
        case late
    }

    private var slots = TotalsSlots()
    private var forgotten = ForgottenFlows()
    /// Flows that began up to here may have been counted before; nil before the first message.
    private(set) var horizon: Int64?
    private(set) var evicted: UInt64 = 0
    /// Where room is looked for next.
    private var hand = 0
    private var gaps = ReportGaps()
    /// Flows whose exporter said that they had ended, and those that went on all the same.
    private var ends = (told: 0, false: 0)

    /// How far the start of a flow and the time of a message may be off, in nanoseconds.
    static let precision: Int64 = 2_000_000_000
    /// The same when times were moved to the minute.
    private static let movedPrecision: Int64 = 32_000_000_000
    /// By how much the times of one flow may be moved in one record and not in another.
    private static let largestMove: Int64 = 720_000_000_000
    /// How long no exporter is silent about a flow that goes on, in nanoseconds.
    private static let longestSilence: Int64 = 3_600_000_000_000

    /// How many flows are remembered.
    var count: Int { slots.count }
    /// Whether any flow was ever reported.
    var isUsed: Bool { slots.size > 0 || !forgotten.isEmpty }
    /// Memory it takes, in octets, beside its own.
    var octets: Int { slots.size * MemoryLayout<TotalsSlots.Slot>.stride + forgotten.octets }

    /// Notes that the exporter is listened to; only the first call counts.
    mutating func listen(from time: Int64) {
        if horizon == nil { horizon = time }
    }

    /// Takes a report, which is the base of the next.
    ///
    /// - Parameters:
    ///   - report: What a record says.
    ///   - limit: How many flows may be remembered; at least 8.
    /// - Returns: What it adds.
    mutating func take(_ report: Report, limit: Int) -> Growth {
        let limit = max(limit, 8)
        // An exporter whose flows go on after their end is not believed that they end.
        let isEnd = report.isEnd && ends.false * 16 <= ends.told + 128
        if isEnd { ends.told += 1 }
        guard let place = slots.place(of: report.key) else {
            return begin(report, isEnd: isEnd, limit)
        }
        let last = slots[place]
        let growth = Self.growth(report, last)
        if growth == .late { return .late }
        if case .by = growth { gaps.note(report.until - last.until, now: report.exportTime) }
        if isEnd, report.isStartInKey {
            slots.remove(at: place)
            leaveTrace(report.key, report.total, isEnded: true, report.until, limit)
            return growth
        }
        var slot = last
        slot.octets = report.octets
        slot.packets = report.packets
        slot.until = max(report.until, last.until)
        slot.isRepeated = growth != .whole
        slot.isEnded = isEnd
        slots[place] = slot
        return growth
    }

    /// Takes the report of a flow that is not remembered.
    private mutating func begin(_ report: Report, isEnd: Bool, _ limit: Int) -> Growth {
        let trace = forgotten.trace(of: report.key)
        let growth: Growth
        if let trace {
            if trace.isEnded {
                if report.total <= trace.total { return .late }
                ends.false += 1
            }
            let missing = report.lengths.octets > 0 ? trace.growth(to: report.total) : 0
            growth = .base(missing: missing)
        } else {
            growth = isNew(report) ? .whole : .base(missing: report.octets)
        }
        if isEnd, report.isStartInKey {
            leaveTrace(report.key, report.total, isEnded: true, report.until, limit)
            return growth
        }
        // More than one, for when the limit has been lowered.
        for _ in 0..<4 where slots.count >= limit { evict(now: report.exportTime, limit) }
        var slot = TotalsSlots.Slot(
            key: report.key,
            octets: report.octets,
            packets: report.packets,
            until: report.until
        )
        slot.isRepeated = trace != nil
        slot.isEnded = isEnd
        slots.insert(slot)
        return growth
    }

    /// Whether a flow that is not known began after the horizon.
    private func isNew(_ report: Report) -> Bool {
        guard let horizon else { return false }
        guard report.start > 0 else {
            return report.exportTime > horizon &+ Self.longestSilence
        }
        let margin = report.isSkewed ? Self.movedPrecision : Self.precision
        return report.start > horizon &+ margin
    }

    /// What a flow that is remembered grew by.
    private static func growth(_ report: Report, _ last: TotalsSlots.Slot) -> Growth {
        if last.isEnded {
            let isSame = report.octets == last.octets && report.packets == last.packets
            let since = isSame ? last.until &+ precision : last.until
            return report.until & ~3 <= since ? .late : .whole
        }
        let isLess = report.octets < last.octets || report.packets < last.packets
        if isLess, report.until & ~3 <= last.until { return .late }
        // Begun after the last record: another flow under the same key, whatever it counts.
        let latest = last.until &+ (report.isSkewed ? largestMove : precision)
        if !report.isStartInKey, report.start > latest { return .whole }
        if !report.isStartInKey, report.start == 0, report.until > latest &+ longestSilence {
            return .whole
        }
        guard isLess else {
            return .by(
                octets: report.octets - last.octets,
                packets: report.packets - last.packets,
                since: last.until
            )
        }
        return CounterWrap.growth(report, last) ?? .whole
    }

    private mutating func leaveTrace(
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

/// Making room.
extension TotalsTable {
    /// How many places are looked at for one to be freed.
    private static let places = 16

    /// Forgets one flow, of which a trace stays.
    ///
    /// A hand goes round the places. Of some it chooses, in this order: one that has ended or looks
    /// so, having been silent for longer than flows that go on are; one that was reported once, as
    /// most are that will not be again; one that goes on. Among equals the one heard of longest
    /// ago. So flows that are long, and few, stay, however many short ones come and go.
    private mutating func evict(now: Int64, _ limit: Int) {
        guard slots.count > 0 else { return }
        var best: (place: Int, rank: Int, until: Int64)?
        var looked = 0
        // Longer before one that goes on is chosen; and until there is any.
        while looked < Self.places || best == nil || best?.rank == 2 && looked < 8 * Self.places {
            hand = slots.place(after: hand)
            looked += 1
            let slot = slots[hand]
            guard slot.key != 0 else { continue }
            let rank = rank(slot, now)
            if let best, (best.rank, best.until) <= (rank, slot.until) { continue }
            best = (hand, rank, slot.until)
        }
        guard let best else { return }
        let slot = slots[best.place]
        slots.remove(at: best.place)
        // What ended without a start in its key is told apart by time alone, by nothing if gone.
        if !slot.isEnded {
            evicted += 1
            leaveTrace(slot.key, slot.total, isEnded: false, slot.until, limit)
        }
    }

    private func rank(_ slot: TotalsSlots.Slot, _ now: Int64) -> Int {
        let silent = now &- slot.until
        let gap = gaps.longest
        if slot.isEnded { return 0 }
        if slot.isRepeated { return gap > 0 && silent > gap &* 2 ? 0 : 2 }
        if silent > gap { return 0 }
        return 1
    }

    /// Holds it to a limit that was lowered, the memory included.
    mutating func shrink(to limit: Int, now: Int64) {
        let limit = max(limit, 8)
        let size = TotalsSlots.size(for: limit)
        if slots.size > size {
            while slots.count > limit { evict(now: now, limit) }
            slots.shrink()
        }
        if let gone = forgotten.shrink(to: size) { horizon = max(horizon ?? gone, gone) }
    }
}

/// How long flows that go on are silent between two reports: the longest gap of this hour and the
/// last.
struct ReportGaps: Sendable {
    private var current: Int64 = 0
    private var previous: Int64 = 0
    private var since: Int64 = 0

    private static let hour: Int64 = 3_600_000_000_000

    var longest: Int64 { max(current, previous) }

    mutating func note(_ gap: Int64, now: Int64) {
        if now &- since > Self.hour || now < since {
            previous = current
            current = 0
            since = now
        }
        current = max(current, min(gap, Self.hour * 24))
    }
}
