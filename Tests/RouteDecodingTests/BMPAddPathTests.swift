// SPDX-License-Identifier: Apache-2.0

import Model
import RouteDecoding
import TestSupport
import Testing

/// ADD-PATH (RFC 7911) in what routers report by BMP: by the peers' OPENs, and in spite of them.
@Suite("BMP and ADD-PATH")
struct BMPAddPathTests {
    private typealias BMP = BMPEncoder
    private let peer = BMP.Peer()

    private func lines(
        _ peer: BMP.Peer,
        sent: UInt8,
        received: UInt8,
        _ prefixes: [UInt8]
    ) -> [String] {
        StationReading(
            BMP.peerUp(
                peer,
                sent: BMP.open(64_500, addPath: sent),
                received: BMP.open(64_510, addPath: received)
            ),
            BMP.routeMonitoring(peer, BMP.announcement(prefixes))
        ).lines
    }

    private let identified: [UInt8] = [0, 0, 0, 7, 24, 198, 18, 1]
    private let plain: [UInt8] = [24, 198, 18, 1]

    @Test("what a peer sends and the router takes has path identifiers in Adj-RIB-In")
    func adjRIBIn() {
        #expect(
            lines(peer, sent: 1, received: 2, identified).last
                == "prePolicy 192.0.2.9 +198.18.1.0/24#7"
        )
        #expect(
            lines(peer, sent: 2, received: 1, plain).last == "prePolicy 192.0.2.9 +198.18.1.0/24"
        )
    }

    @Test("what the router sends and a peer takes has path identifiers in Adj-RIB-Out")
    func adjRIBOut() {
        let out = peer.with(flags: 0x50)
        #expect(
            lines(out, sent: 2, received: 1, identified).last
                == "adjRIBOut 192.0.2.9 +198.18.1.0/24#7"
        )
        #expect(
            lines(out, sent: 1, received: 2, plain).last == "adjRIBOut 192.0.2.9 +198.18.1.0/24"
        )
    }

    @Test("the Loc-RIB has path identifiers when its OPENs name them")
    func locRIB() {
        let local = BMP.Peer.locRIB()
        #expect(
            lines(local, sent: 3, received: 3, identified).last
                == "locRIB 0.0.0.0 +198.18.1.0/24#7"
        )
        #expect(
            lines(local, sent: 0, received: 3, plain).last == "locRIB 0.0.0.0 +198.18.1.0/24"
        )
    }

    @Test("a router that leaves out the identifiers it has announced is read as it writes")
    func withoutIdentifiers() {
        var reading = StationReading(
            BMP.peerUp(
                peer,
                sent: BMP.open(64_500, addPath: 3),
                received: BMP.open(64_510, addPath: 3)
            )
        )
        for third in UInt8(1)...3 {
            reading.receive(BMP.routeMonitoring(peer, BMP.announcement([24, 198, 18, third])))
        }
        #expect(reading.state.statistics.addPathMismatch == 3)
        #expect(reading.state.statistics.addPathFlips == 1)
        // Now it is known, also where both readings would do.
        let two = BMP.announcement([24, 198, 18, 4], [24, 198, 18, 5])
        reading.receive(BMP.routeMonitoring(peer, two))
        #expect(
            reading.lines.dropFirst() == [
                "prePolicy 192.0.2.9 +198.18.1.0/24", "prePolicy 192.0.2.9 +198.18.2.0/24",
                "prePolicy 192.0.2.9 +198.18.3.0/24",
                "prePolicy 192.0.2.9 +198.18.4.0/24 +198.18.5.0/24",
            ]
        )
        #expect(reading.state.statistics.addPathMismatch == 3)
    }

    @Test("a router that writes identifiers it has not announced is read as it writes")
    func withIdentifiers() {
        var reading = StationReading(BMP.peerUp(peer))
        for third in UInt8(1)...4 {
            let update = BMP.announcement([0, 0, 0, 1, 24, 198, 18, third])
            reading.receive(BMP.routeMonitoring(peer, update))
        }
        #expect(reading.state.statistics.addPathMismatch == 3)
        #expect(
            reading.updates.map { $0.0.announced.map(\.pathIdentifier) } == [[1], [1], [1], [1]]
        )
        #expect(reading.updates.allSatisfy { $0.0.announced[0].prefix.length == 24 })
    }

    @Test("what prefixes have shown of identifiers holds on when the Peer Up is repeated")
    func repeatedPeerUp() {
        var reading = StationReading(BMP.peerUp(peer))
        for third in UInt8(1)...3 {
            let update = BMP.announcement([0, 0, 0, 1, 24, 198, 18, third])
            reading.receive(BMP.routeMonitoring(peer, update))
        }
        reading.receive(BMP.peerUp(peer))
        // Could be 0.0.0.0/0 several times and 198.18.4.0/22, by itself.
        let update = BMP.announcement([0, 0, 0, 1, 24, 198, 18, 4])
        reading.receive(BMP.routeMonitoring(peer, update))
        #expect(reading.lines.last == "prePolicy 192.0.2.9 +198.18.4.0/24#1")
        #expect(reading.state.statistics.addPathMismatch == 3, "no more of them")
        #expect(reading.state.statistics.addPathFlips == 1)
    }

    @Test("one odd message does not change how all others are read")
    func oneOddMessage() {
        var reading = StationReading(BMP.peerUp(peer))
        let odd = BMP.announcement([0, 0, 0, 1, 24, 198, 18, 9])
        for message in [odd, odd, BMP.announcement([24, 198, 18, 1]), odd, odd] {
            reading.receive(BMP.routeMonitoring(peer, message))
        }
        #expect(reading.state.statistics.addPathFlips == 0)
        #expect(reading.state.statistics.addPathMismatch == 4)
    }

    @Test("bits behind the length of a prefix are no proof where the other reading fails too")
    func hostBits() {
        let reading = StationReading(
            BMP.peerUp(peer),
            BMP.routeMonitoring(peer, BMP.announcement([20, 198, 18, 0x11]))
        )
        #expect(reading.lines.last == "prePolicy 192.0.2.9 +198.18.16.0/20")
        #expect(reading.state.statistics.addPathMismatch == 0)
    }

    @Test("what holds of IPv4 says nothing of IPv6")
    func families() {
        let ipv6: [UInt8] =
            [0x80, 14, 28, 0, 2, 1, 16] + [UInt8](repeating: 0x20, count: 16) + [
                0, 48, 0x20, 1, 0x0d, 0xb8, 0, 1,
            ]
        var reading = StationReading(BMP.peerUp(peer))
        for third in UInt8(1)...3 {
            let update = BMP.announcement([0, 0, 0, 1, 24, 198, 18, third])
            reading.receive(BMP.routeMonitoring(peer, update))
        }
        let update = BMP.update(attributes: ipv6 + BMP.attributes())
        reading.receive(BMP.routeMonitoring(peer, update))
        #expect(reading.lines.last == "prePolicy 192.0.2.9 +2001:db8:1::/48")
    }
}
