// SPDX-License-Identifier: Apache-2.0

import Foundation
import Model
import Routing
import Synchronization
import Testing

@Suite("Routing table: readers at work while the writer is")
struct ConcurrentReadersTests {
    /// What the threads share: a table in which the origin AS of each route numbers its prefix,
    /// and the neighbor AS its view.
    final class Stage: Sendable {
        static let views = 3
        let table = RoutingTable(retention: 40)
        let prefixes: [IPPrefix]
        let isOver = Atomic(false)
        let ready = Atomic(0)
        let lookups = Atomic(0)
        let faults = Mutex<[String]>([])
        let finished = DispatchSemaphore(value: 0)

        init() {
            var numbers = Numbers(seed: 7)
            // The first two cover all others, and are never withdrawn.
            var prefixes = [IPPrefix("10.0.0.0/8"), IPPrefix("2001:db8::/32")].compactMap(\.self)
            for _ in 0..<300 {
                let address = Self.address(using: &numbers)
                let length =
                    address.family == .ipv4
                    ? UInt8.random(in: 9...32, using: &numbers)
                    : UInt8.random(in: 33...64, using: &numbers)
                prefixes.append(IPPrefix(address, length: length))
            }
            self.prefixes = prefixes
        }

        static func address(using numbers: inout Numbers) -> IPAddress {
            let number = UInt32(truncatingIfNeeded: numbers.next()) & 0x000f_3f3f
            guard Bool.random(using: &numbers) else {
                return .v6(0x2001_0db8 << 96 | UInt128(number) << 70)
            }
            return .v4(10 << 24 | number)
        }

        func fault(_ text: String) { faults.withLock { $0.append(text) } }
    }

    @Test("every match is a route that was announced, and covers its address")
    func consistency() {
        let stage = Stage()
        var writer = stage.table.makeWriter()
        let views = (0..<Stage.views).map { writer.view(named: "view \($0)") }
        var plain = PlainTable(views: Stage.views)
        for view in views {
            for number in 0..<2 {
                let update = Self.announcement(of: number, stage.prefixes[number], view, time: 1)
                writer.apply(update, from: TestTable.neighbor, to: view)
                plain.apply(update, from: TestTable.neighbor, to: Int(view.rawValue))
            }
        }
        for seed in 0..<3 as Range<UInt64> {
            Thread.detachNewThread { Self.read(stage, views, seed: seed) }
        }
        while stage.ready.load(ordering: .acquiring) < 3 { Thread.sleep(forTimeInterval: 0.001) }
        Self.write(stage, views, &writer, &plain)
        stage.isOver.store(true, ordering: .releasing)
        for _ in 0..<3 { stage.finished.wait() }

        #expect(stage.faults.withLock { $0 } == [])
        #expect(stage.lookups.load(ordering: .relaxed) > 0)
        let reader = stage.table.makeReader()
        var numbers = Numbers(seed: 99)
        for _ in 0..<300 {
            let address = Stage.address(using: &numbers)
            let match = reader.route(to: address, views: [views[1]])
            #expect(reader.route(of: match)?.prefix == plain.route(to: address, views: [1])?.1)
        }
    }

    static func announcement(
        of number: Int,
        _ prefix: IPPrefix,
        _ view: ViewID,
        time: Int64
    ) -> RouteUpdate {
        var update = RouteUpdate(time: time)
        let neighbor = 64500 + UInt32(view.rawValue)
        // The middle AS makes paths come and go.
        update.attributes = TestTable.attributes(
            path: [neighbor, 65000 + UInt32(time % 7), UInt32(number) + 1]
        )
        update.announced = [.init(prefix)]
        return update
    }

    static func write(
        _ stage: Stage,
        _ views: [ViewID],
        _ writer: inout RoutingTableWriter,
        _ plain: inout PlainTable
    ) {
        var numbers = Numbers(seed: 3)
        for step in 0..<6000 as Range<Int64> {
            let view = views.randomElement(using: &numbers) ?? views[0]
            let number = Int.random(in: 0..<stage.prefixes.count, using: &numbers)
            let prefix = stage.prefixes[number]
            var update = announcement(of: number, prefix, view, time: step + 2)
            if number >= 2, Bool.random(using: &numbers) {
                update.announced = []
                update.withdrawn = [.init(prefix)]
            }
            writer.apply(update, from: TestTable.neighbor, to: view)
            plain.apply(update, from: TestTable.neighbor, to: Int(view.rawValue))
            if step % 500 == 0 {
                writer.markStale(TestTable.neighbor, in: view)
                plain.markStale(TestTable.neighbor, in: Int(view.rawValue))
            }
            writer.reclaim()
        }
    }

    static func read(_ stage: Stage, _ views: [ViewID], seed: UInt64) {
        let reader = stage.table.makeReader()
        var numbers = Numbers(seed: seed)
        var matches: [RouteMatch] = []
        var rounds = 0
        reader.goOnline()
        while !stage.isOver.load(ordering: .acquiring) {
            let addresses = (0..<40).map { _ in Stage.address(using: &numbers) }
            let lists = addresses.map { _ in ViewList([views[Int(numbers.next() % 3)]]) }
            reader.routes(to: addresses, views: lists, into: &matches)
            for (index, address) in addresses.enumerated() {
                check(matches[index], of: address, lists[index], reader, stage)
            }
            stage.lookups.wrappingAdd(40, ordering: .relaxed)
            reader.quiesce()
            if rounds == 0 { stage.ready.wrappingAdd(1, ordering: .releasing) }
            rounds += 1
            if rounds % 64 == 0 {
                reader.goOffline()
                reader.goOnline()
            }
        }
        reader.goOffline()
        stage.finished.signal()
    }

    static func check(
        _ match: RouteMatch,
        of address: IPAddress,
        _ list: ViewList,
        _ reader: borrowing RoutingTableReader,
        _ stage: Stage
    ) {
        guard let route = reader.route(of: match) else {
            return stage.fault("no route to \(address)")
        }
        let number = Int(route.originAS.rawValue) - 1
        guard stage.prefixes.indices.contains(number) else {
            return stage.fault("origin \(route.originAS) was never announced")
        }
        if !route.prefix.contains(address) || !stage.prefixes[number].contains(address) {
            stage.fault("\(route.prefix), \(stage.prefixes[number]) do not cover \(address)")
        }
        if route.view != list[0] || route.neighborAS.rawValue != 64500 + UInt32(list[0].rawValue) {
            stage.fault("a route of \(route.neighborAS) in view \(list[0].rawValue)")
        }
        let path = reader.asPath(route.asPath)
        if path.originAS != route.originAS || path.neighborAS != route.neighborAS {
            stage.fault("\(path) is not the path of \(route.prefix)")
        }
    }
}
