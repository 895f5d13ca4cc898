// SPDX-License-Identifier: Apache-2.0

import Model
import RouteDecoding
import RouteReception
import Testing

/// Neighbors that come and go while the speaker runs.
@Suite("BGP reconfiguration")
struct BGPReconfigurationTests {
    private static let second = BGPNeighbor(
        name: "er2",
        address: .v4(0x7f00_0002),
        asn: SpeakerWorld.asn
    )

    private func update(_ speaker: BGPSpeaker, _ neighbors: [BGPNeighbor]) async throws {
        try await speaker.update(
            neighbors: neighbors,
            localASN: SpeakerWorld.ours,
            routerID: 1
        )
    }

    /// The code with which a neighbor is told to go.
    private func farewell(_ connection: inout BGPConnection) async throws -> BGPNotification? {
        while let message = try await connection.receive() {
            if case .notification(let notification) = message { return notification }
        }
        return nil
    }

    @Test("a neighbor that is added may connect, and the others do not notice")
    func added() async throws {
        try await SpeakerWorld.run { speaker, port, events in
            try await BGPConnection.open(to: SpeakerWorld.loopback, port: port) { connection in
                try await events.establish(&connection)
                try await update(speaker, [SpeakerWorld.er1, Self.second])
                #expect(await events.next() == "er2 active")
                try await BGPConnection.open(
                    to: SpeakerWorld.loopback,
                    port: port,
                    from: Self.second.address
                ) { other in
                    guard case .open = try await other.receive() else {
                        Issue.record("no OPEN")
                        return
                    }
                    #expect(await events.next() == "er2 opensent")
                }
                #expect(await events.next()?.hasPrefix("er2 active: ") == true)
                for message in BGPUpdateEncoder.messages(for: BGPSpeakerTests.table) {
                    try await connection.send(message)
                }
                #expect(await events.next() == "er1 +10.0.0.0/8 +192.0.2.0/24")
            }
        }
    }

    @Test("a neighbor that is taken out is told so, and may not come again")
    func removed() async throws {
        try await SpeakerWorld.run { speaker, port, events in
            try await BGPConnection.open(to: SpeakerWorld.loopback, port: port) { connection in
                try await events.establish(&connection)
                try await update(speaker, [Self.second])
                let answer = try await farewell(&connection)
                #expect(answer == BGPNotification(.peerDeconfigured))
            }
            #expect(await events.next() == "er2 active")
            #expect(await events.next() == "er1 ended: sent Cease/Peer De-configured")
            try await BGPConnection.open(to: SpeakerWorld.loopback, port: port) { connection in
                let answer = try await connection.receive()
                #expect(answer == nil)
            }
        }
    }

    @Test("a neighbor that is another AS now starts anew")
    func changed() async throws {
        try await SpeakerWorld.run { speaker, port, events in
            try await BGPConnection.open(to: SpeakerWorld.loopback, port: port) { connection in
                try await events.establish(&connection)
                var changed = SpeakerWorld.er1
                changed.asn = ASN(rawValue: 64777)
                try await update(speaker, [changed])
                let answer = try await farewell(&connection)
                #expect(answer == BGPNotification(.otherConfigurationChange))
            }
        }
    }

    @Test("a neighbor with too many prefixes is told how many, and refused for a time")
    func tooManyPrefixes() async throws {
        try await SpeakerWorld.run { speaker, port, events in
            try await BGPConnection.open(to: SpeakerWorld.loopback, port: port) { connection in
                try await events.establish(&connection)
                speaker.limitReached(by: "er1", .ipv6, bound: 70_000, refusingFor: 900)
                let answer = try await farewell(&connection)
                let data: [UInt8] = [0, 2, 1, 0, 1, 0x11, 0x70]
                #expect(answer == BGPNotification(.maximumPrefixesReached, data: data))
            }
            let reason = "sent Cease/Maximum Number of Prefixes Reached"
            #expect(await events.next() == "er1 ended: \(reason)")
            #expect(await events.next() == "er1 active: \(reason)")
            try await BGPConnection.open(to: SpeakerWorld.loopback, port: port) { connection in
                let answer = try await farewell(&connection)
                #expect(answer == BGPNotification(.connectionRejected))
            }
            let refusal = "it announced too many prefixes and has to wait"
            #expect(await events.next() == "refused er1: \(refusal)")
            // A reload that says nothing new of it changes nothing.
            try await update(speaker, [SpeakerWorld.er1])
            try await BGPConnection.open(to: SpeakerWorld.loopback, port: port) { connection in
                let answer = try await farewell(&connection)
                #expect(answer == BGPNotification(.connectionRejected))
            }
            #expect(await events.next() == "refused er1: \(refusal)")
            // A new configuration may have a higher bound.
            try await speaker.update(
                neighbors: [SpeakerWorld.er1],
                localASN: SpeakerWorld.ours,
                routerID: 1,
                readmitting: ["er1"]
            )
            try await BGPConnection.open(to: SpeakerWorld.loopback, port: port) { connection in
                try await events.establish(&connection)
            }
        }
    }

    @Test(
        "a neighbor whose key cannot be set is refused, and heard again once it can",
        arguments: [0, 81]
    )
    func keyThatFails(count: Int) async throws {
        try await SpeakerWorld.run { speaker, port, events in
            var changed = SpeakerWorld.er1
            changed.key = Array(repeating: 1, count: count)
            let error = await #expect(throws: BGPKeyError.self) {
                try await update(speaker, [changed])
            }
            #expect(error?.failures.map(\.name) == ["er1"])
            try await BGPConnection.open(to: SpeakerWorld.loopback, port: port) { connection in
                let answer = try await connection.receive()
                #expect(answer == nil)
            }
            #expect(
                await events.next()
                    == "refused er1: the key of its signatures could not be set"
            )
            // Said once more, it is tried once more.
            await #expect(throws: BGPKeyError.self) { try await update(speaker, [changed]) }
            try await update(speaker, [SpeakerWorld.er1])
            try await BGPConnection.open(to: SpeakerWorld.loopback, port: port) { connection in
                try await events.establish(&connection)
            }
        }
    }

    @Test("messages are counted by neighbor")
    func messages() async throws {
        try await SpeakerWorld.run { speaker, port, events in
            try await BGPConnection.open(to: SpeakerWorld.loopback, port: port) { connection in
                try await events.establish(&connection)
                #expect(speaker.messagesReceived == ["er1": 2])
            }
        }
    }
}
