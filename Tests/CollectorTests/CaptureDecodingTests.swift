// SPDX-License-Identifier: Apache-2.0

import Collector
import Foundation
import TestSupport
import Testing

@Suite("The decode command")
struct CaptureDecodingTests {
    /// What a run printed and how it ended.
    private struct Outcome {
        var status: Int32
        var text = ""
        var messages: [String] = []

        var objects: [NSDictionary] {
            text.split(separator: "\n").compactMap {
                (try? JSONSerialization.jsonObject(with: Data($0.utf8))) as? NSDictionary
            }
        }

        func objects(_ type: String) -> [NSDictionary] {
            objects.filter { $0["type"] as? String == type }
        }
    }

    private func decode(
        _ captures: [[UInt8]],
        format: DecodeFormat = .jsonl,
        isSummary: Bool = false,
        holdsData: Bool = false,
        ports: Set<UInt16>? = nil
    ) throws -> Outcome {
        let folder = FileManager.default.temporaryDirectory
            .appending(path: "peerage-decode-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let paths = try captures.enumerated().map { index, octets in
            let file = folder.appending(path: "\(index).pcap")
            try Data(octets).write(to: file)
            return file.path
        }
        var outcome = Outcome(status: 0)
        outcome.status = CaptureDecoding(
            format: format,
            isSummary: isSummary,
            holdsData: holdsData,
            ports: ports
        ).run(paths, output: { outcome.text += $0 }, messages: { outcome.messages.append($0) })
        return outcome
    }

    private static let netFlow5: [UInt8] = {
        var packet = NetFlow5Packet()
        packet.sampling = 1000
        packet.records = [NetFlow5Packet.Record()]
        return packet.octets
    }()

    private static let template: [UInt8] = {
        var message = TemplateMessage.ipfix(domain: 9)
        message.addTemplate(256, [.init(8, 4), .init(1, 4), .init(2, 4)])
        return message.octets
    }()

    private static let data: [UInt8] = {
        var message = TemplateMessage.ipfix(domain: 9)
        message.addData(256) {
            $0.write(address("192.0.2.1"))
            $0.write32(1500)
            $0.write32(3)
        }
        return message.octets
    }()

