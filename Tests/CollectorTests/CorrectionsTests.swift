// SPDX-License-Identifier: Apache-2.0

import Collector
import Model
import TestSupport
import Testing

@Suite("What the configuration corrects in an exporter's records")
struct CorrectionsTests {
    @Test("a quirk holds from the start, and a reload switches it off and on")
    func quirks() throws {
        let quirk = "quirks: [octets-include-ethernet-header]"
        var world = try PipelineWorld(quirk)
        world.send(PipelineWorld.packet(1))
        #expect(world.ledger().receivedOctets == 986)
        try world.reload("")
        world.send(PipelineWorld.packet(2))
        #expect(world.ledger().receivedOctets == 1_000)
        try world.reload(quirk)
        world.send(PipelineWorld.packet(3))
        #expect(world.ledger().receivedOctets == 986)
    }

    /// An sFlow datagram with one packet in an IP-in-IP tunnel, from our network to a stranger
    /// inside, between strangers outside; it names no interface.
    private func tunnelled(_ sequence: UInt32) -> [UInt8] {
        let outer = SampledPacket.ethernet.type(0x0800)
            .ipv4(length: 140, ipProtocol: 4, from: "198.51.100.8", to: "198.51.100.9")
            .ipv4(length: 120, ipProtocol: 6, from: "203.0.113.7", to: "198.51.100.7")
        var sample = SFlowDatagram.FlowSample()
        (sample.rate, sample.input, sample.output) = (1, 0, 17)
        sample.addHeader(outer.octets, frame: 158)
        var datagram = SFlowDatagram()
        datagram.sequence = sequence
        datagram.add(sample)
        return datagram.octets
    }

    @Test("an inner header counts where it is asked for, from the start and from a reload on")
    func innerHeaders() throws {
        var world = try PipelineWorld()
        world.send(tunnelled(1))
        let outer = world.ledger()
        #expect(outer.receivedOctets == 140 && outer.originatedOctets == 0)
        try world.reload("innerHeaders: [ipip]")
        world.send(tunnelled(2))
        let inner = world.ledger()
        #expect(inner.receivedOctets == 140 && inner.originatedOctets == 140)
        try world.reload("innerHeaders: [gre]")
        world.send(tunnelled(3))
        #expect(world.ledger().originatedOctets == 0)
        var other = try PipelineWorld("innerHeaders: [gre, ipip]")
        other.send(tunnelled(1))
        #expect(other.ledger().originatedOctets == 140)
    }
}
