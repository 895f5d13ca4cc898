// SPDX-License-Identifier: Apache-2.0

import Model
import Routing
import Testing

/// All routes of a source go, in parts, while others say something.
@Suite("Routes that end at once")
struct WithdrawalTests {
    @Test("a prefix of another router follows the route around it, soon after that has ended")
    func repeated() {
        var test = TestTable(retention: 600)
        test.announce("203.0.112.0/20", path: [64500, 64501])
        test.announce("203.0.112.0/22", path: [64500, 64502])
        // Known to the table by another view only: this view inherits for it.
        test.announce("203.0.113.0/24", path: [64502], to: test.second)
        test.reclaim(20, step: 300)
        #expect(test.route("203.0.113.9") == "203.0.112.0/22 64500 64502")
        let ended = test.time
        var walk = TableWalk()
        var parts = 0
        while !walk.isDone {
            test.writer.remove(TestTable.neighbor, from: test.first, at: ended, &walk)
            parts += 1
        }
        #expect(parts == 2)
        let match = test.match("203.0.113.9")
        #expect(test.reader.route(of: match) == nil)
        let before = test.reader.route(of: match, at: ended - 1)
        #expect(before?.prefix == IPPrefix("203.0.112.0/22"))
    }

    @Test("a prefix that comes while routes end does not repeat one that has ended")
    func comesMeanwhile() {
        var test = TestTable(retention: 600)
        // The first prefix leaves a place that is behind the walk when it is taken again.
        test.announce("192.0.2.0/24", path: [64502], to: test.second)
        test.announce("100.0.0.0/8", path: [64500])
        ReclamationTests.fill(&test, 5_000)
        test.announce("100.1.0.0/16", path: [64502], to: test.second)
        test.withdraw("192.0.2.0/24", from: test.second)
        test.reclaim(20, step: 300)
        var walk = TableWalk()
        for _ in 0..<4 {
            test.writer.remove(TestTable.neighbor, from: test.first, at: test.time, &walk)
        }
        #expect(test.route("100.1.1.9") == "100.0.0.0/8 64500")
        test.announce("100.1.1.0/24", path: [64503], to: test.second)
        while !walk.isDone {
            test.writer.remove(TestTable.neighbor, from: test.first, at: test.time, &walk)
        }
        #expect(test.reader.route(of: test.match("100.1.1.9")) == nil)
    }

    @Test("a route that another gives meanwhile is that of all within it")
    func anotherMeanwhile() {
        var test = TestTable(retention: 600)
        test.announce("203.0.113.0/24", path: [64501])
        test.announce("203.0.112.0/20", path: [64500])
        test.announce("203.0.112.0/22", path: [64502])
        // What is between the two is still to come.
        var walk = TableWalk(part: 4)
        test.writer.remove(TestTable.neighbor, from: test.first, at: test.time, &walk)
        #expect(test.reader.route(of: test.match("203.0.113.9")) == nil)
        var other = TestTable.neighbor
        other.address = .v4(0xc633_6405)
        test.announce("203.0.112.0/20", path: [64510], from: other)
        while !walk.isDone {
            test.writer.remove(TestTable.neighbor, from: test.first, at: test.time, &walk)
        }
        #expect(test.route("203.0.113.9") == "203.0.112.0/20 64510")
    }

    @Test("a prefix that goes while routes end leaves nothing that has ended to those within it")
    func goesMeanwhile() {
        var test = TestTable(retention: 600)
        test.announce("192.0.2.0/24", path: [64502], to: test.second)
        test.announce("100.0.0.0/8", path: [64500])
        test.announce("100.1.0.0/16", path: [64502], to: test.second)
        test.withdraw("192.0.2.0/24", from: test.second)
        test.reclaim(20, step: 300)
        test.withdraw("100.1.0.0/16", from: test.second)
        test.reclaim(4, step: 100)
        var walk = TableWalk(part: 2)
        for _ in 0..<5 {
            test.writer.remove(TestTable.neighbor, from: test.first, at: test.time, &walk)
        }
        test.announce("100.1.1.0/24", path: [64503], to: test.second)
        test.reclaim(4, step: 100)
        #expect(!walk.isDone)
        while !walk.isDone {
            test.writer.remove(TestTable.neighbor, from: test.first, at: test.time, &walk)
        }
        #expect(test.reader.route(of: test.match("100.1.1.9")) == nil)
    }

