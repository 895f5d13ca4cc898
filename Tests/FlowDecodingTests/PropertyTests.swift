// SPDX-License-Identifier: Apache-2.0

import FlowDecoding
import Model
import TestSupport
import Testing

/// What must come out of anything an exporter can say.
///
/// It is drawn at random, written by our encoders, and read again. A failure names the seed.
@Suite("Properties")
struct PropertyTests {
    /// A record as all of its parts say it, wherever they lie.
    struct Said: Equatable {
        var numbers: [UInt64]
        var addresses: [IPAddress]
        var rate: SamplingRate
        var source: SamplingSource
        var times: [Int64]
        var vlans: [UInt32] = []
        var path: [UInt32] = []
        var communities: [UInt32] = []

        init(_ record: FlowRecord, arrival: Int64 = 0) {
            numbers = [
                record.known.rawValue, UInt64(record.flowProtocol.rawValue),
                UInt64(record.octetsBasis.rawValue), UInt64(record.egressKind.rawValue),
                UInt64(record.direction.rawValue), record.isReverse ? 1 : 0,
                UInt64(record.ipProtocol), UInt64(record.sourcePort),
                UInt64(record.destinationPort), UInt64(record.etherType), UInt64(record.vlan),
                record.octets, record.packets, UInt64(record.ingressInterface),
                UInt64(record.egressInterface), record.sourceMAC.rawValue,
                record.destinationMAC.rawValue, record.postSourceMAC.rawValue,
                record.postDestinationMAC.rawValue, UInt64(record.sourceAS.rawValue),
                UInt64(record.destinationAS.rawValue), UInt64(record.sourcePeerAS.rawValue),
                UInt64(record.destinationPeerAS.rawValue), UInt64(record.localPreference),
                record.routeDistinguisher,
            ]
            addresses = [record.source, record.destination, record.nextHop, record.bgpNextHop]
            rate = record.samplingRate
            source = record.samplingSource
            times = [record.start, record.end]
        }

        init(_ record: FlowRecord, in batch: FlowBatch) {
            self.init(record)
            vlans = Array(batch.words[record.vlans.range])
            path = Array(batch.words[record.asPath.range])
            communities = Array(batch.words[record.communities.range])
        }

        init(_ drawn: RandomTemplate.Record) {
            self.init(drawn.record)
            vlans = drawn.vlans
        }
    }

    /// The records of the reverse directions of biflows, as RFC 5103 has them.
    private static func reversed(_ drawn: RandomTemplate.Record) -> Said? {
        guard let reverse = drawn.reverse else { return nil }
        let forward = drawn.record
        var record = FlowRecord()
        record.flowProtocol = forward.flowProtocol
        record.isReverse = true
        record.octets = reverse.octets
        record.packets = reverse.packets
        record.known = [.octets, .packets]
        let same: FlowRecord.Fields = [
            .ipProtocol, .vlan, .etherType, .start, .end, .routeDistinguisher,
        ]
        record.routeDistinguisher = forward.routeDistinguisher
        record.known.formUnion(forward.known.intersection(same))
        (record.ipProtocol, record.etherType) = (forward.ipProtocol, forward.etherType)
        (record.start, record.end, record.vlan) = (forward.start, forward.end, forward.vlan)
        (record.source, record.destination) = (forward.destination, forward.source)
        (record.sourcePort, record.destinationPort) = (forward.destinationPort, forward.sourcePort)
        (record.sourceAS, record.destinationAS) = (forward.destinationAS, forward.sourceAS)
        (record.sourcePeerAS, record.destinationPeerAS) = (
            forward.destinationPeerAS, forward.sourcePeerAS
        )
        (record.sourceMAC, record.destinationMAC) = (forward.destinationMAC, forward.sourceMAC)
        record.ingressInterface = forward.egressInterface
        record.egressInterface = forward.ingressInterface
        let swapped: [(FlowRecord.Fields, FlowRecord.Fields)] = [
            (.source, .destination), (.sourcePort, .destinationPort), (.sourceAS, .destinationAS),
            (.sourcePeerAS, .destinationPeerAS), (.sourceMAC, .destinationMAC),
            (.ingressInterface, .egressInterface),
        ]
        for (one, other) in swapped {
            if forward.has(one) { record.known.insert(other) }
            if forward.has(other) { record.known.insert(one) }
        }
        record.direction =
            switch forward.direction {
            case .ingress: .egress
            case .egress: .ingress
            case .unknown: .unknown
            }
        (record.samplingRate, record.samplingSource) = (
            forward.samplingRate, forward.samplingSource
        )
        // What belongs to the forward packets alone keeps its place and is not known.
        (record.nextHop, record.bgpNextHop) = (forward.nextHop, forward.bgpNextHop)
        (record.postSourceMAC, record.postDestinationMAC) = (
            forward.postSourceMAC, forward.postDestinationMAC
        )
        var said = Said(record)
        said.vlans = drawn.vlans
        return said
    }

