// SPDX-License-Identifier: Apache-2.0

import Model
import TestSupport
import Testing

@testable import FlowDecoding

/// Flows that must not become two because of how they are told.
@Suite("Running totals of one flow that is told in more than one way")
struct TotalsKeyTests {
    typealias Field = TemplateMessage.Field

    @Test(
        "a flow that leaves with another VLAN after a route change is the same",
        arguments: [59, 254, 255]
    )
    func laterVLAN(element: Int) {
        var sender = TotalsSender()
        for (minute, vlan) in [(1, 100), (2, 100), (3, 200)] as [(Int, UInt64)] {
            let records = sender.send(
                at: minute * 60,
                [
                    (.source, 1), (Field(element, 2), vlan),
                    (.startMilliseconds, TotalsSender.milliseconds(10)),
                    (.totalOctets, UInt64(minute) * 1_000),
                ]
            )
            #expect(records.map(\.octets) == [1_000])
        }
    }

    /// Sends a flow by two templates in turn, the second without octets.
    private func alternate(start: Int) -> (octets: UInt64, packets: UInt64, missing: UInt64) {
        var sender = TotalsSender()
        var octets: UInt64 = 0
        var packets: UInt64 = 0
        for minute in 1...10 {
            let isFull = minute % 2 == 0
            var values: [(Field, UInt64)] = [
                (.source, 1), (.startMilliseconds, TotalsSender.milliseconds(start)),
            ]
            if isFull { values.append((.totalOctets, UInt64(minute) * 1_000)) }
            values.append((.totalPackets, UInt64(minute) * 10 + 5))
            let record = sender.send(at: minute * 60, values, id: isFull ? 256 : 257)[0]
            octets += record.octets
            packets += record.packets
        }
        return (octets, packets, sender.octetsWithoutBase)
    }

    @Test("a flow by two templates, one without octets, counts each counter by what it grew")
    func twoTemplates() {
        let (octets, packets, missing) = alternate(start: 10)
        #expect(octets == 10_000)
        #expect(packets == 105)
        #expect(missing == 0)
    }

    @Test("octets that a flow's first record did not tell are the base only, if it began before")
    func twoTemplatesBefore() {
        let (octets, packets, missing) = alternate(start: -10)
        #expect(octets == 8_000)
        #expect(packets == 90)
        #expect(missing == 2_000)
    }

    @Test("of a biflow with a running total one way each direction keeps its own counter")
    func mixedBiflow() {
        var sender = TotalsSender()
        for (minute, expected) in [(1, [1_000, 70]), (2, [500, 70])] as [(Int, [UInt64])] {
            let records = sender.send(
                at: minute * 60,
                [
                    (.source, 1), (Field(239, 1), 2),
                    (.startMilliseconds, TotalsSender.milliseconds(10)),
                    (.totalOctets, minute == 1 ? 1_000 : 1_500), (Field(232, 8), 70),
                ]
            )
            #expect(records.map(\.octets) == expected)
        }
    }

    @Test("a new flow whose trace looks like that of one that ended is counted beside")
    func collision() {
        var table = TotalsTable()
        table.listen(from: 0)
        let second: Int64 = 1_000_000_000
        func take(_ key: UInt64, _ total: UInt64, at: Int64, isEnd: Bool) -> TotalsTable.Growth {
            let report = TotalsTable.Report(
                key: key,
                octets: total,
                packets: 1,
                start: 10 * second,
                until: at * second,
                exportTime: at * second,
                isEnd: isEnd
            )
            return table.take(report, limit: 100_000)
        }
        let one: UInt64 = 0xabcd_0000_0000_0123
        let other: UInt64 = 0xabcd_0001_0000_0123
        #expect(take(one, 10_000, at: 20, isEnd: true) == .whole)
        // The last record again, and one that it had overtaken.
        #expect(take(one, 10_000, at: 20, isEnd: true) == .late)
        #expect(take(one, 9_000, at: 15, isEnd: false) == .late)
        #expect(take(other, 700, at: 80, isEnd: false) == .base(missing: 700))
        #expect(
            take(other, 900, at: 140, isEnd: false)
                == .by(octets: 200, packets: 0, since: 80 * second & ~15)
        )
    }
}
