// SPDX-License-Identifier: Apache-2.0

import Logging
import Model
import Settings

/// What is kept of the routes over a restart, and when they are good enough to count by.
extension CollectorService {
    /// Loads what an earlier run was told, stale.
    func loadSnapshots() {
        guard let restored = snapshots?.restore() else { return }
        for message in restored.messages { logger.warning("\(message)") }
        cachedNeighbors = restored.neighbors
        cachedStations = restored.stations
        guard restored.routes > 0 else { return }
        logger.info(
            "routes of an earlier run loaded, stale",
            metadata: [
                "routes": "\(restored.routes)", "neighbors": "\(restored.neighbors.count)",
                "stations": "\(restored.stations.count)",
            ]
        )
    }

    /// Writes them beside everything else; the table is in use all the while.
    func saveRoutes() {
        guard let snapshots, savingRoutes == nil else { return }
        savingRoutes = Task {
            let saved = await snapshots.save(settings.neighbors, stations: settings.stations)
            for problem in saved.problems {
                logger.error("routes not kept", metadata: ["reason": "\(problem)"])
            }
            savingRoutes = nil
        }
    }

    /// Whether the routes are good enough to account by.
    var readiness: Readiness {
        let neighbors = feed.standings().map { standing in
            Readiness.Neighbor(
                name: standing.name,
                families: Set(standing.families),
                // Since the collector started, whatever became of the session meanwhile.
                complete: standing.hasInitialRoutes
                    ? Set(AddressFamily.allCases) : Set(standing.endOfRIB),
                isCached: cachedNeighbors.contains(standing.name)
            )
        }
        let tables = Dictionary(grouping: feed.tables(), by: \.source.name)
        let stations = settings.stations.map { station in
            Readiness.Neighbor(
                station: station.name,
                tables: tables[station.name] ?? [],
                isCached: cachedStations.contains(station.name)
            )
        }
        let seconds = (BootClock.nanoseconds() - startedBoot) / 1_000_000_000
        return Readiness(neighbors + stations, secondsSinceStart: seconds)
    }
}
