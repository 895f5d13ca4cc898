// SPDX-License-Identifier: Apache-2.0

import FlowDecoding
import Model
import Synchronization

/// Writes what exporters announced, beside the flushes.
actor StateKeeper {
    nonisolated let files: ExporterStateFiles
    /// Those that could not be written, to be tried again.
    private var waiting: [String: ExporterSnapshot] = [:]
    /// What each announced, as last written: a hash of it.
    private var written: [String: Int] = [:]
    private var scope: StateScope?
    private let deadline = Atomic(Int64.max)

    init(state: String) { files = ExporterStateFiles(state: state) }

    /// Keeps only what is of `scope` from now on, and removes the files of all others.
    ///
    /// - Returns: What could not be removed, in words.
    func use(_ scope: StateScope) -> [String] {
        self.scope = scope
        let isGone = { (exporter: String) in
            IPAddress(exporter).map { !scope.keeps($0) } ?? true
        }
        written = written.filter { !isGone($0.key) }
        waiting = waiting.filter { !isGone($0.key) }
        return files.remove { !scope.keeps($0) }
    }

    /// An end does not wait longer than until `deadline`, by ``BootClock``, for what only says how
    /// far exporters have counted.
    nonisolated func end(before deadline: Int64) {
        self.deadline.store(deadline, ordering: .relaxed)
    }

    /// Writes these, and those that could not be written before.
    ///
    /// - Returns: What could not be written, in words.
    func save(_ snapshots: [ExporterSnapshot]) -> [String] {
        for snapshot in snapshots {
            guard let exporter = IPAddress(snapshot.exporter), scope?.admits(exporter) ?? true
            else { continue }
            waiting[snapshot.exporter] = snapshot
        }
        let isNew = { [written] (snapshot: ExporterSnapshot) in
            written[snapshot.exporter] != snapshot.announced
        }
        var messages = save(waiting.values.filter(isNew), before: .max)
        let deadline = deadline.load(ordering: .relaxed)
        messages += save(waiting.values.filter { !isNew($0) }, before: deadline)
        return messages
    }

    private func save(_ snapshots: [ExporterSnapshot], before deadline: Int64) -> [String] {
        var messages: [String] = []
        for (number, snapshot) in snapshots.enumerated() {
            guard BootClock.nanoseconds() < deadline else {
                let left = snapshots.count - number
                messages.append("no time is left for how far \(left) exporters have counted")
                break
            }
            if let failure = files.save([snapshot]).first {
                messages.append(failure.message)
            } else {
                waiting[snapshot.exporter] = nil
                written[snapshot.exporter] = snapshot.announced
            }
        }
        return messages
    }
}

extension ExporterSnapshot {
    /// A hash of everything but how far it has counted.
    fileprivate var announced: Int {
        var hasher = Hasher()
        hasher.combine(templates)
        hasher.combine(domains)
        return hasher.finalize()
    }
}
