// SPDX-License-Identifier: Apache-2.0

import Collector
import Foundation
import Model
import RouteDecoding
import RouteReception
import Routing
import Settings
import TestSupport
import Testing

@Suite("RoutesQuery")
struct RoutesQueryTests {
    private let source = RouteSource(name: "er1", address: .v4(1), asn: ASN(rawValue: 64500))

    private func feed() async throws -> RouteFeed {
        let feed = CollectorComponents.routeFeed(Settings())
        var update = RouteUpdate(time: WallClock.nanoseconds())
        update.announced = [
            .init(try #require(IPPrefix("198.18.0.0/15"))),
            .init(try #require(IPPrefix("2001:db8::/32"))),
        ]
        update.attributes.asPath = ASPath(sequence: [64510, 64600].map(ASN.init(rawValue:)))
        update.attributes.communities = [64510 << 16 | 7]
        feed.received(update, from: source)
        await feed.settle()
        return feed
    }

    private func json(_ text: String) throws -> Any {
        try JSONSerialization.jsonObject(with: Data(text.utf8), options: .fragmentsAllowed)
    }

    @Test("a live table is asked as a loaded one: views, prefixes, paths")
    func summary() async throws {
        let query = RoutesQuery(live: try await feed())
        let document = try #require(try json(query.summary(.json)) as? [String: Any])
        let views = try #require(document["views"] as? [[String: Any]])
        #expect(views.count == 1)
        #expect(views[0]["name"] as? String == "er1" && views[0]["source"] as? String == "bgp")
        #expect(views[0]["ipv4Prefixes"] as? Int == 1 && views[0]["ipv6Prefixes"] as? Int == 1)
        #expect(document["paths"] as? Int == 1)
        #expect(query.summary(.table).contains("view er1  1 IPv4, 1 IPv6 prefixes"))
    }

    @Test("the view without a name is called common, to people only")
    func common() async throws {
        let feed = CollectorComponents.routeFeed(Settings())
        var update = RouteUpdate(time: WallClock.nanoseconds())
        update.announced = [.init(try #require(IPPrefix("198.18.0.0/15")))]
        feed.load(update, from: source, to: feed.view(named: CollectorComponents.commonView))
        let query = RoutesQuery(live: feed)
        #expect(query.summary(.table).contains("view (common)  1 IPv4, 0 IPv6 prefixes"))
        #expect(query.summary(.jsonl).contains("\"name\":\"\""))
        let address = try #require(IPAddress("198.18.0.1"))
        #expect(query.lookup([address], .table).contains("view (common)"))
        #expect(query.lookup([address], .jsonl).contains("\"view\":\"\""))
    }

    @Test("a lookup gives the longest match of each view, stale routes marked, else null")
    func lookup() async throws {
        let feed = try await feed()
        feed.sessionEnded(source, reason: "closed")
        await feed.settle()
        let query = RoutesQuery(live: feed)
        let addresses = ["198.19.0.1", "192.0.2.1"].compactMap { IPAddress($0) }
        let rows = try #require(try json(query.lookup(addresses, .json)) as? [[String: Any]])
        #expect(rows.count == 2)
        #expect(rows[0]["prefix"] as? String == "198.18.0.0/15")
        #expect(rows[0]["asPath"] as? [Int] == [64510, 64600])
        #expect(rows[0]["communities"] as? [String] == ["64510:7"])
        #expect(rows[0]["stale"] as? Bool == true)
        #expect(rows[1]["prefix"] is NSNull && rows[1]["view"] is NSNull)
        #expect(query.lookup(addresses, .jsonl).split(separator: "\n").count == 2)
    }

    /// Everything that a file holds: a line for each route.
    private func routes(_ path: String) throws -> [String] {
        var lines: [String] = []
        var file = try MRTFile.opened(path)
        _ = try file.read { peer, update in
            let announced = update.announced.map { "\($0.prefix) \($0.pathIdentifier)" }
            let source = peer.source
            lines.append("\(source.address) \(source.asn) \(announced) \(update.attributes)")
        }
        return lines.sorted()
    }

    private func temporary() -> String {
        FileManager.default.temporaryDirectory.appending(path: "dump-\(UUID()).mrt").path
    }

    @Test("a dump holds every path of every view, and a table loaded from it dumps the same")
    func dump() async throws {
        let feed = CollectorComponents.routeFeed(Settings())
        var random = RandomRoutes(seed: 4)
        for number in 0..<6_000 {
            let source = random.sources[number % random.sources.count]
            let family: AddressFamily = number % 3 == 0 ? .ipv6 : .ipv4
            var update = RouteUpdate(time: Int64(number) * 1_000_000_000)
            update.announced = [
                .init(random.prefix(family), pathIdentifier: UInt32(random.number(below: 2)))
            ]
            update.attributes = random.attributes(family)
            feed.load(update, from: source, to: feed.view(named: "\(source.address)"))
        }
        let (first, second) = (temporary(), temporary())
        defer { for path in [first, second] { try? FileManager.default.removeItem(atPath: path) } }
        let text = try await RoutesQuery(live: feed).dump(
            to: first,
            view: nil,
            force: false,
            .json
        )
        let document = try #require(try json(text) as? [String: Any])
        let lines = try routes(first)
        #expect(lines.count > 5_000 && document["routes"] as? Int == lines.count)
        #expect((document["views"] as? [Any])?.count == 5)
        let loaded = try RoutesQuery.loaded(mrt: first)
        #expect(loaded.problems.isEmpty)
        _ = try await loaded.dump(to: second, view: nil, force: false, .table)
        #expect(try routes(second) == lines)
    }

    @Test(
        "a dump of one view holds no other; one that is not there is refused with those there are"
    )
    func oneView() async throws {
        let feed = try await feed()
        var update = RouteUpdate(time: 1)
        update.announced = [.init(try #require(IPPrefix("192.0.2.0/24")))]
        feed.load(update, from: source, to: feed.view(named: "other"))
        let path = temporary()
        defer { try? FileManager.default.removeItem(atPath: path) }
        let query = RoutesQuery(live: feed)
        _ = try await query.dump(to: path, view: "er1", force: false, .table)
        #expect(try routes(path).count == 2)
        await #expect(throws: InputProblem.self) {
            _ = try await query.dump(to: path, view: "er1", force: false, .table)
        }
        _ = try await query.dump(to: path, view: "other", force: true, .table)
        #expect(try routes(path).count == 1)
        let problem = await #expect(throws: InputProblem.self) {
            _ = try await query.dump(to: path, view: "er9", force: true, .table)
        }
        #expect(problem?.description == "there is no view 'er9'; there are: er1, other")
        #expect(try routes(path).count == 1)
    }

    @Test("a dump that cannot be written leaves nothing behind")
    func unwritable() async throws {
        let query = RoutesQuery(live: try await feed())
        await #expect(throws: CollectorError.self) {
            _ = try await query.dump(to: "/proc/nowhere/x.mrt", view: nil, force: true, .table)
        }
    }

    @Test("a dump into a folder that is not there makes none, and says that it cannot be written")
    func noFolder() async throws {
        let query = RoutesQuery(live: try await feed())
        let folder = FileManager.default.temporaryDirectory.appending(path: "dump-\(UUID())").path
        let path = "\(folder)/x.mrt"
        let problem = await #expect(throws: CollectorError.self) {
            _ = try await query.dump(to: path, view: nil, force: false, .table)
        }
        #expect(problem?.description.hasPrefix("\(path) cannot be written: ") == true)
        #expect(!FileManager.default.fileExists(atPath: folder))
    }
}
