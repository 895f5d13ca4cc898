// SPDX-License-Identifier: Apache-2.0

import Model
import Testing

@testable import Routing

/// Views that end, and what is given back of them.
@Suite("Removed views")
struct ViewRemovalTests {
    @Test("a router that is removed loses its routes, its name and its memory")
    func removed() {
        var test = TestTable(retention: 600)
        ReclamationTests.fill(&test, 3_000)
        test.announce("203.0.113.0/24", path: [64501], to: test.second)
        test.reclaim(20, step: 100)
        let full = test.writer.footprint.octets
        test.writer.remove(view: test.first, at: test.time)
        #expect(test.reader.views == ["er2.ams"])
        #expect(test.reader.view(named: "er1.fra") == nil)
        #expect(test.writer.summary().views.map(\.name) == ["er2.ams"])
        #expect(test.match("10.0.1.9").pathSet == .none)
        #expect(test.route("203.0.113.9", [test.second]) == "203.0.113.0/24 64501")
        test.reclaim(60, step: 100)
        let left = test.writer.footprint
        #expect(left.octets < full)
        #expect(left.prefixes == 1 && left.pathSets == 1 && left.attributes == 1)
        #expect(left.events == 1 && left.waiting == 0)
        #expect(test.reader.name(of: test.first) == nil)
    }

    @Test("flows of before a router was removed still have its routes")
    func earlier() {
        var test = TestTable(retention: 600)
        test.announce("203.0.113.0/24", path: [64500])
        test.reclaim(20, step: 100)
        let before = test.time
        test.time += 50
        test.writer.remove(view: test.first, at: test.time)
        test.reclaim(3, step: 100)
        #expect(test.route("203.0.113.9", at: before) == "203.0.113.0/24 64500")
        #expect(test.route("203.0.113.9") == nil)
        #expect(test.reader.name(of: test.first) == "er1.fra")
    }

    @Test("the number of a removed view is not given again before the retention has passed")
    func numbers() {
        var test = TestTable(retention: 600)
        test.announce("203.0.113.0/24", path: [64500])
        test.writer.remove(view: test.first, at: test.time)
        let early = test.writer.view(named: "er3.muc")
        #expect(early != test.first)
        test.reclaim(4, step: 100)
        let another = test.writer.view(named: "er4.ber")
        #expect(another != test.first && another != early)
        test.reclaim(20, step: 100)
        let late = test.writer.view(named: "er5.ham")
        #expect(late == test.first)
        #expect(test.match("203.0.113.9", [late]).isNone)
        test.announce("203.0.113.0/24", path: [64505], to: late)
        #expect(test.route("203.0.113.9", [late]) == "203.0.113.0/24 64505")
        #expect(test.reader.view(named: "er5.ham") == late)
    }

    @Test("a router that comes back under its name begins empty, in another view")
    func sameName() {
        var test = TestTable(retention: 600)
        test.announce("203.0.113.0/24", path: [64500])
        test.writer.remove(view: test.first, at: test.time)
        let again = test.writer.view(named: "er1.fra")
        #expect(again != test.first)
        #expect(test.match("203.0.113.9", [again]).isNone)
        // What is announced to the old one is dropped.
        test.announce("203.0.113.0/24", path: [64500], to: test.first)
        #expect(test.writer.summary().ipv4Prefixes == 0)
        test.writer.remove(view: ViewID.none)
        test.writer.remove(view: ViewID(rawValue: 99))
    }

    @Test("views come and go without end, and the table has as many as there are routers")
    func comingAndGoing() {
        var test = TestTable(retention: 600)
        var octets: [Int] = []
        for number in 0..<200 {
            let view = test.writer.view(named: "router \(number)")
            test.announce("10.\(number).0.0/16", path: [64500, UInt32(number)], to: view)
            test.announce("10.0.0.0/8", path: [64500], to: view)
            test.reclaim(2, step: 300)
            test.writer.remove(view: view, at: test.time)
            #expect(view.rawValue < 20)
            octets.append(test.writer.footprint.octets)
        }
        let canMake = test.writer.canMake(views: Set((0..<4_070).map { "new \($0)" }))
        #expect(canMake)
        test.reclaim(20, step: 300)
        #expect(test.writer.footprint.prefixes == 0)
        #expect(test.writer.footprint.events == 0)
        #expect(octets[199] <= 2 * octets[20])
    }

    @Test("while a removed view is freed part by part, others change and are looked up")
    func parts() {
        var test = TestTable(retention: 600)
        ReclamationTests.fill(&test, 5_000)
        var walk = TableWalk()
        var parts = 0
        while !walk.isDone {
            test.writer.remove(view: test.first, at: test.time, &walk)
            test.announce("198.51.\(parts).0/24", path: [64500], to: test.second)
            parts += 1
        }
        #expect(parts == 6)
        for _ in 0..<30 {
            test.time += 100
            test.reader.quiesce()
            while !test.writer.reclaim(at: test.time, atMost: 500) {
                #expect(test.route("198.51.0.9", [test.second]) == "198.51.0.0/24 64500")
            }
        }
        #expect(test.writer.footprint.prefixes == parts)
        #expect(test.writer.summary().ipv6Prefixes == 0)
    }
}
