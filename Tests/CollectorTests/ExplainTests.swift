// SPDX-License-Identifier: Apache-2.0

import Collector
import Foundation
import Model
import Settings
import TestSupport
import Testing

@Suite("Explain")
struct ExplainTests {
    private func settings() throws -> Settings {
        try Settings.load(
            text: """
                network: { asns: [64500], prefixes: [203.0.113.0/24], timezone: UTC, currency: EUR }
                exporters:
                  - name: er1
                    addresses: [192.0.2.9]
                    samplingRate: { default: 1000 }
                    interfaces: [{ index: 1, role: internal }]
                exchanges:
                  - id: ix-one
                    lan: [198.51.100.0/24]
                    members: [{ asn: 64530, addresses: [198.51.100.30] }]
                    routeServers: { asn: 64520, addresses: [198.51.100.1] }
                interconnects:
                  - id: transit-1
                    kind: transit
                    peers: [64510]
                    interfaces: [{ exporter: er1, index: 17 }]
                  - id: ix-1
                    kind: exchange
                    exchange: ix-one
                    interfaces: [{ exporter: er1, index: 21 }]
                """,
            file: "test.yaml"
        )
    }

    private static let flow = """
        {"exporter":"192.0.2.9","protocol":"ipfix","sourceAddress":"203.0.113.7",\
        "destinationAddress":"198.18.0.1","octets":1500,"packets":1,"ingressInterface":1,\
        "egressInterface":21,"bgpNextHop":"198.51.100.30","receivedAt":"2026-10-01T00:00:00Z"}
        """

    private func explain(
        _ question: Explain.Question,
        live feed: RouteFeed? = nil
    ) async throws -> (document: [String: Any], messages: [String]) {
        let settings = try settings()
        let explain = try feed.map { Explain(settings, live: $0) } ?? Explain(settings)
        let answer = try await explain.answer(question, .json)
        let object = try JSONSerialization.jsonObject(with: Data(answer.text.utf8))
        return (try #require(object as? [String: Any]), answer.messages)
    }

    private func side(_ document: [String: Any], _ direction: String) throws -> [String: Any] {
        let sides = try #require(document["sides"] as? [[String: Any]])
        return try #require(sides.first { $0["direction"] as? String == direction })
    }

    @Test("each rung of a side at an exchange says what it looked at and why it did not decide")
    func rungs() async throws {
        let (document, messages) = try await explain(.flow(Self.flow))
        #expect(document["exporter"] as? String == "er1")
        let rate = try #require(document["rate"] as? [String: Any])
        #expect(rate["samplingRate"] as? Int == 1000)
        #expect(rate["samplingSource"] as? String == "configured")
        #expect(rate["scaledOctets"] as? Int == 1_500_000)
        let ingress = try side(document, "ingress")
        #expect(ingress["outcome"] as? String == "originated")
        #expect(ingress["role"] as? String == "internal")
        let egress = try side(document, "egress")
        #expect(egress["outcome"] as? String == "egress")
        #expect(egress["interconnect"] as? String == "ix-1")
        #expect(egress["peerAS"] as? Int == 64530)
        #expect(egress["countingSource"] as? String == "otherSide")
        let rungs = try #require(egress["rungs"] as? [[String: Any]])
        #expect(
            rungs.map { $0["rung"] as? String }
                == ["interface", "mac", "staticPrefix", "nextHop", "exportedAS", "route"]
        )
        #expect(rungs.filter { $0["decided"] as? Bool == true }.count == 1)
        #expect(rungs[3]["result"] as? String == "AS64530")
        #expect(messages.contains { $0.contains("no collector is running") })
    }

