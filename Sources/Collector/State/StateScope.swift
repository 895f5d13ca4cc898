// SPDX-License-Identifier: Apache-2.0

import Attribution
import Model
import Settings

/// Whose announcements are kept over a restart: those of the listed, of the adopted, and of the
/// pending exporters as long as anything of them is held.
struct StateScope: Sendable {
    private let listed: Set<IPAddress>
    private let learned: PrefixSet
    private let held: Set<IPAddress>

    /// - Parameters:
    ///   - inventory: The exporters of the configuration and the adopted ones.
    ///   - learn: Who may be pending.
    ///   - states: What is known of exporters.
    ///   - now: Accounting time, in seconds since 1970-01-01 00:00 UTC.
    init(inventory: Inventory, learn: Settings.Learn, states: [ExporterState], now: Int64) {
        listed = Set(inventory.exporters.flatMap(\.addresses).map(\.unmapped))
        learned = PrefixSet(learn.from)
        let recent = states.filter { now - $0.lastSeen <= learn.holdSeconds }
        held = Set(recent.compactMap { $0.address?.unmapped })
    }

    /// Whether what `exporter` announces now is kept.
    func admits(_ exporter: IPAddress) -> Bool {
        listed.contains(exporter.unmapped) || learned.contains(exporter)
    }

    /// Whether what `exporter` announced earlier is still of use.
    func keeps(_ exporter: IPAddress) -> Bool {
        let exporter = exporter.unmapped
        return listed.contains(exporter) || learned.contains(exporter) && held.contains(exporter)
    }
}
