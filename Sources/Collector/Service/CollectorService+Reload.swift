// SPDX-License-Identifier: Apache-2.0

import Logging
import Model
import RouteReception
import Settings
import Storage

/// Going on with another configuration, without losing a datagram.
///
/// # How it works
///
/// Everything that can fail is done first: reading, checking, making what the new configuration
/// needs. Only then is anything changed, and nothing of that can fail: each worker takes the new
/// inventory between two batches, on its own thread, after handing over what it has counted by the
/// old one. What is opened once and for all (sockets, the store) waits for a restart, and is said
/// to.
extension CollectorService {
    /// Reads the configuration again and goes on with it, or says why not and goes on as before.
    package func reload() async -> CollectorHooks.Reload {
        await inTurn { await self.readAgain() }
    }

    /// Does `change` when all changes before it are done, the start among them: all workers always
    /// have the same configuration.
    package func inTurn<Result: Sendable>(
        _ change: @escaping @Sendable () async -> Result
    ) async -> Result {
        let before = changing
        let work = Task {
            await before?.value
            return await change()
        }
        changing = Task { _ = await work.value }
        return await work.value
    }

    private func readAgain() async -> CollectorHooks.Reload {
        guard let source else {
            return .init(lines: ["there is no file to read again"], isAccepted: false)
        }
        guard !isDraining else {
            return .init(lines: ["the collector is ending"], isAccepted: false)
        }
        do throws(SettingsError) {
            return await take(try source())
        } catch {
            return refuse(error.problems.map(\.description))
        }
    }

    private func take(_ file: Settings) async -> CollectorHooks.Reload {
        // Not even a restart helps: what is stored has slots of one length.
        guard file.slotSeconds == settings.slotSeconds else {
            return refuse([
                "slotSeconds: \(settings.slotSeconds) -> \(file.slotSeconds): the store has slots "
                    + "of \(settings.slotSeconds) s; expected that, or another store and a restart"
            ])
        }
        let new = file.keepingWhatIsOpen(of: settings)
        let conflicts = new.conflicts
        guard conflicts.isEmpty else {
            return refuse(conflicts.map { "with what only a restart changes, \($0)" })
        }
        let changes = new.differences(from: settings)
        let waiting = file.needsRestart(from: settings)
        let alerts: AlertService
        let adoptions: [Adoption]
        let neighbors: [BGPNeighbor]
        do {
            alerts = try AlertService(
                settings: new,
                store: store,
                logger: logger,
                clock: clock,
                after: self.alerts
            )
            adoptions = try await store.adoptions()
            neighbors = try CollectorComponents.neighbors(new)
        } catch {
            return refuse([Failure(error).message])
        }
        let inventory = new.inventory.with(adoptions)
        guard feed.canMake(views: CollectorComponents.viewNames(inventory, new)) else {
            return refuse([
                "the routing table has no room for the views of so many exporters and neighbors "
                    + "besides those there were until now; expected fewer, or a later try"
            ])
        }
        self.alerts = alerts
        let changedNeighbors = Set(
            new.neighbors.filter { !settings.neighbors.contains($0) }.map(\.name)
        )
        learnBudget.change(by: new.learn.exporters - settings.learn.exporters)
        settings = new
        metrics?.use(new.inventory)
        await useInventory(with: adoptions)
        let failures = await useNeighbors(neighbors, changed: changedNeighbors)
        for change in changes { logger.info("reload: \(change)") }
        for change in waiting { logger.warning("reload: waits for a restart: \(change)") }
        let number = changes.count == 1 ? "1 change" : "\(changes.count) changes"
        let summary = changes.isEmpty ? "nothing has changed" : number
        logger.info("configuration reloaded", metadata: ["result": "\(summary)"])
        note(.configurationReloaded, detail: changes.prefix(20).joined(separator: "; "))
        let later = waiting.map { "waits for a restart: \($0)" }
        let lines = changes.isEmpty ? [summary] : changes
        return .init(lines: lines + later + failures, isAccepted: true)
    }

    private func refuse(_ problems: [String]) -> CollectorHooks.Reload {
        for problem in problems {
            logger.error("reload refused", metadata: ["problem": "\(problem)"])
        }
        note(.configurationRefused, detail: problems.first ?? "")
        return .init(lines: problems, isAccepted: false)
    }

    /// Counts an exporter that has just been adopted, from now on under its name.
    func adopted(_ adoption: Adoption) async {
        note(.exporterAdopted, object: adoption.name, detail: "\(adoption.address)")
        await inTurn { await self.useAdoptions() }
    }

    private func useAdoptions() async {
        do {
            await useInventory(with: try await store.adoptions())
        } catch {
            logger.error(
                "an adoption counts from the next reload or start on",
                metadata: ["reason": "\(error)"]
            )
        }
    }

    /// Gives all workers the inventory of the configuration and of `adoptions`, and the limits;
    /// returns when the last has them.
    func useInventory(with adoptions: [Adoption]) async {
        inventory = settings.inventory.with(adoptions)
        await forgetExporters()
        feed.keep(views: CollectorComponents.viewNames(inventory, settings))
        let (inventory, views) = (inventory, CollectorComponents.viewLists(inventory, feed))
        let learning = CollectorComponents.learning(settings, feed, budget: learnBudget)
        let limits = CollectorComponents.decodingLimits(settings, workers: workers.count)
        await withTaskGroup { group in
            for worker in workers {
                group.addTask {
                    await worker.carryOut { pipeline in
                        pipeline.use(limits)
                        pipeline.replaceInventory(inventory, viewLists: views, learning: learning)
                    }
                }
            }
        }
    }
}

extension CollectorService {
    /// Ends the sessions of neighbors that are gone or changed, and takes those that are new.
    ///
    /// - Returns: What could not be done, a line each.
    private func useNeighbors(
        _ neighbors: [BGPNeighbor],
        changed: Set<String>
    ) async -> [String] {
        defer { feed.update(neighbors: settings.neighbors, stations: settings.stations) }
        try? await stations?.update(stations: CollectorComponents.stations(settings))
        do {
            try await speaker?.update(
                neighbors: neighbors,
                localASN: settings.inventory.network.asns.first ?? .zero,
                routerID: settings.routerID,
                confederation: settings.inventory.network.confederation,
                readmitting: changed
            )
            return []
        } catch {
            let lines = (error as? BGPKeyError)?.failures.map(\.description) ?? ["\(error)"]
            for line in lines { logger.error("reload: \(line)") }
            return lines
        }
    }
}

extension Settings {
    /// This configuration, but with everything of `old` that a running collector cannot change.
    func keepingWhatIsOpen(of old: Settings) -> Settings {
        var settings = self
        settings.collector = old.collector
        settings.store.sqlite.path = old.store.sqlite.path
        settings.state = old.state
        settings.control = old.control
        settings.slotSeconds = old.slotSeconds
        settings.flushSeconds = old.flushSeconds
        settings.latenessSeconds = old.latenessSeconds
        settings.listen = old.listen
        settings.tables = old.tables
        settings.limits.series = old.limits.series
        settings.limits.waitingRows = old.limits.waitingRows
        settings.limits.routeUpdates = old.limits.routeUpdates
        return settings
    }
}
