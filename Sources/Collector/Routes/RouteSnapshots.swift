// SPDX-License-Identifier: Apache-2.0

import Crypto
import Foundation
import Model
import RouteDecoding
import RouteReception
import Routing
package import Settings
import Storage

/// Keeps the routes of BGP neighbors in files, so that a collector that starts anew has them before
/// its neighbors have told them all again.
///
/// # How it works
///
/// Each view that a neighbor fills has its file: a table dump (RFC 6396) of the paths this neighbor
/// told, and a mark that the file is whole.
///
///     state/routes/er1.fra.mrt
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
    private let neighbors: [Settings.Neighbor]
    private let stations: [Settings.Station]
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

    private static func mark(_ digest: SHA256, time: Int64) -> [UInt8] {
        RouteDump.mark("sha256 " + hexadecimal(digest.finalize()), time: time)
    }

    /// Octets of every mark.
    private static let markOctets = RouteDump.mark(
        "sha256 " + String(repeating: "0", count: 64),
        time: 0
    ).count
}

// MARK: - Reading

extension RouteSnapshots {
    /// What was loaded at the start.
    package struct Restored: Equatable, Sendable {
        /// Neighbors whose routes are there again, stale, by name.
        package var neighbors: Set<String> = []
        /// Stations of which some routes are there again, likewise.
        package var stations: Set<String> = []
        /// Paths loaded.
        package var routes = 0
        /// What a person should know: files that were not used, and why.
        package var messages: [String] = []
    }

    /// Loads what was kept of each neighbor, stale; call before the first session is accepted.
    ///
    /// Never fails: without a sound snapshot there are no routes until the neighbor tells them.
    ///
    /// - Parameter now: In seconds since 1970-01-01 00:00 UTC.
    /// - Returns: What was loaded, and what was not and why.
    package func restore(now: Int64 = WallClock.nanoseconds() / 1_000_000_000) -> Restored {
        var restored = Restored()
        for neighbor in neighbors {
            let path = path(of: neighbor.view)
            guard FileManager.default.fileExists(atPath: path),
                let time = usable(path, now: now, &restored)
            else { continue }
            load(path, neighbor, time: time, into: &restored)
        }
        restored.messages += orphans()
        restore(stations: stations, now: now, into: &restored)
        return restored
    }

    /// When a file was written that may be used, in seconds since 1970-01-01 00:00 UTC; nil for
    /// one that may not, which is said.
    func usable(_ path: String, now: Int64, _ restored: inout Restored) -> Int64? {
        switch Self.examine(path) {
        case .unreadable(let reason):
            restored.messages.append("\(path): \(reason); its routes are not loaded")
        case .damaged: restored.messages.append(Self.setAside(path))
        case .sound(let time) where abs(now - time) <= Self.mostAgeSeconds: return time
        case .sound(let time):
            let written = Timestamp.text(seconds: time)
            restored.messages.append(
                "\(path): written at \(written), more than 24 hours from now; "
                    + "its routes are not loaded"
            )
        }
        return nil
    }

    private func load(
        _ path: String,
        _ neighbor: Settings.Neighbor,
        time: Int64,
        into restored: inout Restored
    ) {
        let view = feed.view(named: neighbor.view)
        var sources: Set<RouteSource> = []
        var strangers = 0
        var routes = 0
        do throws(MRTFileError) {
            var file = try MRTFile.opened(path)
            _ = try file.read { peer, update in
                var source = peer.source
                guard source.address == neighbor.address, source.asn == neighbor.asn else {
                    strangers += 1
                    return
                }
                source.name = neighbor.name
                source.rib = .session
                source.weight = neighbor.weight ?? RIBKind.session.defaultWeight
                source.isExternal = source.asn != localASN && !members.contains(source.asn)
                sources.insert(source)
                var update = update
                // One time for all: that each route has its own is of no use any more.
                update.time = time * 1_000_000_000
                feed.load(update, from: source, to: view)
                routes += 1
            }
        } catch {
            restored.messages.append("\(error); its routes are not loaded")
        }
        for source in sources { feed.keepAsStale(source) }
        if strangers > 0 {
            restored.messages.append(
                "\(path): \(strangers) routes of another address or AS than neighbor "
                    + "\(neighbor.name) has now are not loaded"
            )
        }
        if routes > 0 { restored.neighbors.insert(neighbor.name) }
        restored.routes += routes
    }

    private enum Examination {
        /// Written then, in seconds since 1970-01-01 00:00 UTC.
        case sound(time: Int64)
        case damaged
        case unreadable(String)
    }

    /// Whether the file ends in the mark of what stands before it.
    private static func examine(_ path: String) -> Examination {
        do {
            let file = try FileHandle(forReadingFrom: URL(filePath: path))
            defer { try? file.close() }
            let length = try file.seekToEnd()
            guard length > UInt64(markOctets) else { return .damaged }
            try file.seek(toOffset: 0)
            var left = Int(length) - markOctets
            var digest = SHA256()
            var time: Int64?
            while left > 0 {
                guard let piece = try file.read(upToCount: min(left, 1 << 20)), !piece.isEmpty
                else { return .damaged }
                digest.update(data: piece)
                time = time ?? piece.prefix(4).reduce(0) { $0 << 8 | Int64($1) }
                left -= piece.count
            }
            let mark = try file.readToEnd() ?? Data()
            guard let time, mark.elementsEqual(Self.mark(digest, time: time)) else {
                return .damaged
            }
            return .sound(time: time)
        } catch {
            return .unreadable(error.localizedDescription)
        }
    }

    private static func setAside(_ path: String) -> String {
        let aside = "\(path).damaged"
        let isAside = (try? DurableFile.rename(path, to: aside)) != nil
        return "\(path): damaged" + (isAside ? ", set aside as \(aside)" : "")
            + "; its routes are not loaded"
    }

    /// Messages about files of views that no neighbor fills.
    private func orphans() -> [String] {
        let filled = Set(neighbors.map { Self.fileName(of: $0.view) })
        let found = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
        return found.filter { $0.hasSuffix(".mrt") && !filled.contains($0) }.sorted().map {
            "\(directory)/\($0): no neighbor fills this view any more; its routes are not loaded"
        }
    }
}
