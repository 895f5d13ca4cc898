// SPDX-License-Identifier: Apache-2.0

import Collector
import Foundation
import Model
import RouteReception
import Routing
import Settings
import Storage
import TestSupport
import Testing

@Suite("RouteSnapshots")
struct RouteSnapshotsTests {
    /// A collector's routes, as far as snapshots go: a state directory, and neighbors.
    private struct World: ~Copyable {
        let folder = FileManager.default.temporaryDirectory.appending(path: "routes-\(UUID())")
        var settings = Settings()

        init(_ neighbors: [Settings.Neighbor]) {
            settings.state = folder.path
            settings.inventory.network.asns = [ASN(rawValue: 64500)]
            settings.neighbors = neighbors
        }

        deinit { try? FileManager.default.removeItem(at: folder) }

        func feed() -> RouteFeed { CollectorComponents.routeFeed(settings) }

        borrowing func snapshots(_ feed: RouteFeed) throws -> RouteSnapshots {
            try #require(RouteSnapshots(settings, feed: feed))
        }
    }

    private static let er1 = Settings.Neighbor(
        name: "er1.fra",
        address: .v4(0xc000_0201),
        asn: ASN(rawValue: 64500)
    )
    private static let er2 = Settings.Neighbor(
        name: "ams/er2",
        address: .v6(0x2001_0db8 << 96 | 2),
        asn: ASN(rawValue: 64501)
    )

    private static func source(_ neighbor: Settings.Neighbor) -> RouteSource {
        RouteSource(
            name: neighbor.name,
            address: neighbor.address,
            asn: neighbor.asn,
            routerID: 7,
            isExternal: neighbor.asn.rawValue != 64500
        )
    }

    /// All that a view holds: a line for each path, without whether it is stale.
    private static func lines(_ feed: RouteFeed, _ view: String) -> Set<String> {
        let reader = feed.table.makeReader()
        guard let id = reader.view(named: view) else { return [] }
        var lines: Set<String> = []
        var cursor = RouteCursor()
        while reader.walk(
            id,
            from: &cursor,
            slice: 100,
            { prefix, route in
                for path in route.paths {
                    let source = reader.source(path.source).map { "\($0)" } ?? "?"
                    lines.insert("\(prefix) \(path.pathIdentifier) \(source) \(path.attributes)")
                }
            }
        ) {}
        return lines
    }

    private static func stale(_ feed: RouteFeed, _ view: String) -> (stale: Int, fresh: Int) {
        let reader = feed.table.makeReader()
        guard let id = reader.view(named: view) else { return (0, 0) }
        var counts = (stale: 0, fresh: 0)
        var cursor = RouteCursor()
        while reader.walk(
            id,
            from: &cursor,
            slice: 100,
            { _, route in
                for path in route.paths {
                    if path.isStale { counts.stale += 1 } else { counts.fresh += 1 }
                }
            }
        ) {}
        return counts
    }

    /// Fills the view of `neighbor` with `count` routes of both families.
    private static func fill(
        _ feed: RouteFeed,
        _ neighbor: Settings.Neighbor,
        _ count: Int
    ) async {
        var random = RandomRoutes(seed: 11)
        for number in 0..<count {
            let family: AddressFamily = number % 4 == 0 ? .ipv6 : .ipv4
            var update = RouteUpdate(time: WallClock.nanoseconds())
            update.announced = [
                .init(random.prefix(family), pathIdentifier: UInt32(random.number(below: 2)))
            ]
            update.attributes = random.attributes(family)
            feed.received(update, from: source(neighbor))
        }
        await feed.settle()
    }

    private static func endOfRIB() -> RouteUpdate {
        var update = RouteUpdate(time: WallClock.nanoseconds())
        update.endOfRIB = AddressFamily.allCases
        return update
    }