    @Test("a route of the live table is shown with its view, its path and who told it")
    func live() async throws {
        let feed = CollectorComponents.routeFeed(try settings())
        var update = RouteUpdate(time: 1)
        update.announced = [.init(try #require(IPPrefix("198.18.0.0/16")))]
        update.attributes.asPath = ASPath(sequence: [64510, 64600].map(ASN.init(rawValue:)))
        let source = RouteSource(name: "er1", address: .v4(1), asn: ASN(rawValue: 64500))
        feed.received(update, from: source)
        feed.sessionEnded(source, reason: "closed")
        await feed.settle()
        let line = Self.flow.replacing("\"egressInterface\":21", with: "\"egressInterface\":99")
        let (document, messages) = try await explain(.flow(line), live: feed)
        let egress = try side(document, "egress")
        #expect(egress["role"] as? String == "unknown")
        #expect(egress["rung"] as? String == "route")
        #expect(egress["peerAS"] as? Int == 64510)
        #expect(egress["path"] as? [Int] == [64510, 64600])
        let evidence = try #require(egress["evidence"] as? [String: Any])
        let route = try #require(evidence["route"] as? [String: Any])
        #expect(route["prefix"] as? String == "198.18.0.0/16")
        #expect(route["view"] as? String == "er1" && route["source"] as? String == "er1")
        #expect(route["stale"] as? Bool == true)
        #expect(!messages.contains { $0.contains("no collector") })
    }

    @Test("the words for people name every step and the one that was taken")
    func text() async throws {
        let answer = try await Explain(try settings()).answer(.flow(Self.flow), .table)
        for words in [
            "exporter  er1", "configured: 1 in 1000", "taken, as configured",
            "interconnect ix-1, exchange, peer", "rung nextHop", "AS64530: taken",
            "AS64530, by nextHop", "originated",
        ] {
            #expect(answer.text.contains(words), "\(words) in\n\(answer.text)")
        }
    }

    @Test("an exporter that is not listed is refused, and a name does for an address")
    func exporters() async throws {
        let stranger = Self.flow.replacing("192.0.2.9", with: "192.0.2.10")
        let (refused, _) = try await explain(.flow(stranger))
        #expect(refused["refused"] as? String == "unknownExporter")
        #expect((refused["sides"] as? [Any])?.isEmpty == true)
        let named = Self.flow.replacing("192.0.2.9", with: "er1")
        #expect(try await explain(.flow(named)).document["exporter"] as? String == "er1")
    }

    @Test("an exporter that is held apart is explained as it is held, and that is said")
    func held() async throws {
        var settings = try settings()
        settings.learn.from = [try #require(IPPrefix("192.0.2.0/24"))]
        let line = Self.flow.replacing("192.0.2.9", with: "192.0.2.10")
        let answer = try await Explain(settings).answer(.flow(line), .json)
        let object = try JSONSerialization.jsonObject(with: Data(answer.text.utf8))
        let document = try #require(object as? [String: Any])
        #expect(document["refused"] as? String == "quarantined")
        #expect(document["exporter"] as? String == "192.0.2.10")
        #expect(try side(document, "egress")["role"] as? String == "unknown")
        #expect(answer.messages.count == 2)
        let text = try await Explain(settings).answer(.flow(line), .table).text
        #expect(text.contains("held apart until it is adopted"))
    }

    @Test("an adopted exporter's flow counts under its name from the slot of the adoption on")
    func adopted() async throws {
        var settings = try settings()
        settings.learn.from = [try #require(IPPrefix("192.0.2.0/24"))]
        var explain = try Explain(settings)
        let october: Int64 = 1_790_812_800
        explain.take([Adoption(address: address("192.0.2.10"), name: "er9", since: october)])
        for (time, exporter) in [
            ("2026-10-01T00:00:00Z", "er9"), ("2026-09-30T23:59:59Z", "192.0.2.10"),
        ] {
            let line = Self.flow.replacing("192.0.2.9", with: "192.0.2.10")
                .replacing("2026-10-01T00:00:00Z", with: time)
            let answer = try await explain.answer(.flow(line), .json)
            let object = try JSONSerialization.jsonObject(with: Data(answer.text.utf8))
            let document = try #require(object as? [String: Any])
            #expect(document["exporter"] as? String == exporter)
            let isHeld = document["refused"] as? String == "quarantined"
            #expect(isHeld == (exporter == "192.0.2.10"))
        }
    }

    @Test("who sends comes before whose sFlow it is, in whatever order they are listed")
    func relayedSource() async throws {
        var settings = try settings()
        var agent = Exporter(name: "agent")
        (agent.addresses, agent.identify) = ([address("10.0.0.1")], .agent)
        settings.inventory.exporters.insert(agent, at: 0)
        let line = Self.flow.replacing("{", with: "{\"agent\":\"10.0.0.1\",")
        for (source, exporter) in [("192.0.2.9", "er1"), ("192.0.2.8", "agent")] {
            let flow = line.replacing("192.0.2.9", with: source)
            let answer = try await Explain(settings).answer(.flow(flow), .json)
            #expect(answer.text.contains("\"exporter\": \"\(exporter)\""))
        }
    }

    @Test("a record of a datagram that came twice is explained once, and then as a duplicate")
    func duplicate() async throws {
        var file = CaptureOctets()
        for sequence in [1, 2, 2] as [UInt32] {
            let octets = PipelineWorld.packet(sequence)
            file.add(octets, from: "192.0.2.9", at: PipelineWorld.start * 1_000_000_000)
        }
        let path = FileManager.default.temporaryDirectory.appending(path: "\(UUID()).pcap").path
        try Data(file.octets).write(to: URL(filePath: path))
        defer { try? FileManager.default.removeItem(atPath: path) }
        let first = try await explain(.capture(path: path, record: 2)).document
        #expect(first["exporter"] as? String == "er1" && first["refused"] == nil)
        let second = try await explain(.capture(path: path, record: 3)).document
        #expect(second["refused"] as? String == "duplicate")
        let words = try await Explain(try settings()).answer(
            .capture(path: path, record: 3),
            .table
        )
        #expect(words.text.contains("its datagram came a moment before"))
    }

    @Test("a record whose template accounting does not remember is told as one")
    func beyondLimits() async throws {
        var file = CaptureOctets()
        var messages: [TemplateMessage] = []
        var templates = TemplateMessage.ipfix()
        for template in [256, 257] {
            templates.addTemplate(template, [.init(1, 8), .init(2, 8), .init(10, 4), .init(14, 4)])
            var data = TemplateMessage.ipfix()
            data.addData(template) { body in
                for value in [0, 500, 0, 1, 17, 1] as [UInt32] { body.write32(value) }
            }
            messages.append(data)
        }
        for (second, message) in ([templates] + messages).enumerated() {
            let time = 1_790_812_800 + Int64(second)
            file.add(message.octets, from: "192.0.2.9", at: time * 1_000_000_000)
        }
        let path = FileManager.default.temporaryDirectory.appending(path: "\(UUID()).pcap").path
        try Data(file.octets).write(to: URL(filePath: path))
        defer { try? FileManager.default.removeItem(atPath: path) }
        var settings = try settings()
        settings.limits.templates = 1
        let explain = try Explain(settings)
        var told: [String] = []
        for number in [1, 2] as [UInt64] {
            do {
                _ = try await explain.answer(.capture(path: path, record: number), .json)
            } catch let problem as InputProblem {
                told.append(problem.description)
            }
        }
        #expect(told.count == 1)
        #expect(told.first?.contains("limits.templates") == true)
    }

    @Test(
        "what is no flow is refused with the key that is wrong",
        arguments: [
            ("{\"sourceAdress\":\"192.0.2.1\"}", "sourceAdress"),
            ("{\"sourceAddress\":\"192.0.2.300\"}", "sourceAddress"),
            ("{\"octets\":-1}", "octets"), ("{\"octets\":\"many\"}", "octets"),
            ("{\"samplingRate\":0}", "samplingRate"), ("{\"start\":\"yesterday\"}", "start"),
            ("{\"type\":\"template\"}", "template"), ("{", "--flow"), ("[]", "--flow"),
            ("{\"direction\":\"up\"}", "direction"),
            ("{\"communities\":[\"1:2:3\"]}", "communities"),
            ("{\"end\":\"2262-04-11T23:47:16.999999999Z\"}", "end"),
            ("{\"start\":\"1677-09-21T00:12:44Z\"}", "start"),
            ("{\"receivedAt\":\"9999-12-31T23:59:59Z\"}", "receivedAt"),
            ("{\"receivedAt\":\"1969-12-31T23:59:59Z\"}", "receivedAt"),
        ]
    )
    func wrong(_ line: String, _ word: String) async throws {
        let explain = try Explain(try settings())
        let problem = await #expect(throws: InputProblem.self) {
            _ = try await explain.answer(.flow(line), .json)
        }
        #expect(problem?.description.contains(word) == true, "\(problem?.description ?? "none")")
    }

    @Test(
        "a flow of the first or the last second that there is, is explained like any",
        arguments: ["1970-01-01T00:00:00Z", "2199-12-31T23:59:59.999999999Z"]
    )
    func times(_ time: String) async throws {
        let line = Self.flow.replacing(
            "\"receivedAt\":\"2026-10-01T00:00:00Z\"",
            with: "\"start\":\"\(time)\",\"end\":\"\(time)\""
        )
        let (document, _) = try await explain(.flow(line))
        let record = try #require(document["record"] as? [String: Any])
        #expect(record["end"] as? String == time)
    }

    /// A capture with NetFlow v5 packets of two records each from two routers, one not listed.
    private func capture(packets: Int) throws -> String {
        var file = CaptureOctets()
        for number in 0..<packets {
            var packet = NetFlow5Packet()
            packet.exportTime += UInt32(number)
            packet.records = (0..<2).map { index in
                var record = NetFlow5Packet.Record()
                record.octets = UInt32(number * 10 + index)
                return record
            }
            file.add(
                packet.octets,
                from: number % 5 == 4 ? "192.0.2.77" : "192.0.2.9",
                at: Int64(packet.exportTime) * 1_000_000_000
            )
        }
        let path = FileManager.default.temporaryDirectory.appending(path: "\(UUID()).pcap").path
        try Data(file.octets).write(to: URL(filePath: path))
        return path
    }

    private func decoded(_ path: String) -> [String] {
        var lines: [String] = []
        let decoding = CaptureDecoding(
            format: .jsonl,
            isSummary: false,
            holdsData: false,
            ports: nil
        )
        let status = decoding.run(
            [path],
            output: { lines += $0.split(separator: "\n").map(String.init) },
            messages: { _ in }
        )
        #expect(status == 0)
        return lines
    }

    @Test("records are found by the number that decode gives them, whoever sent them")
    func numbers() async throws {
        let path = try capture(packets: 200)
        defer { try? FileManager.default.removeItem(atPath: path) }
        for number in [1, 2, 8, 9, 127, 128, 129, 250, 391, 399, 400] as [UInt64] {
            let (document, _) = try await explain(.capture(path: path, record: number))
            let record = try #require(document["record"] as? [String: Any])
            #expect(record["record"] as? UInt64 == number)
            let packet = (number - 1) / 2
            #expect(record["octets"] as? UInt64 == packet * 10 + (number - 1) % 2)
            let isListed = packet % 5 != 4
            #expect((document["refused"] as? String == nil) == isListed)
        }
        await #expect(throws: InputProblem("\(path) has 400 records; there is no record 401")) {
            _ = try await explain(.capture(path: path, record: 401))
        }
    }

    @Test("a line of decode can be pasted back: nothing of it is lost, and it is explained alike")
    func pasted() async throws {
        let demo = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../Sources/Demo/Fixtures").standardized
        let settings = try Settings.load(path: demo.appending(path: "peerage.yaml").path)
        let explain = try Explain(settings)
        let path = demo.appending(path: "flows.pcap").path
        let lines = decoded(path).filter { $0.hasPrefix("{\"type\":\"flow\"") }
        #expect(lines.count > 1000)
        let step = lines.count / 150
        for (count, index) in stride(from: 7, to: lines.count, by: step).enumerated() {
            let line = lines[index]
            let pasted = try await explain.answer(.flow(line), .json).text
            let object = try #require(
                try JSONSerialization.jsonObject(with: Data(pasted.utf8)) as? [String: Any]
            )
            var original = try #require(
                try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
            )
            let number = try #require(original["record"] as? UInt64)
            for key in ["type", "capture", "datagram", "observationDomain", "agent", "subAgent"] {
                original[key] = nil
            }
            let record = try #require(object["record"] as? [String: Any])
            #expect(record as NSDictionary == original as NSDictionary)
            // A capture is read to the record, each time: a few do.
            guard count % 30 == 0 else { continue }
            let found = try await explain.answer(.capture(path: path, record: number), .json)
            #expect(found.text == pasted)
        }
    }
}
