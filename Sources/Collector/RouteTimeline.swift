// SPDX-License-Identifier: Apache-2.0

import RouteDecoding
package import RouteReception
package import Settings

/// Several MRT files whose messages are told to the table in the order of their times.
///
/// What a table dump holds is told when it is added; messages wait for their time.
///
///     rib       [............]
///     updates 1        12:00:00  12:00:04
///     updates 2              12:00:01           advance(through: 12:00:02) tells the first of each
package final class RouteTimeline {
    private let feed: RouteFeed
    private var files: [RouteFile] = []
    /// The peers of all files: who is in two of them is one source of routes.
    private var peers = MRTPeers()
    /// When the next message is to be told, in nanoseconds since 1970-01-01 00:00 UTC.
    package private(set) var nextTime = Int64.max

    /// Updates told since what they replaced was looked through for what nobody needs.
    private var untidied = 0
    private static let updatesBetweenTidying = 4_096

    package init(feed: RouteFeed) { self.feed = feed }

    package func add(
        _ path: String,
        to destination: RouteFile.Destination
    ) throws(MRTFileError) {
        let file = try RouteFile(path, to: destination, knowing: peers, feed: feed)
        peers = file.peers
        files.append(file)
        nextTime = min(nextTime, file.nextTime ?? .max)
        feed.tidy()
    }

    package func add(_ table: Settings.Table) throws(MRTFileError) {
        try add(table.mrt, to: .view(table.view, peer: table.peer))
    }

    /// Tells the table all that happened up to `time`.
    package func advance(through time: Int64) {
        guard nextTime <= time else { return }
        while let (file, until) = next(), nextTime <= time {
            untidied += file.apply(through: min(time, until))
            if untidied >= Self.updatesBetweenTidying { tidy() }
        }
        tidy()
    }

    private func tidy() {
        feed.tidy()
        untidied = 0
    }

    /// The file with the next message, and how far it may go before another has one; nil when
    /// nothing is left.
    private func next() -> (file: RouteFile, until: Int64)? {
        var first: RouteFile?
        var firstTime = Int64.max
        var second = Int64.max
        for file in files {
            guard let time = file.nextTime else { continue }
            if first == nil || time < firstTime {
                second = firstTime
                (first, firstTime) = (file, time)
            } else {
                second = min(second, time)
            }
        }
        nextTime = firstTime
        return first.map { ($0, second) }
    }

    /// What was read so far, file by file.
    package func loaded() -> [TableLoader.Loaded] { files.map { $0.loaded() } }
}
