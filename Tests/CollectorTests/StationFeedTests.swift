// SPDX-License-Identifier: Apache-2.0

import Foundation
import Model
import RouteReception
import Routing
import Settings
import Synchronization
import TestSupport
import Testing

@testable import Collector

/// What becomes of the routes that stations report.
@Suite("RouteFeed of stations")
struct StationFeedTests {
    private static let peer = IPAddress.v4(0xc000_0209)

    private func source(
        _ rib: RIBKind,
        _ address: IPAddress = peer,
        distinguisher: UInt64 = 0
    ) -> RouteSource {
        RouteSource(
            name: "er1",
            address: address,
            asn: ASN(rawValue: 64510),
            routerID: 7,
            rib: rib,
            distinguisher: distinguisher
        )
    }

    private func settings(staleSeconds: Int64 = 900, bound: Int = 1_000) -> Settings {
        var station = Settings.Station(name: "er1", address: .v4(1))
        station.staleSeconds = staleSeconds
        station.maxPrefixes.ipv4 = bound
        var settings = Settings()
        settings.stations = [station]
        return settings
    }

    private func feed(staleSeconds: Int64 = 900, bound: Int = 1_000) -> RouteFeed {
        CollectorComponents.routeFeed(settings(staleSeconds: staleSeconds, bound: bound))
    }

    private func update(_ prefixes: [String], asn: UInt32 = 64_510) -> RouteUpdate {
        var update = RouteUpdate(time: WallClock.nanoseconds())
        update.announced = prefixes.compactMap { IPPrefix($0) }.map { .init($0) }
        update.attributes.asPath = ASPath(sequence: [ASN(rawValue: asn)])
        return update
    }

    private func end() -> RouteUpdate {
        var update = RouteUpdate(time: WallClock.nanoseconds())
        update.endOfRIB = [.ipv4, .ipv6]
        return update
    }

    private func route(_ feed: RouteFeed, _ view: String = "er1") -> Route? {
        let reader = feed.table.makeReader()
        let list: ViewList = [reader.view(named: view) ?? .none]
        let match = reader.route(to: .v4(0xc612_0101), views: list)  // 198.18.1.1
        return match.isNone ? nil : reader.route(of: match)
    }

    @Test("the Loc-RIB is believed before Adj-RIB-In, after policy before before it")
    func weights() async {
        let feed = feed()
        let ribs: [RIBKind] = [.prePolicy, .postPolicy, .locRIB]
        for (number, rib) in ribs.enumerated() {
            feed.tableBegan(source(rib), [.ipv4])
            feed.received(
                update(["198.18.1.0/24"], asn: 64_600 + UInt32(number)),
                from: source(rib)
            )
            await feed.settle()
            #expect(route(feed)?.neighborAS == ASN(rawValue: 64_600 + UInt32(number)))
        }
        for (number, rib) in ribs.enumerated().reversed() {
            #expect(route(feed)?.neighborAS == ASN(rawValue: 64_600 + UInt32(number)))
            feed.tableEnded(source(rib), at: WallClock.nanoseconds(), reason: "test")
            await feed.settle()
        }
        #expect(route(feed) == nil)
        #expect(feed.tables() == [])
    }

    @Test("a BGP session of the same router fills the same view, between the two of Adj-RIB-In")
    func besideSession() async {
        let feed = feed()
        let session = RouteSource(name: "er1", address: .v4(1), asn: ASN(rawValue: 64500))
        feed.received(update(["198.18.1.0/24"], asn: 64_601), from: source(.prePolicy))
        feed.received(update(["198.18.1.0/24"], asn: 64_602), from: session)
        await feed.settle()
        #expect(route(feed)?.neighborAS == ASN(rawValue: 64_602))
        feed.received(update(["198.18.1.0/24"], asn: 64_603), from: source(.postPolicy))
        await feed.settle()
        #expect(route(feed)?.neighborAS == ASN(rawValue: 64_603))
        #expect(feed.tables().map(\.source.rib) == [.prePolicy, .postPolicy])
    }

    @Test("the end of one peer leaves another's routes to the same prefix")
    func peers() async {
        let feed = feed()
        let other = source(.prePolicy, .v4(0xc633_6401))
        feed.received(update(["198.18.1.0/24"], asn: 64_601), from: source(.prePolicy))
        feed.received(update(["198.18.1.0/24"], asn: 64_602), from: other)
        feed.tableEnded(source(.prePolicy), at: WallClock.nanoseconds(), reason: "test")
        await feed.settle()
        #expect(route(feed)?.neighborAS == ASN(rawValue: 64_602))
        #expect(route(feed)?.isStale == false)
    }

