// SPDX-License-Identifier: Apache-2.0

import Model
import TestSupport

/// Datagrams to decode in turn, and what a record of them may cost.
struct DecodingCase {
    var name: String
    /// Nanoseconds a record (a sample, for sFlow); nil where none is set.
    let goal: Double?
    /// Sent once.
    var templates: [[UInt8]] = []
    var datagrams: [[UInt8]]
    /// Where the sequence number is, in octets.
    let sequenceAt: Int
    /// Whether each datagram is compared with those before it, as the collector does.
    var dropsDuplicates = false

    static let all: [DecodingCase] = [
        .plain("ipfix16x23", .ipfix(domain: 1), Shape.ipfix16),
        .plain("v9-16x23", .netFlow9(domain: 1), Shape.netFlow9With16),
        .netFlow5, .sFlowHeaders, .turns6, .mixed6,
        .plain("biflow", .ipfix(domain: 1), Shape.biflow, goal: nil), .watched,
    ]

    private static var watched: DecodingCase {
        var one = plain("ipfix16x23-watched", .ipfix(domain: 1), Shape.ipfix16, goal: nil)
        one.dropsDuplicates = true
        return one
    }

    /// 23 records of one template.
    private static func plain(
        _ name: String,
        _ message: TemplateMessage,
        _ fields: [TemplateMessage.Field],
        goal: Double? = 25
    ) -> DecodingCase {
        var template = message
        template.addTemplate(256, fields)
        var random = SplitMix(state: 1)
        let datagrams = (0..<8).map { _ in
            var data = message
            data.addData(256) { body in
                for _ in 0..<23 { Shape.write(fields, &random, to: &body) }
            }
            return data.octets
        }
        return DecodingCase(
            name: name,
            goal: goal,
            templates: [template.octets],
            datagrams: datagrams,
            sequenceAt: message.isIPFIX ? 8 : 12
        )
    }

    /// 6 templates of different shapes, 4 records of each in every datagram.
    private static var mixed6: DecodingCase {
        var template = TemplateMessage.ipfix(domain: 1)
        for (index, shape) in Shape.mixed.enumerated() { template.addTemplate(300 + index, shape) }
        var random = SplitMix(state: 2)
        let datagrams = (0..<6).map { turn in
            var data = TemplateMessage.ipfix(domain: 1)
            for place in 0..<6 {
                let index = (turn + place * 5) % 6
                data.addData(300 + index) { body in
                    for _ in 0..<4 { Shape.write(Shape.mixed[index], &random, to: &body) }
                }
            }
            return data.octets
        }
        return DecodingCase(
            name: "mixed6",
            goal: 40,
            templates: [template.octets],
            datagrams: datagrams,
            sequenceAt: 8
        )
    }

    /// The same templates, 24 records of another one in each datagram.
    private static var turns6: DecodingCase {
        var one = mixed6
        var random = SplitMix(state: 2)
        one.datagrams = Shape.mixed.enumerated().map { index, shape in
            var data = TemplateMessage.ipfix(domain: 1)
            data.addData(300 + index) { body in
                for _ in 0..<24 { Shape.write(shape, &random, to: &body) }
            }
            return data.octets
        }
        one.name = "turns6"
        return one
    }

    private static var netFlow5: DecodingCase {
        var random = SplitMix(state: 3)
        let datagrams = (0..<8).map { _ in
            var packet = NetFlow5Packet()
            packet.records = (0..<30).map { _ in
                var record = NetFlow5Packet.Record()
                record.source = .v4(UInt32(truncatingIfNeeded: random.next()))
                record.destination = .v4(UInt32(truncatingIfNeeded: random.next()))
                record.octets = UInt32(random.next() & 0xffff)
                return record
            }
            return packet.octets
        }
        return DecodingCase(name: "v5x30", goal: nil, datagrams: datagrams, sequenceAt: 16)
    }

    /// 7 samples of 128 octets of a packet: IPv4 and IPv6, with a VLAN tag and without.
    private static var sFlowHeaders: DecodingCase {
        let datagrams = (0..<16).map { turn in
            var datagram = SFlowDatagram()
            for index in 0..<7 {
                var packet = SampledPacket.ethernet
                if index % 3 == 0 { packet = packet.tag(100 + index) }
                if (index + turn) % 4 == 3 {
                    packet = packet.type(0x86dd).ipv6(payload: 1_400, next: 17)
                } else {
                    packet = packet.type(0x0800).ipv4(
                        length: 1_400,
                        from: "192.0.2.\(index)",
                        to: "198.51.100.\(turn)"
                    )
                }
                packet = packet.ports(1_024 + index, 443)
                let rest = [UInt8](repeating: 0x55, count: 128 - packet.octets.count)
                var sample = SFlowDatagram.FlowSample()
                sample.sequence = UInt32(turn * 7 + index + 1)
                sample.pool = sample.sequence * 1_000
                sample.addHeader(packet.octets + rest, frame: 1_422)
                datagram.add(sample)
            }
            return datagram.octets
        }
        return DecodingCase(name: "sflow-raw", goal: 40, datagrams: datagrams, sequenceAt: 16)
    }
}
