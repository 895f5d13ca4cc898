// SPDX-License-Identifier: Apache-2.0

import Model
import RouteDecoding
import RouteReception
import Testing

/// What protects a session: signatures, hops, addresses, and timers that cannot be cheated.
@Suite("BGP transport")
struct BGPTransportTests {
    private static let anyIPv4 = IPAddress.v4(0)
    private static let anyIPv6 = IPAddress.v6(0)
    private static let key = Array("correct horse".utf8)
    private static let otherKey = Array("battery staple".utf8)

    private func signed(_ key: [UInt8]?) -> BGPConnection.Protection { .init(key: key) }

    /// Whether a router gets as far as our OPEN.
    private func isHeard(_ port: UInt16, _ protection: BGPConnection.Protection) async -> Bool {
        let message = try? await BGPConnection.open(
            to: SpeakerWorld.loopback,
            port: port,
            protection: protection
        ) { connection in
            try await connection.receive()
        }
        guard case .open = message else { return false }
        return true
    }

    @Test("a neighbor with a key is heard only with that key (RFC 2385)", .timeLimit(.minutes(1)))
    func signatures() async throws {
        var neighbor = SpeakerWorld.er1
        neighbor.key = Self.key
        try await SpeakerWorld.run(neighbor: neighbor) { speaker, port, events in
            // Their SYNs are dropped.
            #expect(await isHeard(port, signed(nil)) == false)
            #expect(await isHeard(port, signed(Self.otherKey)) == false)
            #expect(speaker.statistics.connections == 0)
            try await BGPConnection.open(
                to: SpeakerWorld.loopback,
                port: port,
                protection: signed(Self.key)
            ) { connection in
                try await events.establish(&connection)
            }
        }
    }

    @Test("a key that is changed while the collector runs holds from then on")
    func changedKey() async throws {
        var neighbor = SpeakerWorld.er1
        neighbor.key = Self.key
        try await SpeakerWorld.run(neighbor: neighbor, on: Self.anyIPv6) { speaker, port, events in
            try await BGPConnection.open(
                to: SpeakerWorld.loopback,
                port: port,
                protection: signed(Self.key)
            ) { connection in
                try await events.establish(&connection)
                var changed = neighbor
                changed.key = Self.otherKey
                try await speaker.update(
                    neighbors: [changed],
                    localASN: SpeakerWorld.ours,
                    routerID: 1
                )
                let answer = BGPNotification(.otherConfigurationChange)
                #expect(try await connection.receive() == .notification(answer))
            }
            let reason = "sent Cease/Other Configuration Change"
            #expect(await events.next() == "er1 ended: \(reason)")
            #expect(await events.next() == "er1 active: \(reason)")
            #expect(await isHeard(port, signed(Self.key)) == false)
            try await BGPConnection.open(
                to: SpeakerWorld.loopback,
                port: port,
                protection: signed(Self.otherKey)
            ) { connection in
                try await events.establish(&connection)
            }
        }
    }

    /// A speaker, a neighbor that may be so many hops away, and TTLs that tell.
    struct Distance: CustomTestStringConvertible, Sendable {
        var testDescription: String
        var listening: IPAddress
        var neighbor: IPAddress
        var hops: Int
        var far: Int
    }

    static let distances: [Distance] = [
        Distance(
            testDescription: "IPv4, two hops",
            listening: anyIPv4,
            neighbor: SpeakerWorld.loopback,
            hops: 2,
            far: 253
        ),
        Distance(
            testDescription: "IPv4 to a socket of IPv6",
            listening: anyIPv6,
            neighbor: SpeakerWorld.loopback,
            hops: 1,
            far: 64
        ),
        Distance(
            testDescription: "IPv6",
            listening: .v6(1),
            neighbor: .v6(1),
            hops: 1,
            far: 254
        ),
    ]

