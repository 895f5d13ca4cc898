// SPDX-License-Identifier: Apache-2.0

import Dispatch
import Foundation
package import Logging
package import Model
package import RouteReception
package import Routing
package import Settings
import Synchronization

/// Where all routes come together: the one writer of the routing table.
///
/// # How it works
///
///     event loop: decode -> queue (bounded) -> one thread: apply -> routing table
///
/// Sessions only put what they are told into the queue; a thread of the feed applies it, a batch at
/// a time, and lets others ask between two batches. What takes long, marking a full table stale or
/// sweeping it, is done in parts. So nobody waits for more than some milliseconds, and a neighbor's
/// KEEPALIVEs never do. When the queue is full, the sessions stop reading until it is half empty.
///
/// A session that drops leaves its routes standing, marked stale, until it has told all of them
/// again or `staleSeconds` are over (DESIGN 3.7).
package final class RouteFeed: RouteEvents {
    package let table: RoutingTable
    let core: RouteFeedCore
    private let isRunning = Atomic(false)

    /// - Parameters:
    ///   - table: Empty; this becomes its writer.
    ///   - neighbors: How long the routes of each outlive its session, and how many it may have.
    ///   - stations: The same of each table that they report.
    ///   - mostUpdates: How many updates may wait to be applied.
    ///   - clock: Accounting time, by which a record finds the route of its own time.
    ///   - logger: Receives what an operator should know.
    package init(
        table: RoutingTable,
        neighbors: [Settings.Neighbor] = [],
        stations: [Settings.Station] = [],
        mostUpdates: Int = 65_536,
        clock: any AccountingClock,
        logger: Logger = Logger(label: "routes") { _ in SwiftLogNoOpLogHandler() }
    ) {
        self.table = table
        core = RouteFeedCore(table.makeWriter(), mostUpdates, clock, logger)
        update(neighbors: neighbors, stations: stations)
    }

    deinit { core.queue.close() }

    /// Takes other lists of neighbors and stations, after the sessions were told.
    ///
    /// The routes of one that is gone stand for their time, as after a drop.
    package func update(neighbors: [Settings.Neighbor], stations: [Settings.Station] = []) {
        core.book.configure(neighbors)
        core.applier.withLock { $0.configure(neighbors, stations) }
    }

    /// The view of that name, made if need be.
    package func view(named name: String) -> ViewID {
        core.applier.withLock { $0.writer.view(named: name) }
    }

    /// Takes the names of the views that are to stay when nobody fills them; one that was named
    /// before and is not any more goes when nobody does.
    ///
    /// To be called before ``view(named:)`` of a new one.
    package func keep(views names: Set<String>) {
        core.applier.withLock { $0.usedViews.kept = names }
    }

    /// Whether views of all these names are there, or can be made.
    package func canMake(views names: Set<String>) -> Bool {
        core.applier.withLock { $0.writer.canMake(views: names) }
    }

    /// Applies an update at once, past the queue.
    package func load(_ update: RouteUpdate, from source: RouteSource, to view: ViewID) {
        core.applier.withLock { $0.writer.apply(update, from: source, to: view) }
    }

    /// Lets `body` change the table at once, past the queue, while everybody else waits.
    package func load<Result: Sendable>(
        _ body: (inout RoutingTableWriter) -> Result
    ) -> Result {
        core.applier.withLock { body(&$0.writer) }
    }

    /// Keeps what was loaded of `source` to the view of its name as if its session had just ended.
    package func keepAsStale(_ source: RouteSource) { put(.ended(source)) }

    /// Frees what no reader can still see.
    package func tidy() { core.reclaim() }

    /// Returns when all that has come is applied, and what has been stale for too long is gone.
    package func settle() async {
        await withCheckedContinuation { continuation in
            put(.mark { continuation.resume() })
        }
    }

    func put(_ entry: RouteQueue.Entry) {
        if !isRunning.load(ordering: .relaxed), !isRunning.exchange(true, ordering: .relaxed) {
            let thread = Thread { [core] in core.run() }
            thread.name = "routes"
            thread.start()
        }
        core.queue.put(entry)
    }
}

/// What sessions tell.
extension RouteFeed {
    package var hasRoom: Bool { core.queue.hasRoom }

