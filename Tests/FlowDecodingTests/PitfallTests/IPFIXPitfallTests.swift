// SPDX-License-Identifier: Apache-2.0

import FlowDecoding
import Model
import TestSupport
import Testing

/// What other collectors get wrong in IPFIX and NetFlow; each title is the pitfall.
@Suite("Pitfalls of IPFIX and NetFlow")
struct IPFIXPitfallTests {
    typealias Field = TemplateMessage.Field

    /// Octets of one record of these fields, in this order, and a value each.
    private static func message(
        _ fields: [(Field, UInt64)],
        of message: TemplateMessage = .ipfix()
    ) -> [UInt8] {
        var message = message
        message.addTemplate(256, fields.map(\.0))
        message.addData(256) {
            for (field, value) in fields { $0.write(value, octets: field.length) }
        }
        return message.octets
    }

    private func records(_ fields: [(Field, UInt64)]) -> [FlowRecord] {
        var decoding = Decoding()
        return decoding.decode(Self.message(fields)).records
    }

    /// Where the options data are, seen from the flows.
    enum Place: CaseIterable { case before, after, same }

    /// A rate in the fields of each way there is to say it.
    private static func way(_ number: Int) -> [(Field, (UInt64) -> UInt64)] {
        switch number {
        case 0: [(Field(34, 4), { $0 })]
        case 1: [(Field(50, 4), { $0 })]
        case 2: [(Field(305, 4), { min($0, 1) }), (Field(306, 4), { max($0, 1) - 1 })]
        case 3: [(Field(309, 4), { min($0, 1) }), (Field(310, 4), { $0 })]
        default: [(Field(311, 8), { $0 == 0 ? 0 : (1 / Double($0)).bitPattern })]
        }
    }

