// SPDX-License-Identifier: Apache-2.0

import Foundation
import Model
import Routing
import Synchronization
import Testing

@Suite("Routing table: walks through a view")
struct WalkTests {
    /// A path as text: who told it, which it is, whether it is stale, and what was said.
    private static func line(_ path: PlainTable.PlainPath) -> String {
        "\(path.source.name) \(path.pathIdentifier) \(path.isStale) \(path.attributes)"
    }

    private static func walk(
        _ reader: borrowing RoutingTableReader,
        _ view: ViewID,
        slice: UInt32,
        between: () -> Void = {}
    ) -> [(prefix: IPPrefix, route: ViewRoute)] {
        var cursor = RouteCursor()
        var found: [(prefix: IPPrefix, route: ViewRoute)] = []
        while reader.walk(view, from: &cursor, slice: slice, { found.append(($0, $1)) }) {
            between()
        }
        return found
    }

    @Test(
        "a walk finds every path of the view once, the best first, whatever its slices are",
        arguments: [1, 7, 4096, .max] as [UInt32]
    )
    func complete(slice: UInt32) throws {
        var generator = RoutingEqualityTests.Generator(seed: 5)
        let table = RoutingTable(retention: 20)
        var writer = table.makeWriter()
        let reader = table.makeReader()
        var plain = PlainTable(views: 2)
        let views = [writer.view(named: "a"), writer.view(named: "b")]
        for time in 1...3_000 as ClosedRange<Int64> {
            let source = try #require(generator.sources.randomElement(using: &generator.numbers))
            let view = Int.random(in: 0...1, using: &generator.numbers)
            if time % 500 == 0 {
                writer.markStale(source, in: views[view])
                plain.markStale(source, in: view)
            } else {
                let update = generator.update(time: time)
                writer.apply(update, from: source, to: views[view])
                plain.apply(update, from: source, to: view)
            }
            if time % 10 == 0 { writer.reclaim() }
        }
        for view in views.indices {
            let found = Self.walk(reader, views[view], slice: slice)
            #expect(found.count == plain.views[view].count)
            for (prefix, route) in found {
                let expected = plain.views[view][prefix] ?? []
                let paths = route.paths.map { path in
                    PlainTable.PlainPath(
                        source: reader.source(path.source) ?? generator.sources[0],
                        pathIdentifier: path.pathIdentifier,
                        attributes: path.attributes,
                        isStale: path.isStale
                    )
                }
                #expect(paths.map(Self.line).sorted() == expected.map(Self.line).sorted())
                guard !expected.isEmpty, let first = paths.first else { continue }
                #expect(Self.line(first) == Self.line(PlainTable.best(expected)))
                #expect(route.changed > 0)
            }
            #expect(!found.isEmpty)
        }
    }

    @Test("a view that is not there has no routes")
    func absent() {
        let table = RoutingTable()
        _ = table.makeWriter()
        let found = Self.walk(table.makeReader(), ViewID(rawValue: 3), slice: 10)
        #expect(found.isEmpty)
    }

    @Test("while routes come and go, those that stay are found once, and none under a wrong prefix")
    func concurrent() {
        let table = RoutingTable(retention: 5)
        let isOver = Atomic(false)
        let finished = DispatchSemaphore(value: 0)
        let writer = table.makeWriter()
        let load = Mutex<RoutingTableWriter?>(writer)
        let started = DispatchSemaphore(value: 0)
        // The origin AS of a route numbers its prefix: even numbers stay, odd ones come and go.
        @Sendable func prefix(_ number: UInt32) -> IPPrefix {
            IPPrefix(.v4(10 << 24 | number << 8), length: 24)
        }
        @Sendable func update(_ number: UInt32, time: Int64, isThere: Bool) -> RouteUpdate {
            var update = RouteUpdate(time: time)
            update.attributes.asPath = ASPath(sequence: [ASN(rawValue: 1), ASN(rawValue: number)])
            if isThere {
                update.announced = [.init(prefix(number))]
            } else {
                update.withdrawn = [.init(prefix(number))]
            }
            return update
        }
        let thread = Thread {
            var taken: RoutingTableWriter?
            load.withLock { swap(&taken, &$0) }
            guard var writer = taken.take() else { return }
            let view = writer.view(named: "a")
            for number in 1...2_000 as ClosedRange<UInt32> {
                let update = update(number, time: 1, isThere: true)
                writer.apply(update, from: TestTable.neighbor, to: view)
            }
            started.signal()
            var time: Int64 = 1
            while !isOver.load(ordering: .acquiring) {
                for number in stride(from: 1 as UInt32, to: 2_000, by: 2) {
                    // Every thousand steps the odd ones are other prefixes, under used indexes.
                    time += 1
                    let shift = UInt32(time / 2_000 % 5) * 4_000
                    let isThere = time / 1_000 % 2 == 1
                    let update = update(number + shift, time: time, isThere: isThere)
                    writer.apply(update, from: TestTable.neighbor, to: view)
                    if time % 100 == 0 { writer.reclaim(at: time) }
                }
            }
            finished.signal()
        }
        thread.start()
        started.wait()
        let reader = table.makeReader()
        for round in 0..<60 {
            guard let view = reader.view(named: "a") else { continue }
            var seen: [IPPrefix: Int] = [:]
            for (found, route) in Self.walk(reader, view, slice: 64) {
                seen[found, default: 0] += 1
                let origin = route.paths.first?.attributes.asPath.originAS?.rawValue ?? 0
                #expect(prefix(origin) == found, "round \(round)")
            }
            for number in stride(from: 2 as UInt32, through: 2_000, by: 2) {
                #expect(seen[prefix(number)] == 1, "round \(round)")
            }
        }
        isOver.store(true, ordering: .releasing)
        finished.wait()
    }
}
