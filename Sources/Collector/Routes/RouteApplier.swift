// SPDX-License-Identifier: Apache-2.0

import Model
import RouteReception
import Routing
import Settings

/// The routing table's writer, and what it has to know of the sessions.
///
/// Each call takes some milliseconds at most; what takes longer is a ``Chore`` for later calls.
struct RouteApplier: ~Copyable {
    /// What an entry of the queue leads to that takes time, or others.
    enum Chore {
        /// Marks the routes of an ended session stale, or those of a family that is told again.
        case mark(RouteSource, AddressFamily?)
        /// Withdraws what is still stale, of one family or of both; at that time, or now.
        case sweep(RouteSource, AddressFamily?, at: Int64?)
        /// Withdraws routes that are not to be kept for long.
        case withdraw(RouteSource, [RouteUpdate.Reachability])
        case limitReached(RouteSource, PrefixLimit)
        case limitIsNear(RouteSource, PrefixLimit)
        /// Withdraws whatever is in a view that nobody fills or asks, and removes it.
        case removeView(String)
        /// What a station has said of a table that was known: it is gone.
        case tableEnded(RouteSource, reason: String)
        /// The table has as many views as it can, and none for these routes.
        case noView(RouteSource)
        case call(@Sendable () -> Void)
    }

    /// Terms that were configured for a neighbor, or for all tables of a station.
    struct Terms {
        var staleSeconds: Int64 = 900
        var limits: Settings.Neighbor.MaxPrefixes?
    }

    /// What is known of the routes of one owner.
    struct Neighbor {
        var source: RouteSource?
        var terms = Terms()
        /// Families of the present session; of those before End-of-RIB was known, both.
        var families = AddressFamily.allCases
        /// Families of which End-of-RIB has come in the present session.
        var complete: Set<AddressFamily> = []
        var hasInitialRoutes = false
        /// What is told again, and how the end of the initial routes is known.
        var renewal = RouteRenewal()
        /// Sources with stale routes: mostly one, more when the router id has changed.
        var staleSources: Set<RouteSource> = []
        /// When they go, by the clock that nobody sets, in nanoseconds.
        var staleUntil: Int64?
        /// When the first of them became stale, by the same clock.
        var staleSince: Int64 = 0
        /// Families whose bound is near, which has been said.
        var warned: Set<AddressFamily> = []
        /// What comes until the session ends is left out: it has announced too much.
        var isOverLimit = false
        /// The same, for there is no view for it; said once.
        var isWithoutView = false
        /// The view its routes fill; nil before the first.
        var view: ViewID?
        /// Whether its session is over.
        var isLost = false
        /// Its prefixes as they are part of ``stationCounts``.
        var counted = PrefixCounts()
    }

    var writer: RoutingTableWriter
    var neighbors: [RouteOwner: Neighbor] = [:]
    var terms: [RouteOwner.Configured: Terms] = [:]
    var usedViews = UsedViews()
    /// Prefixes of all tables of a station, by name: as many as there are, or more.
    var stationCounts: [String: PrefixCounts] = [:]
    let clock: any AccountingClock

    init(writer: consuming RoutingTableWriter, clock: any AccountingClock) {
        self.writer = writer
        self.clock = clock
    }

    /// Takes the terms of neighbors and stations; one that is gone keeps its terms for its stale
    /// routes.
    mutating func configure(
        _ list: [Settings.Neighbor],
        _ stations: [Settings.Station] = []
    ) {
        usedViews.neighbors = Set(list.map(\.name))
        for neighbor in list {
            terms[.neighbor(neighbor.name)] = Terms(
                staleSeconds: neighbor.staleSeconds,
                limits: neighbor.maxPrefixes
            )
            let owner = RouteOwner(neighbor: neighbor.name)
            neighbors[owner] = neighbors[owner] ?? Neighbor()
        }
        for station in stations {
            terms[.station(station.name)] = Terms(
                staleSeconds: station.staleSeconds,
                limits: station.maxPrefixes
            )
        }
        for owner in neighbors.keys {
            if let terms = terms[owner.configured] { neighbors[owner]?.terms = terms }
        }
        forgetUnconfigured()
    }

    /// What is known of an owner; the terms of its configuration when that is nothing.
    func known(_ owner: RouteOwner) -> Neighbor {
        neighbors[owner] ?? Neighbor(terms: terms[owner.configured] ?? Terms())
    }

    /// Applies one entry.
    ///
    /// - Returns: What is to be done before the next entry, in order.
    mutating func apply(_ entry: RouteQueue.Entry) -> [Chore] {
        switch entry {
        case .established(let source, let session):
            begin(source, session)
            return []
        case .updates(let batch): return apply(batch)
        case .ended(let source): return end(source)
        case .reset(let source): return end(source) + forget(source)
        case .gone(let source, let time, let reason): return withdraw(source, at: time, reason)
        case .mark(let body): return [.call(body)]
        }
    }

