// SPDX-License-Identifier: Apache-2.0

import FlowDecoding
import Model
import TestSupport
import Testing

@Suite("Sequence numbers")
struct SequenceTests {
    /// An exporter of one protocol, its clock and its messages.
    struct Exporter {
        var flowProtocol: FlowProtocol
        var decoding: Decoding
        /// In milliseconds since the first message.
        var time: Int64 = 0
        var uptime: UInt32 = 864_000_000
        var domain: UInt32 = 0
        var port: UInt16 = 50_000
        /// Whether the records of sFlow are there.
        var countsSamples = false

        static let epoch: Int64 = 1_700_000_000

        init(
            _ flowProtocol: FlowProtocol,
            sequence: UInt32 = 1_000_000,
            decoding: Decoding = Decoding()
        ) {
            self.flowProtocol = flowProtocol
            self.decoding = decoding
            var template = flowProtocol == .ipfix ? TemplateMessage.ipfix() : .netFlow9()
            template.sequence = sequence
            template.uptime = uptime
            template.addTemplate(256, TemplateMessage.Field.plain)
            if flowProtocol == .ipfix || flowProtocol == .netflow9 {
                _ = self.decoding.decode(template.octets, at: Self.epoch * 1_000_000_000)
            }
        }

        /// Sends one message of `records` flows, a second after the last.
        mutating func send(_ sequence: UInt32, records: Int = 1) -> DatagramOutcome {
            time += 1_000
            uptime &+= 1_000
            return sendAgain(octets(sequence, records))
        }

        /// Sends a message as it is, at the time of the last.
        mutating func sendAgain(_ octets: [UInt8]) -> DatagramOutcome {
            decoding.decode(
                octets,
                port: port,
                at: Self.epoch * 1_000_000_000 + time * 1_000_000
            ).outcome
        }

        func octets(_ sequence: UInt32, _ records: Int) -> [UInt8] {
            let exportTime = UInt32(Self.epoch + time / 1_000)
            switch flowProtocol {
            case .ipfix, .netflow9:
                var message =
                    flowProtocol == .ipfix
                    ? TemplateMessage.ipfix(domain: domain) : .netFlow9(domain: domain)
                (message.sequence, message.exportTime) = (sequence, exportTime)
                message.uptime = uptime
                message.addData(256) { for _ in 0..<records { $0.writePlain() } }
                return message.octets
            case .netflow5:
                var packet = NetFlow5Packet()
                (packet.sequence, packet.exportTime, packet.uptime) = (sequence, exportTime, uptime)
                packet.engine = Int(domain)
                packet.records = Array(repeating: .init(), count: records)
                return packet.octets
            case .sflow5:
                var datagram = SFlowDatagram()
                (datagram.sequence, datagram.subAgent) = (sequence, domain)
                datagram.uptime = uptime
                for _ in 0..<(countsSamples ? records : 0) {
                    var sample = SFlowDatagram.FlowSample()
                    sample.addIPv4(
                        length: 100,
                        from: address("192.0.2.1"),
                        to: address("192.0.2.2")
                    )
                    datagram.add(sample)
                }
                return datagram.octets
            }
        }

        /// Sends many, each of `records` flows, and sums what was lost.
        mutating func sendAll(_ sequences: [UInt32], records: Int = 1) -> Int64 {
            sequences.reduce(0) { $0 + send($1, records: records).sequenceLost }
        }
    }

    /// How far a message of `records` flows counts.
    static func step(_ flowProtocol: FlowProtocol, _ records: Int) -> UInt32 {
        flowProtocol == .ipfix || flowProtocol == .netflow5 ? UInt32(records) : 1
    }

    @Test("each protocol counts in its own unit", arguments: FlowProtocol.allCases)
    func units(_ flowProtocol: FlowProtocol) {
        var exporter = Exporter(flowProtocol)
        let step = Self.step(flowProtocol, 5)
        #expect(exporter.sendAll([0, 1, 2, 3].map { 1_000_000 + $0 * step }, records: 5) == 0)
        // Two messages are missing.
        let outcome = exporter.send(1_000_000 + 6 * step, records: 5)
        #expect(outcome.sequenceLost == Int64(2 * step))
        #expect(!outcome.exporterRestarted && !outcome.sequenceLeapt)
    }

