// SPDX-License-Identifier: Apache-2.0

import Collector
import Model
import RouteReception
import Routing
import Settings
import Testing

/// Views of routers that are taken out of the configuration.
@Suite("RouteFeed views")
struct RouteFeedViewsTests {
    private let source = RouteSource(name: "er1", address: .v4(1), asn: ASN(rawValue: 64500))
    private let feed = RouteFeed(table: RoutingTable(), clock: WallClock())

    private func neighbor() -> Settings.Neighbor {
        var neighbor = Settings.Neighbor(
            name: source.name,
            address: source.address,
            asn: source.asn
        )
        neighbor.staleSeconds = 0
        return neighbor
    }

    /// Its session begins and brings a route.
    private func tell(
        _ prefix: String,
        from source: RouteSource,
        to feed: RouteFeed
    ) throws {
        var update = RouteUpdate(time: WallClock.nanoseconds())
        update.attributes.asPath = ASPath(sequence: [ASN(rawValue: 64510)])
        update.announced = [.init(try #require(IPPrefix(prefix)))]
        feed.received(update, from: source)
    }

    private func establish() throws {
        let session = EstablishedSession(
            families: [.ipv4],
            holdSeconds: 90,
            hasGracefulRestart: true
        )
        feed.sessionEstablished(source, session)
        try tell("203.0.113.0/24", from: source, to: feed)
    }

    private var views: [String] { feed.summary().views.map(\.name) }

    @Test("the view of a neighbor that is not configured any more goes with its last route")
    func goes() async throws {
        feed.keep(views: ["", "er1"])
        feed.update(neighbors: [neighbor()])
        try establish()
        await feed.settle()
        #expect(views == ["er1"])
        feed.keep(views: [""])
        feed.update(neighbors: [])
        await feed.settle()
        #expect(views == ["er1"], "its session has not ended")
        feed.sessionEnded(source, reason: "Cease")
        await feed.settle()
        await feed.settle()
        #expect(views.isEmpty)
    }

    @Test("it goes at once when its session ends by a hard reset, which keeps no routes")
    func hardReset() async throws {
        var neighbor = neighbor()
        neighbor.staleSeconds = 900
        feed.keep(views: ["er1"])
        feed.update(neighbors: [neighbor])
        try establish()
        feed.keep(views: [])
        feed.update(neighbors: [])
        await feed.settle()
        #expect(views == ["er1"])
        feed.sessionReset(source, reason: "received Cease/Hard Reset")
        await feed.settle()
        await feed.settle()
        #expect(views.isEmpty)
        #expect(feed.summary().ipv4Prefixes == 0)
    }

    @Test(
        "it goes with the configuration when its routes were gone before",
        arguments: [true, false]
    )
    func wasLost(isKeptFirst: Bool) async throws {
        feed.keep(views: ["er1"])
        feed.update(neighbors: [neighbor()])
        try establish()
        feed.sessionEnded(source, reason: "Hold Timer Expired")
        await feed.settle()
        await feed.settle()
        #expect(views == ["er1"])
        if isKeptFirst { feed.keep(views: []) }
        feed.update(neighbors: [])
        await feed.settle()
        if !isKeptFirst {
            #expect(views == ["er1"])
            feed.keep(views: [])
        }
        await feed.settle()
        await feed.settle()
        #expect(views.isEmpty)
    }

    @Test("a view that flows are routed by stays when nobody fills it any more")
    func stays() async throws {
        feed.keep(views: ["", "er1"])
        feed.update(neighbors: [neighbor()])
        try establish()
        feed.update(neighbors: [])
        feed.sessionEnded(source, reason: "Cease")
        await feed.settle()
        await feed.settle()
        let summary = feed.summary()
        #expect(summary.views.map(\.name) == ["er1"])
        #expect(summary.ipv4Prefixes == 0)
    }

    @Test("a neighbor that is configured again has its routes in a view of its name")
    func comesBack() async throws {
        feed.keep(views: ["er1"])
        feed.update(neighbors: [neighbor()])
        try establish()
        feed.keep(views: [])
        feed.update(neighbors: [])
        feed.sessionEnded(source, reason: "Cease")
        await feed.settle()
        await feed.settle()
        feed.keep(views: ["er1"])
        let view = feed.view(named: "er1")
        feed.update(neighbors: [neighbor()])
        try establish()
        await feed.settle()
        let reader = feed.table.makeReader()
        let address = try #require(IPAddress("203.0.113.1"))
        #expect(reader.route(of: reader.route(to: address, views: [view])) != nil)
    }

    @Test("views that a station had for VPNs go with them, so others have room")
    func distinguishers() async throws {
        let feed = RouteFeed(table: RoutingTable(retention: 1), clock: WallClock())
        feed.keep(views: ["er1"])
        var station = source
        station.rib = .prePolicy
        for distinguisher in 1...5_000 as ClosedRange<UInt64> {
            station.distinguisher = distinguisher
            feed.tableBegan(station, [.ipv4])
            try tell("203.0.113.0/24", from: station, to: feed)
            guard distinguisher < 5_000 else { break }
            feed.tableEnded(station, at: WallClock.nanoseconds(), reason: "Peer Down")
            if distinguisher % 500 == 0 {
                await feed.settle()
                #expect(feed.summary().views.isEmpty)
                for _ in 0..<4 { feed.tidy() }
            }
        }
        await feed.settle()
        #expect(feed.summary().views.count == 1)
        #expect(feed.summary().ipv4Prefixes == 1)
    }
}
