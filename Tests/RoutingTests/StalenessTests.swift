// SPDX-License-Identifier: Apache-2.0

import Model
import Routing
import Testing

/// Marking and sweeping the routes of an ended session, part by part.
@Suite("Stale routes")
struct StalenessTests {
    private static let neighbor = TestTable.neighbor

    /// A table with 40,000 IPv4 and 100 IPv6 prefixes of one neighbor: several parts.
    private static func fullTable() -> TestTable {
        var test = TestTable()
        var update = RouteUpdate(time: test.time)
        update.attributes = TestTable.attributes(path: [64500, 64501])
        update.announced = (0..<40_000).map {
            .init(IPPrefix(.v4(0x1000_0000 + UInt32($0) << 8), length: 24))
        }
        update.announced += (0..<100).map {
            .init(IPPrefix(.v6(0x2001_0db8 << 96 + UInt128($0) << 80), length: 48))
        }
        test.writer.apply(update, from: neighbor, to: test.first)
        return test
    }

    private static let all = PrefixCounts(ipv4: 40_000, ipv6: 100)

    @Test("a full table is marked stale in parts, and none is forgotten")
    func marked() {
        var test = Self.fullTable()
        var walk = TableWalk()
        var parts = 0
        var fresh: [Int] = []
        while !walk.isDone {
            test.writer.markStale(Self.neighbor, in: test.first, &walk)
            parts += 1
            let left = test.writer.freshPrefixCounts(of: Self.neighbor, in: test.first)
            fresh.append(left.ipv4 + left.ipv6)
            // Others ask, and say something, in between.
            test.announce("198.51.100.0/24", path: [64501], to: test.second)
            test.writer.reclaim(at: test.time)
        }
        #expect(parts == 10)
        #expect(fresh == fresh.sorted(by: >))
        #expect(fresh.last == 0)
        #expect(test.writer.prefixCounts(of: Self.neighbor, in: test.first) == Self.all)
    }

    @Test("what is told again is fresh, and a sweep of one family leaves the other")
    func sweptByFamily() {
        var test = Self.fullTable()
        test.writer.markStale(Self.neighbor, in: test.first)
        for number in 0..<10 { test.announce("16.0.\(number).0/24", path: [64500]) }
        test.announce("2001:db8::/48", path: [64500])
        let fresh = test.writer.freshPrefixCounts(of: Self.neighbor, in: test.first)
        #expect(fresh == PrefixCounts(ipv4: 10, ipv6: 1))
        var walk = TableWalk()
        while !walk.isDone {
            test.writer.sweepStale(Self.neighbor, in: test.first, family: .ipv4, &walk)
        }
        var left = test.writer.prefixCounts(of: Self.neighbor, in: test.first)
        #expect(left == PrefixCounts(ipv4: 10, ipv6: 100))
        test.writer.sweepStale(Self.neighbor, in: test.first)
        left = test.writer.prefixCounts(of: Self.neighbor, in: test.first)
        #expect(left == fresh)
        #expect(test.writer.freshPrefixCounts(of: Self.neighbor, in: test.first) == fresh)
    }

    @Test("a prefix covered by a stale route finds the stale route, marked in parts or at once")
    func covered() {
        var test = TestTable()
        test.announce("203.0.112.0/20", path: [64500, 64501])
        // Known to the table by another view only: this view inherits for it.
        test.announce("203.0.113.0/24", path: [64502], to: test.second)
        var walk = TableWalk()
        while !walk.isDone { test.writer.markStale(Self.neighbor, in: test.first, &walk) }
        let match = test.match("203.0.113.9")
        #expect(test.reader.route(of: match)?.isStale == true)
        #expect(test.reader.route(of: match)?.prefix == IPPrefix("203.0.112.0/20"))
    }
}