    @Test("numbers go on past 2^32", arguments: FlowProtocol.allCases)
    func wrap(_ flowProtocol: FlowProtocol) {
        let step = Self.step(flowProtocol, 3)
        let first = 0 &- 2 * step
        var exporter = Exporter(flowProtocol, sequence: first)
        for index: UInt32 in 0..<5 {
            let outcome = exporter.send(first &+ index * step, records: 3)
            #expect(outcome.sequenceLost == 0 && !outcome.exporterRestarted)
        }
        #expect(exporter.send(first &+ 7 * step, records: 3).sequenceLost == Int64(2 * step))
    }

    @Test("what comes late is given back", arguments: FlowProtocol.allCases)
    func late(_ flowProtocol: FlowProtocol) {
        var exporter = Exporter(flowProtocol)
        let step = Self.step(flowProtocol, 4)
        let numbers = [0, 3, 1, 5, 4, 2, 6].map { 1_000_000 + UInt32($0) * step }
        let losses = numbers.map { exporter.send($0, records: 4).sequenceLost }
        let unit = Int64(step)
        #expect(losses == [0, 2 * unit, -unit, unit, -unit, -unit, 0])
    }

    @Test("what comes twice gives nothing back", arguments: FlowProtocol.allCases)
    func twice(_ flowProtocol: FlowProtocol) {
        var exporter = Exporter(flowProtocol)
        let step = Self.step(flowProtocol, 4)
        let numbers = [0, 0, 1, 0, 1, 4, 4, 1, 3, 3, 5].map { 1_000_000 + UInt32($0) * step }
        let lost = exporter.sendAll(numbers, records: 4)
        #expect(lost == Int64(step))
    }

    @Test("a restart is told, and nothing is charged for it", arguments: FlowProtocol.allCases)
    func restart(_ flowProtocol: FlowProtocol) {
        var exporter = Exporter(flowProtocol)
        #expect(exporter.send(1_000_000).exporterRestarted == false)
        exporter.time += 120_000
        exporter.uptime = 30_000
        let outcome = exporter.send(0)
        #expect(outcome.exporterRestarted)
        #expect(outcome.sequenceLost == 0)
        let next = exporter.send(1)
        #expect(next.sequenceLost == 0 && !next.exporterRestarted)
        #expect(exporter.send(10).sequenceLost == 8)
    }

    @Test(
        "a restart is known by the uptime when the new number is ahead of the old",
        arguments: [FlowProtocol.netflow9, .netflow5, .sflow5]
    )
    func restartAhead(_ flowProtocol: FlowProtocol) {
        // After 40 days of uptime, so that it seems to have gone forward modulo 2^32.
        for uptime: UInt32 in [864_000_000, 3_456_000_000] {
            var exporter = Exporter(flowProtocol, sequence: 10)
            exporter.uptime = uptime
            _ = exporter.send(10)
            exporter.time += 120_000
            exporter.uptime = 30_000
            let outcome = exporter.send(500)
            #expect(outcome.exporterRestarted)
            #expect(outcome.sequenceLost == 0)
        }
    }

    @Test(
        "the wrap of the uptime is no restart",
        arguments: [FlowProtocol.netflow9, .netflow5, .sflow5]
    )
    func uptimeWrap(_ flowProtocol: FlowProtocol) {
        var exporter = Exporter(flowProtocol, sequence: 10)
        exporter.uptime = .max - 1_500
        var restarts = 0
        for number: UInt32 in [10, 11, 13, 14] {  // one is lost, so that the uptime is looked at
            if exporter.send(number).exporterRestarted { restarts += 1 }
        }
        #expect(restarts == 0)
    }

    @Test("a step too large to be loss is not charged", arguments: FlowProtocol.allCases)
    func leap(_ flowProtocol: FlowProtocol) {
        var exporter = Exporter(flowProtocol)
        _ = exporter.send(1_000_000)
        let outcome = exporter.send(1_000_000_000)
        #expect(outcome.sequenceLost == 0)
        #expect(outcome.sequenceLeapt && !outcome.exporterRestarted)
        #expect(exporter.send(1_000_000_003).sequenceLost == 2)
    }

    @Test("an IPFIX counter in its upper half that begins at zero is a restart")
    func restartFromUpperHalf() {
        var exporter = Exporter(.ipfix, sequence: 3_000_000_000)
        _ = exporter.send(3_000_000_000)
        let outcome = exporter.send(0)
        #expect(outcome.exporterRestarted && outcome.sequenceLost == 0)
    }

