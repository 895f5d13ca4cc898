// SPDX-License-Identifier: Apache-2.0

import Model
import RouteDecoding
import RouteReception
import Synchronization
import Testing

/// A speaker on loopback, and what it says.
enum SpeakerWorld {
    static let loopback = IPAddress.v4(0x7f00_0001)
    static let ours = ASN(rawValue: 64500)
    static let asn = ASN(rawValue: 64501)
    static let er1 = BGPNeighbor(name: "er1", address: loopback, asn: asn)

    /// Runs a speaker with one neighbor, and `body` with its port.
    static func run(
        neighbor: BGPNeighbor = er1,
        on address: IPAddress = loopback,
        handshakeSeconds: Int64 = 30,
        _ body: (BGPSpeaker, UInt16, SpeakerRecorder) async throws -> Void
    ) async throws {
        let recorder = SpeakerRecorder()
        let speaker = BGPSpeaker(
            BGPSession.Local(asn: ours, routerID: 1),
            neighbors: [neighbor],
            handshakeSeconds: handshakeSeconds,
            events: recorder
        )
        let port = try await speaker.start(on: address, port: 0)
        #expect(await recorder.next() == "er1 active")
        do {
            try await body(speaker, port, recorder)
        } catch {
            await speaker.stop()
            throw error
        }
        await speaker.stop()
    }
}

/// What the speaker says, one line an event, to be awaited.
final class SpeakerRecorder: RouteEvents {
    private let events: AsyncStream<String>
    private let continuation: AsyncStream<String>.Continuation
    private let isFull = Atomic(false)

    init() { (events, continuation) = AsyncStream.makeStream() }

    func next() async -> String? { await events.first { _ in true } }

    /// Takes no more updates, until ``drain(_:)``.
    func fill() { isFull.store(true, ordering: .relaxed) }

    func drain(_ speaker: BGPSpeaker) {
        isFull.store(false, ordering: .relaxed)
        speaker.resumeReading()
    }

    var hasRoom: Bool { !isFull.load(ordering: .relaxed) }

    func sessionChanged(_ source: RouteSource, _ state: SessionState) {
        let end = state.lastError.isEmpty ? "" : ": \(state.lastError)"
        continuation.yield("\(source.name) \(state.state)\(end)")
    }
    func sessionEstablished(_ source: RouteSource, _ session: EstablishedSession) {
        let families = session.families.map { "\($0)" }.joined(separator: " ")
        continuation.yield("\(source.name) agreed on \(families), hold \(session.holdSeconds)")
    }
    func received(_ update: RouteUpdate, from source: RouteSource) {
        let announced = update.announced.map { "+\($0.prefix)" }
        let withdrawn = update.withdrawn.map { "-\($0.prefix)" }
        let ends = update.endOfRIB.map { "end of \($0)" }
        let refreshes = update.refreshes.map { "\($0)" }
        let all = (announced + withdrawn + ends + refreshes).joined(separator: " ")
        continuation.yield("\(source.name) \(all)")
    }
    func sessionEnded(_ source: RouteSource, reason: String) {
        continuation.yield("\(source.name) ended: \(reason)")
    }
    func sessionReset(_ source: RouteSource, reason: String) {
        continuation.yield("\(source.name) reset: \(reason)")
    }
    func connectionRefused(_ connection: RefusedConnection) {
        let who = connection.neighbor ?? connection.address.map { "\($0)" } ?? "someone"
        continuation.yield("refused \(who): \(connection.reason)")
    }

    /// Brings a session up, as a router does.
    func establish(_ connection: inout BGPConnection, holdTime: UInt16 = 90) async throws {
        let open = BGPOpen(asn: SpeakerWorld.asn, holdTime: holdTime, routerID: 2)
        try await connection.send(open.message)
        var ours = BGPOpen(asn: SpeakerWorld.ours, holdTime: 90, routerID: 1)
        ours.hasEnhancedRouteRefresh = true
        ours.hasExtendedMessages = true
        ours.hasIPv6NextHops = true
        #expect(try await connection.receive() == .open(ours), "what we offer")
        #expect(try await connection.receive() == .keepalive)
        try await connection.send(BGPMessageHeader.keepalive)
        #expect(await next() == "er1 opensent")
        try await confirm(&connection, holdTime: holdTime)
    }

    /// What follows when both OPENs are known.
    func confirm(_ connection: inout BGPConnection, holdTime: UInt16) async throws {
        #expect(await next() == "er1 openconfirm")
        #expect(await next() == "er1 established")
        #expect(await next() == "er1 agreed on ipv4 ipv6, hold \(min(90, holdTime))")
        var end = RouteUpdate(time: 0)
        end.endOfRIB = [.ipv4, .ipv6]
        for message in BGPUpdateEncoder.messages(for: end) {
            var received = try await connection.receive()
            // On a busy machine it is time for one before.
            while received == .keepalive { received = try await connection.receive() }
            #expect(received == .other(message), "we have no routes")
        }
    }
}
