// SPDX-License-Identifier: Apache-2.0

import Crypto
import Foundation
import Model
import RouteDecoding
import RouteReception
import Routing
package import Settings
import Storage

/// Keeps the routes of BGP neighbors and of stations in files, so that a collector that starts anew
/// has them before all are told again.
///
/// # How it works
///
/// Each view that a neighbor fills has its file: a table dump (RFC 6396) of the paths this neighbor
/// told, and a mark that the file is whole.
///
///     state/routes/er1.fra.mrt
///     state/routes/bmp/postPolicy/er2.ams.mrt     a station's, for each kind of table
///     [ peers of view "er1.fra" | prefix | prefix | ... | peers of view "sha256 3b1f...": none ]
///
/// The mark carries the SHA-256 of all before it, so that a file is known to be sound before the
/// first route of it is used. Any reader of MRT files reads it, and meets an empty table last.
///
/// Loaded routes are *stale*, as if their session had just dropped: the neighbor that returns
/// renews them, its End-of-RIB sweeps those it did not tell again, and `staleSeconds` after the
/// start the rest goes.
package final class RouteSnapshots: Sendable {
    let directory: String
    /// Those of the start.
    let neighbors: [Settings.Neighbor]
    let stations: [Settings.Station]
    let localASN: ASN
    let feed: RouteFeed
    /// ASes of our confederation.
    let members: Set<ASN>
    /// Snapshots are written one after the other, and never on a thread that others wait for.
    private let queue = DispatchQueue(label: "route-snapshots", qos: .utility)

    /// Older ones are of no use, in seconds.
    static let mostAgeSeconds: Int64 = 86_400

    /// nil where the configuration keeps no state.
    package init?(_ settings: Settings, feed: RouteFeed) {
        guard let state = settings.state else { return nil }
        directory = URL(filePath: state).appending(path: "routes").path
        neighbors = settings.neighbors
        stations = settings.stations
        localASN = settings.inventory.network.asns.first ?? .zero
        members = settings.inventory.network.confederation?.members ?? []
        self.feed = feed
    }

    /// The file of a view: what no file name should have is written as its octets.
    ///
    /// "er1.fra" is `er1.fra.mrt`, "a/b" is `a%2fb.mrt`.
    package func path(of view: String) -> String { "\(directory)/\(Self.fileName(of: view))" }

    static func fileName(of view: String) -> String {
        var name = ""
        for (place, octet) in view.utf8.enumerated() {
            switch octet {
            case UInt8(ascii: "."), UInt8(ascii: "-"):
                name += place == 0 ? "%" + hexadecimal([octet]) : String(UnicodeScalar(octet))
            case UInt8(ascii: "_"), UInt8(ascii: "0")...UInt8(ascii: "9"),
                UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"):
                name += String(UnicodeScalar(octet))
            default: name += "%" + hexadecimal([octet])
            }
        }
        return name + ".mrt"
    }
}

// MARK: - Writing

extension RouteSnapshots {
    /// What was written.
    package struct Saved: Sendable {
        package var files: [File] = []
        /// What could not be written, and why; the file of before is still there.
        package var problems: [String] = []

        package struct File: Sendable {
            package var view: String
            package var routes: Int
            package var octets: Int
            /// How long it took; the table was in use all the while.
            package var seconds: Double
        }
    }

    /// Writes the views of all neighbors that ever told a route.
    ///
    /// - Parameters:
    ///   - neighbors: Those of now, which may be others than at the start.
    ///   - stations: Likewise.
    /// - Returns: What was written, and what was not.
    package func save(
        _ neighbors: [Settings.Neighbor],
        stations: [Settings.Station] = []
    ) async -> Saved {
        await withCheckedContinuation { continuation in
            queue.async { [self] in
                var saved = Saved()
                for neighbor in neighbors {
                    do {
                        if let file = try save(neighbor) { saved.files.append(file) }
                    } catch {
                        saved.problems.append("\(path(of: neighbor.view)): \(error)")
                    }
                }
                save(stations: stations, into: &saved)
                continuation.resume(returning: saved)
            }
        }
    }

    private func save(_ neighbor: Settings.Neighbor) throws -> Saved.File? {
        let isKnown = feed.table.makeReader().sources.contains { Self.isSource($0, of: neighbor) }
        guard isKnown else { return nil }
        try DurableFile.makeDirectory(directory)
        return try write(neighbor.view, to: path(of: neighbor.view)) {
            Self.isSource($0, of: neighbor)
        }
    }

    /// Writes the paths of a view that the sources told which `isMeant` names.
    func write(
        _ view: String,
        to path: String,
        where isMeant: (RouteSource) -> Bool
    ) throws -> Saved.File {
        let begun = BootClock.nanoseconds()
        let time = WallClock.nanoseconds() / 1_000_000_000
        var dump = RouteDump(feed.table, time: time)
        let file = try DurableFile.begun(at: path)
        var digest = SHA256()
        var octets = 0
        try dump.write(view, where: isMeant) { piece in
            digest.update(data: piece)
            octets += piece.count
            try file.write(piece)
        }
        let mark = Self.mark(digest, time: time)
        try file.write(mark)
        try file.place()
        return Saved.File(
            view: view,
            routes: dump.routes,
            octets: octets + mark.count,
            seconds: Double(BootClock.nanoseconds() - begun) / 1e9
        )
    }

    private static func isSource(_ source: RouteSource, of neighbor: Settings.Neighbor) -> Bool {
        source.rib == .session && source.name == neighbor.name && source.address == neighbor.address
            && source.asn == neighbor.asn
    }

    static func mark(_ digest: SHA256, time: Int64) -> [UInt8] {
        RouteDump.mark("sha256 " + hexadecimal(digest.finalize()), time: time)
    }

    /// Octets of every mark.
    static let markOctets = RouteDump.mark(
        "sha256 " + String(repeating: "0", count: 64),
        time: 0
    ).count
}
