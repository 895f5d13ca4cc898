// SPDX-License-Identifier: Apache-2.0

import Logging
import Model
import Settings
import Storage

/// What is known of exporters, also of those that say nothing now, and for how long.
extension CollectorService {
    /// Takes up what the store knows of them: who has been silent since before the start is missed.
    func recallExporters() async throws(VolumeStoreError) {
        for state in try await store.exporters() { exporterStates[state.name] = state }
        await forgetExporters()
    }

    /// Keeps what workers handed over.
    func remember(_ parts: [FlushBatch]) {
        for state in parts.lazy.flatMap(\.exporters) {
            if let known = exporterStates[state.name], known.lastSeen > state.lastSeen { continue }
            exporterStates[state.name] = state
        }
    }

    /// Forgets those that are listed no longer, and the pending ones of which nothing is held, with
    /// what they announced.
    func forgetExporters() async {
        let now = clock.now() / 1_000_000_000
        let names = Set(inventory.exporters.map(\.name))
        let listed = Set(inventory.exporters.flatMap(\.addresses).map(\.unmapped))
        exporterStates = exporterStates.filter { name, state in
            guard state.isPending, let address = state.address else { return names.contains(name) }
            return !listed.contains(address.unmapped)
                && now - state.lastSeen <= settings.learn.holdSeconds
        }
        guard let keeper else { return }
        for problem in await keeper.use(stateScope) {
            logger.error("state of an exporter not removed", metadata: ["reason": "\(problem)"])
        }
    }

    /// Whose announcements are of use over a restart, as of now.
    var stateScope: StateScope {
        StateScope(
            inventory: inventory,
            learn: settings.learn,
            states: Array(exporterStates.values),
            now: clock.now() / 1_000_000_000
        )
    }
}
