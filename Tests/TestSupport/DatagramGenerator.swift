// SPDX-License-Identifier: Apache-2.0

package import Model

/// The datagrams of one exporter, as they would come: templates before or after their data, options,
/// withdrawals, sequence numbers that go on.
package struct DatagramGenerator: Sendable {
    package let flowProtocol: FlowProtocol
    private var random: SeededRandom
    private var templates: [RandomTemplate] = []
    /// Templates the collector has not been told of since they changed.
    private var untold: Set<Int> = []
    private var sequence: UInt32
    private var encoder: FlowEncoder
    private let domain: UInt32
    /// Length of a datagram that no more is added to, in octets.
    private let length: Int

    package init(_ flowProtocol: FlowProtocol, seed: UInt64, length: Int = 1_400) {
        self.flowProtocol = flowProtocol
        self.length = length
        random = SeededRandom(seed: seed)
        sequence = random.isOne(in: 8) ? .max - 2 : UInt32(random.number(below: 1_000))
        domain = UInt32(random.number(below: 3))
        encoder = FlowEncoder(isIPFIX: flowProtocol == .ipfix)
    }

    /// The next datagram.
    package mutating func next() -> [UInt8] {
        switch flowProtocol {
        case .sflow5: nextSFlow()
        case .netflow5: nextNetFlow5()
        case .netflow9, .ipfix: nextMessage()
        }
    }

    private mutating func nextSFlow() -> [UInt8] {
        var datagram = SFlowDatagram()
        datagram.agent = domain == 1 ? address("2001:db8::64") : address("192.0.2.100")
        datagram.subAgent = domain
        datagram.sequence = sequence
        datagram.uptime = sequence &* 1_000
        sequence &+= 1
        for count in 0..<random.number(below: 6) + 1
        where count == 0 || datagram.octets.count < length - 300 {
            RandomSamples.addAny(to: &datagram, &random)
        }
        return datagram.octets
    }

    private mutating func nextNetFlow5() -> [UInt8] {
        var packet = NetFlow5Packet()
        packet.uptime = encoder.uptime
        packet.exportTime = encoder.exportTime
        packet.exportNanoseconds = UInt32(random.number(below: 1_000_000_000))
        packet.sequence = sequence
        packet.engine = Int(domain)
        packet.sampling = random.one(of: [0, 1, 100, 0x4064, 0x8000, 0xffff])
        let most = min(30, max(1, (length - 24) / 48))
        for _ in 0..<random.number(below: most) + 1 {
            packet.records.append(encoder.netFlow5(Self.netFlow5(encoder, &random)))
        }
        sequence &+= UInt32(packet.records.count)
        return packet.octets
    }

    /// A record that NetFlow v5 can hold without loss.
    package static func netFlow5(
        _ encoder: FlowEncoder,
        _ random: inout SeededRandom
    ) -> FlowRecord {
        func half() -> UInt16 { UInt16(truncatingIfNeeded: random.next()) }
        var record = FlowRecord()
        record.flowProtocol = .netflow5
        record.source = RandomTemplate.address(true, &random)
        record.destination = RandomTemplate.address(true, &random)
        record.nextHop = RandomTemplate.address(true, &random)
        record.ingressInterface = UInt32(half() | 1)
        record.egressInterface = UInt32(half() | 1)
        record.packets = random.number(octets: 4)
        record.octets = random.number(octets: 4)
        record.sourcePort = half()
        record.destinationPort = half()
        record.ipProtocol = UInt8(truncatingIfNeeded: random.next())
        record.sourceAS = ASN(rawValue: UInt32(half()))
        record.destinationAS = ASN(rawValue: UInt32(half()))
        record.end = (encoder.booted + Int64(random.number(below: 400_000_000))) * 1_000_000
        record.start = record.end - Int64(random.number(below: 1_800_000)) * 1_000_000
        record.known = [
            .source, .destination, .nextHop, .packets, .octets, .start, .end, .sourcePort,
            .destinationPort, .ipProtocol, .sourceAS, .destinationAS, .ingressInterface,
            .egressInterface,
        ]
        return record
    }

    private mutating func nextMessage() -> [UInt8] {
        var message: TemplateMessage =
            flowProtocol == .ipfix ? .ipfix(domain: domain) : .netFlow9(domain: domain)
        encoder.exportTime += UInt32(random.number(below: 20))
        message.exportTime = encoder.exportTime
        message.uptime = encoder.uptime
        message.sequence = sequence
        if templates.isEmpty || random.isOne(in: 6) { changeTemplate() }
        // Some data come before their template.
        let tellsLate = random.isOne(in: 5)
        if !tellsLate { tell(&message) }
        if random.isOne(in: 4) { addOptions(&message) }
        var records: UInt32 = 0
        for count in 0..<random.number(below: 3) + 1
        where count == 0 || message.octets.count < length - 100 {
            records += addData(&message)
        }
        if tellsLate, random.isTrue() { tell(&message) }
        if flowProtocol == .ipfix, random.isOne(in: 12), let gone = templates.popLast() {
            message.addWithdrawal(random.isOne(in: 4) ? 2 : gone.id)
        }
        sequence &+= flowProtocol == .ipfix ? records : 1
        return message.octets
    }

    private mutating func changeTemplate() {
        let id = 256 + random.number(below: 5)
        templates.removeAll { $0.id == id }
        templates.append(RandomTemplate(id: id, encoder, &random))
        untold.insert(id)
    }

    private mutating func tell(_ message: inout TemplateMessage) {
        let repeats = random.isOne(in: 4)
        for template in templates where repeats || untold.contains(template.id) {
            message.addTemplate(template.id, template.fields)
        }
        untold = []
    }

    private mutating func addData(_ message: inout TemplateMessage) -> UInt32 {
        guard !templates.isEmpty else { return 0 }
        let template = random.one(of: templates)
        let octets = template.columns.reduce(0) { $0 + $1.octets + 3 }
        let room = max(length - message.octets.count, 0) / max(octets, 1)
        let count = min(random.number(below: 8) + 1, max(room, 1))
        let records = (0..<count).map { _ in template.record(&random) }
        let padding = template.columns.count > 3 ? random.number(below: 3) : 0
        message.addData(template.id) { writer in
            for record in records { template.write(record, to: &writer) }
            writer.writeZeros(padding)
        }
        return UInt32(count)
    }

    /// Samplers, names of interfaces, and when the exporter booted.
    private mutating func addOptions(_ message: inout TemplateMessage) {
        typealias Field = TemplateMessage.Field
        let isIPFIX = flowProtocol == .ipfix
        let rate = UInt32(random.number(below: 5_000))
        let index = UInt32(random.number(below: 20))
        let booted = UInt64(encoder.booted)
        switch random.number(below: 4) {
        case 0:
            message.addOptionsTemplate(300, scope: [Field(isIPFIX ? 149 : 1, 4)], [Field(34, 4)])
            message.addData(300) {
                $0.write32(0)
                $0.write32(rate)
            }
        case 1:
            let scope = Field(isIPFIX ? 302 : 1, 4)
            message.addOptionsTemplate(
                301,
                scope: [scope],
                [Field(48, 2), Field(305, 4), Field(306, 4)]
            )
            message.addData(301) {
                $0.write32(index)
                $0.write16(Int(index))
                $0.write32(1)
                $0.write32(rate)
            }
        case 2:
            let scope = Field(isIPFIX ? 10 : 2, 4)
            message.addOptionsTemplate(302, scope: [scope], [Field(82, 16), Field(83, 8)])
            let name = random.octets(24)
            message.addData(302) {
                $0.write32(index)
                $0.write(name)
            }
        default:
            let scope = Field(isIPFIX ? 144 : 1, 4)
            message.addOptionsTemplate(
                303,
                scope: [scope],
                [Field(160, 8), Field(164, 8), Field(165, 8), Field(166, 8)]
            )
            message.addData(303) {
                $0.write32(index)
                $0.write64(booted)
                for value in [rate, index, rate] { $0.write64(UInt64(value)) }
            }
        }
    }
}
