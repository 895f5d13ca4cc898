// SPDX-License-Identifier: Apache-2.0

import Collector
import FlowDecoding
import Model
import TestSupport
import Testing

@Suite("What goes wrong in other collectors, from the datagram to the ledger")
struct PitfallTests {
    @Test("unsampled exporter without any rate: counted x1 and flagged, never dropped")
    func unsampled() throws {
        var world = try PipelineWorld()
        world.send(PipelineWorld.packet(1, octets: [1_000, 500]))
        let batch = world.flush()
        #expect(batch.ledger.receivedOctets == 1_500 && batch.ledger.records == 2)
        #expect(batch.ledger.isBalanced)
        let fact = try #require(batch.interfaces.first)
        #expect(batch.interfaces.count == 1)
        #expect(fact.key.rate == .one && fact.key.rateSource == .assumed)
        #expect(fact.measure.octets == 1_500)
    }

    /// One IPFIX record of the counters given, by element, from interface 1 to 17.
    private func message(_ counters: [(element: Int, value: UInt64)], vlan: Int? = nil) -> [UInt8] {
        var message = TemplateMessage.ipfix()
        message.exportTime = UInt32(PipelineWorld.start)
        let tag = vlan == nil ? [] : [TemplateMessage.Field(58, 2)]
        message.addTemplate(
            256,
            [.init(8, 4), .init(12, 4), .init(10, 4), .init(14, 4)] + tag
                + counters.map { .init($0.element, $0.element == 89 ? 1 : 8) }
        )
        message.addData(256) { data in
            data.write(address("203.0.113.1"))
            data.write(address("198.51.100.1"))
            data.write32(1)
            data.write32(17)
            if let vlan { data.write16(vlan) }
            for counter in counters {
                if counter.element == 89 {
                    data.write8(UInt8(counter.value))
                } else {
                    data.write64(counter.value)
                }
            }
        }
        return message.octets
    }

    @Test(
        "octetDelta (1) comes before postOctetDelta (23) in any order of the template",
        arguments: [[(1, 900), (23, 800)], [(23, 800), (1, 900)]] as [[(Int, UInt64)]]
    )
    func precedence(_ counters: [(Int, UInt64)]) throws {
        var world = try PipelineWorld()
        world.send(
            message(counters.map { (element: $0.0, value: $0.1) } + [(element: 2, value: 1)])
        )
        #expect(world.ledger().receivedOctets == 900)
    }

    @Test("initiator and responder octets (231, 232) are two directions, each counted once")
    func initiator() throws {
        var world = try PipelineWorld()
        let counters: [(element: Int, value: UInt64)] = [
            (231, 700), (232, 300), (298, 7), (299, 3),
        ]
        world.send(message(counters))
        let batch = world.flush()
        #expect(batch.ledger.receivedOctets == 1_000 && batch.ledger.records == 2)
        #expect(batch.ledger.isBalanced)
        #expect(batch.ledger.egressOctets == 700 && batch.ledger.ingressOctets == 300)
    }

    @Test(
        "layer2OctetDelta (352) counts as octets of the IP packets, and is flagged",
        arguments: [(nil, 10_000 - 10 * 14), (7, 10_000 - 10 * 18)] as [(Int?, UInt64)]
    )
    func layer2(_ vlan: Int?, _ octets: UInt64) throws {
        var world = try PipelineWorld()
        world.send(message([(352, 10_000), (2, 10)], vlan: vlan))
        let ledger = world.ledger()
        #expect(ledger.receivedOctets == octets && ledger.convertedOctets == octets)
        #expect(ledger.isBalanced)
        // More headers than octets: nothing is left, and nothing is invented.
        world.send(message([(352, 100), (2, 10)]))
        let little = world.ledger()
        #expect(little.receivedOctets == 0 && little.records == 1 && little.isBalanced)
        // Where the octets of the packets are there as well, they count.
        world.send(message([(352, 10_000), (1, 9_000), (2, 10)]))
        let both = world.ledger()
        #expect(both.receivedOctets == 9_000 && both.convertedOctets == 0)
    }

    @Test("totals 85 and 86 count by what the flow grew since its last export")
    func totals() throws {
        var world = try PipelineWorld()
        var received: [UInt64] = []
        for total in [10_000, 12_500, 12_500, 20_000] as [UInt64] {
            world.send(message([(85, total), (86, total / 100)]), at: Int64(received.count))
            let ledger = world.ledger()
            #expect(ledger.isBalanced)
            received.append(ledger.receivedOctets)
        }
        // Nobody knows what of the first was there before.
        #expect(received == [0, 2_500, 0, 7_500])
    }

    @Test("what the exporter dropped is discarded, not egress")
    func discarded() throws {
        var world = try PipelineWorld("quirks: [interface-zero-is-discarded]")
        var record = NetFlow5Packet.Record()
        (record.input, record.output, record.octets) = (17, 0, 1_000)
        var packet = NetFlow5Packet()
        packet.records = [record]
        world.send(packet.octets)
        let ledger = world.ledger()
        #expect(ledger.discardedOctets == 1_000 && ledger.egressOctets == 0)
        #expect(ledger.ingressOctets == 1_000 && ledger.isBalanced)
    }