    @Test("VPNs have views of their own, and so has what the router tells others")
    func views() async {
        let feed = feed()
        let vpn = source(.postPolicy, distinguisher: 64_500 << 32 | 1)
        feed.received(update(["198.18.1.0/24"], asn: 64_601), from: vpn)
        feed.received(update(["198.18.1.0/24"], asn: 64_602), from: source(.adjRIBOut))
        await feed.settle()
        #expect(route(feed) == nil)
        #expect(route(feed, "er1 64500:1")?.neighborAS == ASN(rawValue: 64_601))
        #expect(route(feed, "er1 adj-rib-out")?.neighborAS == ASN(rawValue: 64_602))
    }

    @Test("a lost connection leaves its routes stale; End-of-RIB sweeps what was not told again")
    func lost() async {
        let feed = feed()
        let (one, other) = (source(.postPolicy), source(.postPolicy, .v4(0xc633_6401)))
        for source in [one, other] {
            feed.tableBegan(source, [.ipv4, .ipv6])
            feed.received(update(["198.18.1.0/24", "198.18.2.0/24"]), from: source)
            feed.tableLost(source, reason: "test")
        }
        await feed.settle()
        #expect(route(feed)?.isStale == true)
        #expect(feed.tables().map(\.isTold) == [false, false])
        feed.tableBegan(one, [.ipv4, .ipv6])
        feed.received(update(["198.18.1.0/24"]), from: one)
        feed.received(end(), from: one)
        await feed.settle()
        let tables = feed.tables()
        #expect(tables.map(\.ipv4Prefixes) == [1, 2])
        #expect(tables.map { $0.staleSecondsLeft != nil } == [false, true])
        #expect(tables.first?.hasInitialRoutes == true)
    }

    @Test("what a station does not report any more goes when its time is over")
    func expires() async throws {
        let feed = feed(staleSeconds: 0)
        feed.tableBegan(source(.postPolicy), [.ipv4])
        feed.received(update(["198.18.1.0/24"]), from: source(.postPolicy))
        feed.tableLost(source(.postPolicy), reason: "test")
        await feed.settle()
        #expect(route(feed) == nil)
        #expect(feed.tables() == [])
    }

    @Test("a table with too many prefixes is left out, and no other suffers from it")
    func maxPrefixes() async {
        let feed = feed(bound: 3)
        let other = source(.postPolicy, .v4(0xc633_6401))
        feed.tableBegan(source(.postPolicy), [.ipv4])
        feed.received(update((1...4).map { "198.18.\($0).0/24" }), from: source(.postPolicy))
        feed.received(update(["198.18.9.0/24"]), from: source(.postPolicy))
        feed.received(update(["198.18.7.0/24"]), from: other)
        await feed.settle()
        #expect(feed.tables().map(\.ipv4Prefixes) == [0, 1])
        #expect(feed.tables().map(\.isOverLimit) == [true, false])
        #expect(feed.prefixLimitsReached == 1)
        // It begins anew.
        feed.tableBegan(source(.postPolicy), [.ipv4])
        feed.received(update(["198.18.1.0/24"]), from: source(.postPolicy))
        await feed.settle()
        #expect(feed.tables().map(\.ipv4Prefixes) == [1, 1])
    }

    @Test("a peer that is down over a new connection takes what the old one told of it")
    func downAfterReconnect() async {
        let feed = feed()
        feed.tableBegan(source(.postPolicy), [.ipv4])
        feed.received(update(["198.18.1.0/24"]), from: source(.postPolicy))
        feed.tableLost(source(.postPolicy), reason: "test")
        await feed.settle()
        _ = feed.takeEvents()
        // Nothing of its OPENs was told over this connection: it may be taken for an internal one.
        var known = source(.postPolicy)
        known.isExternal = false
        let unknown = source(.prePolicy, distinguisher: 64_500 << 32 | 1)
        for source in [known, unknown] {
            feed.tableEnded(source, at: WallClock.nanoseconds(), reason: "test")
        }
        await feed.settle()
        #expect(route(feed) == nil)
        #expect(feed.tables() == [])
        #expect(!feed.summary().views.map(\.name).contains("er1 64500:1"), "made for nothing")
        #expect(feed.takeEvents().map(\.detail) == ["BMP peer 192.0.2.9 postPolicy: test"])
    }

