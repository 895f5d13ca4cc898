// SPDX-License-Identifier: Apache-2.0

import Model
import TestSupport
import Testing

@testable import FlowDecoding

/// Starts that are told by clocks that are off, or by counters that are too short.
@Suite("Running totals and the clocks of exporters")
struct TotalsClockTests {
    typealias Field = TemplateMessage.Field

    @Test(
        "a flow of 150 minutes counts once, though microseconds of 32 bits wrap after 71",
        arguments: [Field.microseconds, Field.startDelta]
    )
    func longFlow(field: Field) {
        var sender = TotalsSender()
        var octets: UInt64 = 0
        for minute in 1...150 {
            let age = UInt64(minute * 60 - 10) * 1_000_000
            octets +=
                sender.send(
                    at: minute * 60,
                    [
                        (.source, 1), (field, age & 0xffff_ffff),
                        (.endMilliseconds, TotalsSender.milliseconds(minute * 60)),
                        (.totalOctets, UInt64(minute) * 1_000), (.totalPackets, UInt64(minute)),
                    ]
                )[0].octets
        }
        #expect(octets == 150_000)
        // What it had at each wrap may have been another flow's.
        #expect(sender.octetsWithoutBase == 71_000 + 143_000)
    }

    @Test("a flow that has less than the last one is new, though its start is in microseconds")
    func nextFlow() {
        var sender = TotalsSender()
        for (at, age, total) in [(60, 50, 9_000), (200, 20, 700)] as [(Int, UInt64, UInt64)] {
            let records = sender.send(
                at: at,
                [
                    (.source, 1), (.microseconds, age * 1_000_000),
                    (.endMilliseconds, TotalsSender.milliseconds(at)), (.totalOctets, total),
                    (.totalPackets, total / 100),
                ]
            )
            #expect(records.map(\.octets) == [total])
        }
    }

    @Test("a clock that comes to be more than ten minutes off makes no old flow new")
    func tenMinutes() {
        var sender = TotalsSender()
        sender.decoding = Decoding(totals: .increments)
        var octets: [UInt64] = []
        for (at, skew, total) in [(0, 600, 0), (10, 601, 9_000), (70, 601, 9_100)]
            as [(Int, Int, UInt64)]
        {
            let port: UInt64 = total == 0 ? 1 : 2
            let records = sender.send(
                at: at,
                [
                    (Field(7, 2), port),
                    (.startMilliseconds, TotalsSender.milliseconds(-300 - skew)),
                    (.totalOctets, total),
                ],
                skew: skew
            )
            octets += records.map(\.octets)
        }
        // (The start is the same by the exporter's clock in both records of the flow.)
        #expect(octets == [0, 0, 100])
        #expect(sender.octetsWithoutBase == 9_000)
    }

    @Test("times at the end of what can be told stop no decoder")
    func extremes() {
        for time: Int64 in [.max, .max - 1, .max - 30_000_000_000, 1] {
            for export in [0, time, .max, -1] {
                let context = MessageContext(
                    exporter: address("192.0.2.1"),
                    port: 1,
                    arrival: time,
                    flowProtocol: .ipfix,
                    exportTime: export
                )
                #expect(RunningTotal.offset(context) % 60_000_000_000 == 0)
            }
        }
    }
}
