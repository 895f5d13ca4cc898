// SPDX-License-Identifier: Apache-2.0

import Collector
import Foundation
import Model
import Settings
import Storage
import TestSupport
import Testing

@Suite("Metrics of a running collector")
struct CollectorMetricsTests {
    private static let text = """
        exporters:
          - name: er1
            addresses: [127.0.0.1]
            interfaces: [{ index: 1, role: internal }]
          - name: er2
            addresses: [127.0.0.2]
        neighbors: [{ name: er1, address: 192.0.2.1, asn: 64500 }]
        stations: [{ name: er1, address: 192.0.2.1 }]
        interconnects:
          - id: transit-1
            kind: transit
            peers: [64510]
            interfaces: [{ exporter: er1, index: 17 }]

        """

    @Test("every metric that is described is there once there is something to measure")
    func all() async throws {
        let folder = try TemporaryFolder()
        let settings = try folder.settings(ServedCollector.head + Self.text)
        let store = try await CollectorService.openStore(settings)
        let collector = try await ServedCollector(in: folder, Self.text, store: store)
        var incomplete = TemplateMessage.ipfix()
        incomplete.exportTime = UInt32(Date().timeIntervalSince1970)
        incomplete.addData(999) { $0.write32(0) }
        try await collector.send([
            Announced.templates(3), Announced.data(), incomplete.octets, [1, 2, 3],
        ])
        try await collector.send([Announced.templates(1)], from: "127.0.0.77")
        try await collector.end()
        let page = collector.registry.text()
        for description in CollectorMetrics.descriptions {
            #expect(
                page.contains("# TYPE \(description.name) "),
                "\(description.name) is not there"
            )
        }
        for line in [
            #"peerage_templates{exporter="er1"} 3"#, #"peerage_series{exporter="er1"} 1"#,
            #"peerage_limit_reached_total{limit="series"} 0"#,
            #"peerage_errors_total{exporter="",reason="unknownTemplate"} 1"#,
            #"peerage_limit_reached_total{limit="routeUpdates"} 0"#,
        ] {
            #expect(page.contains(line + "\n"), "\(line) in\n\(page)")
        }
        let octets = page.split(separator: "\n").first { $0.hasPrefix("peerage_store_octets ") }
        #expect(octets?.hasSuffix(" 0") == false)
    }

    @Test("an exporter that was silent since before the start is still said to be so")
    func silent() async throws {
        let store = InMemoryVolumeStore()
        var batch = FlushBatch(id: "1", collector: "test", time: 1_700_000_000)
        for name in ["er2", "er9"] {
            batch.exporters.append(
                ExporterState(
                    name: name,
                    lastSeen: 1_700_000_000,
                    flowProtocol: .ipfix,
                    rate: .one,
                    rateSource: .assumed
                )
            )
        }
        _ = try await store.add(batch)
        let collector = try await ServedCollector(in: TemporaryFolder(), Self.text, store: store)
        try await collector.end()
        let lines = collector.registry.text().split(separator: "\n")
            .filter { $0.hasPrefix("peerage_exporter_last_seen_seconds{") }
        #expect(lines == [#"peerage_exporter_last_seen_seconds{exporter="er2"} 1700000000"#])
    }

    @Test("rows that one exporter has too many of are a limit that was reached")
    func series() async throws {
        let folder = try TemporaryFolder()
        let text = Self.text + "limits: { series: 100 }\n"
        let collector = try await ServedCollector(in: folder, text)
        var datagrams = [Announced.templates(1)]
        for number in 0..<300 as Range<UInt32> {
            datagrams.append(Announced.data(sequence: number, interface: 100 + number))
        }
        try await collector.send(datagrams)
        try await collector.end()
        let page = collector.registry.text()
        #expect(page.contains(#"peerage_series{exporter="er1"} 100"#))
        #expect(!page.contains(#"peerage_limit_reached_total{limit="series"} 0"#))
    }
}