    @Test("a table without End-of-RIB counts as complete when it is silent for half a minute")
    func silence() async {
        let feed = feed()
        feed.tableBegan(source(.postPolicy), [.ipv4, .ipv6])
        feed.received(update(["198.18.1.0/24"]), from: source(.postPolicy))
        await feed.settle()
        func isComplete(after seconds: Int64) -> Bool {
            let now = BootClock.nanoseconds() + seconds * 1_000_000_000
            _ = feed.core.applier.withLock { $0.expire(at: now) }
            let station = Readiness.Neighbor(station: "er1", tables: feed.tables(), isCached: false)
            return !station.complete.isEmpty
        }
        #expect(!isComplete(after: 0))
        #expect(isComplete(after: 30))
    }

    @Test("readiness waits for no table that is left out")
    func readiness() async {
        let feed = feed(bound: 3)
        let other = source(.postPolicy, .v4(0xc633_6401))
        for source in [source(.postPolicy), other] { feed.tableBegan(source, [.ipv4]) }
        feed.received(update((1...4).map { "198.18.\($0).0/24" }), from: other)
        feed.received(end(), from: source(.postPolicy))
        await feed.settle()
        let tables = feed.tables()
        #expect(tables.map(\.isOverLimit) == [false, true])
        let station = Readiness.Neighbor(station: "er1", tables: tables, isCached: false)
        #expect(Readiness([station], secondsSinceStart: 0).state == .complete)
        let none = Readiness.Neighbor(station: "er1", tables: [], isCached: false)
        #expect(Readiness([none], secondsSinceStart: 0).state == .waiting)
    }

    @Test("all tables of a station together are bounded; the one that is too much is left out")
    func maxPrefixesOfStation() async {
        let feed = feed(bound: 10)
        let sources = (0..<18 as Range<UInt32>).map { source(.postPolicy, .v4(0xc633_6400 + $0)) }
        func tell(_ source: RouteSource) {
            feed.tableBegan(source, [.ipv4])
            feed.received(update((1...10).map { "198.18.\($0).0/24" }), from: source)
        }
        for source in sources[..<17] { tell(source) }
        await feed.settle()
        #expect(feed.tables().map(\.ipv4Prefixes) == Array(repeating: 10, count: 16) + [0])
        #expect(feed.tables().filter(\.isOverLimit).map(\.source) == [sources[16]])
        #expect(feed.prefixLimitsReached == 1)
        let event = feed.takeEvents().last?.detail
        #expect(event?.contains("more than 160 ipv4 prefixes in all its tables") == true)
        // One goes, and there is room for another.
        feed.tableEnded(sources[0], at: WallClock.nanoseconds(), reason: "test")
        tell(sources[17])
        await feed.settle()
        #expect(feed.tables().last?.ipv4Prefixes == 10)
        #expect(feed.prefixLimitsReached == 1)
    }

    @Test("the routes of stations are kept over a restart, each table for itself, stale")
    func snapshots() async throws {
        let folder = try TemporaryFolder()
        var settings = settings()
        settings.state = folder.path("state")
        let vpn = source(.postPolicy, distinguisher: 64_500 << 32 | 1)
        let before = CollectorComponents.routeFeed(settings)
        before.received(update(["198.18.1.0/24"], asn: 64_601), from: source(.prePolicy))
        before.received(update(["198.18.1.0/24"], asn: 64_602), from: source(.locRIB))
        before.received(update(["198.18.1.0/24"], asn: 64_603), from: vpn)
        await before.settle()
        let saving = try #require(RouteSnapshots(settings, feed: before))
        let saved = await saving.save([], stations: settings.stations)
        #expect(saved.problems == [])
        #expect(saved.files.count == 3)

        let after = CollectorComponents.routeFeed(settings)
        let restored = try #require(RouteSnapshots(settings, feed: after)).restore()
        await after.settle()
        #expect(restored.messages == [])
        #expect(restored.stations == ["er1"])
        #expect(route(after)?.neighborAS == ASN(rawValue: 64_602))
        #expect(route(after)?.isStale == true)
        #expect(route(after, "er1 64500:1")?.neighborAS == ASN(rawValue: 64_603))
        // It comes back, and tells less.
        after.tableBegan(source(.locRIB), [.ipv4, .ipv6])
        after.received(end(), from: source(.locRIB))
        await after.settle()
        #expect(route(after)?.neighborAS == ASN(rawValue: 64_601))
    }

