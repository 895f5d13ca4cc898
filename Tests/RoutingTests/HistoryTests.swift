// SPDX-License-Identifier: Apache-2.0

import Model
import Testing

@testable import Routing

/// Routes that changed more than once while flows of an earlier time were still to come.
@Suite("Route history")
struct HistoryTests {
    @Test("a flow that ended before a path hunt has the route from before it")
    func pathHunt() {
        var test = TestTable(retention: 600)
        test.time = 1000
        test.announce("203.0.113.0/24", path: [64500])
        for (time, path) in [(2001, 64501), (2002, 64502), (2003, 64503)] as [(Int64, UInt32)] {
            test.time = time
            test.announce("203.0.113.0/24", path: [path])
        }
        #expect(test.route("203.0.113.9", at: 2000) == "203.0.113.0/24 64500")
        #expect(test.route("203.0.113.9", at: 2001) == "203.0.113.0/24 64501")
        #expect(test.route("203.0.113.9", at: 2002) == "203.0.113.0/24 64502")
        #expect(test.route("203.0.113.9", at: 2003) == "203.0.113.0/24 64503")
        #expect(test.reader.route(of: test.match("203.0.113.9"), at: 2000)?.changed == 1000)
        #expect(test.reader.route(of: test.match("203.0.113.9"), at: 2001)?.changed == 2001)
    }

    @Test("a flow that ended before a withdrawal has the route that came back as another")
    func withdrawnAndBack() {
        var test = TestTable(retention: 600)
        test.announce("203.0.113.0/24", path: [64500])
        test.time = 2000
        test.withdraw("203.0.113.0/24")
        test.time = 2010
        test.announce("203.0.113.0/24", path: [64501])
        #expect(test.route("203.0.113.9", at: 1999) == "203.0.113.0/24 64500")
        #expect(test.route("203.0.113.9", at: 2010) == "203.0.113.0/24 64501")
        test.reclaim(12, step: 100)
        #expect(test.route("203.0.113.9", at: 1999) == "203.0.113.0/24 64501")
    }

    @Test("a longer prefix that flaps within another leaves each flow the route of its time")
    func withinAnother() {
        var test = TestTable(retention: 600)
        test.announce("203.0.112.0/20", path: [64500])
        for time in stride(from: Int64(2000), to: 2060, by: 20) {
            test.time = time
            test.announce("203.0.113.0/24", path: [UInt32(60_000 + time)])
            test.time = time + 10
            test.withdraw("203.0.113.0/24")
        }
        for time in stride(from: Int64(2000), to: 2060, by: 20) {
            let path = 60_000 + time
            #expect(test.route("203.0.113.9", at: time + 5) == "203.0.113.0/24 \(path)")
            #expect(test.route("203.0.113.9", at: time + 15) == "203.0.112.0/20 64500")
        }
        #expect(test.route("203.0.113.9", at: 1990) == "203.0.112.0/20 64500")
    }

    @Test("of a route that flaps the last eight changes are known, and no more are kept")
    func flaps() {
        var test = TestTable(retention: 600)
        for number in 0..<100 {
            test.time = 1000 + Int64(number)
            test.announce("203.0.113.0/24", path: [64500 + UInt32(number)])
        }
        for number in 91..<100 {
            let route = test.route("203.0.113.9", at: 1000 + Int64(number))
            #expect(route == "203.0.113.0/24 \(64500 + number)")
        }
        #expect(test.route("203.0.113.9", at: 1000) == "203.0.113.0/24 64591")
        test.reclaim(3)
        #expect(test.writer.footprint.events <= 2 * RouteHistory.longest)
        test.reclaim(30, step: 100)
        #expect(test.writer.footprint.events == 1)
        #expect(test.writer.footprint.pathSets == 1)
        #expect(test.route("203.0.113.9", at: 1098) == "203.0.113.0/24 64599")
    }

