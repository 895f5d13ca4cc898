// SPDX-License-Identifier: Apache-2.0

import Collector
import Model
import RouteReception
import Routing
import Settings
import Synchronization
import Testing

/// Neighbors that announce more, or faster, than they may.
@Suite("RouteFeed limits")
struct RouteFeedLimitTests {
    /// The sessions a feed acts upon.
    final class Sessions: RouteSessions {
        let resumed = Mutex(0)
        let limits = Mutex<[String]>([])

        var messagesReceived: [String: Int] { ["er1": 7] }

        func resumeReading() { resumed.withLock { $0 += 1 } }
        func limitReached(
            by neighbor: String,
            _ family: AddressFamily,
            bound: Int,
            refusingFor seconds: Int64
        ) {
            limits.withLock { $0.append("\(neighbor) \(family) \(bound) \(seconds)") }
        }
    }

    private let greedy = RouteSource(name: "er1", address: .v4(1), asn: ASN(rawValue: 64500))
    private let modest = RouteSource(name: "er2", address: .v4(2), asn: ASN(rawValue: 64501))
    private static let session = EstablishedSession(
        families: [.ipv4, .ipv6],
        holdSeconds: 90,
        hasGracefulRestart: true
    )

    private func feed(bound: Int = 2_000_000, mostUpdates: Int = 65_536) -> RouteFeed {
        let neighbors = [greedy, modest].map { source in
            var neighbor = Settings.Neighbor(
                name: source.name,
                address: source.address,
                asn: source.asn
            )
            neighbor.maxPrefixes.ipv4 = bound
            neighbor.maxPrefixes.ipv6 = 1 << 40
            return neighbor
        }
        return RouteFeed(
            table: RoutingTable(),
            neighbors: neighbors,
            mostUpdates: mostUpdates,
            clock: WallClock()
        )
    }

    /// One update of `count` prefixes from `start` on.
    private func update(_ start: Int, _ count: Int) -> RouteUpdate {
        var update = RouteUpdate(time: WallClock.nanoseconds())
        update.attributes.asPath = ASPath(sequence: [ASN(rawValue: 64510)])
        update.announced = (start..<start + count).map {
            .init(IPPrefix(.v4(0x1000_0000 + UInt32($0) << 8), length: 24))
        }
        return update
    }

    @Test("a neighbor with too many prefixes is told so once, and no other loses a route")
    func limit() async {
        let feed = feed(bound: 100)
        let sessions = Sessions()
        feed.begin(sessions)
        feed.sessionEstablished(greedy, Self.session)
        feed.sessionEstablished(modest, Self.session)
        for start in stride(from: 0, to: 100, by: 10) {
            feed.received(update(start, 10), from: greedy)
        }
        feed.received(update(0, 100), from: modest)
        feed.received(update(0, 100), from: greedy)
        await feed.settle()
        #expect(sessions.limits.withLock { $0 } == [], "as many as it may, told twice")
        for start in stride(from: 100, to: 300, by: 10) {
            feed.received(update(start, 10), from: greedy)
        }
        await feed.settle()
        #expect(sessions.limits.withLock { $0 } == ["er1 ipv4 100 900"])
        #expect(feed.standings().map(\.ipv4Prefixes) == [110, 100])
        let events = feed.takeEvents().filter { $0.kind == .limitReached }
        #expect(events.map(\.object) == ["er1"])
        #expect(events.first?.detail.hasPrefix("more than 100 ipv4 prefixes") == true)
        #expect(feed.standings().first?.messagesReceived == 7)
    }

    @Test("stale routes of an earlier session are not held against the new one")
    func staleRoutes() async {
        let feed = feed(bound: 100)
        let sessions = Sessions()
        feed.begin(sessions)
        feed.sessionEstablished(greedy, Self.session)
        feed.received(update(0, 90), from: greedy)
        feed.sessionEnded(greedy, reason: "closed")
        feed.sessionEstablished(greedy, Self.session)
        feed.received(update(500, 90), from: greedy)
        await feed.settle()
        #expect(feed.standings().first?.ipv4Prefixes == 180)
        #expect(sessions.limits.withLock { $0 } == [])
        feed.received(update(600, 11), from: greedy)
        await feed.settle()
        #expect(sessions.limits.withLock { $0.count } == 1)
    }

    private func marked(_ mark: RouteUpdate.Refresh) -> RouteUpdate {
        var update = RouteUpdate(time: WallClock.nanoseconds())
        update.refreshes = [mark]
        return update
    }

