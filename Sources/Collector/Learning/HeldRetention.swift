// SPDX-License-Identifier: Apache-2.0

import Model
package import Settings
package import Storage

/// Lets go of what pending exporters reported and nobody adopted in time.
package struct HeldRetention: Sendable {
    /// Of these, what was held before the adoption is gone, and nothing more can come of it.
    private var finished: [IPAddress: Int64] = [:]

    package init() {}

    /// Deletes what is older than `learn.hold`; of an adopted exporter only what does not count.
    ///
    /// - Parameters:
    ///   - settings: The configuration.
    ///   - store: To be written by this process alone.
    ///   - now: Accounting time, in seconds since 1970-01-01 00:00 UTC.
    /// - Returns: Octets received that were held and are gone.
    /// - Throws: What the store throws.
    package mutating func run(
        _ settings: Settings,
        _ store: any VolumeStore,
        now: Int64
    ) async throws(VolumeStoreError) -> Int {
        let adoptions = try await store.adoptions()
        let states = try await store.exporters()
        let exporters = CountedExporters(
            inventory: settings.inventory,
            adoptions: adoptions,
            states: states
        )
        let before = now - settings.learn.holdSeconds
        let slot = before - before % settings.slotSeconds
        let pending = states.filter(exporters.isHeld).map(\.name)
        var octets = 0
        if !pending.isEmpty {
            octets = try await store.deleteHeld(exporters: pending, before: slot)
        }
        for adoption in adoptions where finished[adoption.address] != adoption.since {
            let name = "\(adoption.address.unmapped)"
            guard case .held(_, let since?) = exporters.standing(of: name) else { continue }
            let (dropped, isMore) = try await store.deleteHeld(
                exporters: [name],
                before: min(slot, since)
            ).addingReportingOverflow(octets)
            octets = isMore ? .max : dropped
            // An hour for what comes late; adopted once more, from another slot on, it is anew.
            if slot >= since + 3600 { finished[adoption.address] = since }
        }
        return octets
    }
}