    @Test("what changed again and again is given back when the retention has passed")
    func givenBack() {
        var test = TestTable(retention: 600)
        for number in 0..<50 {
            test.time = 1000 + Int64(number)
            for third in 0..<20 {
                test.announce("10.0.\(third).0/24", path: [64500 + UInt32(number % 7)])
            }
            if number % 5 == 4 { test.withdraw("10.0.7.0/24") }
        }
        for third in 0..<20 { test.withdraw("10.0.\(third).0/24") }
        test.reclaim(40, step: 100)
        #expect(test.writer.footprint.events == 0)
        #expect(test.writer.footprint.pathSets == 0)
        #expect(test.writer.footprint.prefixes == 0)
    }

    @Test("each flow of the last changes has the route of its time, as a list of all has it")
    func equality() {
        let generator = RoutingEqualityTests.Generator(seed: 11)
        var numbers = Numbers(seed: 12)
        let prefixes = Array(generator.prefixes.prefix(40))
        let source = generator.sources[0]
        let table = RoutingTable(retention: 1_000)
        var writer = table.makeWriter()
        let view = writer.view(named: "router")
        let reader = table.makeReader()
        reader.goOnline()
        var plain = PlainTable(views: 1)
        var states: [PlainTable] = [plain]
        var compared = 0
        for time in Int64(1)...6_000 {
            var update = RouteUpdate(time: time)
            update.attributes = generator.attributes[Int.random(in: 0..<60, using: &numbers)]
            let prefix = prefixes[Int.random(in: 0..<40, using: &numbers)]
            if Int.random(in: 0..<3, using: &numbers) < 2 {
                update.announced = [.init(prefix)]
            } else {
                update.withdrawn = [.init(prefix)]
            }
            writer.apply(update, from: source, to: view)
            plain.apply(update, from: source, to: 0)
            states.append(plain)
            if time % 50 == 0 {
                reader.quiesce()
                writer.reclaim(at: time)
            }
            for _ in 0..<8 {
                let address = RoutingEqualityTests.Generator.address(using: &numbers)
                let back = Int64.random(in: 0...7, using: &numbers)
                let then = max(0, time - back)
                guard let (_, prefix, path) = states[Int(then)].route(to: address, views: [0])
                else {
                    continue  // what came later stands for what is not known
                }
                let match = reader.route(to: address, views: [view])
                let route = reader.route(of: match, at: then)
                compared += 1
                let asPath = route.map { reader.asPath($0.asPath) }
                #expect(asPath == path.attributes.asPath, "at \(then) of \(time)")
                #expect(route?.nextHop == path.attributes.nextHop)
                #expect(route?.prefix == prefix, "at \(then) of \(time)")
            }
        }
        #expect(compared > 20_000)
    }

    @Test("each flow of the last changes has the route of the router that had one at its time")
    func equalityOfLists() {
        let generator = RoutingEqualityTests.Generator(seed: 21)
        var numbers = Numbers(seed: 22)
        let prefixes = Array(generator.prefixes.filter { $0.length > 0 }.prefix(40))
        let table = RoutingTable(retention: 1_000)
        var writer = table.makeWriter()
        let views = ["own", "reflector"].map { writer.view(named: $0) }
        let reader = table.makeReader()
        reader.goOnline()
        var plain = PlainTable(views: 2)
        var states: [PlainTable] = [plain]
        var fromFormer = 0
        for time in Int64(1)...3_000 {
            let view = Int.random(in: 0..<2, using: &numbers)
            var update = RouteUpdate(time: time)
            update.attributes = generator.attributes[Int.random(in: 0..<60, using: &numbers)]
            let prefix = prefixes[Int.random(in: 0..<40, using: &numbers)]
            let isAnnounced = Bool.random(using: &numbers)
            if isAnnounced { update.announced = [.init(prefix)] }
            if !isAnnounced { update.withdrawn = [.init(prefix)] }
            writer.apply(update, from: generator.sources[0], to: views[view])
            plain.apply(update, from: generator.sources[0], to: view)
            states.append(plain)
            if time % 50 == 0 { writer.reclaim(at: time) }
            reader.quiesce()
            for _ in 0..<8 {
                let address = RoutingEqualityTests.Generator.address(using: &numbers)
                let then = max(0, time - Int64.random(in: 0...7, using: &numbers))
                // What a router before it has now stands for what that one did not have then.
                guard let before = states[Int(then)].route(to: address, views: [0, 1]),
                    let now = plain.route(to: address, views: [0, 1]), now.0 >= before.0
                else { continue }
                if now.0 > before.0 { fromFormer += 1 }
                let match = reader.route(to: address, views: ViewList(views))
                let route = reader.route(of: match, at: then)
                #expect(route?.view == views[before.0], "at \(then) of \(time)")
                #expect(route?.prefix == before.1, "at \(then) of \(time)")
                let asPath = route.map { reader.asPath($0.asPath) }
                #expect(asPath == before.2.attributes.asPath, "at \(then) of \(time)")
            }
        }
        #expect(fromFormer > 30)
    }

