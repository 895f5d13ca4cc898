// SPDX-License-Identifier: Apache-2.0

/// Knows which slots are over.
///
/// # How it works
///
/// A slot is sealed `latenessSeconds` after its end, by accounting time that only moves forward.
/// Slots in which nothing passed are sealed like any other, so that silence counts as zero and not
/// as missing; but a jump of more than a day is no silence: what lies between stays missing.
/// What comes for a sealed slot is a new generation, which stays open as long again: so a late flow
/// makes one generation, and not one with each of its records.
public struct SlotSealer: Sendable {
    public let slotSeconds: Int64
    /// How long after its end a slot stays open, in seconds.
    public let latenessSeconds: Int64
    /// The slots begun and not sealed, each with the time it is due.
    private var open: [Int64: Int64] = [:]
    /// The latest slot ever begun; nil until there is one.
    private var latest: Int64?
    private var watermark = Int64.min
    private var lastSealed: Int64?

    private static let longestSilence: Int64 = 86400

    /// - Parameters:
    ///   - slotSeconds: Length of a slot.
    ///   - latenessSeconds: How long after its end a slot stays open.
    ///   - open: Slots that an earlier run left open: sealed in time, but the time between the runs
    ///     is no silence.
    public init(slotSeconds: Int64, latenessSeconds: Int64, open: [Int64] = []) {
        self.slotSeconds = slotSeconds
        self.latenessSeconds = latenessSeconds
        for slot in open { self.open[slot] = slot + slotSeconds + latenessSeconds }
    }

    /// The slots to seal with a hand-over, ascending.
    ///
    /// - Parameters:
    ///   - handedOver: Starts of slots with rows in the batch.
    ///   - now: Accounting time, in seconds since 1970-01-01 00:00 UTC.
    /// - Returns: Starts of slots.
    public mutating func slotsToSeal(handedOver: some Sequence<Int64>, now: Int64) -> [Int64] {
        watermark = max(watermark, now)
        // Counting begins with the newest slot of the first hand-over: what is older came late.
        if latest == nil { latest = handedOver.max() }
        for slot in handedOver.sorted() { begin(slot) }
        if latest != nil { begin(now - (now % slotSeconds + slotSeconds) % slotSeconds) }
        let due = open.filter { $0.value <= watermark }.keys
        for slot in due {
            open[slot] = nil
            lastSealed = max(lastSealed ?? slot, slot)
        }
        return due.sorted()
    }

    /// The clock was set: what lies between its times is no silence, and waits count from `now`.
    ///
    /// After a step back, slots that were sealed already and get traffic again are new generations,
    /// open until their lateness has passed by the new time.
    ///
    /// - Parameter now: Accounting time after the step, in seconds since 1970-01-01 00:00 UTC.
    public mutating func clockStepped(to now: Int64) {
        watermark = now
        let slot = now - (now % slotSeconds + slotSeconds) % slotSeconds
        if latest != nil { latest = slot }
        begin(slot)
        // By the new time these would stay open for as long as the clock was ahead.
        for (slot, due) in open where due > now + slotSeconds + latenessSeconds {
            open[slot] = now + latenessSeconds
        }
    }

    /// All slots begun and not yet sealed, when counting ends for good.
    public mutating func sealAll() -> [Int64] {
        defer { open.removeAll() }
        return open.keys.sorted()
    }

    private mutating func begin(_ slot: Int64) {
        insert(slot)
        guard let before = latest, slot > before else { return }
        if slot - before <= Self.longestSilence {
            for silent in stride(from: before + slotSeconds, to: slot, by: Int(slotSeconds)) {
                insert(silent)
            }
        }
        latest = slot
    }

    private mutating func insert(_ slot: Int64) {
        guard open[slot] == nil else { return }
        let due = slot + slotSeconds + latenessSeconds
        open[slot] = due <= watermark && wasSealed(slot) ? watermark + latenessSeconds : due
    }

    /// Whether a slot that is not open has been sealed: all up to the last sealed one have.
    private func wasSealed(_ slot: Int64) -> Bool { lastSealed.map { slot <= $0 } ?? false }
}
