// SPDX-License-Identifier: Apache-2.0

import Console
import Model
import Settings
import Storage

/// What the API asks of the running collector.
extension CollectorService {
    /// Answers questions about this collector, on whatever socket they come.
    ///
    /// - Parameter metrics: All metrics in the text exposition format.
    /// - Returns: The backend of the sockets.
    package nonisolated func answers(
        metrics: @escaping @Sendable () async -> String
    ) -> Answers {
        let hooks = CollectorHooks(
            standing: { await self.standing() },
            sessions: { self.feed.sessions() },
            feed: feed,
            reload: { await self.reload() },
            adopted: { await self.adopted($0) },
            checkAlerts: { try await self.checkAlerts(rule: $0) },
            metrics: metrics
        )
        return Answers(
            AnswerSources(
                settings: { await self.settings },
                reading: { try await self.storeToRead() },
                writing: { self.store },
                collector: hooks
            )
        )
    }

    /// How it stands now.
    package func standing() async -> CollectorStanding {
        var standing = CollectorStanding(startedAt: startedAt, version: version)
        standing.isAlive = isAlive
        standing.notReady = notReady()
        if let status = await writer?.status {
            let oldest = status.oldest ?? .max
            if !hasStoreProblem, oldest < clock.now() / 1_000_000_000 - longestTurn / 1_000_000_000
            {
                standing.notReady.append("volumes wait for the store, which does not answer")
            }
            standing.waitingBatches = status.batches
            standing.waitingRows = status.rows
        }
        standing.residentOctets = UInt64(clamping: ProcessFigures.now()?.residentOctets ?? 0)
        return standing
    }

    /// Whether the flush loop turns, and all workers hand over.
    private var isAlive: Bool {
        let oldest = BootClock.nanoseconds() - longestTurn
        return lastTurn > oldest
            && workers.indices.allSatisfy { lastReports[$0] ?? startedBoot > oldest }
    }

    /// Who has not been heard of for so long is stuck, in nanoseconds.
    private var longestTurn: Int64 { max(60, 6 * settings.flushSeconds) * 1_000_000_000 }

    /// What it waits for before its figures are to be relied on.
    private func notReady() -> [String] {
        guard listeningSince != 0 else { return ["the collector is starting"] }
        var reasons: [String] = []
        let readiness = readiness
        if !readiness.isReady {
            let names = readiness.missing.joined(separator: ", ")
            reasons.append("not all routes are here yet: \(names)")
        }
        if hasStoreProblem { reasons.append("volumes wait for the store") }
        return reasons
    }

    /// A store for questions only, so that they do not wait for a flush; opened once for a file.
    ///
    /// When that is damaged it is set aside, and another has its name.
    private func storeToRead() async throws -> any VolumeStore {
        guard hasStoreFile else { return store }
        let path = settings.store.sqlite.path
        let files = [FileIdentity(path), FileIdentity(path + "-wal")]
        guard files[0] != nil else {
            throw VolumeStoreError.unavailable(reason: "\(path) does not exist any more")
        }
        if let reader, files == readerFiles { return reader }
        let opened = try await CollectorService.openStoreToRead(settings)
        (reader, readerFiles) = (opened, files)
        return opened
    }

    private func checkAlerts(rule: String?) async throws -> AlertService.Outcome {
        guard let alerts, let slot = try await alerts.lastSealedSlot() else {
            return AlertService.Outcome()
        }
        return try await alerts.run(through: slot, deliver: true, rule: rule)
    }
}
