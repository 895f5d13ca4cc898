// SPDX-License-Identifier: Apache-2.0

import Collector
import Model
import RouteReception
import Routing
import Settings
import Synchronization
import Testing

@Suite("RouteFeed")
struct RouteFeedTests {
    private let source = RouteSource(name: "er1", address: .v4(1), asn: ASN(rawValue: 64500))
    private let other = RouteSource(name: "er2", address: .v4(2), asn: ASN(rawValue: 64501))
    private static let both = EstablishedSession(
        families: [.ipv4, .ipv6],
        holdSeconds: 90,
        hasGracefulRestart: true
    )

    private func neighbor(
        _ source: RouteSource,
        staleSeconds: Int64 = 900
    ) -> Settings.Neighbor {
        var neighbor = Settings.Neighbor(
            name: source.name,
            address: source.address,
            asn: source.asn
        )
        neighbor.staleSeconds = staleSeconds
        return neighbor
    }

    private func feed(staleSeconds: Int64 = 900, mostUpdates: Int = 1000) -> RouteFeed {
        RouteFeed(
            table: RoutingTable(),
            neighbors: [neighbor(source, staleSeconds: staleSeconds), neighbor(other)],
            mostUpdates: mostUpdates,
            clock: WallClock()
        )
    }

    private func update(_ prefixes: [String], endOfRIB: Bool = false) -> RouteUpdate {
        var update = RouteUpdate(time: WallClock.nanoseconds())
        update.announced = prefixes.compactMap { IPPrefix($0) }.map { .init($0) }
        update.attributes.asPath = ASPath(sequence: [ASN(rawValue: 64510)])
        if endOfRIB { update.endOfRIB = [.ipv4, .ipv6] }
        return update
    }

    private func end(of family: AddressFamily) -> RouteUpdate {
        var update = RouteUpdate(time: WallClock.nanoseconds())
        update.endOfRIB = [family]
        return update
    }

    private func route(_ feed: RouteFeed, to address: String) throws -> Route? {
        let reader = feed.table.makeReader()
        let address = try #require(IPAddress(address))
        let match = reader.route(to: address, views: [feed.view(named: "er1")])
        return match.isNone ? nil : reader.route(of: match)
    }

    @Test("a neighbor's routes fill the view of its name")
    func fills() async throws {
        let feed = feed()
        feed.received(update(["198.18.1.0/24", "2001:db8::/32"]), from: source)
        await feed.settle()
        #expect(try route(feed, to: "198.18.1.9")?.neighborAS == ASN(rawValue: 64510))
        #expect(try route(feed, to: "198.18.2.9") == nil)
    }

    @Test("routes outlive their session, marked stale, and a session that returns renews them")
    func stale() async throws {
        let feed = feed()
        feed.sessionEstablished(source, Self.both)
        feed.received(update(["198.18.1.0/24", "198.18.2.0/24"]), from: source)
        feed.sessionEnded(source, reason: "hold timer expired")
        await feed.settle()
        #expect(try route(feed, to: "198.18.1.9")?.isStale == true)
        #expect(feed.standings().first?.isStale == true)
        #expect((0...900).contains(feed.standings().first?.staleSecondsLeft ?? -1))
        feed.sessionEstablished(source, Self.both)
        feed.received(update(["198.18.1.0/24"]), from: source)
        await feed.settle()
        #expect(try route(feed, to: "198.18.1.9")?.isStale == false)
        #expect(try route(feed, to: "198.18.2.9")?.isStale == true, "not told yet, not lost")
        feed.received(update([], endOfRIB: true), from: source)
        await feed.settle()
        #expect(try route(feed, to: "198.18.2.9") == nil)
        #expect(feed.standings().first?.isStale == false)
    }