    @Test("a flow from before its own router lost the route has that one, not another router's")
    func lostByTheFirst() {
        var test = TestTable(retention: 600)
        let both: ViewList = [test.first, test.second]
        test.time = 1000
        test.announce("203.0.113.0/24", path: [64500])
        test.announce("203.0.113.0/24", path: [64501], to: test.second)
        test.announce("0.0.0.0/0", path: [64502])
        test.announce("198.51.100.0/24", path: [64503], to: test.second)
        test.time = 2000
        test.withdraw("203.0.113.0/24")
        test.withdraw("198.51.100.0/24", from: test.second)
        #expect(test.route("203.0.113.9", both, at: 1999) == "203.0.113.0/24 64500")
        #expect(test.route("203.0.113.9", both, at: 2000) == "203.0.113.0/24 64501")
        #expect(test.route("203.0.113.9", both) == "203.0.113.0/24 64501")
        // A default route decides where no router has more.
        #expect(test.route("198.51.100.9", both, at: 1999) == "198.51.100.0/24 64503")
        #expect(test.route("198.51.100.9", both, at: 2000) == "0.0.0.0/0 64502")
        test.reclaim(12, step: 100)
        #expect(test.route("203.0.113.9", both, at: 1999) == "203.0.113.0/24 64501")
    }

    @Test("so has a flow from before its own router lost the default route")
    func defaultLostByTheFirst() {
        var test = TestTable(retention: 600)
        let both: ViewList = [test.first, test.second]
        test.time = 1000
        test.announce("0.0.0.0/0", path: [64500])
        test.announce("0.0.0.0/0", path: [64501], to: test.second)
        let third = test.writer.view(named: "er3.ber")
        test.announce("203.0.113.0/24", path: [64502], to: third)
        test.time = 2000
        test.withdraw("0.0.0.0/0")
        #expect(test.route("203.0.113.9", both, at: 1999) == "0.0.0.0/0 64500")
        #expect(test.route("203.0.113.9", both, at: 2000) == "0.0.0.0/0 64501")
        #expect(test.route("192.0.2.9", both, at: 1999) == "0.0.0.0/0 64500")
    }

    @Test("what only another router has within a prefix is not the prefix of a flow before")
    func innerPrefixOfAnother() throws {
        let table = RoutingTable(retention: 1_000)
        var writer = table.makeWriter()
        let views = [writer.view(named: "one"), writer.view(named: "two")]
        let source = RoutingEqualityTests.Generator(seed: 1).sources[0]
        func announce(_ prefix: String, _ asn: UInt32, _ view: Int, at time: Int64) throws {
            var update = RouteUpdate(time: time)
            update.attributes.asPath = ASPath(sequence: [ASN(rawValue: asn)])
            update.announced = [.init(try #require(IPPrefix(prefix)))]
            writer.apply(update, from: source, to: views[view])
        }
        try announce("203.0.112.0/20", 64_501, 0, at: 100)
        try announce("203.0.112.0/20", 64_502, 0, at: 200)
        try announce("203.0.113.0/24", 64_503, 1, at: 250)
        let reader = table.makeReader()
        reader.goOnline()
        let match = reader.route(to: try #require(IPAddress("203.0.113.7")), views: [views[0]])
        let before = reader.route(of: match, at: 150)
        #expect(before?.originAS == ASN(rawValue: 64_501))
        #expect(before?.prefix == IPPrefix("203.0.112.0/20"))
        let now = reader.route(of: match, at: 300)
        #expect(now?.originAS == ASN(rawValue: 64_502))
        #expect(now?.prefix == IPPrefix("203.0.112.0/20"))
    }
}
