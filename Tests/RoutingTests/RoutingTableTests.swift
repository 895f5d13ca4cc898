// SPDX-License-Identifier: Apache-2.0

import Model
import Routing
import Testing

/// A table with two views, one neighbor, and a time that moves by hand.
struct TestTable: ~Copyable {
    let table: RoutingTable
    var writer: RoutingTableWriter
    let reader: RoutingTableReader
    let first: ViewID
    let second: ViewID
    var time: Int64 = 1000

    static let neighbor = RouteSource(
        name: "transit-1",
        address: .v4(0xc000_0201),
        asn: ASN(rawValue: 64500),
        routerID: 1
    )

    init(retention: Int64 = 600) {
        table = RoutingTable(retention: retention)
        var writer = table.makeWriter()
        first = writer.view(named: "er1.fra")
        second = writer.view(named: "er2.ams")
        self.writer = writer
        reader = table.makeReader()
        reader.goOnline()
    }

    static func attributes(path: [UInt32], nextHop: String? = nil) -> PathAttributes {
        var attributes = PathAttributes()
        attributes.asPath = ASPath(sequence: path.map(ASN.init(rawValue:)))
        attributes.nextHop = nextHop.flatMap { IPAddress($0) }
        return attributes
    }

    mutating func announce(
        _ prefix: String,
        path: [UInt32],
        nextHop: String? = nil,
        identifier: UInt32 = 0,
        to view: ViewID? = nil,
        from source: RouteSource = neighbor
    ) {
        var update = RouteUpdate(time: time)
        update.attributes = Self.attributes(path: path, nextHop: nextHop)
        update.announced = IPPrefix(prefix).map { [.init($0, pathIdentifier: identifier)] } ?? []
        writer.apply(update, from: source, to: view ?? first)
    }

    mutating func withdraw(_ prefix: String, identifier: UInt32 = 0, from view: ViewID? = nil) {
        var update = RouteUpdate(time: time)
        update.withdrawn = IPPrefix(prefix).map { [.init($0, pathIdentifier: identifier)] } ?? []
        writer.apply(update, from: Self.neighbor, to: view ?? first)
    }

    func match(_ address: String, _ views: ViewList? = nil) -> RouteMatch {
        guard let address = IPAddress(address) else { return .none }
        return reader.route(to: address, views: views ?? [first])
    }

    /// Prefix and AS path of the route to `address`, as text.
    func route(_ address: String, _ views: ViewList? = nil, at time: Int64? = nil) -> String? {
        guard let route = reader.route(of: match(address, views), at: time) else { return nil }
        return "\(route.prefix) \(reader.asPath(route.asPath))"
    }

    /// Lets the readers pass and the writer free, `times` times, `step` apart.
    mutating func reclaim(_ times: Int = 1, step: Int64 = 0) {
        for _ in 0..<times {
            time += step
            reader.quiesce()
            writer.reclaim(at: time)
        }
    }
}

@Suite("Routing table")
struct RoutingTableTests {
    @Test("the longest prefix wins, and a withdrawn one uncovers the one around it")
    func longestPrefix() {
        var test = TestTable()
        test.announce("203.0.112.0/20", path: [64500])
        test.announce("203.0.113.0/24", path: [64500, 64501])
        test.announce("2001:db8::/32", path: [64502])
        test.announce("2001:db8:0:1::/64", path: [64503])
        #expect(test.route("203.0.113.9") == "203.0.113.0/24 64500 64501")
        #expect(test.route("203.0.114.9") == "203.0.112.0/20 64500")
        #expect(test.route("2001:db8:0:1::9") == "2001:db8:0:1::/64 64503")
        #expect(test.route("2001:db8:0:2::9") == "2001:db8::/32 64502")
        test.withdraw("203.0.113.0/24")
        test.withdraw("2001:db8:0:1::/64")
        #expect(test.route("203.0.113.9") == "203.0.112.0/20 64500")
        #expect(test.route("2001:db8:0:1::9") == "2001:db8::/32 64502")
        test.withdraw("203.0.112.0/20")
        #expect(test.route("203.0.113.9") == nil)
    }

    @Test("a more specific route that only another router has does not win")
    func otherRoutersMoreSpecific() {
        var test = TestTable()
        test.announce("203.0.112.0/20", path: [64500])
        test.announce("203.0.113.0/24", path: [64501], to: test.second)
        #expect(test.route("203.0.113.9") == "203.0.112.0/20 64500")
        #expect(test.route("203.0.113.9", [test.second]) == "203.0.113.0/24 64501")
        #expect(test.route("203.0.114.9", [test.second]) == nil)
        test.announce("203.0.112.0/20", path: [64502])  // must reach the entry that inherits it
        #expect(test.route("203.0.113.9") == "203.0.112.0/20 64502")
        test.announce("203.0.112.0/23", path: [64503])  // and so must one that comes between
        #expect(test.route("203.0.113.9") == "203.0.112.0/23 64503")
        test.withdraw("203.0.112.0/23")
        #expect(test.route("203.0.113.9") == "203.0.112.0/20 64502")
    }

