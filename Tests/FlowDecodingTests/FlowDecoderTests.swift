// SPDX-License-Identifier: Apache-2.0

import FlowDecoding
import Model
import TestSupport
import Testing

@Suite("Telling the protocols apart")
struct FlowDecoderTests {
    @Test(
        "the first octets and a full header make a flow export",
        arguments: [
            ([0, 0, 0, 5], 28, FlowProtocol.sflow5), ([0, 5], 24, .netflow5),
            ([0, 9], 20, .netflow9), ([0, 10], 16, .ipfix),
        ] as [([UInt8], Int, FlowProtocol)]
    )
    func protocols(first: [UInt8], header: Int, expected: FlowProtocol) {
        var decoding = Decoding()
        let zeros = [UInt8](repeating: 0, count: header - first.count)
        #expect(decoding.decode(first + zeros).outcome.flowProtocol == expected)
        let short = decoding.decode(first + zeros.dropLast())
        #expect(short.outcome.flowProtocol == nil)
        #expect(short.outcome.undecoded == .notFlowExport)
        #expect(short.batch.errors.isEmpty)
        #expect(short.reasons == [.notFlowExport])
    }

    @Test("other payloads are no flow exports")
    func others() {
        var decoding = Decoding()
        for first: [UInt8] in [
            [], [0], [0, 5], [0, 1], [0, 0, 0, 4], [255, 255], [0, 0, 5, 0],
        ] {
            let payload = first + [UInt8](repeating: 0, count: first.count > 2 ? 100 : 0)
            #expect(!decoding.decode(payload).outcome.isFlowExport)
        }
    }

    @Test(
        "an older version of NetFlow or sFlow is named as such, and decoded by nobody",
        arguments: [
            ([0, 1], 16), ([0, 6], 24), ([0, 7], 24), ([0, 8], 28), ([0, 0, 0, 2], 24),
            ([0, 0, 0, 4], 24),
        ] as [([UInt8], Int)]
    )
    func oldVersions(first: [UInt8], header: Int) {
        var decoding = Decoding()
        let payload = first + [UInt8](repeating: 0, count: header - first.count)
        let result = decoding.decode(payload)
        #expect(result.outcome.undecoded == .unsupportedVersion)
        #expect(!result.outcome.isFlowExport)
        #expect(result.records.isEmpty)
        #expect(decoding.decode(Array(payload.dropLast())).outcome.undecoded == .notFlowExport)
    }

    @Test("a header and nothing in it is decoded")
    func empty() {
        var decoding = Decoding()
        let outcome = decoding.decode(TemplateMessage.ipfix(domain: 7).octets).outcome
        #expect(outcome.undecoded == nil)
        #expect(outcome.observationDomain == 7)
        #expect(outcome.sequence == 1)
    }

    @Test("records are numbered across datagrams, a batch keeps what it had")
    func numbers() {
        var packet = NetFlow5Packet()
        packet.records = [NetFlow5Packet.Record(), NetFlow5Packet.Record()]
        var decoding = Decoding()
        #expect(decoding.decode(packet.octets).records.map(\.number) == [1, 2])
        #expect(decoding.decode(packet.octets).records.map(\.number) == [3, 4])
        #expect(decoding.decoder.recordCount == 4)
    }

    @Test("a quirk corrects the records of its exporter, and of no other")
    func quirks() {
        var packet = NetFlow5Packet()
        packet.records = [NetFlow5Packet.Record()]
        var decoding = Decoding()
        let quirks = ExporterQuirk.named([.octetsIncludeEthernetHeader])
        decoding.decoder.use(quirks, for: address("192.0.2.1"))
        #expect(decoding.decode(packet.octets, from: "192.0.2.1").records.first?.octets == 86)
        #expect(decoding.decode(packet.octets, from: "192.0.2.2").records.first?.octets == 100)
    }
}
