// SPDX-License-Identifier: Apache-2.0

import Model
package import Settings
package import Storage

/// Lets go of what pending exporters reported and nobody adopted in time.
package enum HeldRetention {
    /// Deletes what is older than `learn.hold`.
    ///
    /// - Parameters:
    ///   - settings: The configuration.
    ///   - store: To be written by this process alone.
    ///   - now: Accounting time, in seconds since 1970-01-01 00:00 UTC.
    /// - Returns: Octets received that were held and are gone.
    /// - Throws: What the store throws.
    package static func run(
        _ settings: Settings,
        _ store: any VolumeStore,
        now: Int64
    ) async throws(VolumeStoreError) -> Int {
        let exporters = try await CountedExporters(inventory: settings.inventory, store: store)
        let pending = try await store.exporters().filter(exporters.isHeld).map(\.name)
        guard !pending.isEmpty else { return 0 }
        let before = now - settings.learn.holdSeconds
        return try await store.deleteHeld(
            exporters: pending,
            before: before - before % settings.slotSeconds
        )
    }
}