    @Test("the end of the IPv4 routes says nothing of IPv6 routes that are still to come")
    func families() async throws {
        let feed = feed()
        feed.sessionEstablished(source, Self.both)
        feed.received(update(["2001:db8::/32", "198.18.1.0/24"]), from: source)
        feed.sessionEnded(source, reason: "closed")
        feed.sessionEstablished(source, Self.both)
        feed.received(end(of: .ipv4), from: source)
        await feed.settle()
        #expect(try route(feed, to: "2001:db8::1")?.isStale == true)
        #expect(try route(feed, to: "198.18.1.9") == nil)
        #expect(feed.neighborsWithAllRoutes == [])
        feed.received(end(of: .ipv6), from: source)
        await feed.settle()
        #expect(try route(feed, to: "2001:db8::1") == nil)
        #expect(feed.neighborsWithAllRoutes == ["er1"])
    }

    @Test("a session of one family is complete with it, and the other's old routes go")
    func oneFamily() async throws {
        let feed = feed()
        feed.sessionEstablished(source, Self.both)
        feed.received(update(["2001:db8::/32"]), from: source)
        feed.sessionEnded(source, reason: "closed")
        var session = Self.both
        session.families = [.ipv4]
        feed.sessionEstablished(source, session)
        feed.received(end(of: .ipv4), from: source)
        await feed.settle()
        #expect(try route(feed, to: "2001:db8::1") == nil)
        #expect(feed.neighborsWithAllRoutes == ["er1"])
        #expect(feed.standings().first?.endOfRIB == [.ipv4])
    }

    @Test("a router that comes back under another BGP Identifier leaves no old routes behind")
    func otherIdentifier() async throws {
        let feed = feed()
        feed.sessionEstablished(source, Self.both)
        feed.received(update(["198.18.1.0/24", "198.18.2.0/24"]), from: source)
        feed.sessionEnded(source, reason: "closed")
        var back = source
        back.routerID = 77
        feed.sessionEstablished(back, Self.both)
        feed.received(update(["198.18.1.0/24"], endOfRIB: true), from: back)
        await feed.settle()
        #expect(try route(feed, to: "198.18.1.9")?.isStale == false)
        #expect(try route(feed, to: "198.18.2.9") == nil)
        #expect(feed.standings().first?.ipv4Prefixes == 1)
    }

    @Test("routes that have been stale for too long go")
    func swept() async throws {
        let feed = feed(staleSeconds: 0)
        feed.received(update(["198.18.1.0/24"]), from: source)
        feed.sessionEnded(source, reason: "closed")
        await feed.settle()
        #expect(try route(feed, to: "198.18.1.9") == nil)
    }

    @Test("forty flaps of a neighbor lose none of its routes at any moment")
    func flaps() async throws {
        let feed = feed()
        let prefixes = (0..<200).map { "198.18.\($0).0/24" }
        for _ in 0..<40 {
            feed.sessionEstablished(source, Self.both)
            feed.received(update(prefixes, endOfRIB: true), from: source)
            await feed.settle()
            #expect(feed.standings().first?.ipv4Prefixes == 200)
            feed.sessionEnded(source, reason: "closed")
            await feed.settle()
            #expect(feed.standings().first?.ipv4Prefixes == 200)
            #expect(try route(feed, to: "198.18.199.9")?.isStale == true)
        }
        #expect(feed.standings().first?.establishedCount == 40)
    }

    @Test("what a neighbor withdrew is gone in time, however often it flaps without End-of-RIB")
    func endlessFlaps() async throws {
        // Longer than a busy machine may make a moment's sleep last.
        let feed = feed(staleSeconds: 3)
        feed.sessionEstablished(source, Self.both)
        feed.received(update(["198.18.1.0/24", "198.18.2.0/24"]), from: source)
        feed.sessionEnded(source, reason: "closed")
        var isGone = false
        for _ in 0..<120 where !isGone {
            feed.sessionEstablished(source, Self.both)
            feed.received(update(["198.18.1.0/24"]), from: source)
            await feed.settle()
            #expect(try route(feed, to: "198.18.1.9") != nil, "told again")
            feed.sessionEnded(source, reason: "closed")
            try await Task.sleep(for: .milliseconds(100))
            await feed.settle()
            isGone = try route(feed, to: "198.18.2.9") == nil
        }
        #expect(isGone)
    }

