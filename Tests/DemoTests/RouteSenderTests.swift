// SPDX-License-Identifier: Apache-2.0

import Demo
import Model
import RouteReception
import Testing

@Suite("RouteSender")
struct RouteSenderTests {
    /// What the collector's side is told, one line an event, to be awaited.
    struct Recorder: RouteEvents {
        private let events: AsyncStream<String>
        private let continuation: AsyncStream<String>.Continuation

        init() { (events, continuation) = AsyncStream.makeStream() }

        func next() async -> String? { await events.first { _ in true } }

        func sessionChanged(_ source: RouteSource, _ state: SessionState) {
            continuation.yield(state.state)
        }
        func received(_ update: RouteUpdate, from source: RouteSource) {
            let routes = update.announced.map { "+\($0.prefix)" }
            let ends = update.endOfRIB.map { "end of \($0)" }
            continuation.yield((routes + ends).joined(separator: " "))
        }
        func sessionEnded(_ source: RouteSource, reason: String) { continuation.yield("ended") }
    }

    private static let loopback = IPAddress.v4(0x7f00_0001)

    @Test("plays routes to a speaker, keeps the session, and closes it when cancelled")
    func play() async throws {
        let recorder = Recorder()
        let asn = ASN(rawValue: 64501)
        let speaker = BGPSpeaker(
            localASN: ASN(rawValue: 64500),
            routerID: 1,
            neighbors: [BGPNeighbor(name: "er1", address: Self.loopback, asn: asn)],
            events: recorder
        )
        let port = try await speaker.start(on: Self.loopback, port: 0)
        var table = RouteUpdate(time: 0)
        table.attributes.asPath = ASPath(sequence: [asn])
        table.attributes.nextHop = IPAddress("2001:db8::1")
        table.announced = ["2001:db8:1::/48"].compactMap { IPPrefix($0) }.map { .init($0) }
        var end = RouteUpdate(time: 0)
        end.endOfRIB = [.ipv6]
        let updates = [table, end]
        let player = Task {
            let sender = RouteSender(asn: asn, routerID: 2)
            try await sender.play(updates, to: Self.loopback, port: port)
        }
        for expected in ["active", "opensent", "openconfirm", "established"] {
            #expect(await recorder.next() == expected)
        }
        #expect(await recorder.next() == "+2001:db8:1::/48")
        #expect(await recorder.next() == "end of ipv6")
        player.cancel()
        #expect(await recorder.next() == "ended")
        await #expect(throws: CancellationError.self) { try await player.value }
        await speaker.stop()
    }

    @Test("a collector that does not know us says why")
    func refused() async throws {
        let recorder = Recorder()
        let other = BGPNeighbor(name: "er1", address: Self.loopback, asn: ASN(rawValue: 64999))
        let speaker = BGPSpeaker(
            localASN: ASN(rawValue: 64500),
            routerID: 1,
            neighbors: [other],
            events: recorder
        )
        let port = try await speaker.start(on: Self.loopback, port: 0)
        let sender = RouteSender(asn: ASN(rawValue: 64501), routerID: 2)
        let error = await #expect(throws: RouteSender.Refusal.self) {
            try await sender.play([], to: Self.loopback, port: port)
        }
        #expect(error?.description == "the collector said OPEN Message Error/Bad Peer AS")
        await speaker.stop()
    }
}
