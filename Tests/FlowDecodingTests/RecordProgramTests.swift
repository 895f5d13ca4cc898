// SPDX-License-Identifier: Apache-2.0

import Model
import TestSupport
import Testing
import Wire

@testable import FlowDecoding

@Suite("Compiled templates")
struct RecordProgramTests {
    @Test(
        "Compiled and read field by field, random records of random templates are the same",
        arguments: [0, 1, 2, 3, 4, 5, 6, 7]
    )
    func equality(seed: UInt64) {
        var random = RandomTemplates(seed: seed)
        for _ in 0..<200 { Self.compare(random.next(), seed) }
    }

    @Test("A record that its set ends in the middle of is reported where it is cut")
    func cut() {
        var random = RandomTemplates(seed: 99)
        for _ in 0..<200 {
            var one = random.next()
            one.body = Array(one.body.dropLast(Int(random.number(below: 9)) + 1))
            Self.compare(one, 99)
        }
    }

    private static func compare(_ one: RandomTemplates.Case, _ seed: UInt64) {
        var message =
            one.isIPFIX ? TemplateMessage.ipfix(domain: 7) : TemplateMessage.netFlow9(domain: 7)
        message.addTemplate(300, one.fields)
        var decoding = Decoding()
        let template = decoding.decode(message.octets).details.templates.first?.template
        guard let template else {
            Issue.record("no template of \(one.fields)")
            return
        }
        var data = message
        data = one.isIPFIX ? .ipfix(domain: 7) : .netFlow9(domain: 7)
        data.addData(300) { $0.write(one.body) }
        let result = decoding.decode(data.octets)

        var context = MessageContext(
            exporter: address("192.0.2.1"),
            port: 50_000,
            arrival: 1_700_000_001_000_000_000,
            flowProtocol: one.isIPFIX ? .ipfix : .netflow9,
            domain: 7
        )
        context.exportTime = Int64(data.exportTime) * 1_000_000_000
        context.uptime = one.isIPFIX ? 0 : data.uptime
        var reference = ReferenceDecoder()
        reference.decode(
            WireReader(one.body.span, as: "Set").octets,
            template,
            context,
            plausible: DecodingLimits().plausibleCount
        )
        let fields = one.fields.map { "\($0.id):\($0.length)\($0.enterprise == nil ? "" : "r")" }
        let place = "seed \(seed): \(fields)"
        #expect(result.outcome.records == reference.records, "\(place)")
        let (old, new) = (reference.batch, result.batch)
        guard old.records.count == new.records.count else {
            Issue.record("\(new.records.count) records, not \(old.records.count): \(place)")
            return
        }
        for (before, after) in zip(old.records, new.records)
        where !Self.isSame(before, old, after, new) {
            let differences = zip(Self.parts(before, old), Self.parts(after, new))
                .filter { $0.0 != $0.1 }.map { "\($0.1) and not \($0.0)" }
            Issue.record("\(differences), \(place)")
            return
        }
        let cuts = result.details.problems.filter { $0.reason == .truncated }
        if let problem = reference.problem {
            let header = one.isIPFIX ? 20 : 24
            #expect(cuts.map(\.offset) == [header + problem.offset], "\(place)")
        }
    }

    private static func isSame(
        _ a: FlowRecord,
        _ batchOfA: FlowBatch,
        _ b: FlowRecord,
        _ batchOfB: FlowBatch
    ) -> Bool {
        a.known == b.known && a.octetsBasis == b.octetsBasis
            && a.samplingSource == b.samplingSource && a.egressKind == b.egressKind
            && a.direction == b.direction && a.isReverse == b.isReverse
            && a.ipProtocol == b.ipProtocol && a.sourcePort == b.sourcePort
            && a.destinationPort == b.destinationPort && a.etherType == b.etherType
            && a.vlan == b.vlan && a.exporter == b.exporter && a.source == b.source
            && a.destination == b.destination && a.nextHop == b.nextHop
            && a.bgpNextHop == b.bgpNextHop && a.octets == b.octets && a.packets == b.packets
            && a.samplingRate == b.samplingRate && a.number == b.number
            && isSameRest(a, b)
            && batchOfA.words[a.vlans.range] == batchOfB.words[b.vlans.range]
    }

