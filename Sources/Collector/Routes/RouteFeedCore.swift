// SPDX-License-Identifier: Apache-2.0

import Logging
import Model
import RouteReception
import Routing
import Synchronization

/// What the thread of a ``RouteFeed`` works with; the feed may end before it.
final class RouteFeedCore: Sendable {
    let queue: RouteQueue
    let book: NeighborBook
    let applier: Mutex<RouteApplier>
    private let sessions = Mutex<[WeakSessions]>([])

    /// The sessions live as long as their owner says.
    private struct WeakSessions {
        weak var value: (any RouteSessions)?
    }

    /// Prefixes that are changed between two moments at which others may look.
    private static let mostPrefixes = 2_048
    private static let mostEntries = 256
    /// How often the thread looks for stale routes whose time is over.
    private static let idleMilliseconds = 250

    init(
        _ writer: consuming RoutingTableWriter,
        _ mostUpdates: Int,
        _ clock: any AccountingClock,
        _ logger: Logger
    ) {
        queue = RouteQueue(mostEntries: mostUpdates)
        book = NeighborBook(clock: clock, logger: logger)
        applier = Mutex(RouteApplier(writer: writer, clock: clock))
    }

    func use(_ sessions: any RouteSessions) {
        self.sessions.withLock { known in
            known.removeAll { $0.value == nil || $0.value === sessions }
            known.append(WeakSessions(value: sessions))
        }
    }

    /// Those of BGP, and those of BMP.
    private var current: [any RouteSessions] { sessions.withLock { $0.compactMap(\.value) } }

    /// Of BGP, by name.
    var messagesReceived: [String: Int] {
        current.filter { !($0 is any StationSessions) }
            .reduce(into: [:]) { $0.merge($1.messagesReceived, uniquingKeysWith: +) }
    }

    /// Each configured station, by name.
    var stations: [StationStanding] {
        current.compactMap { $0 as? any StationSessions }.flatMap(\.standings)
    }

    /// Applies what comes until the queue is closed.
    func run() {
        while let entries = queue.take(waitingAtMost: Self.idleMilliseconds) {
            carryOut(applier.withLock { $0.expire() })
            var done = 0
            while done < entries.count {
                let (end, chores) = apply(entries, from: done)
                if queue.applied(entries[done..<end]) {
                    for sessions in current { sessions.resumeReading() }
                }
                done = end
                carryOut(chores)
            }
        }
    }

    /// Applies entries from `start` on, as many as take a moment, or until one leads to a chore.
    private func apply(
        _ entries: [RouteQueue.Entry],
        from start: Int
    ) -> (end: Int, chores: [RouteApplier.Chore]) {
        applier.withLock { applier in
            var prefixes = 0
            var position = start
            let end = min(entries.count, start + Self.mostEntries)
            while position < end, prefixes < Self.mostPrefixes {
                if case .updates(let batch) = entries[position] { prefixes += batch.prefixes }
                let chores = applier.apply(entries[position])
                position += 1
                if !chores.isEmpty { return (position, chores) }
            }
            return (position, [])
        }
    }

    private func carryOut(_ chores: [RouteApplier.Chore]) {
        for chore in chores {
            switch chore {
            case .mark, .sweep, .withdraw, .removeView:
                var walk = TableWalk()
                while !walk.isDone { applier.withLock { $0.advance(chore, &walk) } }
            case .limitReached(let source, let limit):
                book.limitReached(source, limit)
                // A station cannot be told.
                for sessions in current where !source.rib.isReported {
                    sessions.limitReached(
                        by: source.name,
                        limit.family,
                        bound: limit.bound,
                        refusingFor: limit.restartSeconds
                    )
                }
            case .limitIsNear(let source, let limit): book.limitIsNear(source, limit)
            case .tableEnded(let source, let reason): book.tableEnded(source, reason: reason)
            case .noView(let source): book.noView(source)
            case .call(let body):
                carryOut(applier.withLock { $0.expire() })
                body()
            }
        }
    }

    /// Frees what no reader can still see.
    ///
    /// In parts, between which updates are applied.
    func reclaim() { while !applier.withLock({ $0.reclaim() }) {} }

    /// Prefixes of each owner.
    func prefixes() -> [RouteOwner: PrefixCounts] { applier.withLock { $0.prefixes() } }
}