    @Test(
        "what a template can say is read as it was written",
        arguments: [true, false],
        0..<8
    )
    func templates(isIPFIX: Bool, part: Int) throws {
        for seed in part * 625..<(part + 1) * 625 {
            var random = SeededRandom(seed: UInt64(seed))
            let template = RandomTemplate(id: 256, FlowEncoder(isIPFIX: isIPFIX), &random)
            let drawn = (0..<random.number(below: 4) + 1).map { _ in template.record(&random) }
            var message: TemplateMessage = isIPFIX ? .ipfix() : .netFlow9()
            message.uptime = template.encoder.uptime
            message.addTemplate(256, template.fields)
            message.addData(256) { writer in
                for record in drawn { template.write(record, to: &writer) }
            }
            var decoding = Decoding()
            let result = decoding.decode(message.octets)
            let wanted = drawn.flatMap { record in
                [Said(record)] + (Self.reversed(record).map { [$0] } ?? [])
            }
            let read = result.records.map { Said($0, in: result.batch) }
            try #require(read == wanted, "seed \(seed)")
            try #require(result.details.problems.isEmpty, "seed \(seed)")
        }
    }

    @Test("an sFlow sample is read as it was written", arguments: 0..<8)
    func samples(part: Int) throws {
        for seed in part * 625..<(part + 1) * 625 {
            var random = SeededRandom(seed: UInt64(seed))
            let drawn = (0..<random.number(below: 4) + 1).map { _ in RandomSamples.flow(&random) }
            var datagram = SFlowDatagram()
            for (index, sample) in drawn.enumerated() {
                var numbered = sample
                numbered.sequence = UInt32(index + 1)
                let written = SFlowEncoder.flow(numbered)
                datagram.addSample(written.format, written.body)
            }
            var decoding = Decoding()
            let result = decoding.decode(datagram.octets)
            let wanted = drawn.map { sample in
                var said = Said(sample.record)
                said.vlans = sample.vlans
                said.communities = sample.communities
                said.path = (sample.path ?? []).flatMap { segment in
                    [segment.kind << 16 | UInt32(segment.members.count)] + segment.members
                }
                return said
            }
            let read = result.records.map { Said($0, in: result.batch) }
            try #require(read == wanted, "seed \(seed)")
            try #require(result.details.problems.isEmpty, "seed \(seed)")
        }
    }

    @Test("a NetFlow v5 record is read as it was written")
    func netFlow5() throws {
        let encoder = FlowEncoder(isIPFIX: false)
        for seed in 0..<2_000 {
            var random = SeededRandom(seed: UInt64(seed))
            let drawn = (0..<random.number(below: 30) + 1).map { _ in
                DatagramGenerator.netFlow5(encoder, &random)
            }
            var packet = NetFlow5Packet()
            packet.uptime = encoder.uptime
            packet.exportTime = encoder.exportTime
            packet.records = drawn.map { encoder.netFlow5($0) }
            var decoding = Decoding()
            let result = decoding.decode(packet.octets)
            try #require(result.records.map { Said($0) } == drawn.map { Said($0) }, "seed \(seed)")
        }
    }

    /// The datagrams of three exporters of one protocol, in the order each sent them.
    private static func streams(_ flowProtocol: FlowProtocol, _ seed: UInt64) -> [[[UInt8]]] {
        (0..<3).map { exporter in
            var generator = DatagramGenerator(flowProtocol, seed: seed &* 3 &+ UInt64(exporter))
            return (0..<8).map { _ in generator.next() }
        }
    }

