// SPDX-License-Identifier: Apache-2.0

import Logging
import Model
import Settings
import Storage
import StorageSQLite

/// What is done now and then, beside the flushes.
extension CollectorService {
    /// Does what is due; nothing of it keeps a flush waiting for long.
    func keepUp() async {
        for chore in upkeep.due(BootClock.nanoseconds()) {
            switch chore {
            case .store:
                backUpIfDue()
                await forgetExporters()
            case .routes: saveRoutes()
            case .held: await letGoOfHeld()
            case .batchIDs: await forgetBatchIDs()
            }
        }
    }

    /// A backup beside everything else: it reads only, and may take minutes.
    private func backUpIfDue() {
        guard hasStoreFile, backingUp == nil, let plan = settings.store.sqlite.backup else {
            return
        }
        let backup = SQLiteBackup(
            path: settings.store.sqlite.path,
            directory: plan.directory,
            keep: plan.keep
        )
        let now = WallClock.nanoseconds() / 1_000_000_000
        let isDue = backups.isDue(
            everySeconds: plan.everySeconds,
            newest: backup.newest(notAfter: now),
            now: now,
            boot: BootClock.nanoseconds()
        )
        guard isDue else { return }
        backingUp = Task {
            let event = await backup.run(now: now)
            events.append(event)
            let metadata: Logger.Metadata = ["detail": "\(event.detail)"]
            if event.kind == .backupFailed {
                logger.error("backup failed", metadata: metadata)
            } else {
                logger.info("backup written", metadata: metadata)
            }
            backingUp = nil
        }
    }

    private func letGoOfHeld() async {
        guard let now = await watchedNow() else { return }
        do {
            var retention = heldRetention
            defer { heldRetention = retention }
            let octets = try await retention.run(settings, store, now: now)
            guard octets > 0 else { return }
            note(.limitReached, object: "learn.hold", detail: "\(octets) held octets were let go")
            logger.warning("held volumes are let go", metadata: ["octets": "\(octets)"])
        } catch {
            logger.error("held volumes stay", metadata: ["reason": "\(error)"])
        }
    }

    /// Now, less the time that nobody watched within `learn.hold`, in seconds since 1970-01-01
    /// 00:00 UTC; nil when that cannot be told.
    private func watchedNow() async -> Int64? {
        let now = clock.now() / 1_000_000_000
        let hold = settings.learn.holdSeconds
        // A step of the clock that was noticed is in the store then.
        await storing?.value
        guard !hasStoreProblem else { return nil }
        do {
            let gaps = try await store.gaps(in: .min..<now)
            return WatchedTime.begin(of: hold, before: now, gaps: gaps) + hold
        } catch {
            logger.error("held volumes stay", metadata: ["reason": "\(error)"])
            return nil
        }
    }

    /// Only a batch that might be offered again needs its id.
    private func forgetBatchIDs() async {
        let now = clock.now() / 1_000_000_000
        do {
            _ = try await writer?.forget(batchesBefore: now - Self.secondsOfBatchIDs)
        } catch {
            logger.error("ids of old batches stay", metadata: ["reason": "\(error)"])
        }
    }

    private static let secondsOfBatchIDs: Int64 = 7 * 86_400
}
