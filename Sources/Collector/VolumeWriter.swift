// SPDX-License-Identifier: Apache-2.0

package import Accounting
package import Model
package import Storage

/// Puts what the workers counted into the store, one transaction a flush, each exactly once.
///
/// # How it works
///
/// What the store does not take now is kept and offered again with the next flush, the oldest
/// first. A batch that has been offered may be in the store although its answer was an error: it
/// stays as it is, under its id, so that it is in the store once or not at all. Those behind it
/// have never been offered; when they are many, those of one slot's time become one, rows of equal
/// key summed: nothing is lost. Only when more rows wait than may, the oldest is given up, and a
/// gap says so.
package actor VolumeWriter {
    private let store: any VolumeStore
    private let collector: String
    private let idPrefix: String
    private let mostRowsWaiting: Int
    private var sealer: SlotSealer
    private var count = 0
    private var waiting: [FlushBatch] = []
    /// Whether the first of ``waiting`` has been offered, and so may be in the store.
    private var isFirstOffered = false
    private var isOffering = false
    /// How many batches waited after the last merge.
    private var countAfterMerge = 0
    private var lost = Lost()
    /// Whether it has been told that too many wait, since the last time that none did.
    private var isLimitTold = false
    private var limitReached: UInt64 = 0
    private var givenUpCount = 0
    private var problem: VolumeStoreError?
    /// Time of the newest batch.
    private var newest: Int64 = 0

    /// How many batches wait as they are before they are merged.
    private static let mostApart = 64

    /// What the next batch tells of those that were given up.
    private struct Lost {
        var gaps: [Gap] = []
        var events: [OperationalEvent] = []
        var notes: [InterfaceNote] = []
        /// Slots that were to be sealed.
        var unsealed: [Int64] = []

        /// Adds a gap; one that goes on makes the one before longer.
        mutating func add(_ gap: Gap) {
            guard let last = gaps.last, last.reason == gap.reason, gap.from <= last.to,
                gap.to >= last.from
            else { return gaps.append(gap) }
            let whole = Gap(
                from: min(last.from, gap.from),
                to: max(last.to, gap.to),
                reason: gap.reason
            )
            gaps[gaps.count - 1] = whole
        }
    }

    /// - Parameters:
    ///   - store: Where volumes are kept.
    ///   - collector: Name of this collector in every row.
    ///   - idPrefix: Makes batch ids unique: of the start of this run, or of a capture's content.
    ///   - sealer: Knows which slots are over.
    ///   - gaps: What is known to be missing before the first flush.
    ///   - mostRowsWaiting: How many rows may wait for a store that is out of reach.
    package init(
        store: any VolumeStore,
        collector: String,
        idPrefix: String,
        sealer: SlotSealer,
        gaps: [Gap] = [],
        mostRowsWaiting: Int = 4_000_000
    ) {
        lost.gaps = gaps
        self.store = store
        self.collector = collector
        self.idPrefix = idPrefix
        self.sealer = sealer
        self.mostRowsWaiting = mostRowsWaiting
    }

    /// What became of one flush.
    package struct Outcome: Sendable {
        /// Slots that this flush sealed and the store has taken.
        package var sealed: [Int64] = []
        /// Batches that the store knew already, so that nothing changed.
        package var known = 0
        /// Batches added, and their rows of facts and ledgers.
        package var added = 0
        package var rows = 0
        /// Batches given up for good, each with its reason; a gap stands in their place.
        package var givenUp: [VolumeStoreError] = []
        /// Why batches are waiting; nil when none are.
        package var problem: VolumeStoreError?
    }

    /// What waits, for metrics.
    package struct Status: Equatable, Sendable {
        package var batches = 0
        /// Rows of facts and ledgers in them.
        package var rows = 0
        /// How many may wait.
        package var mostRows = 0
        /// When the oldest was handed over, in seconds since 1970-01-01 00:00 UTC.
        package var oldest: Int64?
        /// How often that many waited, since the start.
        package var limitReached: UInt64 = 0
        /// Batches given up since the start.
        package var givenUp = 0
        /// Why they wait; nil when none do.
        package var problem: VolumeStoreError?
    }

    package var status: Status {
        Status(
            batches: waiting.count,
            rows: waiting.reduce(0) { $0 + $1.rowCount },
            mostRows: mostRowsWaiting,
            oldest: waiting.lazy.map(\.time).min(),
            limitReached: limitReached,
            givenUp: givenUpCount,
            problem: problem
        )
    }

    /// Batches that the store has not taken.
    package var waitingCount: Int { waiting.count }

    /// Merges `parts` into one batch, which waits for ``offer()``.
    ///
    /// - Parameters:
    ///   - parts: What workers handed over.
    ///   - now: Accounting time up to which they did, in seconds since 1970-01-01 00:00 UTC.
    ///   - sessions: The state of the BGP sessions.
    ///   - events: What happened to the collector since the last flush.
    ///   - isFinal: Whether nothing will follow, so that every slot is sealed.
    package func enqueue(
        _ parts: [FlushBatch],
        now: Int64,
        sessions: [SessionState] = [],
        events: [OperationalEvent] = [],
        isFinal: Bool = false
    ) {
        count += 1
        var batch = FlushBatch(id: "\(idPrefix)-\(count)", collector: collector, time: now)
        for part in parts { batch.append(part) }
        batch.keepLatestStates()
        batch.slotSeconds = sealer.slotSeconds
        if !sessions.isEmpty { batch.sessions = sessions }
        batch.events += events
        let slots = Set(batch.ledgers.map(\.slot))
        batch.sealed += sealer.slotsToSeal(handedOver: slots, now: now)
        if isFinal { batch.sealed += sealer.sealAll() }
        tellOfLost(&batch)
        waiting.append(batch)
        newest = now
        // The store may hang; what cannot wait for it any more does not wait for its answer.
        if isOffering { makeRoom() }
    }

    /// Adds to the store what waits, in order, until it takes no more.
    ///
    /// - Returns: What became of it; nothing when another call is at it, which takes all there is.
    package func offer() async -> Outcome {
        let outcome = await offerWaiting()
        makeRoom()
        return outcome
    }

    /// ``enqueue(_:now:sessions:events:isFinal:)`` and ``offer()``.
    package func write(
        _ parts: [FlushBatch],
        now: Int64,
        sessions: [SessionState] = [],
        events: [OperationalEvent] = [],
        isFinal: Bool = false
    ) async -> Outcome {
        enqueue(parts, now: now, sessions: sessions, events: events, isFinal: isFinal)
        return await offer()
    }

    /// The wall clock was set: slots end by the new time, and the next batch says what that left.
    package func clockStepped(to now: Int64, leaving gap: Gap?) {
        sealer.clockStepped(to: now)
        if let gap { lost.gaps.append(gap) }
    }

    /// Lets the store forget the ids of live batches before `time`, but for those that wait.
    ///
    /// - Parameter time: In seconds since 1970-01-01 00:00 UTC.
    /// - Returns: How many it forgot.
    /// - Throws: What the store throws.
    package func forget(batchesBefore time: Int64) async throws(VolumeStoreError) -> Int {
        // While it is being offered a batch waits as well.
        let oldest = waiting.lazy.map(\.time).min() ?? time
        return try await store.forget(batchesBefore: min(time, oldest))
    }

    private func offerWaiting() async -> Outcome {
        var outcome = Outcome()
        guard !isOffering else { return outcome }  // whoever is at it takes these as well
        isOffering = true
        defer { isOffering = false }
        while let batch = waiting.first {
            isFirstOffered = true
            do throws(VolumeStoreError) {
                if try await store.add(batch) {
                    outcome.added += 1
                    outcome.rows += batch.rowCount
                } else {
                    outcome.known += 1
                }
                outcome.sealed += batch.sealed
                removeFirst()
            } catch {
                guard case .refused = error else {
                    outcome.problem = error
                    break
                }
                // No later attempt would do better, and all that comes after it would wait.
                outcome.givenUp.append(error)
                removeFirst()
                giveUp(batch, because: "batchRefused")
            }
        }
        problem = outcome.problem
        if waiting.isEmpty { isLimitTold = false }
        return outcome
    }

    private func removeFirst() {
        waiting.removeFirst()
        isFirstOffered = false
        countAfterMerge = min(countAfterMerge, waiting.count)
    }
}

