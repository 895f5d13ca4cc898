// SPDX-License-Identifier: Apache-2.0

import Collector
import Model
import RouteReception
import Routing
import Testing

@Suite("RouteFeed")
struct RouteFeedTests {
    private let source = RouteSource(name: "er1", address: .v4(1), asn: ASN(rawValue: 64500))

    private func feed(staleSeconds: Int64) -> RouteFeed {
        RouteFeed(
            table: RoutingTable(),
            staleSeconds: ["er1": staleSeconds],
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

    private func route(_ feed: RouteFeed, to address: String) throws -> Route? {
        let reader = feed.table.makeReader()
        let address = try #require(IPAddress(address))
        let match = reader.route(to: address, views: [feed.view(named: "er1")])
        return match.isNone ? nil : reader.route(of: match)
    }

    @Test("a neighbor's routes fill the view of its name")
    func fills() throws {
        let feed = feed(staleSeconds: 900)
        feed.received(update(["198.18.1.0/24", "2001:db8::/32"]), from: source)
        #expect(try route(feed, to: "198.18.1.9")?.neighborAS == ASN(rawValue: 64510))
        #expect(try route(feed, to: "198.18.2.9") == nil)
    }

    @Test("routes outlive their session, marked stale, and a session that returns renews them")
    func stale() throws {
        let feed = feed(staleSeconds: 900)
        feed.received(update(["198.18.1.0/24", "198.18.2.0/24"]), from: source)
        feed.sessionEnded(source, reason: "hold timer expired")
        feed.tidy()
        #expect(try route(feed, to: "198.18.1.9")?.isStale == true)
        feed.received(update(["198.18.1.0/24"], endOfRIB: true), from: source)
        #expect(try route(feed, to: "198.18.1.9")?.isStale == false)
        #expect(try route(feed, to: "198.18.2.9") == nil)
    }

    @Test("the end of the IPv4 routes says nothing of IPv6 routes that are still to come")
    func families() throws {
        let feed = feed(staleSeconds: 900)
        feed.received(update(["2001:db8::/32"]), from: source)
        feed.sessionEnded(source, reason: "closed")
        var end = RouteUpdate(time: WallClock.nanoseconds())
        end.endOfRIB = [.ipv4]
        feed.received(end, from: source)
        #expect(try route(feed, to: "2001:db8::1")?.isStale == true)
        end.endOfRIB = [.ipv6]
        feed.received(end, from: source)
        #expect(try route(feed, to: "2001:db8::1") == nil)
    }

    @Test("routes that have been stale for too long go")
    func swept() throws {
        let feed = feed(staleSeconds: 0)
        feed.received(update(["198.18.1.0/24"]), from: source)
        feed.sessionEnded(source, reason: "closed")
        feed.tidy()
        #expect(try route(feed, to: "198.18.1.9") == nil)
    }

    @Test("a session is told with its prefixes and why it last ended")
    func sessions() {
        let feed = feed(staleSeconds: 900)
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
        let session = feed.sessions().first
        #expect(session?.ipv4Prefixes == 1)
        #expect(session?.ipv6Prefixes == 2)
        #expect(session?.lastError == "hold timer expired")
    }
}