    @Test("a neighbor that must be near is not heard from afar (RFC 5082)", arguments: distances)
    func hops(_ distance: Distance) async throws {
        var neighbor = SpeakerWorld.er1
        neighbor.address = distance.neighbor
        neighbor.ttlHops = distance.hops
        try await SpeakerWorld.run(neighbor: neighbor, on: distance.listening) {
            speaker,
            port,
            events in
            try await BGPConnection.open(
                to: distance.neighbor,
                port: port,
                protection: .init(ttl: distance.far)
            ) { connection in
                let answer = try await connection.receive()
                #expect(answer == nil)
            }
            let reason = "with TTL \(distance.far), expected at least \(256 - distance.hops)"
            #expect(await events.next() == "refused er1: it came \(reason)")
            try await BGPConnection.open(
                to: distance.neighbor,
                port: port,
                protection: .init(ttl: 256 - distance.hops)
            ) { connection in
                try await events.establish(&connection, holdTime: 6)
                // From here on somebody farther away goes on with it, as long as it lasts.
                let writer = connection.writer
                try await writer.changeTTL(to: distance.far)
                let farAway = Task {
                    while true {
                        try await writer.send(BGPMessageHeader.keepalive)
                        try await Task.sleep(for: .milliseconds(500))
                    }
                }
                let end = "sent Hold Timer Expired: nothing heard in time"
                #expect(await events.next() == "er1 ended: \(end)")
                farAway.cancel()
            }
        }
    }

    @Test("a neighbor that is to come to one of our addresses comes to no other")
    func localAddress() async throws {
        var neighbor = SpeakerWorld.er1
        neighbor.localAddress = .v4(0x7f00_0005)
        try await SpeakerWorld.run(neighbor: neighbor, on: Self.anyIPv6) { speaker, port, events in
            let source = SpeakerWorld.loopback
            try await BGPConnection.open(
                to: .v4(0x7f00_0006),
                port: port,
                from: source
            ) { connection in
                let answer = try await connection.receive()
                #expect(answer == nil)
            }
            let reason = "it came to 127.0.0.6, expected 127.0.0.5"
            #expect(await events.next() == "refused er1: \(reason)")
            #expect(speaker.statistics.refused == 1)
            try await BGPConnection.open(
                to: .v4(0x7f00_0005),
                port: port,
                from: source
            ) { connection in
                try await events.establish(&connection)
            }
        }
    }

    @Test("octets that never become a message do not keep a session alive")
    func drip() async throws {
        try await SpeakerWorld.run { _, port, events in
            try await BGPConnection.open(to: SpeakerWorld.loopback, port: port) { connection in
                try await events.establish(&connection, holdTime: 6)
                let writer = connection.writer
                let drip = Task {
                    let message = BGPMessageHeader.message(.update, .init(repeating: 0, count: 999))
                    for octet in message {
                        try await writer.send([octet])
                        try await Task.sleep(for: .milliseconds(100))
                    }
                }
                let reason = "sent Hold Timer Expired: nothing heard in time"
                #expect(await events.next() == "er1 ended: \(reason)")
                drip.cancel()
            }
        }
    }

    @Test("a neighbor without hold timer may be silent, but not in the middle of a message")
    func unfinished() async throws {
        try await SpeakerWorld.run(handshakeSeconds: 6) { _, port, events in
            try await BGPConnection.open(to: SpeakerWorld.loopback, port: port) { connection in
                try await events.establish(&connection, holdTime: 0)
                try await Task.sleep(for: .seconds(7))
                try await connection.send(Array(BGPMessageHeader.keepalive.prefix(7)))
                let reason = "a message was begun and not completed in time"
                #expect(await events.next() == "er1 ended: sent Hold Timer Expired: \(reason)")
            }
        }
    }

    @Test("a receiver without room stops the reading, and the session does not suffer")
    func noRoom() async throws {
        try await SpeakerWorld.run { speaker, port, events in
            try await BGPConnection.open(to: SpeakerWorld.loopback, port: port) { connection in
                try await events.establish(&connection, holdTime: 6)
                events.fill()
                let update = BGPUpdateEncoder.messages(for: BGPSpeakerTests.table).flatMap { $0 }
                try await connection.send(update + update + update)
                #expect(await events.next() == "er1 +10.0.0.0/8 +192.0.2.0/24", "the one it takes")
                // Longer than the hold time; ours go on, theirs wait in the socket.
                var keepalives = 0
                while keepalives < 5, try await connection.receive() == .keepalive {
                    keepalives += 1
                    try await connection.send(BGPMessageHeader.keepalive)
                }
                #expect(keepalives == 5)
                #expect(speaker.statistics.updates == 1)
                events.drain(speaker)
                #expect(await events.next() == "er1 +10.0.0.0/8 +192.0.2.0/24")
                #expect(await events.next() == "er1 +10.0.0.0/8 +192.0.2.0/24")
                #expect(speaker.statistics.pauses == 1)
            }
        }
    }
}
