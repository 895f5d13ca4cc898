// SPDX-License-Identifier: Apache-2.0

package import Model
package import RouteDecoding
package import RouteReception
import Routing

/// An MRT file whose routes go into the table: a table at once, the messages of sessions by time.
///
/// The table's lock is taken for a piece of the file at a time, and never while the disk is read.
package final class RouteFile {
    /// Whose routes are taken, and where they go.
    package enum Destination: Sendable {
        /// All, or those of one address, into one view.
        case view(String, peer: IPAddress? = nil)
        /// Into one view a peer, named by its address.
        case viewByPeer
    }

    /// Time of the next record of a session that was not told yet, in nanoseconds since 1970-01-01
    /// 00:00 UTC; nil when there is none.
    package private(set) var nextTime: Int64?

    private var file: MRTFile
    private let destination: Destination
    private let feed: RouteFeed
    private var updates = 0
    /// A peer whose session went down in the record that was read last, with routes to withdraw.
    private var ended: (source: RouteSource, view: ViewID, time: Int64)?
    /// For each peer by number, where its routes go; nil for those that have told nothing here.
    private var places: [Place?] = []

    /// Where the routes of a peer go.
    private struct Place {
        /// Nil when they are not taken.
        var view: ViewID?
        /// Whether it has told routes since its session was last down; one that is known from
        /// another file may have told them there.
        var hasRoutes = true
    }

    /// Opens `path`, and tells the table all that comes before the first message of a session.
    ///
    /// - Parameters:
    ///   - path: Of the file.
    ///   - destination: Whose routes are taken, and where they go.
    ///   - peers: Those of files before.
    ///   - feed: The writer of the table.
    /// - Throws: When the file cannot be read, or is none of MRT records.
    package init(
        _ path: String,
        to destination: Destination,
        knowing peers: MRTPeers = MRTPeers(),
        feed: RouteFeed
    ) throws(MRTFileError) {
        file = try MRTFile.opened(path, knowing: peers)
        self.destination = destination
        self.feed = feed
        if case .view(let name, _) = destination { _ = feed.view(named: name) }
        apply(through: .min)
        _ = try file.statistics()
    }

    /// All peers met so far, in this file and those before.
    package var peers: MRTPeers { file.peers }

    /// Tells the table all that happened up to `time`; returns how many updates that were.
    @discardableResult
    package func apply(through time: Int64) -> Int {
        let before = updates
        while true {
            switch applyPiece(through: time) {
            case .more: file.readPiece()
            case .stateChanged: withdrawEnded()
            case .later(let next):
                nextTime = next
                return updates - before
            case .over:
                nextTime = nil
                return updates - before
            }
        }
    }

    private func applyPiece(through time: Int64) -> MRTFile.Progress {
        feed.load { writer in
            file.decode(through: time) { peer, update in
                guard let view = view(of: peer, in: &writer) else { return }
                if !update.announced.isEmpty { places[peer.number]?.hasRoutes = true }
                writer.apply(update, from: peer.source, to: view)
                updates += 1
            } stateChanged: { peer, change in
                // Nobody is told that the routes are withdrawn: they go with the session.
                guard change.isDown, let view = view(of: peer, in: &writer),
                    places[peer.number]?.hasRoutes == true
                else { return }
                places[peer.number]?.hasRoutes = false
                ended = (peer.source, view, change.time)
            } expecting: {
                writer.expect($0)
            }
        }
    }

    /// Withdraws the routes of a peer whose session went down, before it tells others.
    private func withdrawEnded() {
        guard let (source, view, time) = ended else { return }
        ended = nil
        var walk = TableWalk()
        while !walk.isDone {
            walk = feed.load { [walk] writer in
                var walk = walk
                writer.remove(source, from: view, at: time, &walk)
                return walk
            }
        }
    }

    private func view(of peer: MRTPeer, in writer: inout RoutingTableWriter) -> ViewID? {
        while places.count <= peer.number { places.append(nil) }
        if let place = places[peer.number] { return place.view }
        var place = Place()
        switch destination {
        case .view(let name, let address):
            let isMeant = address == nil || peer.source.address == address
            if isMeant { place.view = writer.view(named: name) }
        case .viewByPeer: place.view = writer.view(named: peer.source.name)
        }
        places[peer.number] = place
        return place.view
    }

    /// What was read so far.
    package func loaded() -> TableLoader.Loaded {
        var loaded = TableLoader.Loaded(path: file.path, updates: updates)
        loaded.nextTime = nextTime
        // It began with a record, or it would not have been opened.
        if let statistics = try? file.statistics() { loaded.statistics = statistics }
        return loaded
    }
}
