// SPDX-License-Identifier: Apache-2.0

import FlowDecoding
import Model
import TestSupport
import Testing

/// The numbers of sFlow data sources: what they say of samples that did not come.
@Suite("sFlow data sources")
struct SFlowSourceTests {
    /// An agent that counts as told.
    struct Agent {
        var decoding = Decoding()
        var sequence: UInt32 = 0
        var uptime: UInt32 = 100_000
        var subAgent: UInt32 = 0

        /// One datagram of flow samples: source, number, pool, drops.
        mutating func send(
            _ samples: [(source: UInt32, number: UInt32, pool: UInt32, drops: UInt32)],
            skipping lost: UInt32 = 0,
            isExpanded: Bool = false
        ) -> DatagramOutcome {
            sequence &+= 1 &+ lost
            uptime &+= 1_000
            return sendAgain(samples, sequence, isExpanded: isExpanded)
        }

        mutating func sendAgain(
            _ samples: [(source: UInt32, number: UInt32, pool: UInt32, drops: UInt32)],
            _ sequence: UInt32,
            isExpanded: Bool = false
        ) -> DatagramOutcome {
            var datagram = SFlowDatagram()
            datagram.sequence = sequence
            datagram.uptime = uptime
            datagram.subAgent = subAgent
            for sample in samples {
                var flow = SFlowDatagram.FlowSample()
                flow.isExpanded = isExpanded
                flow.source = sample.source
                flow.sequence = sample.number
                flow.pool = sample.pool
                flow.drops = sample.drops
                flow.addHeader(SampledPacket.ethernet.type(0x806).octets, frame: 64)
                datagram.add(flow)
            }
            let arrival = 1_700_000_000_000_000_000 + Int64(uptime) * 1_000_000
            return decoding.decode(datagram.octets, at: arrival).outcome
        }
    }

    @Test("the first sight of a source charges nothing, the next number neither")
    func first() {
        var agent = Agent()
        for number: UInt32 in 900...903 {
            let outcome = agent.send([(1, number, number * 1000, 77)])
            #expect(outcome.samplesLost == 0)
            #expect(outcome.samplesDropped == 0)
        }
    }

    @Test("a number that is ahead is so many samples", arguments: [false, true])
    func ahead(isExpanded: Bool) {
        var agent = Agent()
        _ = agent.send([(1, 10, 1_000, 0)], isExpanded: isExpanded)
        #expect(agent.send([(1, 14, 2_000, 0)], isExpanded: isExpanded).samplesLost == 3)
        #expect(agent.send([(1, 15, 3_000, 0)], isExpanded: isExpanded).samplesLost == 0)
    }

    @Test("numbers, pools and drops go round at 2^32")
    func wrap() {
        var agent = Agent()
        _ = agent.send([(1, .max, .max - 9, .max)])
        let outcome = agent.send([(1, 2, 10, 4)])
        #expect(outcome.samplesLost == 2)
        #expect(outcome.samplesDropped == 5)
    }

    @Test("what was lost with datagrams is not counted again as samples")
    func lostDatagrams() {
        var agent = Agent()
        _ = agent.send([(1, 10, 100, 0), (2, 20, 100, 0)])
        let outcome = agent.send([(1, 15, 200, 3)], skipping: 2)
        #expect(outcome.sequenceLost == 2)
        #expect(outcome.samplesLost == 0)
        #expect(outcome.samplesDropped == 3)  // the agent's own count says it all the same
        // The other source was not in the datagram after the gap: its gap is explained as well.
        #expect(agent.send([(2, 24, 200, 0)]).samplesLost == 0)
        #expect(agent.send([(2, 26, 300, 0)]).samplesLost == 1)
    }

    @Test("drops are charged as they grow; a source that begins anew charges nothing")
    func drops() {
        var agent = Agent()
        _ = agent.send([(1, 10, 1_000, 5)])
        #expect(agent.send([(1, 11, 2_000, 9)]).samplesDropped == 4)
        let restart = agent.send([(1, 1, 10, 0)])
        #expect(restart.samplesDropped == 0)
        #expect(restart.samplesLost == 0)
        #expect(agent.send([(1, 2, 20, 1)]).samplesDropped == 1)
    }

