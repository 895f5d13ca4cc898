// SPDX-License-Identifier: Apache-2.0

package import Model
package import RouteDecoding
package import RouteReception
package import Settings

/// Fills views from MRT files: tables, and the messages of sessions as if all had happened at once.
package enum TableLoader {
    /// What was read of one file.
    package struct Loaded: Sendable {
        package var path: String
        package var updates = 0
        package var statistics = MRTStatistics()
        /// When the first message is that was not told yet, in nanoseconds since 1970-01-01 00:00
        /// UTC; nil when all were.
        package var nextTime: Int64?

        /// What a person should know; nil when all is well.
        package var problem: String? {
            if let damage = statistics.damage {
                return "\(path): \(damage); the rest is not loaded"
            }
            if updates == 0, let nextTime {
                let first = Timestamp.text(seconds: nextTime / 1_000_000_000)
                return "\(path): no routes were loaded: its first message is of \(first)"
            }
            if updates == 0 {
                let kinds = statistics.skippedRecords.keys.map { "\($0)" }.sorted()
                let reason =
                    kinds.isEmpty ? "" : ": there are only \(kinds.joined(separator: ", "))"
                return "\(path): no routes were loaded\(reason)"
            }
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
        try load(path, .view(view, peer: peer), feed)
    }

    /// Loads a file with one view a peer, named by its address.
    package static func loadByPeer(
        _ path: String,
        feed: RouteFeed
    ) throws(MRTFileError) -> Loaded {
        try load(path, .viewByPeer, feed)
    }

    private static func load(
        _ path: String,
        _ destination: RouteFile.Destination,
        _ feed: RouteFeed
    ) throws(MRTFileError) -> Loaded {
        let file = try RouteFile(path, to: destination, feed: feed)
        file.apply(through: .max)
        feed.tidy()
        return file.loaded()
    }

    /// Loads the tables of the configuration.
    package static func load(
        _ settings: Settings,
        feed: RouteFeed
    ) throws(MRTFileError) -> [Loaded] {
        let timeline = RouteTimeline(feed: feed)
        for table in settings.tables { try timeline.add(table) }
        timeline.advance(through: .max)
        return timeline.loaded()
    }
}