    @Test("forwardingStatus (89) of a dropped packet makes its octets discarded")
    func forwardingStatus() throws {
        var world = try PipelineWorld()
        world.send(message([(1, 1_000), (2, 1), (89, 0x80)]))
        let ledger = world.ledger()
        #expect(ledger.discardedOctets == 1_000 && ledger.egressOctets == 0)
        #expect(ledger.isBalanced)
    }

    @Test("sequence wrap, reordering, duplicated datagrams: nothing is lost, nothing counts twice")
    func sequence() throws {
        var world = try PipelineWorld()
        let numbers = (0..<40).map { UInt32.max - 9 &+ UInt32($0) }
        for (place, number) in [0, 1, 3, 2, 3, 4, 4, 4, 0].enumerated() {
            let packet = PipelineWorld.packet(numbers[number])
            world.send(packet, at: Int64(place / 20))
        }
        for number in numbers.dropFirst(5) { world.send(PipelineWorld.packet(number)) }
        let batch = world.flush()
        let ledger = batch.ledger
        #expect(ledger.datagrams == 44 && ledger.decoded == 40 && ledger.records == 40)
        #expect(ledger.duplicates == 4 && ledger.refused == [.duplicate: 4])
        #expect(ledger.receivedOctets == 40_000)
        #expect(ledger.sequenceLost == 0 && ledger.lostRecords == 0)
        #expect(ledger.isBalanced)
    }

    @Test("restart (uptime reset) charges no loss, sub-agents none of one another's")
    func restart() throws {
        var world = try PipelineWorld()
        for number in 100..<110 as Range<UInt32> { world.send(PipelineWorld.packet(number)) }
        for number in 0..<10 as Range<UInt32> {
            world.send(PipelineWorld.packet(number, uptime: 1_000), at: 120)
        }
        let batch = world.flush()
        #expect(batch.ledger.sequenceLost == 0 && batch.ledger.records == 20)
        #expect(batch.events.map(\.kind) == [.exporterRestarted])
        var agents = try PipelineWorld()
        for number in 1..<20 as Range<UInt32> {
            for subAgent in 0..<3 as Range<UInt32> {
                var datagram = SFlowDatagram()
                (datagram.subAgent, datagram.sequence) = (
                    subAgent, number * 1_000 * subAgent + number
                )
                datagram.uptime = 1_000_000
                datagram.addCounters(interface: 17, inOctets: 1, outOctets: 1)
                if subAgent == 0 { agents.send(datagram.octets) }
            }
        }
        #expect(agents.ledger().sequenceLost == 0)
    }

    @Test("loss is told in records, and by estimate in octets")
    func loss() throws {
        var world = try PipelineWorld()
        for number in 0..<100 as Range<UInt32> where !(40..<45).contains(number) {
            world.send(PipelineWorld.packet(1_000 + number * 2, octets: [1_000, 3_000]))
        }
        let ledger = world.ledger()
        #expect(ledger.sequenceLost == 10 && ledger.lostRecords == 10)
        #expect(ledger.missingOctets(asIn: ledger) == 20_000)
        #expect(ledger.receivedOctets == 190 * 2_000)
    }

    @Test("a flow longer than a slot is divided in proportion, also when a clock goes back an hour")
    func divided() throws {
        var world = try PipelineWorld()
        // 40 minutes about 01:00 UTC, when 03:00 becomes 02:00 in Berlin.
        var record = NetFlow5Packet.Record()
        (record.input, record.output, record.octets) = (1, 17, 8_000)
        (record.first, record.last) = (10_000_000 - 2_400_000, 10_000_000)
        var packet = NetFlow5Packet()
        packet.exportTime = UInt32(PipelineWorld.start + 3_000)
        packet.uptime = 10_000_000
        packet.records = [record]
        world.send(packet.octets, at: 3_000)
        let facts = world.flush().interfaces.sorted { $0.slot < $1.slot }
        #expect(facts.map(\.measure.octets) == Array(repeating: 1_000, count: 8))
        let first = PipelineWorld.start + 600
        #expect(facts.map(\.slot) == (0..<8).map { first + $0 * 300 })
    }

    @Test("an exporter's clock that is a day off counts at arrival, flagged, and its skew is told")
    func skew() throws {
        var world = try PipelineWorld()
        var packet = NetFlow5Packet()
        packet.exportTime = UInt32(PipelineWorld.start - 86_400)
        packet.uptime = 500_000
        var record = NetFlow5Packet.Record()
        (record.input, record.output, record.octets) = (1, 17, 8_000)
        (record.first, record.last) = (490_000, 500_000)
        packet.records = [record]
        world.send(packet.octets)
        let batch = world.flush()
        #expect(batch.ledger.clampedOctets == 8_000 && batch.ledger.isBalanced)
        #expect(batch.interfaces.map(\.slot) == [PipelineWorld.start])
        #expect(batch.exporters.first?.skewMilliseconds == -86_400_000)
    }
}
