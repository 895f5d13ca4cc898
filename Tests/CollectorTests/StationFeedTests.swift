// SPDX-License-Identifier: Apache-2.0

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
struct StationFeedTests: StationSuite {
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
}
