// SPDX-License-Identifier: Apache-2.0

import FlowDecoding
import Model
import TestSupport
import Testing

@Suite("Whose sequence numbers they are")
struct SequenceSourceTests {
    typealias Exporter = SequenceTests.Exporter

    @Test(
        "source ids, engines and sub-agents count apart",
        arguments: [FlowProtocol.netflow9, .netflow5, .sflow5]
    )
    func domains(_ flowProtocol: FlowProtocol) {
        var exporter = Exporter(flowProtocol, sequence: 0)
        var outcomes: [DatagramOutcome] = []
        for index: UInt32 in 0..<20 {
            exporter.domain = index % 3
            outcomes.append(exporter.send(index % 3 * 5_000_000 + index / 3))
        }
        #expect(outcomes.allSatisfy { $0.sequenceLost == 0 && !$0.exporterRestarted })
        exporter.domain = 2
        #expect(exporter.send(10_000_008).sequenceLost == 2)
    }

    @Test("line cards of one domain count apart, by port")
    func lineCards() {
        var exporter = Exporter(.netflow9)
        var outcomes: [DatagramOutcome] = []
        for index: UInt32 in 0..<20 {
            exporter.port = 1_000 + UInt16(index % 2)
            outcomes.append(exporter.send(7_000_000 + index % 2 * 500_000 + index / 2))
        }
        #expect(outcomes.allSatisfy { $0.sequenceLost == 0 && !$0.exporterRestarted })
    }

    @Test("an exporter that goes on from another port is the same")
    func otherPort() {
        var exporter = Exporter(.netflow9)
        exporter.port = 1_000
        _ = exporter.send(5_000)
        exporter.port = 2_000
        #expect(exporter.send(5_001).sequenceLost == 0)
        #expect(exporter.send(5_004).sequenceLost == 2)
        exporter.port = 3_000
        #expect(exporter.send(5_007).sequenceLost == 2)
    }

    @Test("one restart of several line cards is told once")
    func oneRestart() {
        var exporter = Exporter(.netflow9, sequence: 900_000)
        for domain: UInt32 in 0..<4 {
            exporter.domain = domain
            _ = exporter.send(900_000)
        }
        exporter.uptime = 20_000
        exporter.time += 200_000
        var restarts: [Bool] = []
        for domain: UInt32 in 0..<4 {
            exporter.domain = domain
            restarts.append(exporter.send(1).exporterRestarted)
        }
        #expect(restarts == [true, false, false, false])
        exporter.uptime = 20_000
        exporter.time += 200_000
        #expect(exporter.send(0).exporterRestarted)
    }

    @Test("line cards that restart hours apart are told each, and so are the agents of a relay")
    func severalRestarts() {
        for (flowProtocol, pause) in [(FlowProtocol.netflow9, 7_200_000), (.sflow5, 1_000)]
            as [(FlowProtocol, Int64)]
        {
            var exporter = Exporter(flowProtocol, sequence: 900_000)
            for domain: UInt32 in 0..<3 {
                exporter.domain = domain
                _ = exporter.send(900_000)
            }
            var restarts: [Bool] = []
            for domain: UInt32 in 0..<3 {
                exporter.domain = domain
                exporter.time += pause
                exporter.uptime += UInt32(pause)
                restarts.append(exporter.send(0).exporterRestarted)
            }
            #expect(restarts == [true, true, true])
        }
    }

    @Test("a restarted exporter that sends from another port is noticed")
    func restartElsewhere() {
        var exporter = Exporter(.ipfix)
        exporter.port = 1_000
        _ = exporter.send(5_000_000)
        exporter.port = 2_000
        #expect(exporter.send(0).exporterRestarted)
    }

    @Test("exporters that count in the other unit are found out, and nothing stays charged")
    func otherUnit() {
        let sizes = [3, 5, 4, 7, 2, 6, 3, 9, 4, 5, 8, 2, 6, 4, 3, 5, 7, 2, 4, 6]
        for flowProtocol in [FlowProtocol.netflow9, .ipfix, .netflow5] {
            var exporter = Exporter(flowProtocol)
            var sequence: UInt32 = 1_000_000
            var lost: Int64 = 0
            for size in sizes {
                let outcome = exporter.send(sequence, records: size)
                lost += outcome.sequenceLost
                #expect(!outcome.exporterRestarted)
                // NetFlow v9 counted by flows, the others by packets.
                sequence += flowProtocol == .netflow9 ? UInt32(size) : 1
            }
            #expect(lost == 0)
            // From then on real loss is charged, in that unit.
            #expect(exporter.send(sequence + 5, records: 2).sequenceLost == 5)
        }
    }

    @Test("numbers that say nothing charge nothing")
    func nonsense() {
        // Always the same; the number after the message instead of before it.
        var constant = Exporter(.ipfix)
        #expect(constant.sendAll(Array(repeating: 0, count: 50), records: 3) == 0)
        var after = Exporter(.ipfix)
        var sequence: UInt32 = 1_000_000
        var lost: Int64 = 0
        for index in 0..<200 {
            let size = [3, 9, 1, 12, 5, 2, 20][index % 7]
            sequence += UInt32(size)
            lost += after.send(sequence, records: size).sequenceLost
        }
        #expect(lost == 0)
    }

    @Test("what comes late is taken off what is not written yet, else off the next loss")
    func carry() {
        func counts(_ changes: [Int64], from start: UInt64 = 0) -> [UInt64] {
            var (carry, count) = (LossCarry(), start)
            return changes.map { change in
                carry.add(change, to: &count)
                return count
            }
        }
        #expect(counts([5, -2, 1, 4, -9, 3, 6, 1]) == [5, 3, 4, 8, 0, 2, 8, 9])
        #expect(counts([.min, .max, 2]) == [0, 0, 1])
        #expect(counts([.min, .min, .min]) == [0, 0, 0])
        let most = UInt64.max
        #expect(counts([.max, .max, .max, -1]) == [most / 2, most - 1, most, most - 1])
        var (carry, count): (LossCarry, UInt64) = (LossCarry(), 0)
        carry.add(5, to: &count)
        // Written: what comes late now is taken off the next.
        count = 0
        carry.add(-2, to: &count)
        carry.add(3, to: &count)
        #expect(count == 1)
    }

    @Test("loss of 1 % is counted to the datagram, whatever the order they come in")
    func exact() {
        for flowProtocol in FlowProtocol.allCases {
            var exporter = Exporter(flowProtocol)
            var sequence: UInt32 = 1_000_000
            var truth: Int64 = 0
            var lost: Int64 = 0
            var late: (UInt32, Int)?
            for index in 0..<5_000 {
                let size = 1 + index * 7 % 11
                if index % 100 == 37 {
                    truth += Int64(SequenceTests.step(flowProtocol, size))
                } else if index % 50 == 11 {
                    late = (sequence, size)
                } else {
                    lost += exporter.send(sequence, records: size).sequenceLost
                    if let (number, size) = late, index % 50 == 14 {
                        lost += exporter.send(number, records: size).sequenceLost
                        late = nil
                    }
                }
                sequence &+= SequenceTests.step(flowProtocol, size)
            }
            #expect(lost == truth)
        }
    }
}
