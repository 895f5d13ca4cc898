// SPDX-License-Identifier: Apache-2.0

/// Something the writer has unlinked, or that nothing needs any more.
enum Retiree: Sendable {
    /// Memory or an object: freed when out of sight.
    case object(any AnyObject & Sendable)
    /// A node of the trie: its index is used again when out of sight.
    case node(UInt32)
    /// A change of route (``RouteHistory``): as for a node.
    case event(UInt32)
    /// The index of an interned value: as for a node.
    case attributes(UInt32)
    case asPath(UInt32)
    case pathSetIndex(UInt32)
    case prefixIndex(UInt32)
    /// No view has a route for this prefix; it leaves the trie after the retention.
    case unusedPrefix(UInt32)
    /// This prefix has left the trie; its index is freed after the retention.
    case unlinkedPrefix(UInt32)
    /// No view has these paths; they are freed after the retention.
    case unusedPathSet(UInt32)

    /// Whether it waits for the retention, beyond the grace period.
    fileprivate var isRetained: Bool {
        switch self {
        case .unusedPrefix, .unlinkedPrefix, .unusedPathSet: true
        default: false
        }
    }
}

/// The queue of what is to be freed, in the order it was retired.
///
/// Everything is stamped with time and epoch at the first ``RoutingTableWriter/reclaim(at:)`` after
/// it was retired, so the queues are in order, and every wait is at least as long as promised.
struct Retirement {
    /// What was stamped together; taken from its beginning on.
    private struct Batch {
        let epoch: UInt64
        var time: Int64
        private(set) var retirees: [Retiree]
        /// How many of them were taken.
        private var taken = 0

        init(epoch: UInt64, time: Int64, retirees: [Retiree]) {
            self.epoch = epoch
            self.time = time
            self.retirees = retirees
        }

        var left: ArraySlice<Retiree> { retirees[taken...] }

        /// Moves up to `most` to `ready`; returns how many.
        mutating func take(_ most: Int, into ready: inout [Retiree]) -> Int {
            let part = left.prefix(most)
            ready += part
            taken += part.count
            // Their memory goes with them.
            if taken == retirees.count { (retirees, taken) = ([], 0) }
            return part.count
        }
    }

    /// Batches in order: those that were taken whole are before ``first``.
    private struct Queue {
        private var batches: [Batch] = []
        private var first = 0
        private(set) var count = 0

        var retirees: [Retiree] { batches[first...].flatMap(\.left) }

        mutating func add(_ retirees: [Retiree], epoch: UInt64, time: Int64) {
            guard !retirees.isEmpty else { return }
            batches.append(Batch(epoch: epoch, time: time, retirees: retirees))
            count += retirees.count
        }

        /// Makes no batch later than `time`.
        mutating func setBack(to time: Int64) {
            for index in batches[first...].indices where batches[index].time > time {
                batches[index].time = time
            }
        }

        /// Moves up to `most` of the batches that are due, which are the first, to `ready`.
        mutating func take(
            _ most: Int,
            into ready: inout [Retiree],
            where isDue: (_ epoch: UInt64, _ time: Int64) -> Bool
        ) {
            while ready.count < most, first < batches.count,
                isDue(batches[first].epoch, batches[first].time)
            {
                count -= batches[first].take(most - ready.count, into: &ready)
                guard batches[first].left.isEmpty else { return }
                first += 1
            }
            // Moving the rest is worth it when it is the smaller part.
            guard first > 16, first * 2 > batches.count else { return }
            batches.removeFirst(first)
            first = 0
        }
    }

    private var freshlyUnlinked: [Retiree] = []
    private var freshlyRetained: [Retiree] = []
    /// Waits for the readers.
    private var unlinked = Queue()
    /// Waits for the readers and for the retention.
    private var retained = Queue()
    private let retention: Int64

    init(retention: Int64) { self.retention = retention }

    mutating func add(_ retiree: Retiree) {
        if retiree.isRetained {
            freshlyRetained.append(retiree)
        } else {
            freshlyUnlinked.append(retiree)
        }
    }

    mutating func add(_ block: MemoryBlock?) {
        if let block { freshlyUnlinked.append(.object(block)) }
    }

    /// Number of retirees that wait.
    var count: Int {
        freshlyUnlinked.count + freshlyRetained.count + unlinked.count + retained.count
    }

    /// Stamps what was retired since the last call.
    mutating func stamp(epoch: UInt64, time: Int64) {
        // A clock set back starts the wait anew: rather too long than too short.
        retained.setBack(to: time)
        retained.add(freshlyRetained, epoch: epoch, time: time)
        unlinked.add(freshlyUnlinked, epoch: epoch, time: time)
        freshlyRetained = []
        freshlyUnlinked = []
    }

    /// Removes and returns up to `most` of what has waited long enough.
    mutating func takeReady(oldestEpoch: UInt64, time: Int64, atMost most: Int) -> [Retiree] {
        var ready: [Retiree] = []
        unlinked.take(most, into: &ready) { epoch, _ in epoch <= oldestEpoch }
        retained.take(most, into: &ready) { epoch, retired in
            let (age, overflow) = time.subtractingReportingOverflow(retired)
            return epoch <= oldestEpoch && (overflow || age >= retention)
        }
        return ready
    }

    /// Everything that waits, for when the writer ends before its readers.
    var objects: [any AnyObject & Sendable] {
        (freshlyUnlinked + unlinked.retirees).compactMap { retiree in
            if case .object(let object) = retiree { object } else { nil }
        }
    }
}