    private func end() -> RouteUpdate {
        var update = RouteUpdate(time: WallClock.nanoseconds())
        update.endOfRIB = [.ipv4, .ipv6]
        return update
    }

    @Test("what a neighbor tells again by a refresh counts with what it adds (RFC 7313)")
    func refresh() async {
        let feed = feed(bound: 100)
        let sessions = Sessions()
        feed.begin(sessions)
        feed.sessionEstablished(greedy, Self.session)
        feed.received(update(0, 60), from: greedy)
        feed.received(end(), from: greedy)
        feed.received(marked(.begin(.ipv4)), from: greedy)
        feed.received(update(0, 60), from: greedy)
        feed.received(update(60, 40), from: greedy)
        feed.received(marked(.end(.ipv4)), from: greedy)
        await feed.settle()
        #expect(sessions.limits.withLock { $0 } == [], "60 told again, and 40 new")
        feed.received(marked(.begin(.ipv4)), from: greedy)
        feed.received(update(500, 60), from: greedy)
        await feed.settle()
        #expect(sessions.limits.withLock { $0 } == ["er1 ipv4 100 900"], "160, none taken back")
    }

    @Test("marks before the initial routes are complete bring nobody over twice its bound")
    func endlessRefresh() async {
        let feed = feed(bound: 100)
        let sessions = Sessions()
        feed.begin(sessions)
        var session = Self.session
        session.hasGracefulRestart = false
        feed.sessionEstablished(greedy, session)
        var most = 0
        for round in 0..<8 {
            feed.received(update(round * 1_000, 90), from: greedy)
            feed.received(marked(.begin(.ipv4)), from: greedy)
            await feed.settle()
            most = max(most, feed.standings().first?.ipv4Prefixes ?? 0)
        }
        #expect((150...200).contains(most))
        #expect(sessions.limits.withLock { $0 } == [], "never more than 90 at a time")
    }

    @Test("a session after the one that passed its bound is heard again")
    func again() async {
        let feed = feed(bound: 10)
        feed.sessionEstablished(greedy, Self.session)
        feed.received(update(0, 11), from: greedy)
        feed.received(update(100, 5), from: greedy)
        feed.sessionEnded(greedy, reason: "too many")
        feed.sessionEstablished(greedy, Self.session)
        feed.received(update(200, 5), from: greedy)
        await feed.settle()
        #expect(feed.standings().first?.ipv4Prefixes == 16, "11 stale, none of the 5, 5 fresh")
    }

    @Test("a full queue says so, loses nothing, and asks for more when there is room")
    func queue() async {
        let feed = feed(mostUpdates: 64)
        let sessions = Sessions()
        feed.begin(sessions)
        var put = 0
        // Faster than it can be applied, until it is full.
        while feed.hasRoom, put < 20_000 {
            feed.received(update(put * 100, 100), from: greedy)
            put += 1
        }
        let isFull = put < 20_000
        feed.received(update(put * 100, 100), from: greedy)
        put += 1
        await feed.settle()
        #expect(feed.standings().first?.ipv4Prefixes == put * 100)
        #expect(feed.hasRoom)
        let statistics = feed.queueStatistics
        #expect(isFull)
        #expect(statistics.timesFull >= 1)
        #expect(statistics.deepest >= 64 && statistics.deepest <= 66)
        #expect(UInt64(sessions.resumed.withLock { $0 }) == statistics.timesFull)
    }

    @Test("what a neighbor says is applied in order, whoever asks meanwhile")
    func order() async {
        let feed = feed()
        await withTaskGroup { group in
            group.addTask {
                for _ in 0..<50 {
                    _ = feed.sessions()
                    _ = feed.standings()
                    feed.tidy()
                    _ = feed.summary()
                    await Task.yield()
                }
            }
            for source in [greedy, modest] {
                group.addTask {
                    for round in 0..<200 {
                        feed.sessionEstablished(source, Self.session)
                        feed.received(update(round * 10, 10), from: source)
                        var gone = RouteUpdate(time: WallClock.nanoseconds())
                        gone.withdrawn = update(round * 10, 10).announced
                        feed.received(gone, from: source)
                        feed.sessionEnded(source, reason: "closed")
                    }
                    feed.received(update(0, 3), from: source)
                }
            }
        }
        await feed.settle()
        #expect(feed.standings().map(\.ipv4Prefixes) == [3, 3])
        #expect(feed.queueStatistics.depth <= 1)
    }
}
