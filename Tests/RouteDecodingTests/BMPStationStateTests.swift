// SPDX-License-Identifier: Apache-2.0

import Model
import RouteDecoding
import TestSupport
import Testing

@Suite("BMPStationState")
struct BMPStationStateTests {
    private typealias BMP = BMPEncoder
    private let peer = BMP.Peer()
    private let net = BMP.announcement([24, 198, 18, 1])
    private let both = "ipv4 ipv6"

    @Test("the tables of a peer before and after policy, of Adj-RIB-Out and the Loc-RIB stay apart")
    func tables() {
        let local = BMP.Peer.locRIB()
        let reading = StationReading(
            BMP.initiation("er1.fra", "Router 9"),
            BMP.peerUp(peer),
            BMP.peerUp(local, sent: BMP.open(64_500), received: BMP.open(64_500)),
            BMP.routeMonitoring(peer, net),
            BMP.routeMonitoring(peer.with(flags: 0x40), net),
            BMP.routeMonitoring(peer.with(flags: 0x50), net),
            BMP.routeMonitoring(local, net)
        )
        #expect(
            reading.lines == [
                "prePolicy 192.0.2.9 began \(both)", "prePolicy 192.0.2.9 +198.18.1.0/24",
                "postPolicy 192.0.2.9 began \(both)", "postPolicy 192.0.2.9 +198.18.1.0/24",
                "adjRIBOut 192.0.2.9 began \(both)", "adjRIBOut 192.0.2.9 +198.18.1.0/24",
                "locRIB 0.0.0.0 began \(both)", "locRIB 0.0.0.0 +198.18.1.0/24",
            ]
        )
        #expect(reading.updates.map(\.1.weight) == [100, 300, 0, 400])
        #expect(reading.updates.map(\.1.isExternal) == [true, true, true, false])
        #expect(reading.updates.allSatisfy { $0.1.name == "er1" })
        #expect(reading.state.systemName == "er1.fra")
        #expect(reading.state.systemDescription == "Router 9")
        #expect(reading.state.peersUp == 2)
        #expect(reading.state.statistics.malformed == [:])
    }

    @Test("routes of a peer that was never said to be up are kept, and counted")
    func peerUpMissing() {
        let reading = StationReading(BMP.routeMonitoring(peer, net))
        #expect(reading.lines.last == "prePolicy 192.0.2.9 +198.18.1.0/24")
        #expect(reading.state.statistics.peerUpMissing == 1)
        #expect(reading.state.peersUp == 0)
    }

    @Test(
        "a peer that comes up with other OPENs has lost what it told; repeated words change nothing"
    )
    func peerUpAgain() {
        var reading = StationReading(
            BMP.peerUp(peer),
            BMP.routeMonitoring(peer, net),
            BMP.peerUp(peer)
        )
        #expect(reading.lines.count == 2)
        reading.receive(BMP.peerUp(peer, remotePort: 40_001))
        #expect(reading.lines.last == "prePolicy 192.0.2.9 lost: the peer came up again")
        reading.receive(BMP.routeMonitoring(peer, net))
        #expect(reading.lines.suffix(2).first == "prePolicy 192.0.2.9 began \(both)")
    }

    @Test("the A bit says that AS numbers have two octets, whatever the OPENs say")
    func twoOctetASNs() {
        let attributes: [UInt8] =
            [0x40, 1, 1, 0, 0x40, 2, 4, 2, 1, 0xfb, 0xfe, 0x40, 3, 4, 192, 0, 2, 9]
        let update = BMP.update(attributes: attributes, announced: [24, 198, 18, 1])
        let reading = StationReading(
            BMP.peerUp(peer),
            BMP.routeMonitoring(peer.with(flags: 0x20), update)
        )
        #expect(reading.updates.first?.0.attributes.asPath == ASPath.of(64_510))
    }

    @Test("only the tables that are asked for are kept")
    func use() {
        let reading = StationReading(
            BMP.peerUp(peer),
            BMP.routeMonitoring(peer, net),
            BMP.routeMonitoring(peer.with(flags: 0x40), net),
            ribs: [.postPolicy],
            weight: 250
        )
        #expect(reading.updates.map(\.1.rib) == [.postPolicy])
        #expect(reading.updates.map(\.1.weight) == [250])
        #expect(reading.state.statistics.unused == 1)
    }

    @Test("of Adj-RIB-Out before and after policy the one that is really told is kept")
    func adjRIBOut() {
        let (pre, post) = (peer.with(flags: 0x10), peer.with(flags: 0x50))
        let reading = StationReading(
            BMP.peerUp(peer),
            BMP.routeMonitoring(pre, net),
            BMP.routeMonitoring(post, net),
            BMP.routeMonitoring(pre, net)
        )
        #expect(reading.lines.count == 5)
        #expect(reading.lines[2].hasPrefix("adjRIBOut 192.0.2.9 gone"))
        #expect(reading.state.statistics.unused == 1)
    }

    @Test("peers of VPNs with one address are apart by their route distinguisher")
    func distinguishers() {
        var red = peer
        (red.kind, red.distinguisher) = (1, 64_500 << 32 | 1)
        var blue = red
        blue.distinguisher += 1
        let reading = StationReading(
            BMP.peerUp(red),
            BMP.peerUp(blue),
            BMP.routeMonitoring(red, net),
            BMP.routeMonitoring(blue, net),
            BMP.peerDown(red)
        )
        #expect(reading.updates.map(\.1.distinguisher) == [64_500 << 32 | 1, 64_500 << 32 | 2])
        #expect(reading.lines.filter { $0.contains("gone") }.count == 1)
        #expect(reading.state.peersUp == 1)
    }

    @Test("End-of-RIB is of its table and family")
    func endOfRIB() {
        let reading = StationReading(
            BMP.peerUp(peer),
            BMP.routeMonitoring(peer, BMP.endOfRIB[0]),
            BMP.routeMonitoring(peer.with(flags: 0x40), BMP.endOfRIB[1])
        )
        #expect(reading.lines[1] == "prePolicy 192.0.2.9 end of ipv4")
        #expect(reading.lines[3] == "postPolicy 192.0.2.9 end of ipv6")
    }

    @Test("routes have the time at which the router learned them, unless it cannot be")
    func times() {
        var early = peer
        early.seconds = 1_699_999_990
        early.microseconds = 250_000
        var future = peer
        future.seconds = 1_800_000_000
        var ancient = peer
        ancient.seconds = 86_400
        let reading = StationReading(
            BMP.peerUp(peer),
            BMP.routeMonitoring(early, net),
            BMP.routeMonitoring(peer.with(flags: 0x40), net),
            BMP.routeMonitoring(future, net),
            BMP.routeMonitoring(ancient, net)
        )
        let arrival = reading.arrival
        #expect(
            reading.updates.map(\.0.time) == [
                1_699_999_990_250_000_000, arrival, arrival, arrival,
            ]
        )
    }

    @Test("when the connection ends, every table is lost, none is gone")
    func end() {
        var reading = StationReading(
            BMP.peerUp(peer),
            BMP.routeMonitoring(peer, net),
            BMP.routeMonitoring(peer.with(flags: 0x40), net)
        )
        reading.lines = []
        reading.end("closed")
        #expect(
            Set(reading.lines) == [
                "prePolicy 192.0.2.9 lost: closed", "postPolicy 192.0.2.9 lost: closed",
            ]
        )
        #expect(reading.state.peersUp == 0)
    }

    @Test("mirrored messages and types of later RFCs are skipped, reports counted")
    func skipped() {
        let reading = StationReading(
            BMP.message(6, peer.octets + [0, 0, 0, 0]),
            BMP.message(1, peer.octets + [0, 0, 0, 0]),
            BMP.message(200, [1, 2, 3]),
            BMP.routeMonitoring(peer, net)
        )
        let statistics = reading.state.statistics
        #expect(statistics.mirrored == 1)
        #expect(statistics.reports == 1)
        #expect(statistics.unknownTypes == 1)
        #expect(statistics.malformed == [:])
        #expect(reading.lines.count == 2)
    }

    @Test("a route of another family changes nothing, and keeps nobody from telling the next")
    func families() {
        // MP_REACH_NLRI of EVPN (RFC 7432): AFI 25, SAFI 70.
        let evpn: [UInt8] = [0x80, 14, 13, 0, 25, 70, 4, 192, 0, 2, 9, 0, 1, 2, 3, 4]
        let reading = StationReading(
            BMP.peerUp(peer),
            BMP.routeMonitoring(peer, BMP.update(attributes: evpn + BMP.attributes())),
            BMP.routeMonitoring(peer, net)
        )
        #expect(reading.state.statistics.withoutUnicastRoutes == 1)
        #expect(reading.updates.count == 1)
    }

    @Test("a station has at most so many peers; those beyond are counted, not kept")
    func mostPeers() {
        var reading = StationReading()
        for number in 0..<UInt32(BMPStationState.mostPeers) + 2 {
            reading.receive(BMP.peerUp(BMP.Peer(.v4(number + 1))))
        }
        #expect(reading.state.peersUp == BMPStationState.mostPeers)
        #expect(reading.state.statistics.overLimit == 2)
    }

    @Test("a termination says why", arguments: [(0, "administratively"), (2, "out of resources")])
    func termination(code: UInt8, words: String) {
        let reading = StationReading(BMP.termination(code))
        #expect(reading.state.termination?.contains(words) == true)
    }
}
