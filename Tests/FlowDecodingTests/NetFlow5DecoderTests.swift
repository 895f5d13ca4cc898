// SPDX-License-Identifier: Apache-2.0

import FlowDecoding
import Model
import TestSupport
import Testing

@Suite("NetFlow v5")
struct NetFlow5DecoderTests {
    private static func packet(_ count: Int = 1) -> NetFlow5Packet {
        var packet = NetFlow5Packet()
        packet.records = Array(repeating: NetFlow5Packet.Record(), count: count)
        return packet
    }

    @Test("every field of a record")
    func fields() {
        var decoding = Decoding()
        let result = decoding.decode(Self.packet().octets)
        let record = result.records.first
        #expect(record?.source == address("192.0.2.1"))
        #expect(record?.destination == address("198.51.100.1"))
        #expect(record?.nextHop == address("203.0.113.1"))
        #expect(record?.ingressInterface == 1)
        #expect(record?.egressInterface == 2)
        #expect(record?.octets == 100)
        #expect(record?.packets == 1)
        #expect(record?.start == 1_699_999_990_000_000_000)
        #expect(record?.end == 1_699_999_995_000_000_000)
        #expect(record?.sourcePort == 1234)
        #expect(record?.destinationPort == 443)
        #expect(record?.ipProtocol == 6)
        #expect(record?.sourceAS.rawValue == 64500)
        #expect(record?.destinationAS.rawValue == 64501)
        #expect(record?.samplingSource == .assumed)
        #expect(result.outcome.flowProtocol == .netflow5)
    }

    @Test("an exporter without a clock gives no times")
    func noClock() {
        var packet = Self.packet()
        packet.exportTime = 0
        var decoding = Decoding()
        let record = decoding.decode(packet.octets).records.first
        #expect(record?.has(.octets) == true)
        #expect(record?.has(.start) == false)
        #expect(record?.has(.end) == false)
    }

    @Test("the rate in the header holds whatever its mode bits say", arguments: 0...3)
    func sampling(mode: Int) {
        var packet = Self.packet()
        packet.sampling = mode << 14 | 1000
        var decoding = Decoding()
        let record = decoding.decode(packet.octets).records.first
        #expect(record?.samplingRate == SamplingRate(1000))
        #expect(record?.samplingSource == .header)
    }

    @Test("the header's count is believed up to what is there", arguments: [(30, 30), (2, 2)])
    func count(claimed: Int, records: Int) {
        var packet = Self.packet(30)
        packet.claimedCount = claimed
        var decoding = Decoding()
        #expect(decoding.decode(packet.octets).records.count == records)
    }

    @Test("more records than were sent are truncated, more than the format has malformed")
    func wrongCount() {
        var packet = Self.packet(2)
        packet.claimedCount = 3
        var decoding = Decoding()
        let result = decoding.decode(packet.octets)
        #expect(result.records.count == 2)
        #expect(result.batch.errors.map(\.reason) == [.truncated])
        #expect(result.batch.errors.map(\.offset) == [24 + 2 * 48])
        for count in [0, 31, 65535] {
            packet.claimedCount = count
            #expect(decoding.decode(packet.octets).outcome.undecoded == .malformed)
        }
    }
}