    @Test("a young IPFIX exporter that restarts is noticed at zero, or soon")
    func youngRestart() {
        var exporter = Exporter(.ipfix, sequence: 0)
        for index: UInt32 in 0..<30 { _ = exporter.send(index * 10, records: 10) }
        #expect(exporter.send(0, records: 10).exporterRestarted)
        for index: UInt32 in 1..<30 { _ = exporter.send(index * 10, records: 10) }
        // The first messages after the restart did not come.
        var outcomes: [DatagramOutcome] = []
        for index: UInt32 in 2..<28 { outcomes.append(exporter.send(index * 10, records: 10)) }
        #expect(outcomes.filter(\.exporterRestarted).count == 1)
        #expect(outcomes.allSatisfy { $0.sequenceLost == 0 })
    }

    @Test("setting our clock, or the exporter's, is no restart")
    func clockStep() {
        for seconds: Int64 in [-86_400, -3_600, 3_600, 86_400] {
            for flowProtocol in FlowProtocol.allCases {
                var exporter = Exporter(flowProtocol, sequence: 1_000)
                _ = exporter.send(1_000)
                exporter.time += seconds * 1_000  // both clocks step, the uptime does not
                let outcome = exporter.send(1_001)
                #expect(!outcome.exporterRestarted && outcome.sequenceLost == 0)
            }
        }
    }

    @Test("IPFIX data of an unknown template are not taken for loss")
    func unknownTemplate() {
        var exporter = Exporter(.ipfix)
        _ = exporter.send(1_000_000, records: 2)
        var message = TemplateMessage.ipfix()
        message.sequence = 1_000_002
        message.addData(999) { $0.writeZeros(100) }
        #expect(exporter.decoding.decode(message.octets).outcome.sequenceLost == 0)
        // However many records those were.
        #expect(exporter.send(1_000_050, records: 2).sequenceLost == 0)
        #expect(exporter.send(1_000_053, records: 2).sequenceLost == 1)
    }

    @Test("what is missing before data of an unknown template is charged")
    func beforeUnknownTemplate() {
        var exporter = Exporter(.ipfix)
        _ = exporter.send(1_000_000, records: 2)
        var message = TemplateMessage.ipfix()
        message.sequence = 1_000_009
        message.addData(999) { $0.writeZeros(100) }
        #expect(exporter.decoding.decode(message.octets).outcome.sequenceLost == 7)
    }

    @Test("IPFIX counts options records, and no templates (RFC 7011, section 3.1)")
    func optionsCount() {
        var exporter = Exporter(.ipfix)
        var message = TemplateMessage.ipfix()
        message.sequence = 1_000_000
        message.addOptionsTemplate(300, scope: [.init(149, 4)], [.init(160, 8)])
        message.addData(300) {
            for _ in 0..<3 {
                $0.write32(0)
                $0.write64(1_600_000_000_000)
            }
        }
        #expect(exporter.decoding.decode(message.octets).outcome.sequenceLost == 0)
        #expect(exporter.send(1_000_003).sequenceLost == 0)
    }

    @Test("a biflow is one record")
    func biflow() {
        var decoding = Decoding()
        for sequence: UInt32 in [0, 2, 4] {
            var message = TemplateMessage.ipfix()
            message.sequence = sequence
            message.addTemplate(256, [.init(1, 4), .init(1, 4, enterprise: 29305)])
            message.addData(256) { for _ in 0..<4 { $0.write32(100) } }
            let result = decoding.decode(message.octets)
            #expect(result.records.count == 4)
            #expect(result.outcome.sequenceLost == 0)
        }
    }

    @Test("held data count for the message they came in")
    func held() {
        var decoding = Decoding(holdsData: true)
        var data = TemplateMessage.ipfix()
        data.addData(256) { for _ in 0..<9 { $0.writePlain() } }
        data.sequence = 0
        _ = decoding.decode(data.octets)
        var template = TemplateMessage.ipfix()
        template.sequence = 9
        template.addTemplate(256, TemplateMessage.Field.plain)
        let late = decoding.decode(template.octets)
        #expect(late.outcome.records == 9)
        var more = TemplateMessage.ipfix()
        more.sequence = 9
        more.addData(256) { $0.writePlain() }
        #expect(decoding.decode(more.octets).outcome.sequenceLost == 0)
        more.sequence = 11
        #expect(decoding.decode(more.octets).outcome.sequenceLost == 1)
    }
}
