// SPDX-License-Identifier: Apache-2.0

package import Accounting
package import Model
package import Storage

/// Puts what the workers counted into the store, one transaction a flush, each exactly once.
///
/// What the store does not take now is kept, whole and under the same id, and offered again with
/// the next flush: a batch is never half in it and never in it twice.
package actor VolumeWriter {
    private let store: any VolumeStore
    private let collector: String
    private let idPrefix: String
    private var sealer: SlotSealer
    private var count = 0
    private var waiting: [FlushBatch] = []
    private var gaps: [Gap]

    /// Slots that were to be sealed with a batch that is given up.
    private var unsealed: [Int64] = []

    /// How many batches, and how many rows in them, may wait for a store that is out of reach.
    private static let mostWaiting = 1024
    private static let mostRowsWaiting = 4_000_000

    /// - Parameters:
    ///   - store: Where volumes are kept.
    ///   - collector: Name of this collector in every row.
    ///   - idPrefix: Makes batch ids unique: of the start of this run, or of a capture's content.
    ///   - sealer: Knows which slots are over.
    ///   - gaps: What is known to be missing before the first flush.
    package init(
        store: any VolumeStore,
        collector: String,
        idPrefix: String,
        sealer: SlotSealer,
        gaps: [Gap] = []
    ) {
        self.gaps = gaps
        self.store = store
        self.collector = collector
        self.idPrefix = idPrefix
        self.sealer = sealer
    }

    /// What became of one flush.
    package struct Outcome: Sendable {
        /// Slots that this flush sealed and the store has taken.
        package var sealed: [Int64] = []
        /// Batches that the store knew already, so that nothing changed.
        package var known = 0
        /// Batches added.
        package var added = 0
        /// Batches given up for good, each with its reason; a gap stands in their place.
        package var givenUp: [VolumeStoreError] = []
        /// Why batches are waiting; nil when none are.
        package var problem: VolumeStoreError?
    }

    /// Merges `parts` into one batch and adds it to the store.
    ///
    /// - Parameters:
    ///   - parts: What workers handed over.
    ///   - now: Accounting time, in seconds since 1970-01-01 00:00 UTC.
    ///   - sessions: The state of the BGP sessions.
    ///   - events: What happened to the collector since the last flush.
    ///   - isFinal: Whether nothing will follow, so that every slot is sealed.
    /// - Returns: What became of it and of what had been waiting.
    package func write(
        _ parts: [FlushBatch],
        now: Int64,
        sessions: [SessionState] = [],
        events: [OperationalEvent] = [],
        isFinal: Bool = false
    ) async -> Outcome {
        count += 1
        var batch = FlushBatch(id: "\(idPrefix)-\(count)", collector: collector, time: now)
        for part in parts { batch.append(part) }
        batch.sessions = sessions
        batch.events += events
        swap(&batch.gaps, &gaps)
        let slots = Set(batch.ledgers.map(\.slot))
        batch.sealed = sealer.slotsToSeal(handedOver: slots, now: now)
        if isFinal { batch.sealed += sealer.sealAll() }
        batch.sealed = Set(batch.sealed + unsealed).sorted()
        batch.slotSeconds = sealer.slotSeconds
        unsealed = []
        waiting.append(batch)
        while waiting.count > Self.mostWaiting
            || waiting.count > 1 && waiting.reduce(0, { $0 + $1.rows }) > Self.mostRowsWaiting
        {
            giveUp(waiting.removeFirst(), because: "storeUnreachable")
        }
        return await offerWaiting()
    }

    /// The wall clock was set: slots end by the new time, and the next batch says what that left.
    package func clockStepped(to now: Int64, leaving gap: Gap?) {
        sealer.clockStepped(to: now)
        if let gap { gaps.append(gap) }
    }

    /// Batches that the store has not taken.
    package var waitingCount: Int { waiting.count }

    private func offerWaiting() async -> Outcome {
        var outcome = Outcome()
        while let batch = waiting.first {
            do throws(VolumeStoreError) {
                if try await store.add(batch) { outcome.added += 1 } else { outcome.known += 1 }
            } catch {
                guard case .refused = error else {
                    outcome.problem = error
                    return outcome
                }
                // No later attempt would do better, and all that comes after it would wait.
                outcome.givenUp.append(error)
                giveUp(waiting.removeFirst(), because: "batchRefused")
                continue
            }
            outcome.sealed += batch.sealed
            waiting.removeFirst()
        }
        return outcome
    }

    /// Leaves a gap in the place of a batch, which the next one carries: the loss is a stored fact.
    private func giveUp(_ batch: FlushBatch, because reason: String) {
        gaps += batch.gaps
        unsealed += batch.sealed
        let slots = batch.ledgers.map(\.slot)
        if let first = slots.min(), let last = slots.max() {
            gaps.append(Gap(from: first, to: last + sealer.slotSeconds, reason: reason))
        }
    }
}

extension FlushBatch {
    fileprivate var rows: Int { interfaces.count + neighbors.count + paths.count + prefixes.count }
}