    @Test("a collector that starts anew has the routes it had, all stale, path by path")
    func roundTrip() async throws {
        let world = World([Self.er1, Self.er2])
        let before = world.feed()
        await Self.fill(before, Self.er1, 3_000)
        await Self.fill(before, Self.er2, 500)
        let saved = try await world.snapshots(before).save(world.settings.neighbors)
        #expect(saved.problems.isEmpty)
        #expect(saved.files.map(\.view) == ["er1.fra", "ams/er2"])
        let names = try FileManager.default.contentsOfDirectory(
            atPath: world.folder.appending(path: "routes").path
        )
        #expect(names.sorted() == ["ams%2fer2.mrt", "er1.fra.mrt"])

        let after = world.feed()
        let restored = try world.snapshots(after).restore()
        await after.settle()
        #expect(restored.messages.isEmpty)
        #expect(restored.neighbors == ["er1.fra", "ams/er2"])
        #expect(restored.routes == saved.files.reduce(0) { $0 + $1.routes })
        for view in ["er1.fra", "ams/er2"] {
            let expected = Self.lines(before, view)
            #expect(expected.count > 300)
            #expect(Self.lines(after, view) == expected)
            let (stale, fresh) = Self.stale(after, view)
            #expect(stale == expected.count && fresh == 0)
        }
    }

    @Test("the routes of a neighbor that came by a reload are kept as well")
    func added() async throws {
        var world = World([Self.er1])
        let before = world.feed()
        let snapshots = try world.snapshots(before)
        world.settings.neighbors.append(Self.er2)
        before.update(neighbors: world.settings.neighbors)
        await Self.fill(before, Self.er2, 100)
        let saved = await snapshots.save(world.settings.neighbors)
        #expect(saved.files.map(\.view) == ["ams/er2"])
        let restored = try world.snapshots(world.feed()).restore()
        #expect(restored.neighbors == ["ams/er2"])
    }

    @Test("the neighbor that returns renews its routes, and its End-of-RIB sweeps the others")
    func returns() async throws {
        let world = World([Self.er1])
        let before = world.feed()
        await Self.fill(before, Self.er1, 100)
        _ = try await world.snapshots(before).save(world.settings.neighbors)
        let after = world.feed()
        _ = try world.snapshots(after).restore()
        let kept = try #require(IPPrefix("198.18.0.0/15"))
        var update = RouteUpdate(time: WallClock.nanoseconds())
        update.announced = [.init(kept)]
        after.received(update, from: Self.source(Self.er1))
        await after.settle()
        #expect(Self.stale(after, "er1.fra").fresh == 1)
        #expect(Self.stale(after, "er1.fra").stale > 50)
        after.received(Self.endOfRIB(), from: Self.source(Self.er1))
        await after.settle()
        #expect(Self.stale(after, "er1.fra") == (0, 1))
    }

    @Test("what the neighbor does not tell again within staleSeconds of the start goes")
    func expires() async throws {
        var neighbor = Self.er1
        neighbor.staleSeconds = 0
        let world = World([neighbor])
        let before = world.feed()
        await Self.fill(before, neighbor, 100)
        _ = try await world.snapshots(before).save(world.settings.neighbors)
        let after = world.feed()
        #expect(try world.snapshots(after).restore().routes > 50)
        await after.settle()
        #expect(Self.lines(after, "er1.fra").isEmpty)
    }

