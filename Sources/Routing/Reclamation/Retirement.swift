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
    private struct Batch {
        var epoch: UInt64
        var time: Int64
        var retirees: [Retiree]
    }

    private var fresh: [Retiree] = []
    /// Waits for the readers.
    private var unlinked: [Batch] = []
    /// Waits for the readers and for the retention.
    private var retained: [Batch] = []
    private let retention: Int64

    init(retention: Int64) { self.retention = retention }

    mutating func add(_ retiree: Retiree) { fresh.append(retiree) }

    mutating func add(_ block: MemoryBlock?) {
        if let block { fresh.append(.object(block)) }
    }

    /// Number of retirees that wait.
    var count: Int {
        fresh.count + unlinked.reduce(0) { $0 + $1.retirees.count }
            + retained.reduce(0) { $0 + $1.retirees.count }
    }

    /// Stamps what was retired since the last call.
    mutating func stamp(epoch: UInt64, time: Int64) {
        // A clock set back starts the wait anew: rather too long than too short.
        for index in retained.indices where retained[index].time > time {
            retained[index].time = time
        }
        guard !fresh.isEmpty else { return }
        let kept = fresh.filter(\.isRetained)
        let gone = fresh.filter { !$0.isRetained }
        if !kept.isEmpty { retained.append(Batch(epoch: epoch, time: time, retirees: kept)) }
        if !gone.isEmpty { unlinked.append(Batch(epoch: epoch, time: time, retirees: gone)) }
        fresh.removeAll()
    }

    /// Removes and returns what has waited long enough.
    mutating func takeReady(oldestEpoch: UInt64, time: Int64) -> [Retiree] {
        let seen = unlinked.prefix { $0.epoch <= oldestEpoch }
        let due = retained.prefix {
            let (age, overflow) = time.subtractingReportingOverflow($0.time)
            return $0.epoch <= oldestEpoch && (overflow || age >= retention)
        }
        let ready = seen.flatMap(\.retirees) + due.flatMap(\.retirees)
        unlinked.removeFirst(seen.count)
        retained.removeFirst(due.count)
        return ready
    }

    /// Everything that waits, for when the writer ends before its readers.
    var objects: [any AnyObject & Sendable] {
        (fresh + unlinked.flatMap(\.retirees)).compactMap { retiree in
            if case .object(let object) = retiree { object } else { nil }
        }
    }
}
