// SPDX-License-Identifier: Apache-2.0

import Model
import RouteDecoding
import TestSupport
import Testing

@Suite("Peers that go, by BMP")
struct BMPPeerDownTests {
    private typealias BMP = BMPEncoder
    private let peer = BMP.Peer()
    private let net = BMP.announcement([24, 198, 18, 1])
    private let both = "ipv4 ipv6"

    @Test("the end of a peer takes all its tables, and never the Loc-RIB")
    func peerDown() {
        let local = BMP.Peer.locRIB()
        var reading = StationReading(
            BMP.peerUp(peer),
            BMP.peerUp(local),
            BMP.routeMonitoring(peer, net),
            BMP.routeMonitoring(peer.with(flags: 0x40), net),
            BMP.routeMonitoring(local, net)
        )
        reading.lines = []
        reading.receive(BMP.peerDown(peer))
        let why = "gone: the peer closed the session without a NOTIFICATION"
        #expect(
            Set(reading.lines) == ["prePolicy 192.0.2.9 \(why)", "postPolicy 192.0.2.9 \(why)"]
        )
        reading.lines = []
        reading.receive(BMP.peerDown(local, 6))
        #expect(reading.lines == ["locRIB 0.0.0.0 gone: the table is not there any more"])
        #expect(reading.state.peersUp == 0)
    }

    @Test("of a router that says Peer Up for each table, a Peer Down is about that table")
    func peerDownOfOneTable() {
        let post = peer.with(flags: 0x40)
        var reading = StationReading(
            BMP.peerUp(peer),
            BMP.peerUp(post),
            BMP.routeMonitoring(peer, net),
            BMP.routeMonitoring(post, net)
        )
        reading.lines = []
        reading.receive(BMP.peerDown(post, 5))
        let why = "gone: the router does not report of this peer any more"
        #expect(reading.lines == ["postPolicy 192.0.2.9 \(why)"])
        reading.receive(BMP.peerDown(peer, 5))
        #expect(reading.lines.last == "prePolicy 192.0.2.9 \(why)")
        #expect(reading.state.peersUp == 0)
    }

    @Test("a peer that goes takes what an earlier connection has told of it, of all its tables")
    func peerDownAfterReconnect() {
        let all = ["prePolicy 192.0.2.9", "postPolicy 192.0.2.9", "adjRIBOut 192.0.2.9"]
        let unannounced = StationReading(BMP.peerDown(peer))
        #expect(unannounced.absent == all)
        #expect(unannounced.state.statistics.peerDownUnknown == 1)
        let announced = StationReading(BMP.peerUp(peer), BMP.peerDown(peer))
        #expect(announced.absent == all)
        #expect(announced.lines == [])
        let told = StationReading(
            BMP.peerUp(peer),
            BMP.routeMonitoring(peer.with(flags: 0x40), net),
            BMP.peerDown(peer)
        )
        #expect(told.absent == ["prePolicy 192.0.2.9", "adjRIBOut 192.0.2.9"])
        #expect(told.lines.last?.hasPrefix("postPolicy 192.0.2.9 gone") == true)
        #expect(StationReading(BMP.peerDown(BMP.Peer.locRIB())).absent == ["locRIB 0.0.0.0"])
        let kept = StationReading(BMP.peerDown(peer), ribs: [.postPolicy, .locRIB])
        #expect(kept.absent == ["postPolicy 192.0.2.9"])
        let post = peer.with(flags: 0x40)
        let one = StationReading(BMP.peerUp(peer), BMP.peerUp(post), BMP.peerDown(post))
        #expect(one.absent == ["postPolicy 192.0.2.9"])
    }

    @Test("a peer that comes up under another BGP identifier has lost what it told under the first")
    func otherIdentifier() {
        var back = peer
        back.routerID += 1
        let reading = StationReading(
            BMP.peerUp(peer),
            BMP.routeMonitoring(peer, net),
            BMP.peerUp(back),
            BMP.routeMonitoring(back, net)
        )
        #expect(
            reading.lines.dropFirst(2) == [
                "prePolicy 192.0.2.9 lost: the peer came up under another BGP identifier",
                "prePolicy 192.0.2.9 began \(both)", "prePolicy 192.0.2.9 +198.18.1.0/24",
            ]
        )
        #expect(reading.state.peersUp == 1)
        #expect(reading.updates.map(\.1.routerID) == [peer.routerID, back.routerID])
    }

    @Test("a Peer Down without BGP identifier finds its peer")
    func peerDownWithoutIdentifier() {
        var nameless = peer
        nameless.routerID = 0
        let reading = StationReading(
            BMP.peerUp(peer),
            BMP.routeMonitoring(peer, net),
            BMP.peerDown(nameless)
        )
        #expect(reading.lines.last?.hasPrefix("prePolicy 192.0.2.9 gone") == true)
        #expect(reading.state.statistics.peerDownUnknown == 0)
    }

    @Test("peers that differ in nothing but their type are one, as their routes are")
    func sameDistinguisher() {
        var local = peer
        local.kind = 2
        let told = BMP.routeMonitoring(peer, net)
        let reading = StationReading(BMP.peerUp(peer), told, BMP.routeMonitoring(local, net))
        #expect(reading.lines.count { $0.hasSuffix("began \(both)") } == 1)
        #expect(Set(reading.updates.map(\.1)).count == 1)
    }

    @Test("what a notification said is in the reason of a Peer Down")
    func reasons() {
        let octets = [UInt8](repeating: 0xff, count: 16) + [0, 21, 3, 6, 2]
        let reading = StationReading(
            BMP.peerUp(peer),
            BMP.routeMonitoring(peer, net),
            BMP.peerDown(peer, 3, octets)
        )
        #expect(
            reading.lines.last
                == "prePolicy 192.0.2.9 gone: the peer closed the session: "
                + "Cease/Administrative Shutdown"
        )
    }
}
