// SPDX-License-Identifier: Apache-2.0

import Model
import Routing
import Testing

@Suite("Routing table: what is freed, and when")
struct ReclamationTests {
    /// `count` routes with as many AS paths, some within others.
    static func fill(_ test: inout TestTable, _ count: UInt32) {
        for number in 0..<count {
            var update = RouteUpdate(time: test.time)
            update.attributes = TestTable.attributes(path: [64500, number + 1])
            let length: UInt8 = number % 16 == 0 ? 20 : 24
            let v4 = IPPrefix(.v4(0x0a00_0000 + number << 8), length: length)
            let v6 = IPPrefix(.v6(0x2001 << 112 | UInt128(number) << 80), length: 48)
            update.announced = [.init(v4), .init(v6)]
            test.writer.apply(update, from: TestTable.neighbor, to: test.first)
        }
    }

    @Test("memory comes back when a neighbor's routes have gone")
    func memoryComesBack() {
        var test = TestTable(retention: 100)
        test.announce("192.0.2.0/24", path: [64999])
        test.reclaim(20, step: 20)
        let before = test.writer.footprint
        Self.fill(&test, 6000)
        test.reclaim(20, step: 20)
        let full = test.writer.footprint
        #expect(full.prefixes == 12001 && full.asPaths == 6002 && full.waiting == 0)
        var other = TestTable.neighbor
        other.name = "transit-2"
        test.announce("192.0.2.0/24", path: [64999], from: other)
        test.writer.remove(TestTable.neighbor, from: test.first)
        test.reclaim(60, step: 20)
        let after = test.writer.footprint
        #expect(after.prefixes == 1 && after.waiting == 0 && after.asPaths == 2)
        #expect(after.nodes == before.nodes && after.pathSets == 1 && after.attributes == 1)
        #expect(full.octets > 2 * before.octets)
        // What stays: the roots' segments, and directories that have grown.
        #expect(after.octets < 2 * before.octets)
        #expect(test.route("192.0.2.9") == "192.0.2.0/24 64999")
        #expect(test.route("10.0.0.9") == nil)
    }

    @Test("flaps do not make the table grow")
    func flaps() {
        var test = TestTable(retention: 100)
        var octets: [Int] = []
        for _ in 0..<12 {
            Self.fill(&test, 1500)
            test.reclaim(12, step: 10)
            test.writer.remove(TestTable.neighbor, from: test.first)
            test.reclaim(40, step: 10)
            octets.append(test.writer.footprint.octets)
        }
        #expect(octets.dropFirst().allSatisfy { $0 <= octets[0] })
    }

    @Test("nothing is freed while a reader may see it")
    func graceTime() {
        var test = TestTable(retention: 0)
        test.announce("203.0.113.0/24", path: [64500, 64501])
        let match = test.match("203.0.113.9")
        test.withdraw("203.0.113.0/24")
        for _ in 0..<10 { test.writer.reclaim(at: 5000) }  // without a quiet point
        let route = test.reader.route(of: match)
        #expect(route?.prefix == IPPrefix("203.0.113.0/24"))
        #expect(route?.originAS == ASN(rawValue: 64501))
        #expect(test.writer.footprint.prefixes == 1)
        test.reclaim(10)
        #expect(test.writer.footprint.prefixes == 0)
        #expect(test.reader.route(of: match) == nil)
    }

    @Test("a reader that went offline or away holds nothing back")
    func offlineReaders() {
        var test = TestTable(retention: 0)
        let blocked = test.table.makeReader()
        blocked.goOnline()
        do {
            let passing = test.table.makeReader()
            passing.goOnline()
        }
        test.announce("203.0.113.0/24", path: [64500])
        test.withdraw("203.0.113.0/24")
        test.reclaim(10)
        #expect(test.writer.footprint.prefixes == 1)
        blocked.goOffline()
        test.reclaim(10)
        #expect(test.writer.footprint.prefixes == 0)
    }

