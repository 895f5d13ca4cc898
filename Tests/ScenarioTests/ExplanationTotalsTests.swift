// SPDX-License-Identifier: Apache-2.0

import Attribution
import Collector
import FlowDecoding
import FlowReception
import Foundation
import Model
import Settings
import Storage
import Testing
import Wire

@Suite("What explain says of every record")
struct ExplanationTotalsTests {
    /// The scenarios compare the same at their end, each: see ``ScenarioRunner``.
    @Test("adds up, for real exporters' captures, to what a replay has accounted")
    func capture() async throws {
        let demo = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../Sources/Demo/Fixtures").standardized
        let capture = demo.appending(path: "flows.pcap").path
        let table = demo.appending(path: "routes.mrt.gz").path
        var settings = try Settings.load(path: demo.appending(path: "peerage.yaml").path)
        settings.tables = [Settings.Table(view: "er1", mrt: table)]

        let store = InMemoryVolumeStore()
        _ = try await Replay(settings: settings, store: store).run(captures: [capture], tables: [])
        let accounted = try await ExplainedTotals.accounted(store, inventory: settings.inventory)

        let feed = CollectorComponents.routeFeed(settings)
        _ = try TableLoader.load(settings, feed: feed)
        var explained = ExplainedTotals(settings, feed)
        var file = try CaptureFile.opened(capture)
        var taken = 0
        while let captured = try file.next() {
            let octets = WireReader(captured.payload.span, as: "UDP payload").octets
            guard FlowDecoder.isFlowExport(octets) else { continue }
            explained.take(
                Datagram(
                    exporter: captured.source,
                    port: captured.sourcePort,
                    arrival: captured.arrival,
                    octets: octets
                )
            )
            taken += 1
            if taken % 64 == 0 { explained.finishBatch() }
        }
        explained.finishBatch()
        #expect(explained.octets == accounted)
        #expect(accounted.keys.count { $0.contains("AS") } >= 8, "\(accounted.keys.sorted())")
    }
}
