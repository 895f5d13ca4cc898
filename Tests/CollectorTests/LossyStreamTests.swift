// SPDX-License-Identifier: Apache-2.0

import Collector
import Model
import TestSupport
import Testing

@Suite("A stream over a bad network")
struct LossyStreamTests {
    /// The datagrams of one exporter, and how many records each holds.
    struct Stream {
        var datagrams: [(octets: [UInt8], records: Int)] = []

        init(_ flowProtocol: FlowProtocol, count: Int, _ random: inout SeededRandom) {
            var sequence: UInt32 = 4_000_000_000
            for number in 0..<count {
                let sizes = (0..<random.number(below: 20) + 1).map { _ in
                    UInt64(random.number(below: 1_400) + 46)
                }
                let time = UInt32(number) * 10
                datagrams.append((Self.octets(flowProtocol, sequence, sizes, time), sizes.count))
                let isOfRecords = flowProtocol == .ipfix || flowProtocol == .netflow5
                sequence &+= isOfRecords ? UInt32(sizes.count) : 1
            }
        }

        /// A datagram of records of so many octets each, `time` milliseconds after the first.
        private static func octets(
            _ flowProtocol: FlowProtocol,
            _ sequence: UInt32,
            _ sizes: [UInt64],
            _ time: UInt32
        ) -> [UInt8] {
            switch flowProtocol {
            case .netflow5:
                return PipelineWorld.packet(
                    sequence,
                    octets: sizes.map { UInt32($0) },
                    uptime: 500_000 + time
                )
            case .sflow5:
                var datagram = SFlowDatagram()
                (datagram.sequence, datagram.uptime) = (sequence, 500_000 + time)
                for size in sizes {
                    var sample = SFlowDatagram.FlowSample()
                    (sample.rate, sample.input, sample.output) = (1, 1, 17)
                    let ends = (address("203.0.113.1"), address("198.51.100.1"))
                    sample.addIPv4(length: UInt32(size), from: ends.0, to: ends.1)
                    datagram.add(sample)
                }
                return datagram.octets
            case .ipfix, .netflow9:
                var message: TemplateMessage = flowProtocol == .ipfix ? .ipfix() : .netFlow9()
                message.sequence = sequence
                message.exportTime = UInt32(PipelineWorld.start) + time / 1_000
                message.uptime = 500_000 + time
                // With each message, as some exporters do: any may be lost.
                message.addTemplate(256, [.init(10, 4), .init(14, 4), .init(1, 8)])
                message.addData(256) { data in
                    for size in sizes {
                        data.write32(1)
                        data.write32(17)
                        data.write64(size)
                    }
                }
                return message.octets
            }
        }
    }

    @Test(
        "10 % twice, 5 % out of order, 1 % lost: what came counts once, what did not is estimated",
        arguments: FlowProtocol.allCases
    )
    func stream(_ flowProtocol: FlowProtocol) throws {
        var random = SeededRandom(seed: 13)
        let stream = Stream(flowProtocol, count: 3_000, &random)
        let last = stream.datagrams.count - 1
        let kept = stream.datagrams.indices.filter { number in
            number < 20 || number > last - 20 || !random.isOne(in: 100)
        }
        var came = kept
        for place in came.indices.dropFirst().dropLast(10) where random.isOne(in: 20) {
            came.swapAt(place, place + random.number(below: 6))
        }
        var sent: [Int] = []
        var late: [Int: [Int]] = [:]
        for (place, number) in came.enumerated() {
            sent.append(number)
            sent += late.removeValue(forKey: place) ?? []
            guard place > 0, random.isOne(in: 10) else { continue }
            late[min(place + 1 + random.number(below: 50), came.count - 1), default: []]
                .append(number)
        }
        let twice = sent.count - came.count
        #expect(twice > 200)

        var clean = try PipelineWorld()
        for number in kept { clean.send(stream.datagrams[number].octets, at: Int64(number / 100)) }
        var world = try PipelineWorld()
        for number in sent { world.send(stream.datagrams[number].octets, at: Int64(number / 100)) }
        let (expected, batch) = (clean.flush(), world.flush())

        let key = { (fact: InterfaceFact) in "\(fact.key)" }
        #expect(
            batch.interfaces.sorted { key($0) < key($1) }.map(\.measure)
                == expected.interfaces.sorted { key($0) < key($1) }.map(\.measure)
        )
        let ledger = batch.ledger
        #expect(ledger.isBalanced)
        #expect(ledger.records == expected.ledger.records)
        #expect(ledger.receivedOctets == expected.ledger.receivedOctets)
        #expect(ledger.duplicates == UInt64(twice) && ledger.refused == [.duplicate: UInt64(twice)])
        #expect(ledger.datagrams == UInt64(sent.count))

        let lost = stream.datagrams.indices.filter { !kept.contains($0) }
        let truth = lost.reduce(0) { $0 + stream.datagrams[$1].records }
        if flowProtocol == .ipfix || flowProtocol == .netflow5 {
            #expect(ledger.lostRecords == UInt64(truth))
            #expect(ledger.sequenceLost == UInt64(truth))
        } else {
            #expect(ledger.sequenceLost == UInt64(lost.count))
            // 1 to 20 records a datagram: each that was lost is off by 5.8, four deviations.
            let error = 4 * 5.8 * Double(lost.count).squareRoot()
            #expect(abs(Double(ledger.lostRecords) - Double(truth)) < error)
        }
        let octets = Double(ledger.missingOctets(asIn: ledger))
        let mean = Double(ledger.receivedOctets) / Double(ledger.records)
        #expect(abs(octets / mean - Double(ledger.lostRecords)) < 1)
    }
}
