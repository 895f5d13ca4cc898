// SPDX-License-Identifier: Apache-2.0

import Logging
import Model
import RouteReception
import Settings
import Synchronization

/// What has become of the sessions of all neighbors, for operators and for the store.
///
/// It is written when things happen, while routes wait for their turn.
final class NeighborBook: Sendable {
    struct Entry {
        var neighbor: Settings.Neighbor
        var state: SessionState?
        var session: EstablishedSession?
        var establishedCount = 0
        var refused = 0
        /// The failure that was last told; empty for none, or none since a session.
        var toldError = ""
        /// Whether the end of its session has just been told.
        var isEndTold = false

        /// Why its last session, or attempt at one, ended; or why there may have been none.
        var lastError: String {
            let isWaiting = state?.state == "active" && establishedCount == 0 && refused == 0
            guard isWaiting, neighbor.md5 != nil, state?.lastError.isEmpty ?? true else {
                return state?.lastError ?? ""
            }
            // The kernel drops what is signed with another key, and tells nobody.
            return "no connection since the start; with md5 a wrong secret looks like this"
        }
    }

    private struct State {
        var entries: [String: Entry] = [:]
        var events: [OperationalEvent] = []
        var limitsReached: UInt64 = 0
    }

    private let state = Mutex(State())
    private let clock: any AccountingClock
    let logger: Logger

    /// Events beyond this number are not kept for a store that does not take them.
    private static let mostEvents = 10_000

    init(clock: any AccountingClock, logger: Logger) {
        self.clock = clock
        self.logger = logger
    }

    /// Takes the list of neighbors in place of all before.
    func configure(_ neighbors: [Settings.Neighbor]) {
        state.withLock { state in
            var entries: [String: Entry] = [:]
            for neighbor in neighbors {
                var entry = state.entries[neighbor.name] ?? Entry(neighbor: neighbor)
                entry.neighbor = neighbor
                entries[neighbor.name] = entry
            }
            state.entries = entries
        }
    }

    /// How often neighbors have announced more than they may, since the collector started.
    var limitsReached: UInt64 { state.withLock { $0.limitsReached } }

    var entries: [Entry] { state.withLock { Array($0.entries.values) } }

    func takeEvents() -> [OperationalEvent] {
        state.withLock { state in
            defer { state.events = [] }
            return state.events
        }
    }

    func changed(_ source: RouteSource, _ session: SessionState) {
        let reason = session.lastError
        var (isFailure, isNew) = (false, false)
        update(source) { entry in
            var session = session
            if session.lastError.isEmpty, let before = entry.state {
                session.lastError = before.lastError
            }
            entry.state = session
            guard !reason.isEmpty else { return }
            isFailure = !entry.isEndTold
            isNew = isFailure && reason != entry.toldError
            entry.isEndTold = false
            entry.toldError = reason
        }
        // A router that tries again and again would fill the store with one and the same.
        if isNew { note(.sessionEnded, source.name, "before it was established: \(reason)") }
        guard isFailure else { return }
        logger.warning("session failed", metadata: Self.metadata(source, ["reason": reason]))
    }

    func established(_ source: RouteSource, _ session: EstablishedSession) {
        let families = session.families.map { "\($0)" }.joined(separator: " ")
        let detail = "\(families), hold time \(session.holdSeconds) s"
        update(source) { entry in
            entry.session = session
            entry.establishedCount += 1
            (entry.toldError, entry.isEndTold) = ("", false)
        }
        note(.sessionEstablished, source.name, detail)
        logger.info(
            "session established",
            metadata: Self.metadata(
                source,
                ["families": families, "hold": "\(session.holdSeconds)"]
            )
        )
    }

    func ended(_ source: RouteSource, reason: String) {
        update(source) { entry in
            entry.session = nil
            entry.state?.lastError = reason
            (entry.toldError, entry.isEndTold) = (reason, true)
        }
        note(.sessionEnded, source.name, reason)
        logger.warning("session ended", metadata: Self.metadata(source, ["reason": reason]))
    }

    func refused(_ connection: RefusedConnection) {
        if let name = connection.neighbor {
            state.withLock { $0.entries[name]?.refused += 1 }
        }
        let address = connection.address.map { "\($0)" } ?? "unknown"
        logger.notice(
            "connection refused",
            metadata: [
                "address": "\(address)", "neighbor": "\(connection.neighbor ?? "")",
                "reason": "\(connection.reason)",
            ]
        )
    }

    /// A neighbor has announced more than it may, or a station reported.
    func limitReached(_ source: RouteSource, _ limit: PrefixLimit) {
        let words = source.rib.isReported ? Self.words(source) : [:]
        let table = source.rib.isReported ? "BMP peer \(source.address) \(source.rib): " : ""
        state.withLock { $0.limitsReached.addSaturating(1) }
        note(.limitReached, source.name, table + limit.detail)
        let metadata = Self.metadata(source, words.merging(["detail": limit.detail]) { $1 })
        logger.error("too many prefixes", metadata: metadata)
    }

    /// The neighbor's routes are left out: the table has no room for one more view.
    func noView(_ source: RouteSource) {
        let detail = "the routing table has no room for one more view until the next start"
        note(.limitReached, source.name, detail)
        logger.error("routes left out", metadata: Self.metadata(source, ["detail": detail]))
    }

    func limitIsNear(_ source: RouteSource, _ limit: PrefixLimit) {
        logger.warning(
            "many prefixes",
            metadata: Self.metadata(
                source,
                ["detail": "\(limit.count) \(limit.family) prefixes of at most \(limit.bound)"]
            )
        )
    }

    private func update(_ source: RouteSource, _ change: (inout Entry) -> Void) {
        state.withLock { state in
            var entry =
                state.entries[source.name]
                ?? Entry(
                    neighbor: .init(name: source.name, address: source.address, asn: source.asn)
                )
            change(&entry)
            state.entries[source.name] = entry
        }
    }

    func note(_ kind: OperationalEvent.Kind, _ object: String, _ detail: String) {
        let time = clock.now() / 1_000_000_000
        let event = OperationalEvent(time: time, kind: kind, object: object, detail: detail)
        state.withLock { state in
            if state.events.count < Self.mostEvents { state.events.append(event) }
        }
    }

    static func metadata(
        _ source: RouteSource,
        _ more: [String: String]
    ) -> Logger.Metadata {
        var metadata: Logger.Metadata = more.mapValues { "\($0)" }
        metadata["neighbor"] = "\(source.name)"
        metadata["address"] = "\(source.address)"
        metadata["asn"] = "\(source.asn)"
        return metadata
    }
}
