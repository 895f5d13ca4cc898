// SPDX-License-Identifier: Apache-2.0

import FlowDecoding
import Model
import TestSupport
import Testing

@Suite("sFlow counters and discards")
struct SFlowCounterTests {
    /// Octets of a record whose words are 1, 2, 3 and so on.
    private static func words(_ count: UInt32) -> [UInt8] {
        var writer = OctetWriter()
        for value in 1...count { writer.write32(value) }
        return writer.octets
    }

    private func decode(
        source: UInt32 = 5,
        _ records: [(format: UInt32, body: [UInt8])],
        claimedLength: Int? = nil,
        hasDetails: Bool = true
    ) -> Decoding.Result {
        var datagram = SFlowDatagram()
        datagram.addCounters(source: source, records, claimedLength: claimedLength)
        var decoding = Decoding()
        if !hasDetails { decoding.decoder.details = nil }
        return decoding.decode(datagram.octets)
    }

    private func values(_ result: Decoding.Result) -> [String: UInt64] {
        let sample = result.details.counters.first
        return Dictionary(
            (sample?.counters ?? []).map { ($0.name.description, $0.value) },
            uniquingKeysWith: { first, _ in first }
        )
    }

    @Test("generic counters, 88 octets")
    func generic() {
        let result = decode([(1, Self.words(22))])
        let values = values(result)
        #expect(result.details.counters.first?.interface == 1)
        #expect(values["ifType"] == 2)
        #expect(values["ifSpeed"] == 3 << 32 | 4)
        #expect(values["ifDirection"] == 5)
        #expect(values["ifStatus"] == 6)
        #expect(values["ifInOctets"] == 7 << 32 | 8)
        #expect(values["ifInUcastPkts"] == 9)
        #expect(values["ifInUnknownProtos"] == 14)
        #expect(values["ifOutOctets"] == 15 << 32 | 16)
        #expect(values["ifOutUcastPkts"] == 17)
        #expect(values["ifOutErrors"] == 21)
        #expect(values["ifPromiscuousMode"] == 22)
        #expect(values["ifIndex"] == nil)
        #expect(values.count == 18)
    }

    @Test("Ethernet counters beside the generic ones make one sample, 52 octets more")
    func ethernet() {
        let result = decode([(1, Self.words(22)), (2, Self.words(13))])
        #expect(result.details.counters.count == 1)
        #expect(values(result)["ifOutErrors"] == 21)
        #expect(values(result)["dot3StatsAlignmentErrors"] == 1)
        #expect(values(result)["dot3StatsLateCollisions"] == 7)
        #expect(values(result)["dot3StatsSymbolErrors"] == 13)
    }

    @Test("VLAN counters, 28 octets, of a source that is a VLAN")
    func vlan() {
        let result = decode(source: 1 << 24 | 100, [(5, Self.words(7))])
        #expect(result.details.counters.first?.interface == nil)
        #expect(values(result)["vlanId"] == 1)
        #expect(values(result)["octets"] == 2 << 32 | 3)
        #expect(values(result)["ucastPkts"] == 4)
        #expect(values(result)["discards"] == 7)
    }

    @Test("processor counters, 28 octets; a percentage of -1 is unknown")
    func processor() {
        var body = OctetWriter()
        for value: UInt32 in [0xffff_ffff, 2_550, 10_000] { body.write32(value) }
        body.write64(1 << 34)
        body.write64(1 << 33)
        let result = decode(source: 2 << 24 | 1, [(1001, body.octets)])
        #expect(values(result)["cpu5Seconds"] == nil)
        #expect(values(result)["cpu1Minute"] == 2_550)
        #expect(values(result)["cpu5Minutes"] == 10_000)
        #expect(values(result)["totalMemory"] == 1 << 34)
        #expect(values(result)["freeMemory"] == 1 << 33)
    }

    private static let formats: [(UInt32, UInt32)] = [(1, 22), (2, 13), (5, 7), (1001, 7)]

    @Test("a record that ends before its counters is an error, shown or not", arguments: formats)
    func truncated(format: UInt32, words: UInt32) {
        for hasDetails in [true, false] {
            let body = Array(Self.words(words).dropLast(4))
            let result = decode([(format, body)], hasDetails: hasDetails)
            #expect(result.batch.errors.map(\.reason) == [.truncated])
            #expect(result.outcome.counterSamples == 1)
            #expect(result.outcome.undecoded == nil)
        }
    }

    @Test("a record longer than its format is read as far as that goes", arguments: formats)
    func longer(format: UInt32, words: UInt32) {
        let result = decode([(format, Self.words(words + 3))])
        #expect(result.details.problems.isEmpty)
        #expect(!values(result).isEmpty)
    }

    @Test(
        "other counters are skipped by their length",
        arguments: [3, 4, 7, 1003, 1004, 2000, 2003, 2007, 2100, 4413 << 12 | 1] as [UInt32]
    )
    func others(format: UInt32) {
        let result = decode([(format, [255, 255, 255, 255]), (1, Self.words(22))])
        #expect(result.details.problems.isEmpty)
        #expect(values(result)["ifOutErrors"] == 21)
    }

    @Test("a counter record longer than its sample is an error")
    func lying() {
        let result = decode([(2000, Self.words(2))], claimedLength: 4_000_000_000)
        #expect(result.reasons == [.truncated])
        #expect(result.outcome.counterSamples == 1)
    }

    @Test("a discarded packet is shown with its reason, and is no traffic")
    func discard() {
        var datagram = SFlowDatagram()
        let packet = SampledPacket.ethernet.type(0x800).ipv4(length: 46).octets
        datagram.addDiscard(input: 7, output: 0, reason: 258, drops: 3, header: packet)
        datagram.addDiscard(input: 0, output: 9, reason: 262, header: packet)
        var decoding = Decoding()
        let result = decoding.decode(datagram.octets)
        #expect(result.records.isEmpty)
        #expect(result.details.problems.isEmpty)
        #expect(result.outcome.discardSamples == 2)
        #expect(result.outcome.undecoded == nil)
        let discards = result.details.discards
        #expect(discards.map(\.ingressInterface) == [7, nil])
        #expect(discards.map(\.egressInterface) == [nil, 9])
        #expect(discards.map(\.reason) == [258, 262])
        #expect(discards.map(\.drops) == [3, 0])
    }

    @Test("a discard that ends early, or whose record is longer than it, is an error")
    func brokenDiscard() {
        var short = SFlowDatagram()
        short.addSample(5, [UInt8](repeating: 0, count: 28))
        var decoding = Decoding()
        #expect(decoding.decode(short.octets).batch.errors.map(\.reason) == [.truncated])
        var lying = SFlowDatagram()
        lying.addDiscard(input: 1, output: 2, reason: 1, claimedLength: 500)
        let result = decoding.decode(lying.octets)
        #expect(result.batch.errors.map(\.reason) == [.truncated])
        #expect(result.details.discards.isEmpty)
    }
}