    @Test("lookup --all shows every path, best first, and what put it before the next")
    func lookup() async throws {
        let feed = feed()
        let other = source(.postPolicy, .v4(0xc633_6401))
        var longer = update(["198.18.1.0/24"])
        longer.attributes.asPath = ASPath(sequence: [64_603, 64_604].map(ASN.init(rawValue:)))
        feed.received(update(["198.18.1.0/24"], asn: 64_601), from: source(.prePolicy))
        feed.received(longer, from: other)
        feed.received(update(["198.18.1.0/24"], asn: 64_602), from: source(.postPolicy))
        await feed.settle()
        let query = RoutesQuery(live: feed)
        let address = IPAddress.v4(0xc612_0101)
        let text = query.lookup([address], all: true, .table)
        let lines = text.split(separator: "\n").map { String($0) }
        #expect(lines.count == 4)
        #expect(lines[1].contains("rib postPolicy") && lines[1].contains("best true"))
        #expect(lines[1].contains("beforeNext AS path length 1 before 2"))
        #expect(lines[2].contains("beforeNext weight 300 before 100"))
        #expect(lines[3].contains("rib prePolicy") && !lines[3].contains("beforeNext"))
        #expect(query.lookup([address], .table).split(separator: "\n").count == 1)
        #expect(query.summary(.jsonl).contains(#""source":"bmp""#))
    }

    @Test("lookup --all says what really decides: LLGR_STALE, CLUSTER_LIST, Adj-RIB-Out")
    func reasons() async throws {
        let feed = feed()
        let peers = (1...4 as ClosedRange<UInt32>).map { source(.postPolicy, .v4($0)) }
        var updates = peers.map { _ in update(["198.18.1.0/24"]) }
        updates[0].attributes.clusterCount = 2
        updates[0].announced[0].pathIdentifier = 7
        updates[1].attributes.clusterCount = 1
        updates[2].attributes.communities = [0xffff_0006]
        updates[2].attributes.localPreference = 500
        for (source, update) in zip(peers, updates) { feed.received(update, from: source) }
        feed.tableLost(peers[2], reason: "test")
        await feed.settle()
        let query = RoutesQuery(live: feed)
        let lines = query.lookup([.v4(0xc612_0101)], all: true, .table).split(separator: "\n")
            .map { String($0) }
        #expect(lines.count == 5)
        #expect(lines[1].contains("peer 0.0.0.4") && lines[1].contains("length 0 before 1"))
        #expect(lines[2].contains("beforeNext CLUSTER_LIST length 1 before 2"))
        #expect(lines[3].contains("beforeNext LLGR_STALE last"))
        #expect(lines[3].contains("pathIdentifier 7") && !lines[3].contains("stale"))
        #expect(lines[4].contains("peer 0.0.0.3") && lines[4].contains("stale true"))
        #expect(!lines[4].contains("pathIdentifier"), "there is none")
        let json = query.lookup([.v4(0xc612_0101)], all: true, .jsonl)
        #expect(json.contains(#""pathIdentifier":0"#) && json.contains(#""stale":true"#))
    }

    @Test("routes neighbors shows each station, and its tables behind it")
    func document() async throws {
        let feed = feed()
        feed.tableBegan(source(.postPolicy), [.ipv4])
        feed.received(update(["198.18.1.0/24"]), from: source(.postPolicy))
        await feed.settle()
        var standing = StationStanding(name: "er1", address: .v4(1))
        (standing.state, standing.peersUp, standing.systemName) = ("connected", 1, "er1.fra")
        standing.since = 1_767_225_600
        let document = NeighborsDocument(
            neighbors: [],
            sessions: [],
            standings: [],
            stations: StationsDocument(
                stations: settings().stations,
                standings: [standing],
                tables: feed.tables()
            )
        )
        #expect(
            document.text("table") == """
                er1  0.0.0.1  BMP  connected since 2026-01-01T00:00:00Z  1 peers up  er1.fra
                  192.0.2.9  AS64510  postPolicy  reported  1 IPv4, 0 IPv6 prefixes  \
                no End-of-RIB yet of ipv4

                """
        )
        let lines = document.text("jsonl").split(separator: "\n")
        #expect(lines.count == 2)
        #expect(lines[1].contains(#""rib":"postPolicy""#))
        #expect(lines.allSatisfy { $0.contains(#""kind":"bmp""#) })
    }
}