    @Test("the first view that covers the address decides, and none is no route")
    func viewOrder() {
        var test = TestTable()
        test.announce("203.0.112.0/20", path: [64500])
        test.announce("203.0.113.0/24", path: [64501], to: test.second)
        test.announce("198.51.100.0/24", path: [64502], to: test.second)
        #expect(test.route("203.0.113.9", [test.first, test.second]) == "203.0.112.0/20 64500")
        #expect(test.route("203.0.113.9", [test.second, test.first]) == "203.0.113.0/24 64501")
        #expect(test.route("198.51.100.9", [test.first, test.second]) == "198.51.100.0/24 64502")
        #expect(test.match("198.51.100.9", [test.first]).isNone)
        #expect(test.match("198.51.100.9", []).isNone)
        #expect(test.match("198.51.100.9", [ViewID(rawValue: 77)]).isNone)
    }

    @Test("the default route is used only when no view has anything else")
    func defaultRoute() {
        var test = TestTable()
        test.announce("0.0.0.0/0", path: [64500])
        test.announce("::/0", path: [64505])
        test.announce("203.0.113.0/24", path: [64501], to: test.second)
        let both: ViewList = [test.first, test.second]
        #expect(test.route("203.0.113.9") == "0.0.0.0/0 64500")
        #expect(test.route("2001:db8::1") == "::/0 64505")
        #expect(test.route("203.0.113.9", both) == "203.0.113.0/24 64501")
        #expect(test.route("203.0.114.9", both) == "0.0.0.0/0 64500")
        #expect(test.route("203.0.114.9", [test.second]) == nil)
        test.withdraw("0.0.0.0/0")
        #expect(test.route("203.0.114.9", both) == nil)
    }

    @Test("a flow that names its BGP next hop takes the path with that next hop")
    func namedNextHop() {
        var test = TestTable()
        test.announce("203.0.113.0/24", path: [64500], nextHop: "192.0.2.1", identifier: 1)
        test.announce("203.0.113.0/24", path: [64501, 7], nextHop: "192.0.2.2", identifier: 2)
        test.announce("203.0.113.0/24", path: [64502, 7, 7], nextHop: "192.0.2.3", identifier: 3)
        let match = test.match("203.0.113.9")
        #expect(test.reader.route(of: match)?.neighborAS == ASN(rawValue: 64500))
        #expect(test.reader.paths(of: match).count == 3)
        let other = test.reader.route(of: match, nextHop: IPAddress("192.0.2.3"))
        #expect(other?.neighborAS == ASN(rawValue: 64502))
        #expect(other?.originAS == ASN(rawValue: 7))
        #expect(other?.nextHopMismatch == false)
        let attributes = test.reader.attributes(of: match, nextHop: IPAddress("192.0.2.2"))
        #expect(attributes == TestTable.attributes(path: [64501, 7], nextHop: "192.0.2.2"))
        let unknown = test.reader.route(of: match, nextHop: IPAddress("192.0.2.9"))
        #expect(unknown?.neighborAS == ASN(rawValue: 64500))
        #expect(unknown?.nextHopMismatch == true)
        test.withdraw("203.0.113.0/24", identifier: 1)
        let next = test.reader.route(of: test.match("203.0.113.9"))
        #expect(next?.neighborAS == ASN(rawValue: 64501))
    }

    @Test("a record is attributed by the route of its own time")
    func earlierRoute() {
        var test = TestTable()
        test.announce("203.0.112.0/20", path: [64500])
        test.time = 2000
        test.announce("203.0.113.0/24", path: [64501])
        #expect(test.route("203.0.113.9", at: 1999) == "203.0.112.0/20 64500")
        #expect(test.route("203.0.113.9", at: 2000) == "203.0.113.0/24 64501")
        test.time = 2100
        test.announce("203.0.113.0/24", path: [64502])
        #expect(test.route("203.0.113.9", at: 2099) == "203.0.113.0/24 64501")
        #expect(test.reader.route(of: test.match("203.0.113.9"), at: 2099)?.changed == 2000)
        #expect(test.reader.route(of: test.match("203.0.113.9"))?.changed == 2100)
        test.time = 2200
        test.withdraw("203.0.113.0/24")
        #expect(test.route("203.0.113.9", at: 2199) == "203.0.113.0/24 64502")
        #expect(test.route("203.0.113.9", at: 2200) == "203.0.112.0/20 64500")
        test.time = 2300
        test.withdraw("203.0.112.0/20")
        #expect(test.route("203.0.113.9") == nil)
        #expect(test.route("203.0.113.9", at: 2299) == "203.0.112.0/20 64500")
        #expect(test.match("203.0.113.9").isNone == false)
    }