    @Test("a pool that goes back is a new beginning, also when the number is ahead")
    func pool() {
        var agent = Agent()
        _ = agent.send([(1, 10, 1_000_000, 5)])
        let outcome = agent.send([(1, 50, 1_000, 9)])
        #expect(outcome.samplesLost == 0)
        #expect(outcome.samplesDropped == 0)
        #expect(agent.send([(1, 52, 2_000, 9)]).samplesLost == 1)
    }

    @Test("a leap is no loss")
    func leap() {
        var agent = Agent()
        _ = agent.send([(1, 10, 1_000, 0)])
        #expect(agent.send([(1, 3_000_000, 2_000, 3_000_000)]).samplesLost == 0)
        #expect(agent.send([(1, 3_000_002, 3_000, 3_000_001)]).samplesLost == 1)
    }

    @Test("datagrams that come late or twice change nothing")
    func late() {
        var agent = Agent()
        _ = agent.send([(1, 10, 1_000, 0)])  // 1
        _ = agent.send([(1, 12, 3_000, 0)], skipping: 1)  // 3
        #expect(agent.sendAgain([(1, 11, 2_000, 0)], 2).samplesLost == 0)
        #expect(agent.sendAgain([(1, 12, 3_000, 0)], 3).samplesLost == 0)
        #expect(agent.send([(1, 13, 4_000, 0)]).samplesLost == 0)
        #expect(agent.send([(1, 15, 5_000, 0)]).samplesLost == 1)
    }

    @Test("sources, sub-agents and exporters count for themselves")
    func apart() {
        var agent = Agent()
        for number: UInt32 in 1...20 {
            let outcome = agent.send([
                (1, number, number, 0), (2, number * 7 / 7 + 500, number, 0),
                (1 << 24 | 1, number + 9_000, number, 0),
            ])
            #expect(outcome.samplesLost == 0)
        }
        agent.subAgent = 1
        agent.sequence = 70
        #expect(agent.send([(1, 4_000, 1, 0)]).samplesLost == 0)
        #expect(agent.send([(1, 4_003, 2, 0)]).samplesLost == 2)
    }

    @Test("an agent that numbers the samples of all its sources in one run is found out")
    func oneRun() {
        var agent = Agent()
        var number: UInt32 = 0
        var charged: Int64 = 0
        for _ in 0..<20 {
            let samples = (1...3).map { source in
                number += 1
                return (source: UInt32(source), number: number, pool: number, drops: UInt32(0))
            }
            charged += agent.send(samples).samplesLost
        }
        #expect(charged == 0)
        // Two of the run do not come.
        number += 3
        #expect(agent.send([(2, number, number, 0)]).samplesLost == 2)
    }

    @Test("counter samples and discards have numbers of their own")
    func otherKinds() {
        var agent = Agent()
        _ = agent.send([(1, 10, 1_000, 0)])
        var datagram = SFlowDatagram()
        datagram.sequence = 2
        datagram.uptime = agent.uptime
        datagram.addCounters(interface: 1, inOctets: 1, outOctets: 1)
        datagram.addDiscard(input: 1, output: 0, reason: 258, drops: 1_000)
        agent.sequence = 2
        let outcome = agent.decoding.decode(datagram.octets).outcome
        #expect(outcome.samplesLost == 0)
        #expect(outcome.samplesDropped == 0)
        #expect(agent.send([(1, 11, 2_000, 0)]).samplesLost == 0)
    }

    @Test("of more sources than are remembered each is only a first sight")
    func flood() {
        var agent = Agent()
        for round: UInt32 in 0..<3 {
            for first in stride(from: UInt32(1), to: 4_000, by: 40) {
                let samples = (first..<first + 40).map { source in
                    (source: source, number: 1 + round * 2, pool: round, drops: UInt32(0))
                }
                let outcome = agent.send(samples)
                #expect((0...40).contains(outcome.samplesLost))
            }
        }
        // The one in use all the time is watched all the same.
        _ = agent.send([(1, 1_000, 10_000, 0)])
        #expect(agent.send([(1, 1_002, 20_000, 0)]).samplesLost == 1)
    }
}
