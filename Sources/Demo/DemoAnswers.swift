// SPDX-License-Identifier: Apache-2.0

import Collector
import Foundation
import Model
import Reporting
import Settings
import Storage

/// What the demo prints when its traffic has been accounted.
struct DemoAnswers {
    let settings: Settings
    let store: any VolumeStore

    func text() async throws -> String {
        let service = ReportService(settings: settings, store: store)
        let period = try await service.period(.everything)
        let savings = try await service.report("savings", of: period)
        let volumes = try await service.report("volumes", of: period)
        let ledger = try await service.ledger(of: period, withSlots: false)
        return """
            \(heading("Transit traffic that could move to peering"))
            \(savings.tableWithoutLedger)
            A candidate that is not eligible is a peer already: its traffic leaks to transit.

            \(heading("Volumes by interconnect and peer"))
            \(volumes.tableWithoutLedger)
            \(heading("Alerts"))
            \(try await alerts())
            \(heading("Ledger: what became of every datagram and octet"))
            \(ledger.text)
            \(heading("Next, with your own router"))
            1. Export flows to a collector: sFlow, IPFIX or NetFlow, any port it listens on.
            2. Copy Config/peerage.yaml, list the router's address and interfaces, and check it:
                 peerage config check --config peerage.yaml
            3. Open a BGP session from the router to listen.bgp, or load an MRT table (tables:).
            4. peerage collect --config peerage.yaml
            5. peerage status, then peerage report savings --from -7d

            """
    }

    private func heading(_ text: String) -> String {
        text + "\n" + String(repeating: "-", count: text.count)
    }

    private func alerts() async throws -> String {
        let fired = try await store.alerts().filter(\.isFiring)
        guard !fired.isEmpty else { return "none fires\n" }
        return fired.map { alert in
            "\(alert.rule): \(alert.object) firing since "
                + "\(Timestamp.text(seconds: alert.since)), "
                + "\((alert.value * 10).rounded() / 10) percent\n"
        }.joined()
    }
}
