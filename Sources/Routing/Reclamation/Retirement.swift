// SPDX-License-Identifier: Apache-2.0

/// Something by its index that the writer has unlinked, or that nothing needs any more.
enum Retiree: Sendable {
    /// A node of the trie: its index is used again when out of sight.
    case node(UInt32)
    /// A change of route (``RouteHistory``): as for a node.
    case event(UInt32)
    /// The index of something kept once: as for a node.
    case attributes(UInt32)
    case nextHop(UInt32)
    case asPath(UInt32)
    case pathSetIndex(UInt32)
    case prefixIndex(UInt32)
    case view(UInt32)
    /// No view has a route for this prefix; it leaves the trie after the retention.
    case unusedPrefix(UInt32)
    /// This prefix has left the trie; its index is freed after the retention.
    case unlinkedPrefix(UInt32)
    /// No view has these paths; they are freed after the retention.
    case unusedPathSet(UInt32)
    /// This view has been removed; its columns are freed after the retention.
    case removedView(UInt32)

    /// Whether it waits for the retention, beyond the grace period.
    fileprivate var isRetained: Bool {
        switch self {
        case .unusedPrefix, .unlinkedPrefix, .unusedPathSet, .removedView: true
        default: false
        }
    }
}

/// The queue of what is to be freed, in the order it was retired.
///
/// Everything is stamped with time and epoch at the first ``RoutingTableWriter/reclaim(at:)`` after
/// it was retired, so the queues are in order, and every wait is at least as long as promised.
struct Retirement: Sendable {
    private var freshObjects: [any AnyObject & Sendable] = []
    private var freshlyUnlinked: [Retiree] = []
    private var freshlyRetained: [Retiree] = []
    /// Memory and objects, which wait for the readers and go with their last reference.
    private var objects = RetirementQueue<any AnyObject & Sendable>()
    /// Waits for the readers.
    private var unlinked = RetirementQueue<Retiree>()
    /// Waits for the readers and for the retention.
    private var retained = RetirementQueue<Retiree>()
    private let retention: Int64

    init(retention: Int64) { self.retention = retention }

    mutating func add(_ retiree: Retiree) {
        if retiree.isRetained {
            freshlyRetained.append(retiree)
        } else {
            freshlyUnlinked.append(retiree)
        }
    }

    mutating func add(_ object: some AnyObject & Sendable) { freshObjects.append(object) }

    mutating func add(_ block: MemoryBlock?) {
        if let block { freshObjects.append(block) }
    }

    /// Number of retirees that wait.
    var count: Int {
        freshObjects.count + freshlyUnlinked.count + freshlyRetained.count + objects.count
            + unlinked.count + retained.count
    }

    /// Stamps what was retired since the last call.
    mutating func stamp(epoch: UInt64, time: Int64) {
        // A clock set back starts the wait anew: rather too long than too short.
        retained.setBack(to: time)
        retained.add(&freshlyRetained, epoch: epoch, time: time)
        unlinked.add(&freshlyUnlinked, epoch: epoch, time: time)
        objects.add(&freshObjects, epoch: epoch, time: time)
    }

    /// Removes and returns up to `most` of what has waited long enough; what has no index ends.
    mutating func takeReady(
        oldestEpoch: UInt64,
        time: Int64,
        atMost most: Int
    ) -> (retirees: [Retiree], isAll: Bool) {
        var gone: [any AnyObject & Sendable] = []
        objects.take(most, into: &gone) { epoch, _ in epoch <= oldestEpoch }
        var ready: [Retiree] = []
        unlinked.take(most, into: &ready) { epoch, _ in epoch <= oldestEpoch }
        retained.take(most, into: &ready) { epoch, retired in
            let (age, overflow) = time.subtractingReportingOverflow(retired)
            return epoch <= oldestEpoch && (overflow || age >= retention)
        }
        return (ready, gone.count < most && ready.count < most)
    }

    /// Everything that waits, for when the writer ends before its readers.
    var waitingObjects: [any AnyObject & Sendable] { freshObjects + objects.elements }
}
