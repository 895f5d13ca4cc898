// SPDX-License-Identifier: Apache-2.0

import FlowDecoding
import Model
import Testing

@Suite("Exporter quirks")
struct ExporterQuirkTests {
    private func corrected(_ name: String, _ record: FlowRecord) throws -> FlowRecord {
        let quirk = try #require(ExporterQuirk.named(name))
        var record = record
        quirk.correct(&record)
        return record
    }

    @Test("each quirk has a name of its own")
    func names() {
        let names = ExporterQuirk.table.map(\.name)
        #expect(Set(names).count == names.count)
        #expect(ExporterQuirk.named("no such quirk") == nil)
    }

    @Test("Ethernet headers are taken off, never more than there is")
    func ethernetHeaders() throws {
        var record = FlowRecord()
        record.octets = 1000
        record.packets = 10
        let name = "octets-include-ethernet-header"
        #expect(try corrected(name, record).octets == 860)
        record.packets = 1000
        #expect(try corrected(name, record).octets == 0)
        record.packets = .max
        #expect(try corrected(name, record).octets == 1000)
    }

    @Test("no output interface means discarded, where the exporter means that")
    func discarded() throws {
        var record = FlowRecord()
        let name = "interface-zero-is-discarded"
        #expect(try corrected(name, record).egressKind == .discarded)
        record.egressInterface = 2
        record.known.insert(.egressInterface)
        #expect(try corrected(name, record).egressKind == .interface)
    }
}
