// SPDX-License-Identifier: Apache-2.0

import Model
import RouteDecoding
import RouteReception
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
        _ body: (BGPSpeaker, UInt16, LineRecorder) async throws -> Void
    ) async throws {
        let recorder = LineRecorder()
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

extension LineRecorder {
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
