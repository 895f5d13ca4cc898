// SPDX-License-Identifier: Apache-2.0

import FlowDecoding
import Model
import TestSupport
import Testing

@Suite("Exporter quirks")
struct ExporterQuirkTests {
    private func corrected(_ name: Exporter.Quirk, _ record: FlowRecord) throws -> FlowRecord {
        let quirk = try #require(ExporterQuirk.named([name]).first)
        var record = record
        quirk.correct(&record)
        return record
    }

    @Test("every quirk that can be configured has one row, which says who does it")
    func names() {
        #expect(ExporterQuirk.table.map(\.name) == Exporter.Quirk.allCases)
        #expect(ExporterQuirk.table.allSatisfy { !$0.evidence.isEmpty })
        let both: [Exporter.Quirk] = [.interfaceZeroIsDiscarded, .octetsIncludeEthernetHeader]
        #expect(ExporterQuirk.named(both).map(\.name) == both)
    }

    @Test(
        "a quirk corrects the records of its exporter, from the next datagram on, until it is off"
    )
    func switched() {
        var decoding = Decoding()
        var packet = NetFlow5Packet()
        packet.records = [.init(), .init()]
        let octets = { (decoding: inout Decoding, from: String) in
            decoding.decode(packet.octets, from: from).records.map(\.octets)
        }
        let quirks = ExporterQuirk.named([.octetsIncludeEthernetHeader])
        // Before it was ever seen, and after.
        decoding.decoder.use(quirks, for: address("192.0.2.1"))
        #expect(octets(&decoding, "192.0.2.1") == [86, 86])
        #expect(octets(&decoding, "192.0.2.2") == [100, 100])
        decoding.decoder.use(quirks, for: address("192.0.2.2"))
        #expect(octets(&decoding, "192.0.2.2") == [86, 86])
        decoding.decoder.use([], for: address("192.0.2.1"))
        #expect(octets(&decoding, "192.0.2.1") == [100, 100])
        var batch = FlowBatch()
        decoding.decoder.forget(address("192.0.2.2"), into: &batch)
        #expect(octets(&decoding, "192.0.2.2") == [86, 86])
    }

    @Test("Ethernet headers are taken off, never more than there is")
    func ethernetHeaders() throws {
        var record = FlowRecord()
        record.octets = 1000
        record.packets = 10
        let name = Exporter.Quirk.octetsIncludeEthernetHeader
        #expect(try corrected(name, record).octets == 860)
        record.packets = 1000
        #expect(try corrected(name, record).octets == 0)
        record.packets = .max
        #expect(try corrected(name, record).octets == 1000)
        // Frames that are told to be frames, and packets that are sampled with their header.
        record.packets = 10
        record.octetsBasis = .layer2
        #expect(try corrected(name, record).octets == 1000)
        record.octetsBasis = .ip
        record.flowProtocol = .sflow5
        #expect(try corrected(name, record).octets == 1000)
    }

    @Test("no output interface means discarded, where the exporter means that")
    func discarded() throws {
        var record = FlowRecord()
        let name = Exporter.Quirk.interfaceZeroIsDiscarded
        #expect(try corrected(name, record).egressKind == .discarded)
        for said in [EgressKind.local, .multiple] {
            record.egressKind = said
            #expect(try corrected(name, record).egressKind == said)
        }
        record.egressKind = .interface
        record.egressInterface = 2
        record.known.insert(.egressInterface)
        #expect(try corrected(name, record).egressKind == .interface)
    }
}
