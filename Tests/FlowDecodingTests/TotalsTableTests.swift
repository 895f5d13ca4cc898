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
        var reported: UInt64 = 0
        var counted: UInt64 = 0
        /// What is known to be missing.
        var missing: UInt64 = 0
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
            flows[place].reported = flow.total
            let key = flow.key &* 0x9e37_79b9_7f4a_7c15 &+ UInt64(bitPattern: flow.start)
            let growth = table.take(
                TotalsTable.Report(
                    key: key ^ key >> 29 &* 0xbf58_476d_1ce4_e5b9,
                    octets: flow.total,
                    packets: flow.total / 100,
                    start: flow.start,
                    until: now,
                    exportTime: now
                ),
                limit: limit
            )
            switch growth {
            case .by(let octets, _, _, _): flows[place].counted += octets
            case .whole: flows[place].counted += flow.total
            case .base(let missing): flows[place].missing += missing
            case .late: Issue.record("nothing was overtaken")
            }
        }
        return (flows, table)
    }

    @Test("with room for all flows each is counted to its last report", arguments: 1...4)
    func room(seed: Int) {
        let (flows, table) = run(1_000, seed: UInt64(seed))
        #expect(table.count == flows.filter { $0.counted + $0.missing > 0 }.count)
        #expect(table.evicted == 0)
        for flow in flows {
            #expect(flow.counted + flow.missing == flow.reported)
            if flow.start > 1_002 * Self.second { #expect(flow.missing == 0) }
            if flow.start < 1_000 * Self.second, flow.counted > 0 { #expect(flow.missing > 0) }
        }
    }

    @Test("what is not counted for want of room is known to a few parts in a thousand")
    func traces() {
        for seed: UInt64 in 1...4 {
            let (flows, table) = run(200, seed: seed)
            #expect(table.count <= 200)
            #expect(table.evicted > 500)
            // A few were silent for so long that their traces went too: all they had is missing.
            let untraced = flows.filter { $0.counted + $0.missing > $0.reported }
            #expect(untraced.count <= flows.count / 10)
            for flow in flows {
                #expect(flow.counted <= flow.reported)
                let told = flow.counted + flow.missing
                #expect(told >= flow.reported - flow.reported / 50)
            }
            let counted = flows.reduce(0) { $0 + $1.counted }
            // Of 400 flows as busy as each other, half are remembered at any time.
            #expect(counted > flows.reduce(0) { $0 + $1.reported } / 4)
        }
    }

    @Test("where not even traces find room nothing counts twice, and all of it is told")
    func noRoom() {
        for seed: UInt64 in 1...4 {
            let (flows, table) = run(32, seed: seed)
            #expect(table.count <= 32)
            #expect(table.evicted > 1_000)
            for flow in flows {
                #expect(flow.counted <= flow.reported)
                #expect(flow.counted + flow.missing >= flow.reported - flow.reported / 20)
            }
            #expect(flows.contains { $0.counted > 0 })
        }
    }

    @Test("room is made one flow at a time, and a limit that falls is held in a few steps")
    func limit() {
        var table = TotalsTable()
        table.listen(from: 0)
        func take(_ keys: ClosedRange<UInt64>, limit: Int) {
            for key in keys {
                let report = TotalsTable.Report(
                    key: key &* 0x9e37_79b9_7f4a_7c15,
                    octets: 1,
                    packets: 1,
                    start: 9 * Self.second,
                    until: 10 * Self.second,
                    exportTime: 10 * Self.second
                )
                _ = table.take(report, limit: limit)
            }
        }
        take(1...65, limit: 64)
        #expect(table.count == 64)
        #expect(table.evicted == 1)
        take(66...100, limit: 1_000)
        #expect(table.count == 99)
        take(101...200, limit: 64)
        #expect(table.count == 64)
        take(201...10_000, limit: 10_000)
        let octets = table.octets
        var steps = 1
        while !table.shrink(to: 64, now: 20 * Self.second), steps < 1_000 { steps += 1 }
        #expect((30...200).contains(steps))
        #expect(table.count == 64)
        #expect(table.octets < octets / 10)
    }

    @Test("the memory of a table stays what is planned, however many flows come and go")
    func memory() {
        let limit = 3 << 14
        var table = TotalsTable()
        table.listen(from: 0)
        var state: UInt64 = 7
        for step in 0..<Int64(limit * 4) {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            let now = 10 * Self.second + step * 1_000_000
            let report = TotalsTable.Report(
                key: state ^ state >> 29,
                octets: 1_000,
                packets: 1,
                start: now,
                until: now,
                exportTime: now
            )
            _ = table.take(report, limit: limit)
        }
        #expect(table.count <= limit)
        #expect(table.count > limit / 100 * 99)
        // 32 octets a place, of which 3/4 are used, and 4 a trace, of two generations.
        #expect(table.octets == (limit / 3 * 4) * (32 + 2 * 4))
    }

    @Test("slots that were freed lose none of those beside them")
    func removal() {
        var slots = TotalsSlots()
        var kept: Set<UInt64> = []
        var state: UInt64 = 7
        for _ in 0..<20_000 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            // Homes near one another and at the end of the table, so that they get in the way.
            let key = (state >> 60) << 32 | (state >> 40) % 40 &- 20
            if let place = slots.place(of: key) {
                #expect(kept.remove(key == 0 ? 1 : key) != nil)
                slots.remove(at: place)
            } else {
                slots.insert(.init(key: key, octets: key, packets: 0, until: 0))
                kept.insert(key == 0 ? 1 : key)
            }
            #expect(slots.count == kept.count)
        }
        for key in kept { #expect(slots.place(of: key) != nil) }
    }

    @Test("a total is remembered to 0.2 %, and never as less than it was")
    func rounding() {
        var total: UInt64 = 1
        while total < 1 << 52 {
            for total in [total - 1, total, total + 1] {
                let code = ForgottenFlows.code(total)
                #expect(code < 1 << 15)
                let trace = ForgottenFlows.total(code)
                #expect(trace >= total && trace - total <= total / 500)
            }
            total = total * 17 / 16 + 1
        }
    }
}
