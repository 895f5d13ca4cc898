// SPDX-License-Identifier: Apache-2.0

import Model
import RouteDecoding
import RouteReception
import Testing

/// A neighbor that connects while its session stands: RFC 4271, section 6.8; RFC 4724, section 4.2.
@Suite("BGP connection collision")
struct BGPCollisionTests {
    private static let open = BGPOpen(asn: SpeakerWorld.asn, holdTime: 30, routerID: 2).message

    /// Sends an OPEN over a second connection and reads ours.
    private func knock(_ second: inout BGPConnection) async throws {
        try await second.send(Self.open)
        guard case .open = try await second.receive() else {
            Issue.record("no OPEN")
            return
        }
    }

    @Test("a second connection is refused as soon as the session of the first gives a sign of life")
    func alive() async throws {
        try await SpeakerWorld.run { _, port, events in
            try await BGPConnection.open(to: SpeakerWorld.loopback, port: port) { first in
                try await events.establish(&first)
                try await BGPConnection.open(to: SpeakerWorld.loopback, port: port) { second in
                    try await knock(&second)
                    // The first is asked whether it is there.
                    let asked = try await first.receive()
                    #expect(asked == .keepalive)
                    try await first.send(BGPMessageHeader.keepalive)
                    let answer = BGPNotification(.connectionCollisionResolution)
                    let end = try await second.receive()
                    #expect(end == .notification(answer))
                }
                let refusal = await events.next()
                #expect(refusal?.hasPrefix("refused er1: beside its session") == true)
                for message in BGPUpdateEncoder.messages(for: BGPSpeakerTests.table) {
                    try await first.send(message)
                }
                #expect(await events.next() == "er1 +10.0.0.0/8 +192.0.2.0/24")
            }
        }
    }

    @Test("a router that is back need not wait for the hold timer of its old, silent session")
    func silent() async throws {
        try await SpeakerWorld.run { _, port, events in
            try await BGPConnection.open(to: SpeakerWorld.loopback, port: port) { first in
                try await events.establish(&first, holdTime: 30)
                try await BGPConnection.open(to: SpeakerWorld.loopback, port: port) { second in
                    try await knock(&second)
                    let reason = "sent Cease/Connection Collision Resolution"
                    #expect(await events.next() == "er1 ended: \(reason)")
                    #expect(await events.next() == "er1 active: \(reason)")
                    let confirmed = try await second.receive()
                    #expect(confirmed == .keepalive)
                    try await second.send(BGPMessageHeader.keepalive)
                    try await events.confirm(&second, holdTime: 30)
                }
            }
        }
    }

    @Test("a router that is back takes over at once when the old session is seen to end")
    func broken() async throws {
        try await SpeakerWorld.run { _, port, events in
            try await BGPConnection.open(to: SpeakerWorld.loopback, port: port) { first in
                try await events.establish(&first)
                try await BGPConnection.open(to: SpeakerWorld.loopback, port: port) { second in
                    try await knock(&second)
                    try await first.send(BGPNotification(.administrativeReset).message)
                    let reason = "received Cease/Administrative Reset"
                    #expect(await events.next() == "er1 ended: \(reason)")
                    #expect(await events.next() == "er1 active: \(reason)")
                    let confirmed = try await second.receive()
                    #expect(confirmed == .keepalive)
                    try await second.send(BGPMessageHeader.keepalive)
                    try await events.confirm(&second, holdTime: 30)
                }
            }
        }
    }

    @Test("a second connection whose OPEN is wrong changes nothing")
    func wrong() async throws {
        try await SpeakerWorld.run { _, port, events in
            try await BGPConnection.open(to: SpeakerWorld.loopback, port: port) { first in
                try await events.establish(&first)
                try await BGPConnection.open(to: SpeakerWorld.loopback, port: port) { second in
                    let other = ASN(rawValue: 64999)
                    try await second.send(BGPOpen(asn: other, holdTime: 3, routerID: 2).message)
                    while let message = try await second.receive() {
                        guard case .notification(let notification) = message else { continue }
                        #expect(notification == BGPNotification(.badPeerAS))
                    }
                }
                let refusal = await events.next()
                #expect(refusal?.hasPrefix("refused er1: beside its session") == true)
                for message in BGPUpdateEncoder.messages(for: BGPSpeakerTests.table) {
                    try await first.send(message)
                }
                #expect(await events.next() == "er1 +10.0.0.0/8 +192.0.2.0/24")
            }
        }
    }
}
