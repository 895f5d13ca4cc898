// SPDX-License-Identifier: Apache-2.0

import Model
import Testing

@testable import Routing

/// Paths of a batch of flows, against what the same flows are explained by.
@Suite("Paths of a batch")
struct RoutePathTests {
    /// Whether `path` says what `route` says; both none.
    static func areSame(
        _ path: RoutePath,
        _ route: Route?,
        _ reader: borrowing RoutingTableReader,
        at time: Int64
    ) -> Bool {
        guard let route else { return path.isNone }
        return path.asPath == route.asPath && path.neighborAS == route.neighborAS
            && path.originAS == route.originAS && path.source == route.source
            && path.isStale == route.isStale && path.nextHopMismatch == route.nextHopMismatch
            && path.view == route.view && reader.nextHop(path.nextHop) == route.nextHop
            && reader.prefix(of: path, at: time) == route.prefix
    }

    @Test("a path is 32 octets")
    func size() {
        #expect(MemoryLayout<RoutePath>.stride == 32)
        #expect(RoutePath.none.isNone)
    }

    @Test("a flow that names a next hop, or an earlier time, has the path it is explained by")
    func named() {
        var test = TestTable(retention: 600)
        test.announce("203.0.113.0/24", path: [64500], nextHop: "192.0.2.1", identifier: 1)
        test.announce("203.0.113.0/24", path: [64501, 7], nextHop: "192.0.2.2", identifier: 2)
        test.time = 2_000
        test.announce("203.0.113.0/24", path: [64502], nextHop: "2001:db8::1", identifier: 1)
        let match = test.match("203.0.113.9")
        var paths: [RoutePath] = [.none]
        let named = ["192.0.2.2", "2001:db8::1", "192.0.2.9", nil, nil].map {
            $0.flatMap { IPAddress($0) }
        }
        test.reader.paths(
            of: Array(repeating: match, count: 6),
            nextHops: named,
            times: [2_000, 2_000, 2_000, 2_000, 1_999],
            into: &paths
        )
        #expect(paths.map(\.neighborAS.rawValue) == [64501, 64502, 64502, 64502, 64500, 64502])
        #expect(paths.map(\.nextHopMismatch) == [false, false, true, false, false, false])
        #expect(test.reader.nextHop(paths[1].nextHop) == IPAddress("2001:db8::1"))
        #expect(paths.allSatisfy { test.reader.prefix(of: $0) == IPPrefix("203.0.113.0/24") })
        test.reader.paths(of: [.none], nextHops: [], times: [], into: &paths)
        #expect(paths == [.none])
        #expect(test.reader.prefix(of: .none) == nil && test.reader.nextHop(.none) == nil)
    }

    @Test("of random flows of the last changes, each has the path it is explained by")
    func equality() {
        var generator = RoutingEqualityTests.Generator(seed: 21)
        let table = RoutingTable(retention: 1_000)
        var writer = table.makeWriter()
        let reader = table.makeReader()
        reader.goOnline()
        let views = (0..<3).map { writer.view(named: "view \($0)") }
        var paths: [RoutePath] = []
        var matches: [RouteMatch] = []
        var compared = 0
        var earlier = 0
        for time in Int64(1)...4_000 {
            let view = views[Int.random(in: 0..<3, using: &generator.numbers)]
            let source = generator.sources[Int.random(in: 0..<5, using: &generator.numbers)]
            writer.apply(generator.update(time: time), from: source, to: view)
            if time % 97 == 0 { writer.markStale(source, in: view) }
            guard time % 20 == 0 else { continue }
            reader.quiesce()
            writer.reclaim(at: time)
            let addresses = (0..<150).map { _ in
                RoutingEqualityTests.Generator.address(using: &generator.numbers)
            }
            let lists: [ViewList] = addresses.map { _ in
                ViewList(views.shuffled(using: &generator.numbers).prefix(2))
            }
            let times: [Int64] = addresses.map { _ in
                time - Int64.random(in: 0...40, using: &generator.numbers)
            }
            let nextHops = addresses.map { _ -> IPAddress? in
                let number = UInt32.random(in: 0...3, using: &generator.numbers)
                return number == 0 ? nil : .v4(number)
            }
            reader.routes(to: addresses, views: lists, into: &matches)
            reader.paths(of: matches, nextHops: nextHops, times: times, into: &paths)
            for index in addresses.indices {
                let route = reader.route(
                    of: matches[index],
                    nextHop: nextHops[index],
                    at: times[index]
                )
                let isSame = Self.areSame(paths[index], route, reader, at: times[index])
                #expect(isSame)
                compared += route == nil ? 0 : 1
                if let route, route != reader.route(of: matches[index], nextHop: nextHops[index]) {
                    earlier += 1
                }
            }
        }
        #expect(compared > 10_000 && earlier > 500)
    }

    @Test("when the retention has passed, no word says that its route changed lately")
    func settled() {
        var test = TestTable(retention: 600)
        test.announce("203.0.112.0/20", path: [64500])
        for number in 0..<6 {
            test.time += 20
            test.announce("203.0.113.0/24", path: [64500 + UInt32(number)])
        }
        test.announce("198.51.100.0/24", path: [64500], to: test.second)
        test.time += 20
        test.withdraw("198.51.100.0/24", from: test.second)
        #expect(test.match("203.0.113.9").isRecent && test.match("203.0.112.9").isRecent)
        let changed = test.reader.route(of: test.match("203.0.113.9"))?.changed
        test.reclaim(30, step: 100)
        #expect(!test.match("203.0.113.9").isRecent && !test.match("203.0.112.9").isRecent)
        #expect(test.reader.route(of: test.match("203.0.113.9"))?.changed == changed)
        #expect(test.match("198.51.100.9", [test.second]).isNone)
    }

    @Test("routes that came in the same second share what says when, once that is long ago")
    func sharedEvents() {
        let second: Int64 = 1_000_000_000
        var test = TestTable(retention: 600 * second)
        test.time = 1_000 * second
        test.announce("10.0.0.0/8", path: [64500])
        for number in 0..<500 {
            test.time += second / 100
            test.announce("10.\(number % 250).\(number / 250).0/24", path: [64501])
            // And a moment later it is another.
            test.announce("10.\(number % 250).\(number / 250).0/24", path: [64502])
        }
        #expect(test.writer.footprint.events <= 12)
        #expect(test.route("10.7.0.9", at: test.time) == "10.7.0.0/24 64502")
        #expect(test.route("10.7.0.9", at: 999 * second) == "10.7.0.0/24 64502")
        test.reclaim(30, step: 100 * second)
        #expect(test.writer.footprint.events <= 7)
        #expect(test.reader.route(of: test.match("10.7.0.9"))?.changed == 1_000 * second)
    }
}
