// SPDX-License-Identifier: Apache-2.0

import Foundation
import Logging
import Model

/// What happens every flush interval.
extension CollectorService {
    /// Stores what the workers handed over, with what happened meanwhile.
    func flush(to writer: VolumeWriter) async {
        lastTurn = BootClock.nanoseconds()
        await lookAtClock(writer)
        feed.tidy()
        let reports = box.takeAll()
        let parts = reports.map(\.totals)
        let now = timeCounted(with: reports)
        events += feed.takeEvents()
        var happened: [OperationalEvent] = []
        swap(&happened, &events)
        let begun = BootClock.nanoseconds()
        let outcome = await writer.write(
            parts,
            now: now,
            sessions: feed.sessions(),
            events: happened
        )
        let seconds = Double(BootClock.nanoseconds() - begun) / 1e9
        report(outcome)
        await measure(reports, happened, outcome, seconds: seconds)
        await keepState(reports)
        newestSealed = max(newestSealed, outcome.sealed.max() ?? .min)
        if !outcome.sealed.isEmpty { evaluateAlerts() }
        if !isDraining { await keepUp() }
    }

    /// Until when every worker has handed over what it counted: what is later may be lost with the
    /// process, and a slot that ends later is not over. In seconds since 1970-01-01 00:00 UTC.
    private func timeCounted(with reports: [WorkerReport]) -> Int64 {
        for report in reports { handedOver[report.worker] = report.totals.time }
        return workers.indices.map { handedOver[$0] ?? listeningSince / 1_000_000_000 }.min()
            ?? clock.now() / 1_000_000_000
    }

    /// A wall clock that was set changes accounting time, and is a fact of its own.
    private func lookAtClock(_ writer: VolumeWriter) async {
        guard let following = clock as? FollowingClock else { return }
        let boot = BootClock.nanoseconds()
        guard let step = clockWatch.look(wall: WallClock.nanoseconds(), boot: boot) else { return }
        following.stepped(step)
        events.append(step.event)
        logger.warning("the wall clock was set", metadata: ["step": "\(step.event.detail)"])
        await writer.clockStepped(to: following.now() / 1_000_000_000, leaving: step.gap)
    }

    /// What exporters have announced since the last flush is on the disk before the next.
    private func keepState(_ reports: [WorkerReport]) async {
        let changed = reports.flatMap(\.state)
        guard let keeper, !changed.isEmpty else { return }
        for message in await keeper.save(changed) {
            logger.error("state of an exporter not kept", metadata: ["reason": "\(message)"])
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
