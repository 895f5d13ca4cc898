// SPDX-License-Identifier: Apache-2.0

import Collector
import FlowDecoding
import Model
import Storage
import Synchronization
import TestSupport
import Testing

@Suite("Reload of a running collector")
struct CollectorReloadTests {
    private static let exporter = """
        exporters:
          - name: er1
            addresses: [127.0.0.1]
            interfaces: [{ index: 1, role: internal }]

        """

    @Test("limits of what exporters may announce hold from the reload on")
    func limits() async throws {
        let folder = try TemporaryFolder()
        let new = Self.exporter + "limits: { templates: 16, domains: 8, series: 1000 }\n"
        let collector = try await ServedCollector(in: folder, Self.exporter) { new }
        let reload = await collector.service.reload()
        #expect(reload.isAccepted)
        #expect(reload.lines.contains("limits.templates: 1024 -> 16"))
        #expect(
            reload.lines.filter { $0.contains("restart") } == [
                "waits for a restart: limits.series: 100000 -> 1000"
            ]
        )
        try await collector.send([Announced.templates(60)])
        try await collector.end()
        let snapshots = ExporterStateFiles(state: "\(folder.path)/state")
            .load(limits: DecodingLimits()).snapshots
        let templates = try #require(snapshots.first?.templates)
        #expect((1...16).contains(templates.count))
        #expect(collector.registry.text().contains(#"reached_total{limit="templates"} 4"#))
    }

    @Test("where and when the store is copied changes at a reload, where it is does not")
    func backup() async throws {
        let folder = try TemporaryFolder()
        let text = Mutex(Self.exporter)
        let collector = try await ServedCollector(in: folder, Self.exporter) {
            text.withLock { $0 }
        }
        let copies = "store: { sqlite: { backup: { directory: copies, keep: 3 } } }\n"
        text.withLock { $0 = Self.exporter + copies }
        #expect(await collector.service.reload().lines == ["store.sqlite.backup: added"])
        text.withLock { $0 = Self.exporter + "store: { sqlite: { path: other.db } }\n" }
        let lines = await collector.service.reload().lines
        #expect(lines.first == "store.sqlite.backup: removed")
        #expect(lines.last?.hasPrefix("waits for a restart: store.sqlite.path:") == true)
        try await collector.end()
    }

    @Test("what all exporters share is the same with any number of workers")
    func shared() throws {
        let settings = try TemporaryFolder().settings(
            "network: { asns: [64500] }\nlimits: { templates: 7 }\n"
        )
        let one = CollectorComponents.decodingLimits(settings)
        let four = CollectorComponents.decodingLimits(settings, workers: 4)
        #expect(one.sharedOctets == 32 << 20)
        #expect(four.sharedOctets == 8 << 20)
        #expect(four.sharedTotals * 4 == one.sharedTotals)
        #expect(four.sharedDuplicates * 4 == one.sharedDuplicates)
        #expect((one.templates, four.templates) == (7, 7))
    }

    @Test("an exporter that is removed is forgotten with what it announced")
    func removed() async throws {
        let folder = try TemporaryFolder()
        let both = Self.exporter + "  - { name: er2, addresses: [127.0.0.2] }\n"
        let text = Mutex(both)
        let collector = try await ServedCollector(in: folder, both) { text.withLock { $0 } }
        for address in ["127.0.0.1", "127.0.0.2"] {
            try await collector.send([Announced.templates(1)], from: address)
        }
        try await collector.end()
        #expect(collector.kept == ["127.0.0.1.json", "127.0.0.2.json"])

        let next = try await ServedCollector(in: folder, both) { text.withLock { $0 } }
        text.withLock { $0 = Self.exporter }
        #expect(await next.service.reload().isAccepted)
        #expect(next.kept == ["127.0.0.1.json"])
        try await next.end()
        #expect(next.kept == ["127.0.0.1.json"])
    }
}
