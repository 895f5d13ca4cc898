// SPDX-License-Identifier: Apache-2.0

/// The last totals of one exporter's flows, by which the next become increments.
///
/// # How it works
///
/// A slot holds a flow's key, its last counters and until when they reach. What a record adds is
/// the difference to them; counters that went back are those of a flow that began anew under the
/// same key, unless the record is older than the last one.
///
/// A flow that is seen for the first time is the question: its total may hold octets that were
/// accounted before, by an earlier process, or by this one before the flow was forgotten for want
/// of room. So the table knows a *horizon*, the time up to which that is possible: when it first
/// heard of the exporter, later the last time of the latest flow it forgot. A flow that began
/// after it is counted whole. Of any other only the base is kept, and it is counted as without a
/// base: an octet that is missing has a name, one that is invented has none. A flow whose start is
/// not told counts as begun after the horizon when that is an hour past: no exporter is silent for
/// longer about a flow that goes on.
///
/// The slots are an open-addressed table of powers of two, at most three quarters full, that grows
/// by doubling up to its limit; then the eighth that was heard of longest ago is forgotten at once.
/// Two flows share a key of 64 bits, seeded by the process, once in some 10^14 flows.
struct TotalsTable: Sendable {
    struct Slot: Sendable {
        /// 0 for none.
        var key: UInt64 = 0
        var octets: UInt64 = 0
        var packets: UInt64 = 0
        /// Up to when the flow is counted, in nanoseconds since 1970-01-01 00:00 UTC.
        var until: Int64 = 0
    }

    /// What a record says of its flow.
    struct Report {
        var key: UInt64
        var octets: UInt64
        var packets: UInt64
        /// When the flow began, in nanoseconds since 1970-01-01 00:00 UTC, as all times by the
        /// exporter's clock; 0 when not told.
        var start: Int64
        /// Up to when the counters reach.
        var until: Int64
        /// When the record left.
        var exportTime: Int64
    }

    /// What a record adds to its flow.
    enum Growth: Equatable {
        /// These octets and packets, since a time.
        case by(octets: UInt64, packets: UInt64, since: Int64)
        /// All it says: the flow is new.
        case whole
        /// Nothing that is known: it only is the base of the next.
        case base
        /// Nothing: a later record was here first.
        case late
    }

    private(set) var slots: [Slot] = []
    private(set) var count = 0
    /// Flows that began up to here may have been counted before; nil before the first message.
    private(set) var horizon: Int64?
    private(set) var evicted: UInt64 = 0

    /// How far the start of a flow and the time of a message may be off, in nanoseconds.
    private static let precision: Int64 = 2_000_000_000
    /// How long no exporter is silent about a flow that goes on, in nanoseconds.
    private static let longestSilence: Int64 = 3_600_000_000_000

    /// Notes that the exporter is listened to; only the first call counts.
    mutating func listen(from exportTime: Int64) {
        if horizon == nil { horizon = exportTime }
    }

    /// Takes a report, which is the base of the next.
    ///
    /// - Parameters:
    ///   - report: What a record says.
    ///   - limit: How many flows may be remembered; at least 8.
    /// - Returns: What it adds.
    mutating func take(_ report: Report, limit: Int) -> Growth {
        let place = place(of: report.key)
        guard !slots.isEmpty, slots[place].key == Self.stored(report.key) else {
            let growth: Growth = isNew(report) ? .whole : .base
            insert(report, limit: max(limit, 8))
            return growth
        }
        let last = slots[place]
        let isLess = report.octets < last.octets || report.packets < last.packets
        if isLess, report.until < last.until { return .late }
        slots[place].octets = report.octets
        slots[place].packets = report.packets
        slots[place].until = max(report.until, last.until)
        // Begun after the last record: another flow under the same key, whatever it counts.
        if isLess || report.start > last.until &+ Self.precision { return .whole }
        return .by(
            octets: report.octets - last.octets,
            packets: report.packets - last.packets,
            since: last.until
        )
    }

    /// Whether a flow that is not known began after the horizon.
    private func isNew(_ report: Report) -> Bool {
        guard let horizon else { return false }
        // A start in the future is none.
        guard report.start > 0, report.start <= report.exportTime &+ Self.precision else {
            return report.exportTime > horizon &+ Self.longestSilence
        }
        return report.start > horizon &+ Self.precision
    }

    private static func stored(_ key: UInt64) -> UInt64 { key == 0 ? 1 : key }

    /// Where `key` is, or where it would go.
    private func place(of key: UInt64) -> Int {
        guard !slots.isEmpty else { return 0 }
        let stored = Self.stored(key)
        var place = Int(truncatingIfNeeded: stored) & (slots.count - 1)
        // There is always an empty slot, so this ends.
        while slots[place].key != 0, slots[place].key != stored {
            place = (place + 1) & (slots.count - 1)
        }
        return place
    }

    private mutating func insert(_ report: Report, limit: Int) {
        if count >= limit { forget(limit) }
        if (count + 1) * 4 > slots.count * 3 { rebuild(max(64, slots.count * 2)) }
        put(
            Slot(
                key: Self.stored(report.key),
                octets: report.octets,
                packets: report.packets,
                until: report.until
            )
        )
    }

    private mutating func put(_ slot: Slot) {
        slots[place(of: slot.key)] = slot
        count += 1
    }

    private mutating func rebuild(_ size: Int, without isForgotten: (Slot) -> Bool = { _ in false })
    {
        let old = slots
        slots = [Slot](repeating: Slot(), count: size)
        count = 0
        for slot in old where slot.key != 0 && !isForgotten(slot) { put(slot) }
    }

    /// Forgets an eighth of the flows at least, those heard of longest ago.
    private mutating func forget(_ limit: Int) {
        let wanted = count - (limit - max(limit / 8, 1))
        let bound = Self.smallest(wanted, of: slots)
        var left = wanted
        var latest = horizon ?? 0
        rebuild(slots.count) { slot in
            guard slot.until <= bound, left > 0 else { return false }
            left -= 1
            latest = max(latest, slot.until)
            return true
        }
        evicted += UInt64(wanted - left)
        horizon = latest
    }

    /// A time that about `wanted` of the flows do not reach beyond, and one at least: the quantile
    /// of some of them.
    private static func smallest(_ wanted: Int, of slots: [Slot]) -> Int64 {
        let used = slots.lazy.filter { $0.key != 0 }
        let every = max(slots.count / 2_048, 1)
        var times: [Int64] = []
        for (index, slot) in used.enumerated() where index % every == 0 { times.append(slot.until) }
        times.sort()
        let share = Double(wanted) / Double(max(used.count, 1))
        let index = min(Int((Double(times.count) * share).rounded(.up)), times.count) - 1
        return times[max(index, 0)]
    }
}
