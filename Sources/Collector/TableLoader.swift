// SPDX-License-Identifier: Apache-2.0

package import Model
package import RouteDecoding
package import RouteReception
package import Settings

/// Fills views from MRT table dumps.
package enum TableLoader {
    /// What was read of one file.
    package struct Loaded: Sendable {
        package var path: String
        package var view: String
        package var updates = 0
        package var statistics: MRTStatistics

        /// What a person should know; nil when all is well.
        package var problem: String? {
            if let damage = statistics.damage {
                return "\(path): \(damage); the rest is not loaded"
            }
            if updates == 0 { return "\(path): no routes were loaded" }
            let malformed = statistics.malformed.values.reduce(0, +)
            return malformed > 0 ? "\(path): \(malformed) malformed entries were left out" : nil
        }
    }

    /// Loads one file, or only the routes of one of its peers, into `view`.
    package static func load(
        _ path: String,
        to view: String,
        peer: IPAddress? = nil,
        feed: RouteFeed
    ) throws(MRTFileError) -> Loaded {
        var file = try MRTFile.opened(path)
        let id = feed.view(named: view)
        var updates = 0
        let statistics = try file.read { source, update in
            guard peer == nil || source.address == peer else { return }
            feed.load(update, from: source, to: id)
            updates += 1
        }
        feed.tidy()
        return Loaded(path: path, view: view, updates: updates, statistics: statistics)
    }

    /// Loads a file with one view a peer, named by its address.
    package static func loadByPeer(
        _ path: String,
        feed: RouteFeed
    ) throws(MRTFileError) -> Loaded {
        var file = try MRTFile.opened(path)
        var updates = 0
        let statistics = try file.read { source, update in
            feed.load(update, from: source, to: feed.view(named: source.name))
            updates += 1
        }
        feed.tidy()
        return Loaded(path: path, view: "", updates: updates, statistics: statistics)
    }

    /// Loads the tables of the configuration.
    package static func load(
        _ settings: Settings,
        feed: RouteFeed
    ) throws(MRTFileError) -> [Loaded] {
        var loaded: [Loaded] = []
        for table in settings.tables {
            loaded.append(
                try load(table.mrt, to: table.view, peer: table.peer, feed: feed)
            )
        }
        return loaded
    }
}
