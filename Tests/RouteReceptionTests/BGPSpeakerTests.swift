// SPDX-License-Identifier: Apache-2.0

import Model
import RouteDecoding
import RouteReception
import Testing

/// A speaker on loopback, and neighbors that do as they should, and others.
@Suite("BGPSpeaker")
struct BGPSpeakerTests {
    /// What the speaker says, one line an event, to be awaited.
    struct Recorder: RouteEvents {
        private let events: AsyncStream<String>
        private let continuation: AsyncStream<String>.Continuation

        init() { (events, continuation) = AsyncStream.makeStream() }

        func next() async -> String? { await events.first { _ in true } }

        func sessionChanged(_ source: RouteSource, _ state: SessionState) {
            let end = state.lastError.isEmpty ? "" : ": \(state.lastError)"
            continuation.yield("\(source.name) \(state.state)\(end)")
        }
        func received(_ update: RouteUpdate, from source: RouteSource) {
            let announced = update.announced.map { "+\($0.prefix)" }
            let withdrawn = update.withdrawn.map { "-\($0.prefix)" }
            let ends = update.endOfRIB.map { "end of \($0)" }
            let all = (announced + withdrawn + ends).joined(separator: " ")
            continuation.yield("\(source.name) \(all)")
        }
        func sessionEnded(_ source: RouteSource, reason: String) {
            continuation.yield("\(source.name) ended: \(reason)")
        }
    }

    private static let loopback = IPAddress.v4(0x7f00_0001)
    private static let asn = ASN(rawValue: 64501)

    /// Runs a speaker whose one neighbor, er1, is 127.0.0.1 in AS64501, and `body` with its port.
    private func withSpeaker(
        neighbor address: IPAddress = loopback,
        handshakeSeconds: Int64 = 30,
        _ body: (BGPSpeaker, UInt16, Recorder) async throws -> Void
    ) async throws {
        let recorder = Recorder()
        let speaker = BGPSpeaker(
            BGPSession.Local(asn: ASN(rawValue: 64500), routerID: 1),
            neighbors: [BGPNeighbor(name: "er1", address: address, asn: Self.asn)],
            handshakeSeconds: handshakeSeconds,
            events: recorder
        )
        let port = try await speaker.start(on: Self.loopback, port: 0)
        #expect(await recorder.next() == "er1 active")
        do {
            try await body(speaker, port, recorder)
        } catch {
            await speaker.stop()
            throw error
        }
        await speaker.stop()
    }

