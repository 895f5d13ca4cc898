// SPDX-License-Identifier: Apache-2.0

import Model
import RouteDecoding
import RouteReception
import Synchronization
import TestSupport
import Testing

@Suite("BMPListener", .serialized)
struct BMPListenerTests {
    private typealias BMP = BMPEncoder
    private static let loopback = IPAddress.v4(0x7f00_0001)
    private static let er1 = BMPStation(name: "er1", address: loopback)
    private let peer = BMP.Peer()

    private func announce(_ third: UInt8) -> [UInt8] {
        BMP.routeMonitoring(peer, BMP.announcement([24, 198, 18, third]))
    }

    /// Runs a listener with one station, and `body` with its port.
    private func run(
        stations: [BMPStation] = [er1],
        firstSeconds: Int64 = 30,
        restSeconds: Int64 = 60,
        _ body: (BMPListener, UInt16, StationRecorder) async throws -> Void
    ) async throws {
        let recorder = StationRecorder()
        let listener = BMPListener(
            stations: stations,
            firstSeconds: firstSeconds,
            restSeconds: restSeconds,
            events: recorder
        )
        let port = try await listener.start(on: Self.loopback, port: 0)
        do {
            try await body(listener, port, recorder)
        } catch {
            await listener.stop()
            throw error
        }
        await listener.stop()
    }

    @Test("a station reports, its tables come, and when it goes they are lost, not gone")
    func reports() async throws {
        try await run { listener, port, recorder in
            try await BGPConnection.open(to: Self.loopback, port: port) { connection in
                try await connection.send(BMP.initiation("er1.fra"))
                #expect(await recorder.next() == "er1 connected")
                try await connection.send(BMP.peerUp(peer) + announce(1))
                #expect(await recorder.next() == "er1 prePolicy began ipv4 ipv6")
                #expect(await recorder.next() == "er1 prePolicy +198.18.1.0/24")
                #expect(listener.standings.first?.state == "connected")
            }
            #expect(await recorder.next() == "er1 prePolicy lost")
            #expect(await recorder.next() == "er1 waiting: the router closed the connection")
            let standing = try #require(listener.standings.first)
            #expect(standing.systemName == "er1.fra")
            #expect(standing.statistics.messages == 3)
            #expect(standing.connections == 1)
            #expect(listener.messagesReceived == ["er1": 3])
        }
    }

    @Test("a message may come octet by octet, and many messages at once")
    func framing() async throws {
        try await run { _, port, recorder in
            try await BGPConnection.open(to: Self.loopback, port: port) { connection in
                let messages = BMP.initiation("er1") + BMP.peerUp(peer) + announce(1)
                for octet in messages { try await connection.send([octet]) }
                #expect(await recorder.next() == "er1 connected")
                #expect(await recorder.next() == "er1 prePolicy began ipv4 ipv6")
                #expect(await recorder.next() == "er1 prePolicy +198.18.1.0/24")
                try await connection.send((2...9).flatMap { announce($0) })
                for third in 2...9 {
                    #expect(await recorder.next() == "er1 prePolicy +198.18.\(third).0/24")
                }
            }
        }
    }

    @Test("a station that comes back from another port takes the place of its old connection")
    func reconnects() async throws {
        try await run { listener, port, recorder in
            try await BGPConnection.open(to: Self.loopback, port: port) { first in
                try await first.send(BMP.initiation("er1") + BMP.peerUp(peer) + announce(1))
                for _ in 0..<3 { _ = await recorder.next() }
                try await BGPConnection.open(to: Self.loopback, port: port) { second in
                    // Nothing has been said yet: nothing changes.
                    try await first.send(announce(2))
                    #expect(await recorder.next() == "er1 prePolicy +198.18.2.0/24")
                    try await second.send(BMP.initiation("er1"))
                    #expect(await recorder.next() == "er1 prePolicy lost")
                    let why = await recorder.next()
                    #expect(why?.hasPrefix("er1 connected") == true)
                    try await second.send(BMP.peerUp(peer) + announce(3))
                    #expect(await recorder.next() == "er1 prePolicy began ipv4 ipv6")
                    #expect(await recorder.next() == "er1 prePolicy +198.18.3.0/24")
                    let end = try await first.receive()
                    #expect(end == nil, "the old one is closed")
                    #expect(listener.standings.first?.connections == 2)
                    #expect(listener.standings.first?.state == "connected")
                }
            }
        }
    }

    @Test("who is not configured is refused, whatever it says")
    func strangers() async throws {
        let other = BMPStation(name: "er2", address: .v4(0x7f00_0063))
        try await run(stations: [other]) { _, port, recorder in
            try await BGPConnection.open(to: Self.loopback, port: port) { connection in
                #expect(await recorder.next() == "refused someone: no station has this address")
                let end = try await connection.receive()
                #expect(end == nil)
            }
        }
    }

    @Test(
        "what is no BMP of version 3 closes the connection, and says why",
        arguments: [([4, 0, 0, 0, 6, 4], "BMP version 4"), ([3, 0, 0, 0, 2, 4], "of 2 octets")]
            as [([UInt8], String)]
    )
    func otherVersions(octets: [UInt8], words: String) async throws {
        try await run { listener, port, recorder in
            try await BGPConnection.open(to: Self.loopback, port: port) { connection in
                try await connection.send(octets)
                let line = await recorder.next()
                #expect(line?.contains(words) == true)
                let end = try await connection.receive()
                #expect(end == nil)
            }
            #expect(listener.standings.first?.refused == 1)
        }
    }