    @Test("a flow is one line, with the names of the contract and nothing the exporter left out")
    func flowLine() throws {
        var capture = CaptureOctets()
        capture.add(Self.netFlow5)
        let outcome = try decode([capture.octets])
        #expect(outcome.status == 0)
        let line = try #require(outcome.text.split(separator: "\n").first)
        #expect(line.hasPrefix(#"{"type":"flow","capture":""#))
        let expected = #"""
            "datagram":1,"receivedAt":"2023-11-14T22:13:21Z","exporter":"192.0.2.1",\#
            "protocol":"netflow5","observationDomain":0,"record":1,\#
            "sourceAddress":"192.0.2.1","destinationAddress":"198.51.100.1","ipProtocol":6,\#
            "sourcePort":1234,"destinationPort":443,"octets":100,"packets":1,\#
            "octetsBasis":"ip","samplingRate":1000,"samplingSource":"header",\#
            "ingressInterface":1,"egressInterface":2,"nextHop":"203.0.113.1",\#
            "sourceAS":64500,"destinationAS":64501,"start":"2023-11-14T22:13:10Z",\#
            "end":"2023-11-14T22:13:15Z"}
            """#
        #expect(line.hasSuffix(expected))
    }

    @Test("sFlow lines name the agent, paths have sets as lists, communities as pairs")
    func sFlowLine() throws {
        var sample = SFlowDatagram.FlowSample()
        sample.output = 0x3fff_ffff
        sample.addGateway(
            sourceAS: 1,
            sourcePeerAS: 2,
            segments: [(2, [64510, 64511]), (1, [64512, 64513])],
            communities: [65000 << 16 | 1]
        )
        let packet = SampledPacket.ethernet.tag(100).tag(200).type(0x800).ipv4(length: 60)
        sample.addHeader(packet.octets, frame: 86)
        var datagram = SFlowDatagram()
        datagram.add(sample)
        datagram.addCounters(interface: 5, inOctets: 7, outOctets: 9)
        var capture = CaptureOctets()
        capture.add(datagram.octets)
        let outcome = try decode([capture.octets])
        let flow = try #require(outcome.objects("flow").first)
        #expect(flow["agent"] as? String == "192.0.2.100")
        #expect(flow["subAgent"] as? Int == 0)
        #expect(flow["observationDomain"] == nil)
        #expect(flow["asPath"] as? NSArray == [64510, 64511, [64512, 64513]])
        #expect(flow["communities"] as? [String] == ["65000:1"])
        #expect(flow["vlan"] as? Int == 100)
        #expect(flow["vlans"] as? [Int] == [100, 200])
        #expect(flow["egressKind"] as? String == "local")
        #expect(flow["egressInterface"] == nil)
        #expect(flow["direction"] as? String == "ingress")
        #expect(flow["sourceMAC"] as? String == "02:00:00:00:00:02")
        let counters = try #require(outcome.objects("counters").first)
        #expect(counters["interface"] as? Int == 5)
        #expect(counters["ifInOctets"] as? Int == 7)
        #expect(counters["ifOutOctets"] as? Int == 9)
    }

    @Test("a biflow gives two lines of one record")
    func biflow() throws {
        var message = TemplateMessage.ipfix()
        message.addTemplate(256, [.init(1, 4), .init(1, 4, enterprise: 29305)])
        message.addData(256) {
            $0.write32(10)
            $0.write32(20)
        }
        var capture = CaptureOctets()
        capture.add(message.octets)
        let flows = try decode([capture.octets]).objects("flow")
        #expect(flows.map { $0["record"] as? Int } == [1, 1])
        #expect(flows.map { $0["octets"] as? Int } == [10, 20])
        #expect(flows.map { $0["reverse"] as? Bool } == [nil, true])
    }

    @Test("templates and options are lines, a withdrawal has no fields")
    func templateLines() throws {
        var message = TemplateMessage.ipfix()
        message.addOptionsTemplate(
            300,
            scope: [.init(302, 4)],
            [.init(34, 4), .init(5, 2, enterprise: 9)]
        )
        message.addData(300) {
            $0.write32(1)
            $0.write32(1000)
            $0.write16(0xab)
        }
        message.addWithdrawal(256)
        var capture = CaptureOctets()
        capture.add(message.octets)
        let outcome = try decode([capture.octets])
        let templates = outcome.objects("template")
        #expect(templates.map { $0["templateId"] as? Int } == [300, 256])
        #expect(templates.map { $0["templateKind"] as? String } == ["options", "data"])
        #expect(templates.map { $0["scopeFields"] as? Int } == [1, nil])
        let fields = templates.first?["fields"] as? NSArray
        #expect(
            fields == [
                ["id": 302, "enterprise": 0, "name": "selectorId", "length": 4],
                ["id": 34, "enterprise": 0, "name": "samplingInterval", "length": 4],
                ["id": 5, "enterprise": 9, "length": 2],
            ] as NSArray
        )
        let options = outcome.objects("options").first
        #expect(options?["scope"] as? NSDictionary == ["selectorId": 1])
        #expect(options?["values"] as? NSDictionary == ["samplingInterval": 1000, "9.5": "00ab"])
    }

    @Test("templates carry over captures, records and datagrams are numbered in each")
    func carryOver() throws {
        var first = CaptureOctets()
        first.add(Self.template)
        first.add(Self.data)
        var second = CaptureOctets()
        second.add(Self.data)
        let flows = try decode([first.octets, second.octets]).objects("flow")
        #expect(flows.map { $0["record"] as? Int } == [1, 1])
        #expect(flows.map { $0["datagram"] as? Int } == [2, 1])
        #expect(flows.map { $0["octets"] as? Int } == [1500, 1500])
    }

    @Test("data before their template are an error, or held with --hold")
    func hold() throws {
        var capture = CaptureOctets()
        capture.add(Self.data)
        capture.add(Self.template)
        let strict = try decode([capture.octets])
        #expect(strict.objects("flow").isEmpty)
        let error = try #require(strict.objects("error").first)
        #expect(error["reason"] as? String == "unknownTemplate")
        #expect(error["subject"] as? String == "Data Set")
        #expect(error["offset"] as? Int == 16)
        #expect(error["datagram"] as? Int == 1)
        #expect(strict.status == 0)
        let patient = try decode([capture.octets], holdsData: true)
        #expect(patient.objects("flow").count == 1)
        #expect(patient.objects("error").isEmpty)
        var forever = CaptureOctets()
        forever.add(Self.data)
        #expect(try decode([forever.octets], holdsData: true).objects("error").count == 1)
    }

    @Test("without --ports other payloads are skipped, with it they are errors")
    func ports() throws {
        var capture = CaptureOctets()
        capture.add([1, 2, 3], to: 2055)
        capture.add(Self.netFlow5, to: 2056)
        let detected = try decode([capture.octets])
        #expect(detected.objects.count == 1)
        #expect(detected.objects("flow").count == 1)
        let chosen = try decode([capture.octets], ports: [2055])
        #expect(chosen.objects("error").map { $0["reason"] as? String } == ["notFlowExport"])
        #expect(chosen.objects.count == 1)
    }

    @Test("the summary counts, scales and tells the bases apart")
    func summary() throws {
        var message = TemplateMessage.ipfix()
        message.addTemplate(256, [.init(1, 4), .init(2, 4)])
        message.addTemplate(257, [.init(352, 4)])
        message.addData(256) {
            $0.write32(50)
            $0.write32(2)
        }
        message.addData(257) { $0.write32(70) }
        message.addData(999) { $0.write32(70) }
        var sflow = SFlowDatagram()
        sflow.addCounters(interface: 1, inOctets: 1, outOctets: 1)
        var capture = CaptureOctets()
        capture.add(Self.netFlow5)
        capture.add(message.octets, from: "192.0.2.2")
        capture.add(sflow.octets, from: "192.0.2.3")
        capture.add([0])
        var tcp = SampledPacket().ipv4(length: 40).octets
        tcp += [UInt8](repeating: 0, count: 20)
        capture.add(packet: tcp)
        let outcome = try decode([capture.octets], isSummary: true)
        #expect(outcome.text.filter { $0 == "\n" }.count == 1)
        #expect(
            outcome.objects.first == [
                "datagrams": 3, "records": 3, "flows": 3, "counterSamples": 1,
                "discardSamples": 0, "templates": 2, "optionsTemplates": 0, "optionsRecords": 0,
                "errors": ["unknownTemplate": 1], "octets": 150, "packets": 3,
                "scaledOctets": 100_050, "otherOctets": ["layer2": 70], "exporters": 3,
                "skippedPackets": ["tcp": 1, "sctp": 0, "fragment": 0, "other": 1],
            ]
        )
    }

    @Test("a capture that is cut off ends with 1, one that is none with 2, the rest is read")
    func status() throws {
        var whole = CaptureOctets()
        whole.add(Self.netFlow5)
        var longer = whole
        longer.add(Self.netFlow5)
        let cut = try decode([Array(longer.octets.dropLast(10)), whole.octets])
        #expect(cut.status == 1)
        #expect(cut.objects("flow").count == 2)
        #expect(cut.messages.count == 1)
        let none = try decode([Array("no capture at all, but text".utf8), whole.octets])
        #expect(none.status == 2)
        #expect(none.objects("flow").count == 1)
        #expect(none.messages.count == 1)
    }

    @Test("the table has a heading and a line a flow")
    func table() throws {
        var capture = CaptureOctets()
        capture.add(Self.netFlow5)
        capture.add(Self.netFlow5)
        let text = try decode([capture.octets], format: .table).text
        let lines = text.split(separator: "\n")
        #expect(lines.count == 3)
        #expect(lines[0].hasPrefix("RECORD"))
        #expect(lines[1].contains("192.0.2.1:1234"))
        #expect(lines[1].contains("198.51.100.1:443"))
    }
}