    @Test("what others announce, withdraw and put in between two parts is right in the end")
    func between() {
        var generator = RoutingEqualityTests.Generator(seed: 11)
        let table = RoutingTable(retention: 30)
        var writer = table.makeWriter()
        let reader = table.makeReader()
        reader.goOnline()
        var plain = PlainTable(views: RoutingEqualityTests.views)
        let ids = (0..<RoutingEqualityTests.views).map { writer.view(named: "view \($0)") }
        var time: Int64 = 0
        func say(_ count: Int, but quiet: (source: RouteSource, view: Int)?) {
            for _ in 0..<count {
                time += 1
                // Few, so that prefixes come and go.
                let view = Int.random(in: 0..<2, using: &generator.numbers)
                let source = generator.sources.prefix(2).randomElement(using: &generator.numbers)
                guard let source, quiet.map({ $0.source != source || $0.view != view }) ?? true
                else { continue }
                let update = generator.update(time: time)
                writer.apply(update, from: source, to: ids[view])
                plain.apply(update, from: source, to: view)
            }
        }
        for round in 0..<30 {
            say(Int.random(in: 0...60, using: &generator.numbers), but: nil)
            let view = round % 2
            let source = generator.sources[round / 2 % 2]
            let isSweep = round % 3 == 0
            if isSweep {
                writer.markStale(source, in: ids[view])
                plain.markStale(source, in: view)
            }
            plain.remove(source, from: view, staleOnly: isSweep)
            var walk = TableWalk(part: 16)
            while !walk.isDone {
                if isSweep {
                    writer.sweepStale(source, in: ids[view], at: time, &walk)
                } else {
                    writer.remove(source, from: ids[view], at: time, &walk)
                }
                say(2, but: (source, view))
                reader.quiesce()
                if round % 2 == 0 { writer.reclaim(at: time) }
            }
            for _ in 0..<4 {
                RoutingEqualityTests.compare(reader, plain, ids, using: &generator.numbers)
            }
        }
        #expect(writer.summary() == plain.summary)
        for source in generator.sources {
            RoutingEqualityTests.empty(&writer, &plain, of: source, ids)
        }
        for _ in 0..<40 {
            time += 20
            reader.quiesce()
            writer.reclaim(at: time)
        }
        #expect(writer.footprint.pathSets == 0)
        #expect(writer.footprint.events == 0)
    }

    @Test("a view whose removal is given up keeps what it still has, and nothing that is gone")
    func givenUp() {
        var test = TestTable(retention: 600)
        test.announce("203.0.113.0/24", path: [64501])
        test.announce("203.0.114.0/24", path: [64502], to: test.second)
        test.announce("198.51.100.0/24", path: [64501])
        test.announce("203.0.112.0/20", path: [64500])
        var walk = TableWalk(part: 4)
        test.writer.remove(view: test.first, at: test.time, &walk)
        #expect(test.reader.route(of: test.match("203.0.113.9")) == nil)
        walk.giveUp()
        while !walk.isDone { test.writer.remove(view: test.first, at: test.time, &walk) }
        #expect(test.route("203.0.113.9") == "203.0.112.0/20 64500")
        #expect(test.route("203.0.114.9") == "203.0.112.0/20 64500")
        #expect(test.route("198.51.100.9") == "198.51.100.0/24 64501")
        walk = TableWalk()
        walk.giveUp()
        #expect(walk.isDone)
    }
}
