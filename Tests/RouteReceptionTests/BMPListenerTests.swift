// SPDX-License-Identifier: Apache-2.0

import Model
import RouteDecoding
import RouteReception
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
        _ body: (BMPListener, UInt16, LineRecorder) async throws -> Void
    ) async throws {
        let recorder = LineRecorder()
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
                #expect(await recorder.next() == "refused 127.0.0.1: no station has this address")
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

    @Test("a connection that says nothing is closed")
    func silent() async throws {
        try await run(firstSeconds: 1) { _, port, recorder in
            try await BGPConnection.open(to: Self.loopback, port: port) { connection in
                #expect(await recorder.next() == "refused er1: no message came in time")
                let end = try await connection.receive()
                #expect(end == nil)
            }
        }
    }

    @Test("a connection that stops in the middle of a message is closed")
    func unfinished() async throws {
        try await run(restSeconds: 1) { _, port, recorder in
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

    @Test("of two connections that have said nothing the newer stays, and no station has failed")
    func twoSilent() async throws {
        try await run { listener, port, recorder in
            try await BGPConnection.open(to: Self.loopback, port: port) { first in
                try await BGPConnection.open(to: Self.loopback, port: port) { second in
                    #expect(await recorder.next() == "refused er1: another connection came")
                    let end = try await first.receive()
                    #expect(end == nil)
                    try await second.send(BMP.initiation("er1"))
                    #expect(await recorder.next() == "er1 connected")
                    let standing = try #require(listener.standings.first)
                    #expect(standing.refused == 1)
                    #expect(standing.lastError == "")
                }
            }
        }
    }

    private func wait(_ listener: BMPListener, forMessages count: Int) async throws {
        while listener.standings.first?.statistics.messages != count {
            try await Task.sleep(for: .milliseconds(10))
        }
    }

    @Test(
        "without room for updates nothing is read; with room again nothing is missing",
        .timeLimit(.minutes(1))
    )
    func backpressure() async throws {
        try await run { listener, port, recorder in
            try await BGPConnection.open(to: Self.loopback, port: port) { connection in
                try await connection.send(BMP.initiation("er1"))
                #expect(await recorder.next() == "er1 connected")
                // That is said while the message is being read.
                try await wait(listener, forMessages: 1)
                recorder.fill()
                try await connection.send(BMP.peerUp(peer) + announce(1))
                // The one that was being read when there was no room any more was the Peer Up.
                try await wait(listener, forMessages: 2)
                try await connection.send(announce(2))
                try await Task.sleep(for: .milliseconds(200))
                #expect(listener.standings.first?.statistics.messages == 2)
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