    @Test("a router that ends its reports is closed, and its reason kept")
    func termination() async throws {
        try await run { _, port, recorder in
            try await BGPConnection.open(to: Self.loopback, port: port) { connection in
                try await connection.send(BMP.initiation("er1") + BMP.termination(0))
                #expect(await recorder.next() == "er1 connected")
                #expect(
                    await recorder.next()
                        == "er1 waiting: the router ended it: session administratively closed"
                )
                let end = try await connection.receive()
                #expect(end == nil)
            }
        }
    }

    @Test("a connection that says nothing is closed, and so is one in the middle of a message")
    func deadlines() async throws {
        try await run(firstSeconds: 1, restSeconds: 1) { _, port, recorder in
            try await BGPConnection.open(to: Self.loopback, port: port) { connection in
                #expect(await recorder.next() == "refused er1: no message came in time")
                let end = try await connection.receive()
                #expect(end == nil)
            }
            try await BGPConnection.open(to: Self.loopback, port: port) { connection in
                try await connection.send(BMP.initiation("er1") + [3, 0, 0])
                #expect(await recorder.next() == "er1 connected")
                #expect(
                    await recorder.next()
                        == "er1 waiting: a message was begun and not completed in time"
                )
                let end = try await connection.receive()
                #expect(end == nil)
            }
        }
    }

    @Test("without room for updates nothing is read; with room again nothing is missing")
    func backpressure() async throws {
        try await run { listener, port, recorder in
            try await BGPConnection.open(to: Self.loopback, port: port) { connection in
                try await connection.send(BMP.initiation("er1"))
                #expect(await recorder.next() == "er1 connected")
                recorder.fill()
                try await connection.send(BMP.peerUp(peer) + announce(1) + announce(2))
                // The one that was being read when there was no room any more was the Peer Up.
                try await Task.sleep(for: .milliseconds(200))
                #expect(listener.standings.first?.statistics.routeMonitoring == 0)
                recorder.drain(listener)
                #expect(await recorder.next() == "er1 prePolicy began ipv4 ipv6")
                #expect(await recorder.next() == "er1 prePolicy +198.18.1.0/24")
                #expect(await recorder.next() == "er1 prePolicy +198.18.2.0/24")
            }
        }
    }

    @Test("a station that is no longer configured, or otherwise, has to go; others stay")
    func configuration() async throws {
        try await run { listener, port, recorder in
            try await BGPConnection.open(to: Self.loopback, port: port) { connection in
                try await connection.send(BMP.initiation("er1"))
                #expect(await recorder.next() == "er1 connected")
                let other = BMPStation(name: "er2", address: .v4(0x7f00_0063))
                try await listener.update(stations: [Self.er1, other])
                #expect(listener.standings.map(\.name) == ["er1", "er2"])
                var changed = Self.er1
                changed.ribs = [.locRIB]
                try await listener.update(stations: [changed])
                #expect(await recorder.next() == "er1 waiting: the configuration has changed")
                let end = try await connection.receive()
                #expect(end == nil)
            }
        }
    }
}

/// What a listener says, one line an event, to be awaited.
final class StationRecorder: StationEvents {
    private let events: AsyncStream<String>
    private let continuation: AsyncStream<String>.Continuation
    private let isFull = Atomic(false)

    init() { (events, continuation) = AsyncStream.makeStream() }

    func next() async -> String? { await events.first { _ in true } }

    /// Takes no more updates, until ``drain(_:)``.
    func fill() { isFull.store(true, ordering: .relaxed) }

    func drain(_ listener: BMPListener) {
        isFull.store(false, ordering: .relaxed)
        listener.resumeReading()
    }

    var hasRoom: Bool { !isFull.load(ordering: .relaxed) }

    func begin(_ sessions: any RouteSessions) {}

    func stationChanged(_ standing: StationStanding) {
        let end = standing.lastError.isEmpty ? "" : ": \(standing.lastError)"
        continuation.yield("\(standing.name) \(standing.state)\(end)")
    }
    func tableBegan(_ source: RouteSource, _ families: [AddressFamily]) {
        let words = families.map { "\($0)" }.joined(separator: " ")
        continuation.yield("\(source.name) \(source.rib) began \(words)")
    }
    func received(_ update: RouteUpdate, from source: RouteSource) {
        let announced = update.announced.map { "+\($0.prefix)" }
        let withdrawn = update.withdrawn.map { "-\($0.prefix)" }
        let all = (announced + withdrawn).joined(separator: " ")
        continuation.yield("\(source.name) \(source.rib) \(all)")
    }
    func tableEnded(_ source: RouteSource, at time: Int64, reason: String) {
        continuation.yield("\(source.name) \(source.rib) gone")
    }
    func tableLost(_ source: RouteSource, reason: String) {
        continuation.yield("\(source.name) \(source.rib) lost")
    }
    func connectionRefused(_ connection: RefusedConnection) {
        continuation.yield("refused \(connection.neighbor ?? "someone"): \(connection.reason)")
    }
}