    /// Brings a session up, as a router does.
    private func establish(
        _ connection: inout BGPConnection,
        _ events: Recorder,
        holdTime: UInt16 = 90
    ) async throws {
        try await connection.send(BGPOpen(asn: Self.asn, holdTime: holdTime, routerID: 2).message)
        let open = try await connection.receive()
        #expect(
            open == .open(BGPOpen(asn: ASN(rawValue: 64500), holdTime: 90, routerID: 1)),
            "what we offer"
        )
        #expect(try await connection.receive() == .keepalive)
        try await connection.send(BGPMessageHeader.keepalive)
        #expect(await events.next() == "er1 opensent")
        #expect(await events.next() == "er1 openconfirm")
        #expect(await events.next() == "er1 established")
    }

    private static let table: RouteUpdate = {
        var update = RouteUpdate(time: 0)
        update.attributes.asPath = ASPath(sequence: [asn])
        update.attributes.nextHop = .v4(0xc000_0201)
        update.announced = ["10.0.0.0/8", "192.0.2.0/24"].compactMap { IPPrefix($0) }
            .map { RouteUpdate.Reachability($0) }
        return update
    }()

    @Test("a router connects, announces, withdraws, and says farewell")
    func story() async throws {
        try await withSpeaker { speaker, port, events in
            try await BGPConnection.open(to: Self.loopback, port: port) { connection in
                try await establish(&connection, events)
                var end = RouteUpdate(time: 0)
                end.endOfRIB = [.ipv4, .ipv6]
                var gone = RouteUpdate(time: 0)
                gone.withdrawn = Self.table.announced
                for update in [Self.table, end, gone] {
                    for message in BGPUpdateEncoder.messages(for: update) {
                        try await connection.send(message)
                    }
                }
                #expect(await events.next() == "er1 +10.0.0.0/8 +192.0.2.0/24")
                #expect(await events.next() == "er1 end of ipv4")
                #expect(await events.next() == "er1 end of ipv6")
                #expect(await events.next() == "er1 -10.0.0.0/8 -192.0.2.0/24")
                let text: [UInt8] = [4] + Array("work".utf8)
                let farewell = BGPNotification(.administrativeShutdown, data: text)
                try await connection.send(farewell.message)
                let reason = #"received Cease/Administrative Shutdown ("work")"#
                #expect(await events.next() == "er1 ended: \(reason)")
                #expect(await events.next() == "er1 active: \(reason)")
            }
            #expect(speaker.statistics.updates == 4)
            #expect(speaker.statistics.sessionErrors == [:])
        }
    }

    @Test("messages come whole however the octets are cut")
    func pieces() async throws {
        try await withSpeaker { _, port, events in
            try await BGPConnection.open(to: Self.loopback, port: port) { connection in
                try await establish(&connection, events)
                let message = BGPUpdateEncoder.messages(for: Self.table).flatMap { $0 }
                for octet in message { try await connection.send([octet]) }
                #expect(await events.next() == "er1 +10.0.0.0/8 +192.0.2.0/24")
            }
        }
    }

    /// What a neighbor sends instead of what it should, and what it is told.
    struct Offence: CustomTestStringConvertible, Sendable {
        var testDescription: String
        var octets: [UInt8]
        var answer: BGPNotification
    }

    static let offences: [Offence] = [
        Offence(
            testDescription: "an OPEN of another AS",
            octets: BGPOpen(asn: ASN(rawValue: 64999), holdTime: 90, routerID: 2).message,
            answer: BGPNotification(.badPeerAS)
        ),
        Offence(
            testDescription: "a marker that is not all ones",
            octets: [0x7f] + BGPOpen(asn: asn, holdTime: 90, routerID: 2).message.dropFirst(),
            answer: BGPNotification(.connectionNotSynchronized)
        ),
        Offence(
            testDescription: "a message of 65,535 octets",
            octets: [UInt8](repeating: 0xff, count: 18) + [1],
            answer: BGPNotification(.badMessageLength, data: [0xff, 0xff])
        ),
        Offence(
            testDescription: "a KEEPALIVE first",
            octets: BGPMessageHeader.keepalive,
            answer: BGPNotification(.unexpectedInOpenSent, data: [4])
        ),
        Offence(
            testDescription: "a request for a web page",
            octets: Array("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n".utf8),
            answer: BGPNotification(.connectionNotSynchronized)
        ),
    ]

    @Test("who misbehaves is told so, and may come again", arguments: offences)
    func offence(_ offence: Offence) async throws {
        try await withSpeaker { speaker, port, events in
            try await BGPConnection.open(to: Self.loopback, port: port) { connection in
                #expect(await events.next() == "er1 opensent")
                try await connection.send(offence.octets)
                guard case .open = try await connection.receive() else {
                    Issue.record("no OPEN")
                    return
                }
                #expect(try await connection.receive() == .notification(offence.answer))
                #expect(try await connection.receive() == nil)
                #expect(await events.next()?.hasPrefix("er1 active: sent ") == true)
            }
            #expect(speaker.statistics.sessionErrors == ["\(offence.answer)": 1])
            try await BGPConnection.open(to: Self.loopback, port: port) { connection in
                try await establish(&connection, events)
            }
        }
    }

    @Test("who is not configured is not listened to")
    func stranger() async throws {
        try await withSpeaker(neighbor: .v4(0x7f00_0009)) { speaker, port, events in
            try await BGPConnection.open(to: Self.loopback, port: port) { connection in
                let answer = try await connection.receive()
                #expect(answer == nil)
            }
            #expect(speaker.statistics.refused == 1)
            #expect(speaker.statistics.connections == 0)
            let known = IPAddress.v4(0x7f00_0009)
            try await BGPConnection.open(to: Self.loopback, port: port, from: known) { connection in
                try await establish(&connection, events)
            }
        }
    }

    @Test("a second connection does not disturb an established session")
    func collision() async throws {
        try await withSpeaker { _, port, events in
            try await BGPConnection.open(to: Self.loopback, port: port) { connection in
                try await establish(&connection, events)
                try await BGPConnection.open(to: Self.loopback, port: port) { second in
                    let answer = try await second.receive()
                    #expect(answer == .notification(BGPNotification(.connectionRejected)))
                    let more = try await second.receive()
                    #expect(more == nil)
                }
                for message in BGPUpdateEncoder.messages(for: Self.table) {
                    try await connection.send(message)
                }
                #expect(await events.next() == "er1 +10.0.0.0/8 +192.0.2.0/24")
            }
        }
    }

    @Test("a connection that never came up gives way to the next")
    func halfOpen() async throws {
        try await withSpeaker { _, port, events in
            try await BGPConnection.open(to: Self.loopback, port: port) { stuck in
                #expect(await events.next() == "er1 opensent")
                try await BGPConnection.open(to: Self.loopback, port: port) { connection in
                    let reason = "sent Cease/Connection Collision Resolution"
                    #expect(await events.next() == "er1 active: \(reason)")
                    try await establish(&connection, events)
                }
                guard case .open = try await stuck.receive() else {
                    Issue.record("no OPEN")
                    return
                }
                let answer = BGPNotification(.connectionCollisionResolution)
                #expect(try await stuck.receive() == .notification(answer))
            }
        }
    }

    @Test("a neighbor that connects and is silent is not waited for")
    func handshake() async throws {
        try await withSpeaker(handshakeSeconds: 0) { _, port, events in
            try await BGPConnection.open(to: Self.loopback, port: port) { connection in
                #expect(await events.next() == "er1 opensent")
                let end = await events.next()
                #expect(end == "er1 active: sent Hold Timer Expired: nothing heard in time")
                guard case .open = try await connection.receive() else {
                    Issue.record("no OPEN")
                    return
                }
                let answer = BGPNotification(.holdTimerExpired)
                #expect(try await connection.receive() == .notification(answer))
            }
        }
    }

    @Test("silence for the hold time ends a session, KEEPALIVEs of ours notwithstanding")
    func holdTimer() async throws {
        try await withSpeaker { _, port, events in
            try await BGPConnection.open(to: Self.loopback, port: port) { connection in
                try await establish(&connection, events, holdTime: 3)
                var keepalives = 0
                while let message = try await connection.receive() {
                    if message == .keepalive { keepalives += 1 }
                    if case .notification(let notification) = message {
                        #expect(notification == BGPNotification(.holdTimerExpired))
                    }
                }
                #expect(keepalives >= 1)
                let reason = "sent Hold Timer Expired: nothing heard in time"
                #expect(await events.next() == "er1 ended: \(reason)")
            }
        }
    }

    @Test("a speaker that stops tells its neighbors")
    func stop() async throws {
        try await withSpeaker { speaker, port, events in
            try await BGPConnection.open(to: Self.loopback, port: port) { connection in
                try await establish(&connection, events)
                await speaker.stop()
                let answer = BGPNotification(.administrativeShutdown)
                #expect(try await connection.receive() == .notification(answer))
                #expect(try await connection.receive() == nil)
                let reason = "sent Cease/Administrative Shutdown"
                #expect(await events.next() == "er1 ended: \(reason)")
            }
        }
    }
}
