// SPDX-License-Identifier: Apache-2.0

/// Making room.
extension TotalsTable {
    /// How many places are looked at for one to be freed.
    private static let places = 16
    /// How many flows are forgotten at once when the limit has been lowered.
    private static let step = 256

    /// Sees to it that one more flow finds room.
    ///
    /// Where it will be, as a rule: so no part outgrows what is planned because more flows happen
    /// to come there than go.
    mutating func makeRoom(for key: UInt64, now: Int64, _ limit: Int) {
        let part = TotalsSlots.part(key)
        // More than one, for when the limit has been lowered.
        for _ in 0..<4 where slots.count >= limit { evict(near: part, now: now, limit) }
        if slots.isFull(part), slots.places(in: part) >= TotalsSlots.places(for: limit) {
            evict(near: part, orBeyond: false, now: now, limit)
        }
    }

    /// Forgets one flow, of which a trace stays.
    ///
    /// A hand goes round the places of each part. Of some it chooses, in this order: a flow that
    /// has ended or looks so, having been silent for longer than flows that go on are; one that was
    /// reported once, as most are that will not be again; one that goes on. Among equals the one
    /// heard of longest ago. So flows that are long, and few, stay, however many short ones come
    /// and go.
    ///
    /// - Parameters:
    ///   - near: The part where it is to be.
    ///   - orBeyond: Whether it may be in those that follow, when that has few flows or none.
    ///   - now: When that is.
    ///   - limit: How many flows may be remembered.
    private mutating func evict(
        near: Int,
        orBeyond: Bool = true,
        now: Int64,
        _ limit: Int
    ) {
        guard slots.count > 0 else { return }
        var part = near
        var left = slots.places(in: part)
        var best: (place: Int, rank: Int, until: Int64)?
        var looked = 0
        // Longer before one that goes on is chosen; and until there is any.
        while looked < Self.places || best == nil || best?.rank == 2 && looked < 8 * Self.places {
            if left == 0 {
                guard orBeyond else { break }
                part = slots.part(after: part)
                left = slots.places(in: part)
            }
            let place = slots.advance(in: part)
            left -= 1
            looked += 1
            let slot = slots[place]
            guard slot.key != 0 else { continue }
            let rank = rank(slot, now)
            if let best, (best.rank, best.until) <= (rank, slot.until) { continue }
            best = (place, rank, slot.until)
        }
        guard let best else { return }
        let slot = slots[best.place]
        slots.remove(at: best.place)
        // What ended without a start in its key is told apart by time alone, by nothing if gone;
        // unless it may go on all the same.
        if !slot.isEnded || ends.areWithoutStart && !ends.areTrue {
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

    /// Holds it to a limit that was lowered, the memory included, a step at a time, so that no
    /// datagram waits until hundreds of thousands of flows are forgotten.
    ///
    /// - Returns: Whether there is no more to do.
    mutating func shrink(to limit: Int, now: Int64) -> Bool {
        let limit = max(limit, 8)
        if let gone = forgotten.shrink(to: TotalsSlots.size(for: limit)) {
            horizon = max(horizon ?? gone, gone)
        }
        if slots.count > limit {
            for _ in 0..<min(Self.step, slots.count - limit) {
                part = slots.part(after: part)
                evict(near: part, now: now, limit)
            }
            return false
        }
        let most = TotalsSlots.places(for: limit)
        guard let part = slots.part(above: most) else { return true }
        for _ in 0..<Self.step {
            if slots.shrink(part, to: most) { break }
            evict(near: part, orBeyond: false, now: now, limit)
        }
        return false
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