    @Test("a route that fell back to the default is known as it was before")
    func earlierThanDefault() {
        var test = TestTable()
        test.announce("0.0.0.0/0", path: [64500])
        test.announce("203.0.113.0/24", path: [64501])
        test.time = 2000
        test.withdraw("203.0.113.0/24")
        #expect(test.route("203.0.113.9") == "0.0.0.0/0 64500")
        #expect(test.route("203.0.113.9", at: 1500) == "203.0.113.0/24 64501")
    }

    @Test("the earlier route is known for the retention, and then is not")
    func retention() {
        var test = TestTable(retention: 600)
        test.announce("203.0.113.0/24", path: [64500])
        test.announce("198.51.100.0/24", path: [64500])
        test.time = 2000
        test.announce("203.0.113.0/24", path: [64501])
        test.withdraw("198.51.100.0/24")
        test.reclaim(6, step: 100)
        #expect(test.route("203.0.113.9", at: 1999) == "203.0.113.0/24 64500")
        #expect(test.route("198.51.100.9", at: 1999) == "198.51.100.0/24 64500")
        test.reclaim(10, step: 200)
        #expect(test.route("203.0.113.9", at: 1999) == "203.0.113.0/24 64501")
        #expect(test.match("198.51.100.9").isNone)
    }

    @Test("a session that drops leaves its routes standing, stale, until they are swept")
    func stale() {
        var test = TestTable()
        let neighbor = TestTable.neighbor
        test.announce("203.0.112.0/20", path: [64500])
        test.announce("203.0.113.0/24", path: [64501])
        test.announce("203.0.112.0/24", path: [64501], to: test.second)
        test.time = 2000
        test.writer.markStale(neighbor, in: test.first)
        #expect(test.reader.route(of: test.match("203.0.113.9"))?.isStale == true)
        #expect(test.reader.route(of: test.match("203.0.112.9"))?.isStale == true)  // inherits
        #expect(test.reader.route(of: test.match("203.0.112.9", [test.second]))?.isStale == false)
        test.announce("203.0.112.0/20", path: [64500])
        let refreshed = test.reader.route(of: test.match("203.0.112.9"))
        #expect(refreshed?.isStale == false)
        #expect(refreshed?.changed == 1000)  // told again as it was: no change of route
        #expect(test.writer.prefixCounts(of: neighbor, in: test.first) == PrefixCounts(ipv4: 2))
        test.writer.sweepStale(neighbor, in: test.first)
        #expect(test.route("203.0.113.9") == "203.0.112.0/20 64500")
        #expect(test.writer.prefixCounts(of: neighbor, in: test.first) == PrefixCounts(ipv4: 1))
        test.writer.remove(neighbor, from: test.first)
        #expect(test.route("203.0.113.9") == nil)
        #expect(test.route("203.0.112.9", [test.second]) == "203.0.112.0/24 64501")
    }

    @Test("a summary counts prefixes by view and once over all, and AS paths once")
    func summary() {
        var test = TestTable()
        test.announce("203.0.113.0/24", path: [64500])
        test.announce("203.0.113.0/24", path: [64500], nextHop: "192.0.2.1", to: test.second)
        test.announce("198.51.100.0/24", path: [64501], to: test.second)
        test.announce("2001:db8::/32", path: [64501])
        let summary = test.writer.summary()
        #expect(
            summary.views == [
                ViewSummary(name: "er1.fra", ipv4Prefixes: 1, ipv6Prefixes: 1),
                ViewSummary(name: "er2.ams", ipv4Prefixes: 2, ipv6Prefixes: 0),
            ]
        )
        #expect(summary.ipv4Prefixes == 2)
        #expect(summary.ipv6Prefixes == 1)
        #expect(summary.paths == 2)
        #expect(test.reader.views == ["er1.fra", "er2.ams"])
        #expect(test.reader.view(named: "er2.ams") == test.second)
        #expect(test.writer.view(named: "er1.fra") == test.first)
    }

    @Test("what nobody has made answers nothing")
    func unknown() {
        var test = TestTable()
        test.announce("203.0.113.0/24", path: [64500], to: ViewID.none)
        test.announce("203.0.113.0/24", path: [64500], to: ViewID(rawValue: 99))
        #expect(test.writer.summary().ipv4Prefixes == 0)
        for number in [1, 5000, UInt32.max - 1, .max] {
            #expect(test.reader.asPath(ASPathID(rawValue: number)).isEmpty)
            #expect(test.reader.source(RouteSourceID(rawValue: number)) == nil)
            #expect(test.reader.prefix(PrefixID(rawValue: number + (number == 1 ? 1 : 0))) == nil)
        }
        var matches = [RouteMatch.none]
        test.reader.routes(to: [.v4(1), .v4(2)], views: [[test.first]], into: &matches)
        #expect(matches.count == 2 && matches.allSatisfy(\.isNone))
    }

    @Test("a table has one writer")
    func oneWriter() async {
        await #expect(processExitsWith: .failure) {
            let table = RoutingTable()
            _ = table.makeWriter()
            _ = table.makeWriter()
        }
    }
}