    package func begin(_ sessions: any RouteSessions) { core.use(sessions) }

    package func sessionChanged(_ source: RouteSource, _ state: SessionState) {
        core.book.changed(source, state)
    }

    package func sessionEstablished(_ source: RouteSource, _ session: EstablishedSession) {
        core.book.established(source, session)
        put(.established(source, session))
    }

    package func received(_ update: RouteUpdate, from source: RouteSource) {
        put(.updates(RouteBatch([update], from: source)))
    }

    package func received(_ updates: [RouteUpdate], from source: RouteSource) {
        RouteBatch.batches(of: updates, from: source) { put(.updates($0)) }
    }

    package func sessionEnded(_ source: RouteSource, reason: String) {
        core.book.ended(source, reason: reason)
        put(.ended(source))
    }

    package func sessionReset(_ source: RouteSource, reason: String) {
        core.book.ended(source, reason: reason)
        put(.reset(source))
    }

    package func connectionRefused(_ connection: RefusedConnection) {
        core.book.refused(connection)
    }
}

/// What others ask.
extension RouteFeed {
    /// What happened to sessions since the last call, for the store.
    package func takeEvents() -> [OperationalEvent] { core.book.takeEvents() }

    /// Neighbors of which a session has brought all initial routes since the collector started.
    package var neighborsWithAllRoutes: Set<String> {
        core.applier.withLock { applier in
            Set(
                applier.neighbors.filter { !$0.key.isReported && $0.value.hasInitialRoutes }
                    .map(\.key.name)
            )
        }
    }

    /// What the table holds.
    package func summary() -> RoutingSummary { core.applier.withLock { $0.writer.summary() } }

    /// How the queue between the sessions and the table is doing.
    package var queueStatistics: RouteQueueStatistics { core.queue.statistics() }

    /// How often neighbors have announced more than they may, since the collector started.
    package var prefixLimitsReached: UInt64 { core.book.limitsReached }

    /// Each session with the prefixes it offers now, by name.
    package func sessions() -> [SessionState] {
        let prefixes = core.prefixes()
        return core.book.entries.compactMap { entry in
            guard var session = entry.state else { return nil }
            let counts = prefixes[RouteOwner(neighbor: entry.neighbor.name)] ?? PrefixCounts()
            session.ipv4Prefixes = counts.ipv4
            session.ipv6Prefixes = counts.ipv6
            session.lastError = entry.lastError
            return session
        }.sorted { $0.neighbor < $1.neighbor }
    }

    /// Each configured neighbor, by name.
    package func standings() -> [NeighborStanding] {
        let messages = core.messagesReceived
        let prefixes = core.prefixes()
        let routes = core.applier.withLock { $0.neighbors }
        let now = BootClock.nanoseconds()
        return core.book.entries.map { entry in
            let neighbor = entry.neighbor
            var standing = NeighborStanding(entry)
            standing.messagesReceived = messages[neighbor.name] ?? 0
            let owner = RouteOwner(neighbor: neighbor.name)
            let counts = prefixes[owner] ?? PrefixCounts()
            standing.ipv4Prefixes = counts.ipv4
            standing.ipv6Prefixes = counts.ipv6
            guard let routes = routes[owner] else { return standing }
            standing.endOfRIB = AddressFamily.allCases.filter(routes.complete.contains)
            standing.hasInitialRoutes = routes.hasInitialRoutes
            standing.isStale = routes.staleUntil != nil
            standing.staleSecondsLeft = routes.staleUntil.map { max(0, $0 - now) / 1_000_000_000 }
            return standing
        }.sorted { $0.name < $1.name }
    }
}

extension NeighborStanding {
    /// What is known of the neighbor without its routes.
    fileprivate init(_ entry: NeighborBook.Entry) {
        let neighbor = entry.neighbor
        self.init(name: neighbor.name, address: neighbor.address, asn: neighbor.asn)
        if let state = entry.state {
            self.state = state.state
            since = state.since
        }
        lastError = entry.lastError
        establishedCount = entry.establishedCount
        families = entry.session?.families ?? []
        holdSeconds = entry.session?.holdSeconds ?? 0
        session = entry.session
        hasSignatures = neighbor.md5 != nil
        ttlHops = neighbor.ttlHops
        refusedConnections = entry.refused
    }
}