// What waits.
extension VolumeWriter {
    /// Merges what waits when it is much, and gives up the oldest when that does not suffice.
    private func makeRoom() {
        let isTooMuch = status.rows > mostRowsWaiting
        if isTooMuch || waiting.count > countAfterMerge + Self.mostApart { merge() }
        var rows = status.rows
        guard rows > mostRowsWaiting, waiting.count > 1 else { return }
        tellOfLimit(rows)
        // What is being offered right now is the store's to answer for.
        let first = isOffering ? 1 : 0
        while rows > mostRowsWaiting, waiting.count > first + 1 {
            let batch = waiting.remove(at: first)
            if first == 0 { isFirstOffered = false }
            rows -= batch.rowCount
            giveUp(batch, because: "storeUnreachable")
        }
        countAfterMerge = min(countAfterMerge, waiting.count)
    }

    private func tellOfLimit(_ rows: Int) {
        if isLimitTold { return }
        isLimitTold = true
        limitReached += 1
        lost.events.append(
            OperationalEvent(
                time: newest,
                kind: .limitReached,
                object: "limits.waitingRows",
                detail: "\(rows) rows wait for the store, of at most \(mostRowsWaiting): "
                    + "the oldest are given up"
            )
        )
    }

    /// Those that were never offered, by the slot in which they were handed over.
    private func merge() {
        let kept = isFirstOffered ? 1 : 0
        var merged = Array(waiting.prefix(kept))
        var group: [FlushBatch] = []
        for batch in waiting.dropFirst(kept) {
            if let first = group.first, period(of: first) != period(of: batch) {
                merged += Self.together(group)
                group = []
            }
            group.append(batch)
        }
        waiting = merged + Self.together(group)
        countAfterMerge = waiting.count
    }

    private func period(of batch: FlushBatch) -> Int64 { batch.time / sealer.slotSeconds }

    private static func together(_ group: [FlushBatch]) -> [FlushBatch] {
        guard group.count > 1, let sum = FlushBatch.merged(group) else { return group }
        return [sum]
    }

    /// Leaves a gap in the place of a batch, which the next one carries: the loss is a stored fact.
    private func giveUp(_ batch: FlushBatch, because reason: String) {
        givenUpCount += 1
        lost.gaps += batch.gaps
        lost.events += batch.events
        lost.notes += batch.interfaceNotes
        lost.unsealed += batch.sealed
        let slots = batch.ledgers.map(\.slot)
        if let first = slots.min(), let last = slots.max() {
            lost.add(Gap(from: first, to: last + sealer.slotSeconds, reason: reason))
        }
    }

    private func tellOfLost(_ batch: inout FlushBatch) {
        batch.gaps += lost.gaps
        batch.events = lost.events + batch.events
        batch.interfaceNotes = lost.notes + batch.interfaceNotes
        batch.sealed = Set(batch.sealed + lost.unsealed).sorted()
        lost = Lost()
    }
}
