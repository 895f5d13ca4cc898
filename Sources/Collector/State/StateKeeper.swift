// SPDX-License-Identifier: Apache-2.0

import FlowDecoding
import Model

/// Writes what exporters announced, beside the flushes.
actor StateKeeper {
    nonisolated let files: ExporterStateFiles
    /// Those that could not be written, to be tried again.
    private var waiting: [String: ExporterSnapshot] = [:]

    init(state: String) { files = ExporterStateFiles(state: state) }

    /// Writes these, and those that could not be written before.
    ///
    /// - Returns: What could not be written, in words.
    func save(_ snapshots: [ExporterSnapshot]) -> [String] {
        for snapshot in snapshots { waiting[snapshot.exporter] = snapshot }
        let failed = files.save(Array(waiting.values))
        let exporters = Set(failed.map(\.exporter.description))
        waiting = waiting.filter { exporters.contains($0.key) }
        return failed.map(\.message)
    }
}