    private static func isSameRest(_ a: FlowRecord, _ b: FlowRecord) -> Bool {
        a.ingressInterface == b.ingressInterface && a.egressInterface == b.egressInterface
            && a.sourceMAC == b.sourceMAC && a.destinationMAC == b.destinationMAC
            && a.postSourceMAC == b.postSourceMAC
            && a.postDestinationMAC == b.postDestinationMAC && a.sourceAS == b.sourceAS
            && a.destinationAS == b.destinationAS && a.sourcePeerAS == b.sourcePeerAS
            && a.destinationPeerAS == b.destinationPeerAS && a.start == b.start && a.end == b.end
            && a.arrival == b.arrival && a.flowProtocol == b.flowProtocol
            && a.localPreference == b.localPreference
            && a.routeDistinguisher == b.routeDistinguisher
    }

    /// The fields of a record in words, what varies in length included.
    private static func parts(_ record: FlowRecord, _ batch: FlowBatch) -> [String] {
        var plain = record
        plain.vlans = WordRange()
        return Mirror(reflecting: plain).children.map { "\($0.label ?? ""): \($0.value)" }
            + ["vlans: \(Array(batch.words[record.vlans.range]))"]
    }
}

/// Templates of random elements and records of random octets for them; the same for the same seed.
struct RandomTemplates {
    struct Case {
        var isIPFIX: Bool
        var fields: [TemplateMessage.Field]
        var body: [UInt8]
    }

    private var state: UInt64
    private static let elements = InformationElement.table.filter { $0.reading != nil }

    init(seed: UInt64) { state = seed &* 0x2545_f491_4f6c_dd1d &+ 0x1234_5678_9abc_def1 }

    /// SplitMix64.
    mutating func number(below bound: UInt64) -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
        return (mixed ^ mixed >> 31) % bound
    }

    mutating func next() -> Case {
        let isIPFIX = number(below: 2) == 0
        let fields = (0..<1 + number(below: 20)).map { _ in field(isIPFIX) }
        var body: [UInt8] = []
        for _ in 0..<1 + number(below: 70) {
            for field in fields { write(field, to: &body) }
            if body.count > 20_000 { break }
        }
        return Case(isIPFIX: isIPFIX, fields: fields, body: body)
    }

    private mutating func field(_ isIPFIX: Bool) -> TemplateMessage.Field {
        let element = Self.elements[Int(number(below: UInt64(Self.elements.count)))]
        var length = 1 + Int(number(below: 8))
        switch element.reading {
        case let reading? where reading.accepts(octets: 16) && !reading.accepts(octets: 4):
            length = 16
        case .frameSection, .layer2Section, .packetSection: length = Int(number(below: 80))
        case let reading? where !reading.accepts(octets: 1): length = [4, 6, 8][length % 3]
        default: break
        }
        if isIPFIX, number(below: 8) == 0 { length = 65535 }
        let isTwin = isIPFIX && number(below: 6) == 0
        return TemplateMessage.Field(Int(element.id), length, enterprise: isTwin ? 29305 : nil)
    }

    private mutating func write(_ field: TemplateMessage.Field, to body: inout [UInt8]) {
        var length = field.length
        if length == 65535 {
            length = [1, 2, 3, 4, 5, 6, 7, 8, 16, 0, 40][Int(number(below: 11))]
            if number(below: 10) == 0 {
                body += [255, 0, UInt8(length)]
            } else {
                body.append(UInt8(length))
            }
        }
        let kind = number(below: 8)
        for index in 0..<length {
            let octet = UInt8(number(below: 256))
            // Small numbers and zeros are as likely as those that no link counts.
            body.append(kind == 0 ? 0 : kind < 6 && index + 3 < length ? 0 : octet)
        }
    }
}
