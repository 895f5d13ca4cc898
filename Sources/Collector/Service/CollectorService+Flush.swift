// SPDX-License-Identifier: Apache-2.0

import FlowDecoding
import Foundation
import Logging
import Model

/// What happens every flush interval.
extension CollectorService {
    /// Takes what the workers handed over, with what happened meanwhile, to be stored.
    ///
    /// Neither the store nor the disk is waited for: while they take their time, what the workers
    /// hand over is merged, held to the limit of `limits.waitingRows`, and stored after.
    func flush(to writer: VolumeWriter) async {
        lastTurn = BootClock.nanoseconds()
        await lookAtClock(writer)
        feed.tidy()
        let reports = box.takeAll()
        let now = timeCounted(with: reports)
        events += feed.takeEvents()
        var happened: [OperationalEvent] = []
        swap(&happened, &events)
        await writer.enqueue(
            reports.map(\.totals),
            now: now,
            sessions: feed.sessions(),
            events: happened
        )
        storeWaiting(of: writer)
        keepState(reports)
        await measure(reports, happened)
        if !isDraining { doChores() }
    }

    /// Stores what waits beside everything else, one batch after the other.
    private func storeWaiting(of writer: VolumeWriter) {
        batchesEnqueued += 1
        guard storing == nil else { return }
        storing = Task {
            var seen: Int
            var hasProblem: Bool
            repeat {
                seen = batchesEnqueued
                let begun = BootClock.nanoseconds()
                let outcome = await writer.offer()
                hasProblem = outcome.problem != nil
                stored(outcome, seconds: Double(BootClock.nanoseconds() - begun) / 1e9)
            } while seen != batchesEnqueued && !hasProblem
            storing = nil
        }
    }

    private func stored(_ outcome: VolumeWriter.Outcome, seconds: Double) {
        report(outcome)
        if outcome.added > 0 { metrics?.flushed(rows: outcome.rows, seconds: seconds) }
        newestSealed = max(newestSealed, outcome.sealed.max() ?? .min)
        if !outcome.sealed.isEmpty { evaluateAlerts() }
    }

    /// Does what is due now and then.
    private func doChores() {
        guard chores == nil else { return }
        chores = Task {
            await keepUp()
            chores = nil
        }
    }

    /// Until when every worker has handed over what it counted.
    ///
    /// What is later may be lost with the process, and a slot that ends later is not over.
    ///
    /// - Parameter reports: What was handed over now.
    /// - Returns: Accounting time, in seconds since 1970-01-01 00:00 UTC.
    private func timeCounted(with reports: [WorkerReport]) -> Int64 {
        for report in reports {
            if report.failures > 0 {
                logger.error(
                    "receiving failed",
                    metadata: [
                        "times": "\(report.failures)", "reason": "\(report.lastFailure ?? "")",
                    ]
                )
            }
            handedOver[report.worker] = report.totals.time
            lastReports[report.worker] = lastTurn
        }
        // What was handed over before the wall was set back has a time that is still to come.
        let now = clock.now() / 1_000_000_000
        return workers.indices.map { handedOver[$0] ?? listeningSince / 1_000_000_000 }
            .reduce(now, min)
    }

    /// A wall clock that was set changes accounting time, and is a fact of its own.
    private func lookAtClock(_ writer: VolumeWriter) async {
        guard let following = clock as? FollowingClock else { return }
        let boot = BootClock.nanoseconds()
        guard let step = clockWatch.look(wall: WallClock.nanoseconds(), boot: boot) else { return }
        following.stepped(step)
        events.append(step.event)
        logger.warning("the wall clock was set", metadata: ["step": "\(step.event.detail)"])
        let now = following.now() / 1_000_000_000
        // Slots that are over by a clock that was ahead are still to come.
        newestSealed = min(newestSealed, now)
        await writer.clockStepped(to: now, leaving: step.gap)
    }

    /// What exporters have announced is written beside everything else; what could not be written
    /// is tried again with the next flush.
    private func keepState(_ reports: [WorkerReport]) {
        guard let keeper else { return }
        for snapshot in reports.lazy.flatMap(\.state) { unsaved[snapshot.exporter] = snapshot }
        guard savingState == nil, !unsaved.isEmpty || hasUnsavedState else { return }
        savingState = Task {
            repeat {
                let due = Array(unsaved.values)
                unsaved = [:]
                let messages = await keeper.save(due)
                hasUnsavedState = !messages.isEmpty
                for message in messages {
                    logger.error(
                        "state of an exporter not kept",
                        metadata: ["reason": "\(message)"]
                    )
                }
            } while !unsaved.isEmpty
            savingState = nil
        }
    }

    private func report(_ outcome: VolumeWriter.Outcome) {
        for reason in outcome.givenUp {
            logger.error("volumes given up", metadata: ["reason": "\(reason)"])
        }
        if let problem = outcome.problem {
            hasStoreProblem = true
            logger.error("volumes wait for the store", metadata: ["reason": "\(problem)"])
        } else if hasStoreProblem {
            hasStoreProblem = false
            logger.info("the store takes volumes again")
        }
    }

    /// Evaluates the alert rules beside the flushes, which never wait for a webhook.
    private func evaluateAlerts() {
        guard let alerts, evaluation == nil, !isDraining else { return }
        let slot = newestSealed
        evaluation = Task {
            await alerts.evaluate(through: slot)
            evaluation = nil
            if newestSealed > slot { evaluateAlerts() }
        }
    }
}
