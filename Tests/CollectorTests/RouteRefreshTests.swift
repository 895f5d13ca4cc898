// SPDX-License-Identifier: Apache-2.0

import CAllocations
import Model
import RouteReception
import Routing
import Settings
import Testing

@testable import Collector

/// Routes that are told again within a session, the ends of initial routes, and routes that do not
/// outlive their session.
@Suite("Route refresh")
struct RouteRefreshTests {
    private let source = RouteSource(name: "er1", address: .v4(1), asn: ASN(rawValue: 64500))

    private func feed(staleSeconds: Int64 = 900) -> RouteFeed {
        var neighbor = Settings.Neighbor(name: "er1", address: .v4(1), asn: ASN(rawValue: 64500))
        neighbor.staleSeconds = staleSeconds
        return RouteFeed(
            table: RoutingTable(),
            neighbors: [neighbor],
            mostUpdates: 1000,
            clock: WallClock()
        )
    }

    private func session(restarts: Bool, refreshes: Bool) -> EstablishedSession {
        var session = EstablishedSession(
            families: [.ipv4, .ipv6],
            holdSeconds: 90,
            hasGracefulRestart: restarts
        )
        session.hasRouteRefresh = refreshes
        session.hasEnhancedRouteRefresh = refreshes
        return session
    }

    private func update(
        _ prefixes: [String],
        communities: [UInt32] = [],
        _ marks: [RouteUpdate.Refresh] = []
    ) -> RouteUpdate {
        var update = RouteUpdate(time: WallClock.nanoseconds())
        update.announced = prefixes.compactMap { IPPrefix($0) }.map { .init($0) }
        update.attributes.asPath = ASPath(sequence: [ASN(rawValue: 64510)])
        update.attributes.communities = communities
        update.refreshes = marks
        return update
    }

    private func end(of families: [AddressFamily]) -> RouteUpdate {
        var update = RouteUpdate(time: WallClock.nanoseconds())
        update.endOfRIB = families
        return update
    }

    /// "fresh", "stale" or "none".
    private func state(_ feed: RouteFeed, _ address: String) throws -> String {
        let reader = feed.table.makeReader()
        let address = try #require(IPAddress(address))
        let match = reader.route(to: address, views: [feed.view(named: "er1")])
        guard let route = reader.route(of: match) else { return "none" }
        return route.isStale ? "stale" : "fresh"
    }

    @Test("what a refresh does not tell again is gone at its end, and nothing else")
    func refresh() async throws {
        let feed = feed()
        feed.sessionEstablished(source, session(restarts: true, refreshes: true))
        feed.received(update(["198.18.1.0/24", "198.18.2.0/24", "2001:db8::/32"]), from: source)
        feed.received(end(of: [.ipv4, .ipv6]), from: source)
        feed.received(update([], [.begin(.ipv4)]), from: source)
        feed.received(update(["198.18.1.0/24"]), from: source)
        await feed.settle()
        #expect(try state(feed, "198.18.1.1") == "fresh")
        #expect(try state(feed, "198.18.2.1") == "stale")
        #expect(try state(feed, "2001:db8::1") == "fresh", "of the other family")
        feed.received(update([], [.end(.ipv4)]), from: source)
        await feed.settle()
        #expect(try state(feed, "198.18.1.1") == "fresh")
        #expect(try state(feed, "198.18.2.1") == "none")
        #expect(try state(feed, "2001:db8::1") == "fresh")
        #expect(feed.standings().first?.isStale == false)
    }

    @Test("two families are told again at once, and the end of one says nothing of the other")
    func interleaved() async throws {
        let feed = feed()
        feed.sessionEstablished(source, session(restarts: true, refreshes: true))
        feed.received(update(["198.18.1.0/24", "2001:db8::/32"]), from: source)
        feed.received(end(of: [.ipv4, .ipv6]), from: source)
        feed.received(update([], [.begin(.ipv4), .begin(.ipv6)]), from: source)
        feed.received(update([], [.end(.ipv4)]), from: source)
        await feed.settle()
        #expect(try state(feed, "198.18.1.1") == "none")
        #expect(try state(feed, "2001:db8::1") == "stale")
        feed.received(update(["2001:db8::/32"], [.end(.ipv6)]), from: source)
        await feed.settle()
        #expect(try state(feed, "2001:db8::1") == "fresh")
    }