    @Test("exporters do not mix, in whatever order their datagrams come", arguments: 0..<4)
    func interleaving(number: UInt8) throws {
        let flowProtocol = try #require(FlowProtocol(rawValue: number))
        for seed in 0..<100 as Range<UInt64> {
            var random = SeededRandom(seed: seed)
            let streams = Self.streams(flowProtocol, seed)
            var alone: [[Said]] = []
            for (index, stream) in streams.enumerated() {
                var decoding = Decoding(holdsData: true)
                alone.append(
                    stream.flatMap { octets in
                        let result = decoding.decode(octets, from: "192.0.2.\(index)")
                        return result.records.map { Said($0, in: result.batch) }
                    }
                )
            }
            var mixed: [[Said]] = [[], [], []]
            var next = [0, 0, 0]
            var decoding = Decoding(holdsData: true)
            while let index = next.indices.filter({ next[$0] < 8 }).randomElement(using: &random) {
                let octets = streams[index][next[index]]
                let result = decoding.decode(octets, from: "192.0.2.\(index)")
                mixed[index] += result.records.map { Said($0, in: result.batch) }
                next[index] += 1
            }
            try #require(mixed == alone, "seed \(seed)")
        }
    }

    @Test("a stream of which every datagram comes twice is the stream", arguments: 0..<4)
    func duplicates(number: UInt8) throws {
        let flowProtocol = try #require(FlowProtocol(rawValue: number))
        for seed in 0..<100 as Range<UInt64> {
            var generator = DatagramGenerator(flowProtocol, seed: seed)
            var once = Decoding(dropsDuplicates: true)
            var twice = Decoding(dropsDuplicates: true)
            for index in 0..<12 {
                let octets = generator.next()
                let single = once.decode(octets)
                let first = twice.decode(octets)
                let read = first.records.map { Said($0, in: first.batch) }
                let wanted = single.records.map { Said($0, in: single.batch) }
                try #require(read == wanted, "seed \(seed), datagram \(index)")
                // Whether an exporter numbers its datagrams shows when some have come.
                guard index >= 3 else { continue }
                let second = twice.decode(octets)
                // Nothing was read of some, so nothing of them is remembered.
                let isTold = second.outcome.isDuplicate || first.outcome.undecoded != nil
                try #require(isTold, "seed \(seed), datagram \(index)")
                try #require(second.records.isEmpty, "seed \(seed), datagram \(index)")
            }
        }
    }

    @Test("sets in many datagrams are those of one", arguments: [true, false])
    func split(isIPFIX: Bool) throws {
        for seed in 0..<500 as Range<UInt64> {
            var random = SeededRandom(seed: seed)
            let encoder = FlowEncoder(isIPFIX: isIPFIX)
            let templates = (256..<260).map { RandomTemplate(id: $0, encoder, &random) }
            var whole: TemplateMessage = isIPFIX ? .ipfix() : .netFlow9()
            whole.uptime = encoder.uptime
            let empty = whole
            var parts: [TemplateMessage] = []
            func send(_ add: (inout TemplateMessage) -> Void) {
                var part = empty
                part.sequence = UInt32(parts.count)
                add(&part)
                parts.append(part)
                add(&whole)
            }
            for template in templates { send { $0.addTemplate(template.id, template.fields) } }
            for _ in 0..<6 {
                let template = random.one(of: templates)
                let drawn = (0..<random.number(below: 3) + 1).map { _ in template.record(&random) }
                send { message in
                    message.addData(template.id) { writer in
                        for record in drawn { template.write(record, to: &writer) }
                    }
                }
            }
            var decoding = Decoding()
            let result = decoding.decode(whole.octets)
            let together = result.records.map { Said($0, in: result.batch) }
            decoding = Decoding()
            let apart = parts.flatMap { part in
                let result = decoding.decode(part.octets)
                return result.records.map { Said($0, in: result.batch) }
            }
            try #require(apart == together, "seed \(seed)")
            try #require(!together.isEmpty, "seed \(seed)")
        }
    }
}
