// SPDX-License-Identifier: Apache-2.0

import Model
import Testing

@Suite("A flow record")
struct FlowRecordTests {
    @Test("A record is four cache lines")
    func size() { #expect(MemoryLayout<FlowRecord>.stride == 256) }

    @Test("Each address of a record keeps its own family")
    func families() {
        let fields: [WritableKeyPath<FlowRecord, IPAddress>] = [
            \.exporter, \.source, \.destination, \.nextHop, \.bgpNextHop,
        ]
        for field in fields {
            var record = FlowRecord()
            record[keyPath: field] = .v6(1)
            for other in fields {
                #expect(record[keyPath: other] == (other == field ? .v6(1) : .v4(0)))
            }
            record[keyPath: field] = .v4(2)
            #expect(record[keyPath: field] == .v4(2))
        }
    }
}