    @Test("an end without its begin, or a begin before End-of-RIB, means nothing (RFC 7313, 4)")
    func unpaired() async throws {
        let feed = feed()
        feed.sessionEstablished(source, session(restarts: true, refreshes: true))
        feed.received(update(["198.18.1.0/24"], [.begin(.ipv4)]), from: source)
        feed.received(update([], [.end(.ipv4)]), from: source)
        await feed.settle()
        #expect(try state(feed, "198.18.1.1") == "fresh")
        #expect(feed.neighborsWithAllRoutes == [])
        feed.received(end(of: [.ipv4, .ipv6]), from: source)
        feed.received(update([], [.end(.ipv4)]), from: source)
        await feed.settle()
        #expect(try state(feed, "198.18.1.1") == "fresh")
        #expect(feed.neighborsWithAllRoutes == ["er1"])
    }

    @Test("the end of the refresh it was asked for is a neighbor's End-of-RIB when it has none")
    func instead() async throws {
        let feed = feed()
        let session = session(restarts: false, refreshes: true)
        feed.sessionEstablished(source, session)
        feed.received(update(["198.18.1.0/24", "198.18.2.0/24"]), from: source)
        feed.sessionEnded(source, reason: "closed")
        feed.sessionEstablished(source, session)
        feed.received(update(["198.18.1.0/24"]), from: source)
        feed.received(update([], [.begin(.ipv4)]), from: source)
        feed.received(update(["198.18.1.0/24"]), from: source)
        feed.received(update([], [.end(.ipv4)]), from: source)
        await feed.settle()
        #expect(feed.standings().first?.endOfRIB == [.ipv4])
        #expect(feed.neighborsWithAllRoutes == [])
        #expect(try state(feed, "198.18.2.1") == "none", "not told by the second session")
        feed.received(update([], [.begin(.ipv6), .end(.ipv6)]), from: source)
        await feed.settle()
        #expect(feed.neighborsWithAllRoutes == ["er1"])
        #expect(feed.standings().first?.isStale == false)
        #expect(try state(feed, "198.18.1.1") == "fresh")
    }

    @Test("after a Hard Reset nothing is kept (RFC 8538)")
    func hardReset() async throws {
        let feed = feed()
        feed.sessionEstablished(source, session(restarts: true, refreshes: true))
        feed.received(update(["198.18.1.0/24", "2001:db8::/32"]), from: source)
        feed.sessionReset(source, reason: "received Cease/Hard Reset")
        await feed.settle()
        #expect(try state(feed, "198.18.1.1") == "none")
        #expect(try state(feed, "2001:db8::1") == "none")
        #expect(feed.standings().first?.isStale == false)
    }

    @Test(
        "routes that are not to be kept for long go with their session, the others stay (RFC 9494)"
    )
    func shortLived() async throws {
        let feed = feed()
        let session = session(restarts: false, refreshes: false)
        let mark: [UInt32] = [0xffff_0007]
        feed.sessionEstablished(source, session)
        feed.received(update(["198.18.1.0/24"]), from: source)
        feed.received(update(["198.18.2.0/24", "198.18.3.0/24"], communities: mark), from: source)
        feed.received(update(["198.18.3.0/24"]), from: source)
        feed.sessionEnded(source, reason: "closed")
        await feed.settle()
        #expect(try state(feed, "198.18.1.1") == "stale")
        #expect(try state(feed, "198.18.2.1") == "none")
        #expect(try state(feed, "198.18.3.1") == "stale", "told again without the mark")
    }

    private static let second: Int64 = 1_000_000_000