    private mutating func begin(_ source: RouteSource, _ session: EstablishedSession) {
        let owner = RouteOwner(of: source)
        var neighbor = known(owner)
        neighbor.source = source
        neighbor.families = session.families
        neighbor.complete = []
        neighbor.warned = []
        neighbor.isOverLimit = false
        neighbor.isWithoutView = false
        neighbor.isLost = false
        neighbor.renewal.begin(session)
        // Of no family there is nothing to wait for.
        if session.families.isEmpty { neighbor.hasInitialRoutes = true }
        // From now on they are being told again, which takes its time.
        if neighbor.staleUntil != nil { Self.keepStale(&neighbor) }
        neighbors[owner] = neighbor
    }

    /// Lets stale routes stand from now on for their time, but over sessions that end before they
    /// have told everything for no more than twice that, however many there are.
    ///
    /// RFC 4724, section 4.2 withdraws at the second of two restarts what the session between them
    /// had not told again. That is most of a table when it was short, and moves the octets of a
    /// flap to nobody; so the time decides.
    static func keepStale(_ neighbor: inout Neighbor) {
        let now = BootClock.nanoseconds()
        let time = neighbor.terms.staleSeconds * 1_000_000_000
        if neighbor.staleUntil == nil { neighbor.staleSince = now }
        neighbor.staleUntil = min(now + time, neighbor.staleSince + 2 * time)
    }

    /// All initial routes of a family have come: what is stale of it is not told any more.
    func complete(_ family: AddressFamily, _ neighbor: inout Neighbor) -> [Chore] {
        neighbor.complete.insert(family)
        let isAll = neighbor.complete.isSuperset(of: neighbor.families)
        if isAll { neighbor.hasInitialRoutes = true }
        guard neighbor.staleUntil != nil else { return [] }
        let sources = neighbor.staleSources
        guard isAll, neighbor.renewal.families.isEmpty else {
            return sources.map { .sweep($0, family, at: nil) }
        }
        // What the session does not exchange will not be told either.
        neighbor.staleUntil = nil
        neighbor.staleSources = []
        return sources.map { .sweep($0, nil, at: nil) }
    }

    private mutating func end(_ source: RouteSource) -> [Chore] {
        let owner = RouteOwner(of: source)
        var neighbor = known(owner)
        neighbor.source = neighbor.source ?? source
        neighbor.complete = []
        neighbor.isOverLimit = false
        neighbor.isLost = true
        neighbor.staleSources.insert(source)
        Self.keepStale(&neighbor)
        neighbor.renewal.end()
        neighbors[owner] = neighbor
        return [.mark(source, nil)]
    }

    /// The routes of a source are gone at that time, and those of its owner that were stale.
    ///
    /// Of an owner that is not known there are none.
    private mutating func withdraw(
        _ source: RouteSource,
        at time: Int64,
        _ reason: String
    ) -> [Chore] {
        let owner = RouteOwner(of: source)
        guard let neighbor = neighbors[owner] else { return [] }
        forget(owner)
        let time = clock.time(ofArrival: time)
        let told = neighbor.source ?? source
        let all = neighbor.staleSources.union([told, source])
        let sweeps = all.map { Chore.sweep($0, nil, at: time) }
        return [.tableEnded(told, reason: reason), .mark(told, nil)] + sweeps
    }

    /// Does the next part of a chore that walks through the table.
    mutating func advance(_ chore: Chore, _ walk: inout TableWalk) {
        switch chore {
        case .mark(let source, let family):
            writer.markStale(source, in: view(of: source), family: family, &walk)
        case .sweep(let source, let family, let time):
            let view = view(of: source)
            let time = time ?? clock.now()
            writer.sweepStale(source, in: view, family: family, at: time, &walk)
        case .withdraw(let source, let routes): withdraw(routes, of: source, &walk)
        case .removeView(let name): removeView(name, &walk)
        case .limitReached, .limitIsNear, .tableEnded, .noView, .call: walk.end()
        }
    }

    /// Sweeps of the stale routes whose time is over.
    mutating func expire(at now: Int64 = BootClock.nanoseconds()) -> [Chore] {
        // Mostly there are none, and then nothing is written.
        let due = neighbors.compactMap { $0.value.isDue(at: now) ? $0.key : nil }
        var chores: [Chore] = []
        for owner in due {
            chores += renewalChores(of: owner, at: now)
            guard let neighbor = neighbors[owner], neighbor.isExpired(at: now) else { continue }
            chores += neighbor.staleSources.map { .sweep($0, nil, at: nil) }
            neighbors[owner]?.staleUntil = nil
            neighbors[owner]?.staleSources = []
            if neighbor.isLost, isTemporary(owner) { forget(owner) }
        }
        return chores + viewsToRemove()
    }

    /// Routes and prefixes that are freed at a time: about a millisecond's work.
    private static let reclaimedAtATime = 2_048

    /// Frees a part of what no reader can still see; returns whether that was all.
    mutating func reclaim() -> Bool {
        writer.reclaim(at: clock.now(), atMost: Self.reclaimedAtATime)
    }

    /// Prefixes of each owner, those of its stale routes among them.
    mutating func prefixes() -> [RouteOwner: PrefixCounts] {
        var counts: [RouteOwner: PrefixCounts] = [:]
        for (owner, neighbor) in neighbors {
            guard let source = neighbor.source else { continue }
            counts[owner] = writer.prefixCounts(of: source, in: view(of: source))
        }
        return counts
    }
}
