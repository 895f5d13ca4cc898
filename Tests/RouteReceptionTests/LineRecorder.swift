// SPDX-License-Identifier: Apache-2.0

import Model
import RouteReception
import Synchronization

/// What sessions and stations say, one line an event, to be awaited.
final class LineRecorder: RouteEvents, StationEvents {
    private let events: AsyncStream<String>
    private let continuation: AsyncStream<String>.Continuation
    private let isFull = Atomic(false)

    init() { (events, continuation) = AsyncStream.makeStream() }

    func next() async -> String? { await events.first { _ in true } }

    /// Takes no more updates, until ``drain(_:)``.
    func fill() { isFull.store(true, ordering: .relaxed) }

    func drain(_ sessions: any RouteSessions) {
        isFull.store(false, ordering: .relaxed)
        sessions.resumeReading()
    }

    var hasRoom: Bool { !isFull.load(ordering: .relaxed) }

    func begin(_ sessions: any RouteSessions) {}

    func received(_ update: RouteUpdate, from source: RouteSource) {
        let announced = update.announced.map { "+\($0.prefix)" }
        let withdrawn = update.withdrawn.map { "-\($0.prefix)" }
        let ends = update.endOfRIB.map { "end of \($0)" }
        let refreshes = update.refreshes.map { "\($0)" }
        let all = (announced + withdrawn + ends + refreshes).joined(separator: " ")
        continuation.yield("\(Self.word(source)) \(all)")
    }
    func connectionRefused(_ connection: RefusedConnection) {
        let who = connection.neighbor ?? connection.address.map { "\($0)" } ?? "someone"
        continuation.yield("refused \(who): \(connection.reason)")
    }

    func sessionChanged(_ source: RouteSource, _ state: SessionState) {
        let end = state.lastError.isEmpty ? "" : ": \(state.lastError)"
        continuation.yield("\(source.name) \(state.state)\(end)")
    }
    func sessionEstablished(_ source: RouteSource, _ session: EstablishedSession) {
        let families = session.families.map { "\($0)" }.joined(separator: " ")
        continuation.yield("\(source.name) agreed on \(families), hold \(session.holdSeconds)")
    }
    func sessionEnded(_ source: RouteSource, reason: String) {
        continuation.yield("\(source.name) ended: \(reason)")
    }
    func sessionReset(_ source: RouteSource, reason: String) {
        continuation.yield("\(source.name) reset: \(reason)")
    }

    func stationChanged(_ standing: StationStanding) {
        let end = standing.lastError.isEmpty ? "" : ": \(standing.lastError)"
        continuation.yield("\(standing.name) \(standing.state)\(end)")
    }
    func tableBegan(_ source: RouteSource, _ families: [AddressFamily]) {
        let words = families.map { "\($0)" }.joined(separator: " ")
        continuation.yield("\(Self.word(source)) began \(words)")
    }
    func tableEnded(_ source: RouteSource, at time: Int64, reason: String) {
        continuation.yield("\(Self.word(source)) gone")
    }
    func tableLost(_ source: RouteSource, reason: String) {
        continuation.yield("\(Self.word(source)) lost")
    }

    private static func word(_ source: RouteSource) -> String {
        source.rib == .session ? source.name : "\(source.name) \(source.rib)"
    }
}
