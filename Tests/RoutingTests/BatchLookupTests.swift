// SPDX-License-Identifier: Apache-2.0

import Model
import Routing
import Testing

@Suite("Routing table: many addresses at once")
struct BatchLookupTests {
    /// One around the other, down to single addresses, with holes between them.
    private static let prefixes = [
        "0.0.0.0/0", "10.0.0.0/8", "10.1.0.0/16", "10.1.2.0/24", "10.1.2.0/25", "10.1.2.64/28",
        "10.1.2.64/32", "10.1.2.79/32", "10.1.3.0/24", "192.0.0.0/2", "198.51.100.0/22",
        "2001:db8::/32", "2001:db8::/29", "2001:db8:1::/48", "2001:db8:1:80::/57",
        "2001:db8:1:80::/63", "2001:db8:1:80::/64", "2001:db8:1:80::/65", "2001:db8:1:80::8/125",
        "2001:db8:1:80::9/128", "2001:db8:1:80:ffff:ffff:ffff:ffff/128", "2a00::/12",
    ]

    private static let addresses = [
        "10.0.0.1", "10.1.0.1", "10.1.2.1", "10.1.2.64", "10.1.2.65", "10.1.2.79", "10.1.2.80",
        "10.1.2.128", "10.1.3.255", "10.2.0.0", "9.255.255.255", "11.0.0.0", "191.255.255.255",
        "192.0.0.0", "255.255.255.255", "198.51.103.255", "198.51.104.0", "0.0.0.0",
        "2001:db8::", "2001:dbf:ffff::1", "2001:dc0::", "2001:db8:1::1", "2001:db8:1:80::8",
        "2001:db8:1:80::9", "2001:db8:1:80::10", "2001:db8:1:80:8000::", "2001:db8:1:81::",
        "2001:db8:1:82::", "2001:db8:1:80:ffff:ffff:ffff:ffff", "2001:db8:1:100::", "::1",
        "2a0f:ffff::", "2a10::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
    ].compactMap { IPAddress($0) }

    @Test(
        "each address of a batch has the route it has by itself, among any number, of any views",
        arguments: [1, 20]
    )
    func sameAsSingle(viewCount: Int) {
        var test = TestTable()
        let views = (0..<viewCount).map { test.writer.view(named: "router \($0)") }
        for (number, prefix) in Self.prefixes.enumerated() {
            for (place, view) in views.enumerated() where (number + place) % 5 != 3 {
                test.announce(prefix, path: [64_500, UInt32(number), UInt32(place)], to: view)
            }
        }
        var matches: [RouteMatch] = []
        for count in [0, 1, 63, 64, 65, 127, 128, 129, 200, 64] {
            let addresses = (0..<count).map { Self.addresses[$0 * 7 % Self.addresses.count] }
            let lists: [ViewList] = (0..<count).map { place in
                [views[place * 3 % viewCount], views[place % viewCount]]
            }
            test.reader.routes(to: addresses, views: lists, into: &matches)
            #expect(matches.count == count)
            for place in 0..<count {
                let single = test.reader.route(to: addresses[place], views: lists[place])
                #expect(matches[place] == single, "\(addresses[place]), \(place) of \(count)")
            }
        }
    }

    @Test("an address without a list of views has no route, and does not disturb the others")
    func fewerLists() {
        var test = TestTable()
        test.announce("10.1.2.0/24", path: [64_500])
        let addresses = [IPAddress](repeating: .v4(0x0a01_0203), count: 130)
        var matches: [RouteMatch] = []
        for count in [0, 1, 64, 65, 129] {
            let lists = [ViewList](repeating: [test.first], count: count)
            test.reader.routes(to: addresses, views: lists, into: &matches)
            #expect(matches.map(\.isNone) == addresses.indices.map { $0 >= count })
        }
    }

    @Test("the memory of a short prefix comes back when it has gone")
    func shortPrefixes() {
        var test = TestTable(retention: 100)
        test.announce("192.0.2.0/24", path: [64_500])
        test.announce("2001:db8::/48", path: [64_500])
        let before = test.writer.footprint.octets
        let short = ["128.0.0.0/3", "160.0.0.0/6", "4000::/4", "4000::/8"]
        for prefix in short { test.announce(prefix, path: [64_501]) }
        // A word of the root for each /24.
        #expect(test.writer.footprint.octets >= before + 4 << 21 + 4 << 20)
        #expect(test.route("161.1.1.1") == "160.0.0.0/6 64501")
        #expect(test.route("4000:1::") == "4000::/8 64501")
        for prefix in short.reversed() { test.withdraw(prefix) }
        test.reclaim(60, step: 20)
        #expect(test.writer.footprint.octets <= before + 1 << 18)
        #expect(test.route("161.1.1.1") == nil)
        #expect(test.route("4000:1::") == nil)
        #expect(test.route("192.0.2.1") == "192.0.2.0/24 64500")
        #expect(test.route("2001:db8::1") == "2001:db8::/48 64500")
    }

    @Test("a prefix that takes the place of a longer one has nothing of its address")
    func indexesUsedAgain() {
        var test = TestTable(retention: 100)
        for round in 1...3 {
            test.announce("2001:db8::1234:5678/128", path: [64_500])
            #expect(test.route("2001:db8::1234:5678") == "2001:db8::1234:5678/128 64500")
            test.withdraw("2001:db8::1234:5678/128")
            test.reclaim(60, step: 20)
            test.announce("2001:db8:\(round)::/48", path: [64_500])
            #expect(test.route("2001:db8:\(round)::1") == "2001:db8:\(round)::/48 64500")
        }
    }
}