    @Test("routes of a table that fills the same view are not the neighbor's, and are left out")
    func onlyOwn() async throws {
        let world = World([Self.er1])
        let before = world.feed()
        await Self.fill(before, Self.er1, 10)
        let own = Self.lines(before, "er1.fra")
        var update = RouteUpdate(time: 1)
        update.announced = [.init(try #require(IPPrefix("198.18.0.0/15")))]
        let peer = RouteSource(name: "192.0.2.9", address: .v4(0xc000_0209), asn: ASN(rawValue: 1))
        before.load(update, from: peer, to: before.view(named: "er1.fra"))
        #expect(Self.lines(before, "er1.fra").count == own.count + 1)
        _ = try await world.snapshots(before).save(world.settings.neighbors)
        let after = world.feed()
        _ = try world.snapshots(after).restore()
        await after.settle()
        #expect(Self.lines(after, "er1.fra") == own)
    }

    @Test("a snapshot of a neighbor that has another address or AS now is not used")
    func moved() async throws {
        var world = World([Self.er1])
        let before = world.feed()
        await Self.fill(before, Self.er1, 10)
        _ = try await world.snapshots(before).save(world.settings.neighbors)
        world.settings.neighbors[0].asn = ASN(rawValue: 64511)
        let after = world.feed()
        let restored = try world.snapshots(after).restore()
        #expect(restored.neighbors.isEmpty && restored.routes == 0)
        #expect(restored.messages.first?.contains("another address or AS") == true)
    }

    @Test("a view that no neighbor fills any more is named and left alone")
    func orphan() async throws {
        var world = World([Self.er1])
        let before = world.feed()
        await Self.fill(before, Self.er1, 10)
        _ = try await world.snapshots(before).save(world.settings.neighbors)
        world.settings.neighbors = [Self.er2]
        let after = world.feed()
        let snapshots = try world.snapshots(after)
        let restored = snapshots.restore()
        #expect(restored.routes == 0)
        #expect(restored.messages.count == 1)
        #expect(restored.messages.first?.contains("no neighbor fills this view") == true)
        #expect(FileManager.default.fileExists(atPath: snapshots.path(of: "er1.fra")))
    }

    @Test("a snapshot of more than 24 hours ago, or ahead, is not used, and that is said")
    func old() async throws {
        let world = World([Self.er1])
        let before = world.feed()
        await Self.fill(before, Self.er1, 10)
        _ = try await world.snapshots(before).save(world.settings.neighbors)
        let now = WallClock.nanoseconds() / 1_000_000_000
        for offset in [86_500, -86_500] as [Int64] {
            let restored = try world.snapshots(world.feed()).restore(now: now + offset)
            #expect(restored.routes == 0)
            #expect(restored.messages.first?.contains("more than 24 hours") == true)
        }
        #expect(try world.snapshots(world.feed()).restore(now: now + 86_000).routes > 0)
    }

    @Test("a damaged snapshot, cut or changed anywhere, is set aside and never used")
    func damaged() async throws {
        let world = World([Self.er1])
        let before = world.feed()
        await Self.fill(before, Self.er1, 40)
        let snapshots = try world.snapshots(before)
        _ = await snapshots.save(world.settings.neighbors)
        let path = snapshots.path(of: "er1.fra")
        let sound = try Data(contentsOf: URL(filePath: path))
        var damages: [Data] = [Data(), sound.prefix(3), sound + [0]]
        for length in stride(from: 1, to: sound.count, by: 97) {
            damages.append(sound.prefix(length))
        }
        for place in stride(from: 0, to: sound.count, by: 61) {
            var changed = sound
            changed[place] ^= 1 << UInt8(place % 8)
            damages.append(changed)
        }
        for damage in damages {
            try damage.write(to: URL(filePath: path))
            let after = world.feed()
            let restored = try world.snapshots(after).restore()
            #expect(restored.routes == 0 && Self.lines(after, "er1.fra").isEmpty)
            #expect(restored.messages.first?.contains("damaged, set aside") == true)
            #expect(!FileManager.default.fileExists(atPath: path))
            #expect(FileManager.default.fileExists(atPath: "\(path).damaged"))
        }
    }

    @Test("where nothing can be written, the snapshot of before stays and the reason is told")
    func unwritable() async throws {
        let world = World([Self.er1])
        let before = world.feed()
        await Self.fill(before, Self.er1, 10)
        let snapshots = try world.snapshots(before)
        // A directory stands where the draft is to be.
        try FileManager.default.createDirectory(
            atPath: "\(snapshots.path(of: "er1.fra"))\(DurableFile.draftSuffix)/x",
            withIntermediateDirectories: true
        )
        let saved = await snapshots.save(world.settings.neighbors)
        #expect(saved.files.isEmpty)
        #expect(saved.problems.count == 1)
    }

    @Test("a configuration without state keeps no snapshots")
    func stateless() {
        #expect(RouteSnapshots(Settings(), feed: CollectorComponents.routeFeed(Settings())) == nil)
    }
}