    @Test("ids are not given to others before the retention has passed")
    func idsAreKept() {
        var test = TestTable(retention: 600)
        var seen: [(match: RouteMatch, route: Route, path: UInt32, time: Int64)] = []
        for number in 0..<400 as Range<UInt32> {
            test.announce("203.0.113.0/24", path: [64500, 70000 + number])
            let match = test.match("203.0.113.9")
            if let route = test.reader.route(of: match) {
                seen.append((match, route, 70000 + number, test.time))
            }
            if number % 3 == 0 { test.withdraw("203.0.113.0/24") }
            test.reclaim(1, step: 10)
            for past in seen where past.time + 600 >= test.time {
                let path = test.reader.asPath(past.route.asPath)
                #expect(path.originAS == ASN(rawValue: past.path))
                #expect(test.reader.attributes(of: past.match)?.asPath == path)
                #expect(test.reader.prefix(past.match.prefix) == past.route.prefix)
            }
        }
        #expect(seen.count == 400)
        // They are given again afterwards: the table keeps what the retention asks for, no more.
        #expect(Set(seen.map(\.route.asPath)).count < 200)
        #expect(test.writer.footprint.asPaths < 200)
    }

    @Test("a path that came into use and out of it again is kept from the last time on")
    func renewedRetention() {
        var test = TestTable(retention: 600)
        // The history holds them for as long again.
        for path in [64500, 64501, 64502] as [UInt32] {
            test.announce("203.0.113.0/24", path: [path])
        }
        test.reclaim(5, step: 100)
        test.announce("203.0.113.0/24", path: [64500])
        let match = test.match("203.0.113.9")
        for path in [64501, 64502] as [UInt32] { test.announce("203.0.113.0/24", path: [path]) }
        test.reclaim(5, step: 100)
        #expect(test.reader.route(of: match)?.neighborAS == ASN(rawValue: 64500))
        test.reclaim(10, step: 200)
        #expect(test.reader.route(of: match) == nil)
    }

    @Test("a clock that is set back does not free early, and does not stop freeing")
    func clockSetBack() {
        var test = TestTable(retention: 600)
        test.time = 1_000_000
        test.announce("203.0.113.0/24", path: [64500])
        let match = test.match("203.0.113.9")
        test.withdraw("203.0.113.0/24")
        test.reclaim()
        test.time = 1000
        test.reclaim(5, step: 100)
        #expect(test.reader.route(of: match)?.neighborAS == ASN(rawValue: 64500))
        test.reclaim(60, step: 100)
        #expect(test.writer.footprint.prefixes == 0)
    }

    @Test("a clock set back does not bring back what was replaced before")
    func routesAfterTheClockIsSetBack() {
        var test = TestTable(retention: 600)
        test.time = 100_000
        test.announce("203.0.113.0/24", path: [64510])
        test.reclaim()
        test.time = 100_100
        test.announce("203.0.113.0/24", path: [64520])
        test.reclaim()
        #expect(test.route("203.0.113.9", at: 100_050) == "203.0.113.0/24 64510")
        test.time = 50_000
        test.reclaim()
        #expect(test.route("203.0.113.9", at: 50_000) == "203.0.113.0/24 64520")
    }

    @Test("a whole table that is gone is freed in parts, each of them short, and all of it")
    func parts() {
        var test = TestTable(retention: 600)
        for number in 0..<3_000 as Range<UInt32> {
            test.announce("10.\(number / 256).\(number % 256).0/24", path: [64500 + number % 50])
        }
        for number in 0..<3_000 {
            test.withdraw("10.\(number / 256).\(number % 256).0/24")
        }
        #expect(test.writer.footprint.prefixes == 3_000)
        var calls = 0
        for _ in 0..<40 {
            test.time += 100
            test.reader.quiesce()
            while true {
                let before = test.writer.footprint
                let isDone = test.writer.reclaim(at: test.time, atMost: 100)
                calls += 1
                // What is freed may retire other things, but not more than itself.
                #expect(before.prefixes - test.writer.footprint.prefixes <= 100)
                if isDone { break }
            }
        }
        #expect(calls > 60)
        #expect(test.writer.footprint.prefixes == 0)
        #expect(test.writer.footprint.pathSets == 0)
        #expect(test.writer.footprint.events == 0)
        #expect(test.writer.footprint.waiting == 0)
    }
}
