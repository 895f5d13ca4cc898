// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import FlowDecoding

/// What flows that grow at random add up to, against the truth.
@Suite("The table of running totals")
struct TotalsTableTests {
    private static let second: Int64 = 1_000_000_000

    /// A flow and what was counted of it.
    private struct Flow {
        var key: UInt64
        var start: Int64
        var total: UInt64 = 0
        var counted: UInt64 = 0
        var isBased = false
    }

    /// Lets flows of a few keys and starts grow for a while, and takes the reports of those that
    /// are said; returns the flows as they are in the end.
    private func run(_ limit: Int, seed: UInt64) -> (flows: [Flow], table: TotalsTable) {
        var state = seed
        func number(below bound: UInt64) -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return (state >> 33) % bound
        }
        var table = TotalsTable()
        table.listen(from: 1_000 * Self.second)
        var flows: [Flow] = []
        for step: Int64 in 0..<20_000 {
            let now = (1_000 + step) * Self.second
            if flows.count < 400, number(below: 20) == 0 {
                let start = number(below: 10) == 0 ? 900 * Self.second : now
                flows.append(Flow(key: number(below: .max >> 33), start: start))
            }
            guard !flows.isEmpty else { continue }
            let place = Int(number(below: UInt64(flows.count)))
            flows[place].total += number(below: 1_000)
            guard number(below: 3) > 0 else { continue }  // lost on the way
            let flow = flows[place]
            let growth = table.take(
                TotalsTable.Report(
                    key: flow.key &* 0x9e37_79b9_7f4a_7c15 &+ UInt64(bitPattern: flow.start),
                    octets: flow.total,
                    packets: flow.total / 100,
                    start: flow.start,
                    until: now,
                    exportTime: now
                ),
                limit: limit
            )
            switch growth {
            case .by(let octets, _, _): flows[place].counted += octets
            case .whole: flows[place].counted += flow.total
            case .base: flows[place].isBased = true
            case .late: Issue.record("nothing was overtaken")
            }
        }
        return (flows, table)
    }

    @Test("with room for all flows each is counted to its last report", arguments: 1...4)
    func room(seed: Int) {
        let (flows, table) = run(1_000, seed: UInt64(seed))
        #expect(table.count == flows.filter { $0.counted > 0 || $0.isBased }.count)
        #expect(table.evicted == 0)
        for flow in flows where flow.start > 1_002 * Self.second {
            #expect(!flow.isBased)
            #expect(flow.counted <= flow.total && flow.total - flow.counted < 20_000)
        }
        for flow in flows where flow.start < 1_000 * Self.second && flow.counted > 0 {
            #expect(flow.isBased)
        }
    }

    @Test("without room for all flows none is counted twice", arguments: 1...4)
    func noRoom(seed: Int) {
        let (flows, table) = run(32, seed: UInt64(seed))
        #expect(table.count <= 32)
        #expect(table.evicted > 1_000)
        for flow in flows { #expect(flow.counted <= flow.total) }
        #expect(flows.contains { $0.counted > 0 })
    }

    @Test("flows that are all as old are forgotten no more than an eighth at once")
    func equalTimes() {
        var table = TotalsTable()
        table.listen(from: 0)
        for key: UInt64 in 1...65 {
            let report = TotalsTable.Report(
                key: key,
                octets: 1,
                packets: 1,
                start: 9 * Self.second,
                until: 10 * Self.second,
                exportTime: 10 * Self.second
            )
            _ = table.take(report, limit: 64)
        }
        #expect(table.count == 57)
        #expect(table.evicted == 8)
    }
}
