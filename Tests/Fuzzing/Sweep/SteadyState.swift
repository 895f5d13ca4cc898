// SPDX-License-Identifier: Apache-2.0

import CAllocations
import FlowDecoding
import Model
import TestSupport
import Wire

/// What decoding allocates once it has seen what it is sent again and again: nothing.
enum SteadyState {
    /// Shows the allocations a datagram of every kind takes; false when one takes any.
    static func check() -> Bool {
        var isSteady = true
        for kind in kinds {
            let counted = allocations(kind)
            let datagrams = rounds * kind.again.count
            print("steady state: \(kind.name): \(counted) allocations in \(datagrams) datagrams")
            if counted > 0 { isSteady = false }
        }
        return isSteady
    }

    private static let rounds = 1_000

    private struct Kind {
        let name: String
        /// What comes once, before the rest.
        var once: [UInt8] = []
        let again: [[UInt8]]
    }

    /// Allocations of decoding what comes again many times, when it has come a few times before.
    private static func allocations(_ kind: Kind) -> UInt64 {
        var decoder = FlowDecoder(holdsData: true)
        var batch = FlowBatch()
        var counted: UInt64 = 0
        var arrival: Int64 = 1_700_000_001_000_000_000
        for round in 0..<rounds + 4 {
            for octets in round == 0 ? [kind.once] + kind.again : kind.again {
                batch.removeAll()
                arrival += 1_000_000_000
                let datagram = Datagram(
                    exporter: .v4(0xc000_0201),
                    port: 50_000,
                    arrival: arrival,
                    octets: WireReader(octets.span, as: "UDP payload").octets
                )
                allocations_reset()
                _ = decoder.decode(datagram, into: &batch)
                if round >= 4 { counted += allocations_read().allocations }
            }
        }
        return counted
    }

    private static var kinds: [Kind] {
        let netFlow9 = messages(.netFlow9())
        let ipfix = messages(.ipfix())
        return [
            Kind(name: "sFlow", again: [sFlow]),
            Kind(name: "NetFlow v5", again: [netFlow5]),
            Kind(name: "NetFlow v9 data", once: netFlow9.told, again: [netFlow9.data]),
            Kind(name: "IPFIX data", once: ipfix.told, again: [ipfix.data]),
            Kind(name: "NetFlow v9, all", again: [netFlow9.told, netFlow9.data]),
            Kind(name: "IPFIX, all", again: [ipfix.told, ipfix.data]),
        ]
    }

    private static var sFlow: [UInt8] {
        var random = SeededRandom(seed: 1)
        var datagram = SFlowDatagram()
        for _ in 0..<5 {
            let written = SFlowEncoder.flow(RandomSamples.flow(&random))
            datagram.addSample(written.format, written.body)
        }
        datagram.addCounters(interface: 1, inOctets: 2, outOctets: 3)
        return datagram.octets
    }

    private static var netFlow5: [UInt8] {
        var packet = NetFlow5Packet()
        packet.records = Array(repeating: NetFlow5Packet.Record(), count: 30)
        return packet.octets
    }

    /// A datagram of templates and options, and one of data of six shapes.
    private static func messages(_ empty: TemplateMessage) -> (told: [UInt8], data: [UInt8]) {
        var random = SeededRandom(seed: 7)
        let encoder = FlowEncoder(isIPFIX: empty.isIPFIX)
        let templates = (256..<262).map { RandomTemplate(id: $0, encoder, &random) }
        var told = empty
        for template in templates { told.addTemplate(template.id, template.fields) }
        let scope = TemplateMessage.Field(empty.isIPFIX ? 10 : 2, 4)
        told.addOptionsTemplate(300, scope: [scope], [.init(48, 1), .init(34, 4), .init(82, 8)])
        told.addData(300) {
            $0.write32(1)
            $0.write8(2)
            $0.write32(1_000)
            $0.write([101, 116, 104, 48, 0, 0, 0, 0])
        }
        var data = empty
        for template in templates {
            let drawn = (0..<3).map { _ in template.record(&random) }
            data.addData(template.id) { writer in
                for record in drawn { template.write(record, to: &writer) }
            }
        }
        return (told.octets, data.octets)
    }
}
