// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// Tells the writer when no reader can still see what it has unlinked.
///
/// # How it works
///
/// Quiescent-state-based reclamation (McKenney and Slingwine 1998; Hart and others 2007). An epoch
/// counts up. A reader that stands between two batches holds no pointer into the table, and says so
/// by copying the epoch into its own slot:
///
///     writer:  unlink X   epoch 6 -> 7                           slots 7, 8: X is free
///     reader A:      quiet (6)            quiet (7)
///     reader B:                 offline              online (8)
///
/// What was unlinked before the epoch became `n` is out of sight when every online reader has
/// announced `n` or more. A reader that is about to block goes offline and counts no longer; to
/// come back it needs a full fence, so that the writer sees it online, or it sees X unlinked.
/// Readers write only to their own slots, and never wait.
final class QuiescentState: Sendable {
    private let epoch = Atomic<UInt64>(1)
    private let slots = Mutex<[ReaderSlot]>([])

    /// One reader's last announced epoch.
    final class ReaderSlot: Sendable {
        /// 0 while offline.
        fileprivate let announced = Atomic<UInt64>(0)
        /// Keeps the slots of two readers out of one cache line.
        private let padding = InlineArray<14, UInt64>(repeating: 0)
    }

    func addReader() -> ReaderSlot {
        let slot = ReaderSlot()
        slots.withLock { $0.append(slot) }
        return slot
    }

    func removeReader(_ slot: ReaderSlot) {
        slots.withLock { $0.removeAll { $0 === slot } }
    }

    func goOnline(_ slot: ReaderSlot) {
        slot.announced.store(epoch.load(ordering: .acquiring), ordering: .sequentiallyConsistent)
        atomicMemoryFence(ordering: .sequentiallyConsistent)
    }

    func goOffline(_ slot: ReaderSlot) {
        slot.announced.store(0, ordering: .releasing)
    }

    /// Announces that the reader holds nothing it found before this call.
    func quiesce(_ slot: ReaderSlot) {
        slot.announced.store(epoch.load(ordering: .acquiring), ordering: .releasing)
    }

    func isOnline(_ slot: ReaderSlot) -> Bool {
        slot.announced.load(ordering: .relaxed) != 0
    }

    /// Writer only: starts an epoch and returns it; all unlinked before is out of sight once
    /// ``oldest()`` has reached it.
    func advance() -> UInt64 {
        epoch.wrappingAdd(1, ordering: .sequentiallyConsistent).newValue
    }

    /// The oldest epoch an online reader has announced last; the greatest number when all are
    /// offline.
    func oldest() -> UInt64 {
        atomicMemoryFence(ordering: .sequentiallyConsistent)
        return slots.withLock { slots in
            slots.reduce(UInt64.max) { oldest, slot in
                let announced = slot.announced.load(ordering: .acquiring)
                return announced == 0 ? oldest : min(oldest, announced)
            }
        }
    }
}
