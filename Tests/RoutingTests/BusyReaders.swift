// SPDX-License-Identifier: Apache-2.0

import Foundation
import Model
import Routing
import Synchronization

/// Threads that look up all the time while a table is changed, and check what they find.
final class BusyReaders: Sendable {
    private let table: RoutingTable
    private let views: [ViewID]
    private let count: Int
    private let isOver = Atomic(false)
    private let hasBegun = DispatchSemaphore(value: 0)
    private let isEnded = DispatchSemaphore(value: 0)
    private let found = Atomic(0)
    private let faults = Mutex<[String]>([])

    init(_ count: Int, of table: RoutingTable, in views: [ViewID]) {
        self.table = table
        self.views = views
        self.count = count
        for seed in 0..<UInt64(count) {
            Thread.detachNewThread { [self] in
                read(seed: 1000 + seed)
                isEnded.signal()
            }
        }
    }

    /// Ends them, after the first lookups of each; returns what was wrong, and how many routes they
    /// found.
    func end() -> (faults: [String], found: Int) {
        for _ in 0..<count { hasBegun.wait() }
        isOver.store(true, ordering: .releasing)
        for _ in 0..<count { isEnded.wait() }
        return (faults.withLock { $0 }, found.load(ordering: .relaxed))
    }

    private func read(seed: UInt64) {
        let reader = table.makeReader()
        var numbers = Numbers(seed: seed)
        var matches: [RouteMatch] = []
        var prefixes = [UInt32](repeating: 0, count: 100)
        var rounds = 0
        while !isOver.load(ordering: .acquiring) {
            let addresses = prefixes.indices.map { _ in
                RoutingEqualityTests.Generator.address(using: &numbers)
            }
            let lists = addresses.map { _ in
                ViewList(views.shuffled(using: &numbers).prefix(Int(numbers.next() % 5)))
            }
            reader.goOnline()
            reader.routes(to: addresses, views: lists, into: &matches)
            for index in addresses.indices {
                check(matches[index], addresses[index], lists[index], reader)
            }
            reader.quiesce()
            var output = prefixes.mutableSpan
            reader.prefixes(of: addresses.span, into: &output)
            for index in addresses.indices where prefixes[index] > 1 {
                let prefix = reader.prefix(PrefixID(rawValue: prefixes[index]))
                if prefix?.contains(addresses[index]) != true {
                    fault("\(addresses[index]) is not in its longest prefix")
                }
            }
            reader.goOffline()
            rounds += 1
            if rounds == 1 { hasBegun.signal() }
            // Leaves the processor to the writer, of whom there is one.
            Thread.sleep(forTimeInterval: 0.0005)
        }
    }

    private func check(
        _ match: RouteMatch,
        _ address: IPAddress,
        _ list: ViewList,
        _ reader: borrowing RoutingTableReader
    ) {
        // None: the view had a route a short while ago.
        guard let route = reader.route(of: match) else { return }
        found.wrappingAdd(1, ordering: .relaxed)
        if !route.prefix.contains(address) { fault("\(address) is not in \(route.prefix)") }
        let isAsked = (0..<list.count).contains { list[$0] == route.view }
        if !isAsked { fault("a route of view \(route.view.rawValue), which was not asked for") }
        if reader.attributes(of: match) == nil { fault("a route without attributes") }
    }

    private func fault(_ text: String) {
        faults.withLock { if $0.count < 10 { $0.append(text) } }
    }
}
