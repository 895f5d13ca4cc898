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

    /// How many batches may wait for a store that is out of reach.
    private static let mostWaiting = 1024

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
        /// Why batches are waiting; nil when none are.
        package var problem: VolumeStoreError?
    }

    /// Merges `parts` into one batch and adds it to the store.
    ///
    /// - Parameters:
    ///   - parts: What workers handed over.
    ///   - now: Accounting time, in seconds since 1970-01-01 00:00 UTC.
    ///   - sessions: The state of the BGP sessions.
    ///   - isFinal: Whether nothing will follow, so that every slot is sealed.
    /// - Returns: What became of it and of what had been waiting.
    package func write(
        _ parts: [FlushBatch],
        now: Int64,
        sessions: [SessionState] = [],
        isFinal: Bool = false
    ) async -> Outcome {
        count += 1
        var batch = FlushBatch(id: "\(idPrefix)-\(count)", collector: collector, time: now)
        for part in parts {
            batch.interfaces += part.interfaces
            batch.neighbors += part.neighbors
            batch.paths += part.paths
            batch.prefixes += part.prefixes
            batch.ledgers += part.ledgers
            batch.exporters += part.exporters
        }
        batch.sessions = sessions
        swap(&batch.gaps, &gaps)
        let slots = Set(batch.ledgers.map(\.slot))
        batch.sealed = sealer.slotsToSeal(handedOver: slots, now: now)
        if isFinal { batch.sealed = (batch.sealed + sealer.sealAll()).sorted() }
        waiting.append(batch)
        if waiting.count > Self.mostWaiting { setAsideOldest() }
        return await offerWaiting()
    }

    private func offerWaiting() async -> Outcome {
        var outcome = Outcome()
        while let batch = waiting.first {
            do throws(VolumeStoreError) {
                if try await store.add(batch) { outcome.added += 1 } else { outcome.known += 1 }
            } catch {
                outcome.problem = error
                return outcome
            }
            outcome.sealed += batch.sealed
            waiting.removeFirst()
        }
        return outcome
    }

    /// Gives up the oldest batch and leaves a gap in its place, so that the loss is a stored fact.
    private func setAsideOldest() {
        let oldest = waiting.removeFirst()
        guard let first = oldest.ledgers.map(\.slot).min(),
            let last = oldest.ledgers.map(\.slot).max()
        else { return }
        waiting[0].gaps += oldest.gaps
        waiting[0].gaps.append(
            Gap(from: first, to: last + sealer.slotSeconds, reason: "storeUnreachable")
        )
        waiting[0].sealed = Set(waiting[0].sealed + oldest.sealed).sorted()
    }
}