    @Test("a short session that told only some routes takes none of the others with it")
    func shortSession() async throws {
        let feed = feed()
        feed.sessionEstablished(source, Self.both)
        feed.received(update(["198.18.1.0/24", "198.18.2.0/24"], endOfRIB: true), from: source)
        for _ in 0..<3 {
            feed.sessionEnded(source, reason: "closed")
            feed.sessionEstablished(source, Self.both)
            feed.received(update(["198.18.1.0/24"]), from: source)
            await feed.settle()
        }
        #expect(try route(feed, to: "198.18.2.9")?.isStale == true)
        #expect(try route(feed, to: "198.18.1.9")?.isStale == false)
    }

    @Test("a session is told with its prefixes and why it last ended")
    func sessions() async {
        let feed = feed()
        var state = SessionState(
            neighbor: "er1",
            state: "established",
            since: 1,
            ipv4Prefixes: 0,
            ipv6Prefixes: 0,
            lastError: "hold timer expired"
        )
        feed.sessionChanged(source, state)
        state.lastError = ""
        feed.sessionChanged(source, state)
        feed.received(update(["198.18.1.0/24", "2001:db8::/32", "2001:db9::/32"]), from: source)
        await feed.settle()
        let session = feed.sessions().first
        #expect(session?.ipv4Prefixes == 1)
        #expect(session?.ipv6Prefixes == 2)
        #expect(session?.lastError == "hold timer expired")
    }

    @Test("an attempt that fails is told, and again when it fails for another reason")
    func failures() {
        let feed = feed()
        func fail(_ reason: String) {
            feed.sessionChanged(
                source,
                SessionState(
                    neighbor: "er1",
                    state: "active",
                    since: 1,
                    ipv4Prefixes: 0,
                    ipv6Prefixes: 0,
                    lastError: reason
                )
            )
        }
        fail("")
        for reason in ["bad peer AS", "bad peer AS", "hold timer expired", "bad peer AS"] {
            fail(reason)
        }
        let events = feed.takeEvents()
        #expect(events.map(\.kind) == [.sessionEnded, .sessionEnded, .sessionEnded])
        let reasons = ["bad peer AS", "hold timer expired", "bad peer AS"]
        #expect(events.map(\.detail) == reasons.map { "before it was established: \($0)" })

        feed.sessionEstablished(source, Self.both)
        feed.sessionEnded(source, reason: "closed")
        fail("closed")
        #expect(feed.takeEvents().map(\.detail).last == "closed")
        fail("bad peer AS")
        #expect(feed.takeEvents().count == 1)
    }

    @Test("what happens to sessions is kept for the store, once")
    func history() {
        let feed = feed()
        feed.sessionEstablished(source, Self.both)
        feed.sessionEnded(source, reason: "received Cease/Administrative Reset")
        let events = feed.takeEvents()
        #expect(events.map(\.kind) == [.sessionEstablished, .sessionEnded])
        #expect(events.map(\.object) == ["er1", "er1"])
        let details = ["ipv4 ipv6, hold time 90 s", "received Cease/Administrative Reset"]
        #expect(events.map(\.detail) == details)
        #expect(feed.takeEvents() == [])
    }

    @Test("a connection that is refused is counted with its neighbor")
    func refused() {
        let feed = feed()
        for name in ["er1", nil] {
            feed.connectionRefused(.init(address: .v4(1), neighbor: name, reason: "no"))
        }
        #expect(feed.standings().map(\.refusedConnections) == [1, 0])
    }

    @Test("a neighbor that is taken out of the configuration is no longer listed")
    func reconfigured() async throws {
        let feed = feed()
        feed.received(update(["198.18.1.0/24"]), from: source)
        feed.update(neighbors: [neighbor(other)])
        feed.sessionEnded(source, reason: "closed")
        feed.update(neighbors: [neighbor(other)])
        await feed.settle()
        #expect(feed.standings().map(\.name) == ["er2"])
        #expect(try route(feed, to: "198.18.1.9")?.isStale == true, "flows still name that view")
    }
}
