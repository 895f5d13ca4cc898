// SPDX-License-Identifier: Apache-2.0

import Model
import RouteDecoding
import RouteReception
import Testing

/// A speaker on loopback, and neighbors that do as they should, and others.
@Suite("BGPSpeaker")
struct BGPSpeakerTests {
    static let table: RouteUpdate = {
        var update = RouteUpdate(time: 0)
        update.attributes.asPath = ASPath(sequence: [SpeakerWorld.asn])
        update.attributes.nextHop = .v4(0xc000_0201)
        update.announced = ["10.0.0.0/8", "192.0.2.0/24"].compactMap { IPPrefix($0) }
            .map { RouteUpdate.Reachability($0) }
        return update
    }()

    @Test("a router connects, announces, withdraws, and says farewell")
    func story() async throws {
        try await SpeakerWorld.run { speaker, port, events in
            try await BGPConnection.open(to: SpeakerWorld.loopback, port: port) { connection in
                try await events.establish(&connection)
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
        try await SpeakerWorld.run { _, port, events in
            try await BGPConnection.open(to: SpeakerWorld.loopback, port: port) { connection in
                try await events.establish(&connection)
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
            octets: [0x7f]
                + BGPOpen(asn: SpeakerWorld.asn, holdTime: 90, routerID: 2).message.dropFirst(),
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
        try await SpeakerWorld.run { speaker, port, events in
            try await BGPConnection.open(to: SpeakerWorld.loopback, port: port) { connection in
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
            try await BGPConnection.open(to: SpeakerWorld.loopback, port: port) { connection in
                try await events.establish(&connection)
            }
        }
    }

    @Test("who is not configured is not listened to")
    func stranger() async throws {
        var neighbor = SpeakerWorld.er1
        neighbor.address = .v4(0x7f00_0009)
        try await SpeakerWorld.run(neighbor: neighbor) { speaker, port, events in
            try await BGPConnection.open(to: SpeakerWorld.loopback, port: port) { connection in
                let answer = try await connection.receive()
                #expect(answer == nil)
            }
            #expect(await events.next() == "refused 127.0.0.1: no neighbor has this address")
            #expect(speaker.statistics.refused == 1)
            #expect(speaker.statistics.connections == 0)
            let known = IPAddress.v4(0x7f00_0009)
            try await BGPConnection.open(to: SpeakerWorld.loopback, port: port, from: known) {
                connection in
                try await events.establish(&connection)
            }
        }
    }

    @Test("a connection that never came up gives way to the next")
    func halfOpen() async throws {
        try await SpeakerWorld.run { _, port, events in
            try await BGPConnection.open(to: SpeakerWorld.loopback, port: port) { stuck in
                #expect(await events.next() == "er1 opensent")
                try await BGPConnection.open(to: SpeakerWorld.loopback, port: port) { connection in
                    let reason = "sent Cease/Connection Collision Resolution"
                    #expect(await events.next() == "er1 active: \(reason)")
                    try await events.establish(&connection)
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
        try await SpeakerWorld.run(handshakeSeconds: 0) { _, port, events in
            try await BGPConnection.open(to: SpeakerWorld.loopback, port: port) { connection in
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
        try await SpeakerWorld.run { _, port, events in
            try await BGPConnection.open(to: SpeakerWorld.loopback, port: port) { connection in
                try await events.establish(&connection, holdTime: 3)
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
        try await SpeakerWorld.run { speaker, port, events in
            try await BGPConnection.open(to: SpeakerWorld.loopback, port: port) { connection in
                try await events.establish(&connection)
                await speaker.stop()
                let answer = BGPNotification.shutdown("peerage stopping")
                #expect(try await connection.receive() == .notification(answer))
                #expect(try await connection.receive() == nil)
                let reason = "sent Cease/Administrative Shutdown (\"peerage stopping\")"
                #expect(await events.next() == "er1 ended: \(reason)")
            }
        }
    }
}