    @Test(
        """
        Two samplers on one ODID, option data before/after/in the same packet as data; interval 0 \
        sampler; 34/35, 48–50, 302/304/305/306, 309/310, 311 probability
        """,
        arguments: Place.allCases,
        0..<5
    )
    func samplers(place: Place, way: Int) {
        let fields = Self.way(way)
        for selector in [Field(302, 4), Field(48, 4)] {
            var options = TemplateMessage.ipfix()
            options.addOptionsTemplate(300, scope: [selector], fields.map(\.0))
            var announced = options
            let announce = { (message: inout TemplateMessage) in
                message.addData(300) {
                    for (sampler, rate) in [(1, 0), (2, 1_000), (3, 4_000)] as [(UInt32, UInt64)] {
                        $0.write32(sampler)
                        for (field, value) in fields {
                            $0.write(value(rate), octets: field.length)
                        }
                    }
                }
            }
            announce(&announced)
            var flows = place == .before ? TemplateMessage.ipfix() : options
            flows.addTemplate(256, [selector, .init(1, 4)])
            flows.addData(256) {
                for sampler: UInt32 in 1...3 {
                    $0.write32(sampler)
                    $0.write32(100)
                }
            }
            if place == .same { announce(&flows) }
            var decoding = Decoding()
            if place == .before { _ = decoding.decode(announced.octets) }
            let records = decoding.decode(flows.octets).records
            let isKnown = place != .after
            #expect(
                records.map(\.samplingRate.numerator) == (isKnown ? [1, 1_000, 4_000] : [1, 1, 1])
            )
            #expect(records.first?.samplingSource == .assumed)
            #expect(records.last?.samplingSource == (isKnown ? .options : .assumed))
            guard place == .after else { continue }
            _ = decoding.decode(announced.octets)
            let later = decoding.decode(flows.octets).records
            #expect(later.map(\.samplingRate.numerator) == [1, 1_000, 4_000])
        }
    }

    @Test("Unsampled exporter without any rate ⇒ counted ×1 and flagged, never dropped")
    func unsampled() {
        for record in records([(.source, 1), (.init(1, 4), 100), (.init(2, 4), 2)]) {
            #expect(record.samplingRate == .one)
            #expect(record.samplingSource == .assumed)
            #expect(record.samplingRate.scale(record.octets) == 100)
        }
        #expect(records([(.source, 1), (.init(1, 4), 100), (.init(2, 4), 2)]).count == 1)
    }

    @Test(
        """
        Same template id from 2 exporters, same exporter with 2 source ports (line cards) with \
        (a) equal and (b) different templates; template+data in one message; withdrawal; \
        template longer than set; field length 65535; field count bomb
        """
    )
    func templates() {
        var decoding = Decoding()
        let layouts: [[Field]] = [[.init(1, 4), .init(2, 4)], [.init(2, 4), .init(1, 4)]]
        let template = { (layout: Int) in
            var message = TemplateMessage.ipfix()
            message.addTemplate(256, layouts[layout])
            return message.octets
        }
        var data = TemplateMessage.ipfix()
        data.addData(256) { for value: UInt32 in [1_500, 3] { $0.write32(value) } }
        let octets = { (decoding: inout Decoding, exporter: String, port: UInt16) in
            decoding.decode(data.octets, from: exporter, port: port).records.map(\.octets)
        }
        _ = decoding.decode(template(0), from: "192.0.2.1")
        _ = decoding.decode(template(1), from: "192.0.2.2")
        #expect(octets(&decoding, "192.0.2.1", 50_000) == [1_500])
        #expect(octets(&decoding, "192.0.2.2", 50_000) == [3])
        // Equal on two ports, and any third; then different on one of them.
        _ = decoding.decode(template(0), from: "192.0.2.3", port: 1)
        _ = decoding.decode(template(0), from: "192.0.2.3", port: 2)
        for port: UInt16 in 1...3 { #expect(octets(&decoding, "192.0.2.3", port) == [1_500]) }
        _ = decoding.decode(template(1), from: "192.0.2.3", port: 2)
        #expect(octets(&decoding, "192.0.2.3", 1) == [1_500])
        #expect(octets(&decoding, "192.0.2.3", 2) == [3])
        // Template and data in one message; then withdrawn.
        #expect(records([(.init(1, 4), 7)]).map(\.octets) == [7])
        var withdrawal = TemplateMessage.ipfix()
        withdrawal.addWithdrawal(256)
        _ = decoding.decode(withdrawal.octets, from: "192.0.2.1")
        let unknown = decoding.decode(data.octets, from: "192.0.2.1").outcome.undecoded
        #expect(unknown == .unknownTemplate)
    }

    @Test("a template that claims more fields than its set holds defines nothing")
    func countBomb() {
        for count in [3, 256, 257, 65_535] {
            var message = TemplateMessage.ipfix()
            var body = OctetWriter()
            for value in [256, count, 1, 4, 2, 4] { body.write16(value) }
            message.addSet(2, body.octets)
            message.addData(256) { $0.write64(1) }
            var decoding = Decoding()
            let result = decoding.decode(message.octets)
            #expect(result.records.isEmpty)
            #expect(result.outcome.templates == 0)
            #expect(result.reasons == [.truncated, .unknownTemplate])
            #expect(decoding.decoder.statistics.templateOctets == 0)
        }
    }

    @Test("a field of length 65535 says its length in each record, in IPFIX alone")
    func variableLength() {
        var message = TemplateMessage.ipfix()
        message.addTemplate(256, [.init(96, 65_535), .init(1, 4)])
        message.addData(256) {
            for length in [0, 1, 254] {
                $0.write8(UInt8(length))
                $0.writeZeros(length)
                $0.write32(UInt32(length) + 1)
            }
            $0.write8(255)
            $0.write16(300)
            $0.writeZeros(300)
            $0.write32(301)
        }
        var decoding = Decoding()
        #expect(decoding.decode(message.octets).records.map(\.octets) == [1, 2, 255, 301])
        var packet = TemplateMessage.netFlow9()
        packet.addTemplate(256, [.init(96, 65_535), .init(1, 4)])
        #expect(decoding.decode(packet.octets).reasons == [.malformed])
    }

    @Test(
        """
        IPFIX flowStart/EndMicroseconds & Nanoseconds are NTP-format 64-bit (RFC 7011 §6.1.9–10)
        """
    )
    func times() {
        let seconds: UInt64 = 2_208_988_800 + 1_700_000_000
        let half = seconds << 32 | 1 << 31
        for (start, end) in [(154, 155), (156, 157)] {
            let record = records([(.init(start, 8), half), (.init(end, 8), half + 1 << 30)]).first
            #expect(record?.start == 1_700_000_000_500_000_000)
            #expect(record?.end == 1_700_000_000_750_000_000)
        }
    }

    @Test(
        """
        ipNextHop (15/62) and bgpNextHop (18/63) share a column, last field wins ⇒ keep both, \
        route lookup prefers BGP next hop
        """
    )
    func nextHops() {
        let fields: [(Field, UInt64)] = [(.init(15, 4), 0xc000_0201), (.init(18, 4), 0xc633_6401)]
        for fields in [fields, fields.reversed()] {
            let record = records(fields).first
            #expect(record?.nextHop == address("192.0.2.1"))
            #expect(record?.bgpNextHop == address("198.51.100.1"))
            #expect(record?.has([.nextHop, .bgpNextHop]) == true)
        }
    }

    @Test(
        """
        octetDelta (1), postOctetDelta (23), initiator/responderOctets (231/232) in one column ⇒ \
        define precedence; also support totals 85/86 (delta per flow id) and 352 layer2OctetDelta
        """
    )
    func octetCounters() {
        let both: [(Field, UInt64)] = [(.init(231, 4), 1_000), (.init(232, 4), 9_000)]
        for fields in [both, both.reversed()] {
            #expect(records(fields).map(\.octets) == [1_000, 9_000])
        }
        let delta: [(Field, UInt64)] = [(.init(1, 4), 1_500), (.init(23, 4), 1_400)]
        for fields in [delta, delta.reversed()] {
            #expect(records(fields).map(\.octets) == [1_500])
            #expect(records(fields).map(\.octetsBasis) == [.ip])
        }
        #expect(records([(.init(23, 4), 1_400)]).map(\.octetsBasis) == [.post])
        #expect(records([(.init(352, 4), 1_400)]).map(\.octetsBasis) == [.layer2])
        #expect(records([(.init(85, 4), 1_400)]).map(\.octetsBasis) == [.total])
        var decoding = Decoding(totals: .increments)
        let counted = [(10, 0), (60, 1_000), (120, 1_700)].compactMap { seconds, total in
            var message = TemplateMessage.ipfix()
            message.exportTime += UInt32(seconds)
            guard total > 0 else { return decoding.decode(message.octets).records.first?.octets }
            return decoding.decode(
                Self.message(
                    [
                        (.init(148, 8), 77), (.init(85, 8), UInt64(total)),
                        (.init(152, 8), 1_700_000_020_000),
                    ],
                    of: message
                )
            ).records.first?.octets
        }
        #expect(counted == [1_000, 700])
    }
}
