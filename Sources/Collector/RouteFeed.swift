// SPDX-License-Identifier: Apache-2.0

import Foundation
package import Model
import RouteReception
package import Routing
import Synchronization

/// Where all routes come together: the one writer of the routing table.
///
/// Sessions call from their own threads; a lock makes them one. A session that drops leaves its
/// routes standing, marked stale, until it comes back or `staleSeconds` are over (DESIGN 3.7).
package final class RouteFeed: RouteEvents {
    private struct State: ~Copyable {
        var writer: RoutingTableWriter
        var sessions: [String: SessionState] = [:]
        var sources: [String: RouteSource] = [:]
        /// Families of which each neighbor has sent End-of-RIB in its present session.
        var complete: [String: Set<AddressFamily>] = [:]
        /// When the stale routes of a neighbor go, in nanoseconds since 1970-01-01 00:00 UTC.
        var staleUntil: [RouteSource: Int64] = [:]
    }

    package let table: RoutingTable
    private let state: Mutex<State>
    private let staleSeconds: [String: Int64]
    private let clock: any AccountingClock

    /// - Parameters:
    ///   - table: Empty; this becomes its writer.
    ///   - staleSeconds: For each neighbor by name, how long its routes outlive its session.
    ///   - clock: Accounting time, by which a record finds the route of its own time.
    package init(
        table: RoutingTable,
        staleSeconds: [String: Int64] = [:],
        clock: any AccountingClock
    ) {
        self.table = table
        self.staleSeconds = staleSeconds
        self.clock = clock
        state = Mutex(State(writer: table.makeWriter()))
    }

    /// The view of that name, made if need be.
    package func view(named name: String) -> ViewID {
        state.withLock { $0.writer.view(named: name) }
    }

    package func load(_ update: RouteUpdate, from source: RouteSource, to view: ViewID) {
        state.withLock { $0.writer.apply(update, from: source, to: view) }
    }

    package func sessionChanged(_ source: RouteSource, _ session: SessionState) {
        state.withLock { state in
            let before = state.sessions[source.name]
            var session = session
            if session.lastError.isEmpty, let before { session.lastError = before.lastError }
            state.sessions[source.name] = session
            state.sources[source.name] = source
        }
    }

    package func received(_ update: RouteUpdate, from source: RouteSource) {
        state.withLock { state in
            let view = state.writer.view(named: source.name)
            var update = update
            update.time = clock.time(ofArrival: update.time)
            state.writer.apply(update, from: source, to: view)
            guard !update.endOfRIB.isEmpty else { return }
            state.complete[source.name, default: []].formUnion(update.endOfRIB)
            // Until all families are complete, what is stale may be about to be told again.
            let isComplete = state.complete[source.name]?.count == AddressFamily.allCases.count
            if isComplete, state.staleUntil[source] != nil {
                state.staleUntil[source] = nil
                state.writer.sweepStale(source, in: view, at: clock.now())
            }
        }
    }

    package func sessionEnded(_ source: RouteSource, reason: String) {
        let now = WallClock.nanoseconds()
        let kept = staleSeconds[source.name] ?? 900
        state.withLock { state in
            let view = state.writer.view(named: source.name)
            state.writer.markStale(source, in: view)
            state.complete[source.name] = nil
            state.staleUntil[source] = now + kept * 1_000_000_000
            state.sessions[source.name]?.lastError = reason
        }
    }

    /// Keeps what was loaded of `source` to the view of its name as if its session had just ended.
    package func keepAsStale(_ source: RouteSource) {
        sessionEnded(source, reason: "routes loaded from a snapshot")
    }

    /// Drops what has been stale for too long and frees what no reader can still see.
    package func tidy() {
        let now = WallClock.nanoseconds()
        state.withLock { state in
            for (source, until) in state.staleUntil where until <= now {
                state.staleUntil[source] = nil
                let view = state.writer.view(named: source.name)
                state.writer.sweepStale(source, in: view, at: clock.now())
            }
            state.writer.reclaim(at: clock.now())
        }
    }

    /// Each session with the prefixes it offers now, by name.
    package func sessions() -> [SessionState] {
        state.withLock { state in
            var sessions: [SessionState] = []
            for name in state.sessions.keys.sorted() {
                guard var session = state.sessions[name], let source = state.sources[name] else {
                    continue
                }
                let view = state.writer.view(named: name)
                let prefixes = state.writer.prefixCounts(of: source, in: view)
                session.ipv4Prefixes = prefixes.ipv4
                session.ipv6Prefixes = prefixes.ipv6
                sessions.append(session)
            }
            return sessions
        }
    }

    /// Neighbors that have told, in their present session, that all their routes are sent.
    package var neighborsWithAllRoutes: Set<String> {
        state.withLock { Set($0.complete.keys) }
    }

    /// What the table holds.
    package func summary() -> RoutingSummary { state.withLock { $0.writer.summary() } }
}
