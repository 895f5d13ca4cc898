// SPDX-License-Identifier: Apache-2.0

import Model
import RouteReception
import Routing
import Settings
import Testing

@testable import Collector

@Suite("RouteBatch")
struct RouteBatchTests {
    private let source = RouteSource(name: "er1", address: .v4(1), asn: ASN(rawValue: 64500))

    private func update(_ first: Int, _ count: Int) -> RouteUpdate {
        var update = RouteUpdate(time: 1)
        update.announced = (first..<first + count).map { number in
            let prefix = IPPrefix(.v4(UInt32(number) << 8), length: 24)
            return RouteUpdate.Reachability(prefix)
        }
        return update
    }

    private func batches(_ updates: [RouteUpdate]) -> [RouteBatch] {
        var batches: [RouteBatch] = []
        RouteBatch.batches(of: updates, from: source) { batches.append($0) }
        #expect(batches.flatMap(\.updates) == updates)
        return batches
    }

    @Test("updates that came together stay together, in their order")
    func together() {
        let updates = (0..<64).map { update($0 * 3, 3) }
        let batches = batches(updates)
        #expect(batches.count == 1)
        #expect(batches.first?.prefixes == 192)
        #expect(self.batches([]).isEmpty)
    }

    @Test("what may take long is cut where it does, and behind a mark")
    func cut() {
        #expect(
            batches((0..<8).map { update($0 * 600, 600) }).map(\.prefixes) == [
                1_200, 1_200, 1_200, 1_200,
            ]
        )
        var end = RouteUpdate(time: 1)
        end.endOfRIB = [.ipv4]
        var refresh = RouteUpdate(time: 1)
        refresh.refreshes = [.begin(.ipv6)]
        let marked = batches([update(0, 1), end, update(1, 1), refresh, update(2, 1), update(3, 1)])
        #expect(marked.map(\.updates.count) == [2, 2, 2])
        #expect(batches([update(0, 1), end]).map(\.updates.count) == [2])
    }
}