    @Test("the short-lived stay for the time of a restart where that was agreed on")
    func restartTime() {
        var renewal = RouteRenewal()
        var session = session(restarts: true, refreshes: false)
        session.restartSeconds = 120
        renewal.begin(session, at: 0)
        renewal.note(update(["198.18.2.0/24"], communities: [0xffff_0007]), at: 0)
        #expect(renewal.takeShortLived(at: 1 << 60).isEmpty, "while there is a session")
        renewal.end(at: 1_000 * Self.second)
        #expect(renewal.takeShortLived(at: 1_119 * Self.second).isEmpty)
        #expect(renewal.takeShortLived(at: 1_120 * Self.second).count == 1)
        #expect(renewal.takeShortLived(at: 1_121 * Self.second).isEmpty, "once")
        renewal.note(update(["198.18.2.0/24"], communities: [0xffff_0007]), at: 0)
        renewal.end(at: 2_000 * Self.second)
        renewal.begin(session, at: 2_001 * Self.second)
        #expect(renewal.takeShortLived(at: 1 << 60).isEmpty, "it is back in time")
    }

    @Test("without any mark, initial routes are complete after 30 s of silence, or 300 s")
    func guess() {
        var silent = RouteRenewal()
        silent.begin(session(restarts: false, refreshes: false), at: 0)
        silent.note(update(["198.18.1.0/24"]), at: 10 * Self.second)
        #expect(!silent.isProbablyComplete(at: 39 * Self.second))
        #expect(silent.isProbablyComplete(at: 40 * Self.second))
        var busy = RouteRenewal()
        busy.begin(session(restarts: false, refreshes: false), at: 0)
        for second in 0...310 as ClosedRange<Int64> {
            busy.note(update([]), at: second * Self.second)
            #expect(busy.isProbablyComplete(at: second * Self.second) == (second >= 300))
        }
        for (restarts, refreshes) in [(true, false), (true, true)] {
            var told = RouteRenewal()
            told.begin(session(restarts: restarts, refreshes: refreshes), at: 0)
            #expect(!told.isProbablyComplete(at: 1 << 60), "it will say so")
        }
        busy.end(at: 0)
        #expect(!busy.isProbablyComplete(at: 1 << 60), "there is no session")
    }

    @Test("a neighbor that is asked for its routes again and never answers is complete after 300 s")
    func unanswered() {
        var asked = RouteRenewal()
        asked.begin(session(restarts: false, refreshes: true), at: 0)
        #expect(!asked.isProbablyComplete(at: 299 * Self.second), "silent, but it may be thinking")
        #expect(asked.isProbablyComplete(at: 300 * Self.second))
    }

    @Test("a session of no family is complete as it is, and nobody waits for it")
    func noFamily() async {
        let feed = feed()
        var session = session(restarts: true, refreshes: true)
        session.families = []
        feed.sessionEstablished(source, session)
        await feed.settle()
        #expect(feed.neighborsWithAllRoutes == ["er1"])
    }

    private func applier() -> RouteApplier {
        RouteApplier(writer: RoutingTable().makeWriter(), clock: WallClock())
    }

    @Test(
        "an update of a neighbor with many short-lived routes does not copy all of them",
        .enabled(if: allocations_are_counted())
    )
    func manyShortLived() {
        var applier = applier()
        let mark: [UInt32] = [0xffff_0007]
        var many = update([], communities: mark)
        many.announced = (0..<20_000 as Range<UInt32>).map {
            .init(IPPrefix(.v4(0x1000_0000 + $0 << 8), length: 24))
        }
        _ = applier.apply(.updates(RouteBatch([many], from: source)))
        let first = update(["198.18.1.0/24"], communities: mark)
        _ = applier.apply(.updates(RouteBatch([first], from: source)))
        let next = RouteBatch([update(["198.18.2.0/24"], communities: mark)], from: source)
        allocations_reset()
        _ = applier.apply(.updates(next))
        let octets = allocations_read().octets
        #expect(octets < 200_000, "20,000 routes take a megabyte")
        #expect(octets > 0)
    }

    @Test(
        "to look for what is due, and find nothing, copies nothing",
        .enabled(if: allocations_are_counted())
    )
    func nothingDue() {
        var applier = applier()
        let session = session(restarts: true, refreshes: false)
        for number in 0..<2_000 as Range<UInt32> {
            let asn = ASN(rawValue: 64_500)
            let source = RouteSource(name: "er\(number)", address: .v4(number), asn: asn)
            _ = applier.apply(.established(source, session))
        }
        allocations_reset()
        #expect(applier.expire().isEmpty)
        #expect(allocations_read().octets < 100_000, "2,000 neighbors take more")
    }
}
