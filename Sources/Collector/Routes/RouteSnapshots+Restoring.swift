// SPDX-License-Identifier: Apache-2.0

import Crypto
import Foundation
import Model
import RouteDecoding
import RouteReception
import Routing
import Settings
import Storage

// What an earlier run has written, read at the start.

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
        var strangers = 0
        let routes = load(path, to: neighbor.view, time: time, into: &restored) { peer in
            guard peer.address == neighbor.address, peer.asn == neighbor.asn else {
                strangers += 1
                return nil
            }
            var source = peer
            source.name = neighbor.name
            source.rib = .session
            source.weight = neighbor.weight ?? RIBKind.session.defaultWeight
            source.isExternal = source.asn != localASN && !members.contains(source.asn)
            return source
        }
        if strangers > 0 {
            restored.messages.append(
                "\(path): \(strangers) routes of another address or AS than neighbor "
                    + "\(neighbor.name) has now are not loaded"
            )
        }
        if routes > 0 { restored.neighbors.insert(neighbor.name) }
    }

    /// Loads the routes of a file to a view, stale, and adds them to `restored`.
    ///
    /// - Parameters:
    ///   - path: Of the file.
    ///   - view: Name of the view.
    ///   - time: When it was written, in seconds since 1970-01-01 00:00 UTC.
    ///   - restored: Receives how many were loaded, and what went wrong.
    ///   - source: Who a route is from now that was of this peer; nil when it is not to be loaded.
    /// - Returns: How many were loaded.
    func load(
        _ path: String,
        to view: String,
        time: Int64,
        into restored: inout Restored,
        from source: (RouteSource) -> RouteSource?
    ) -> Int {
        let view = feed.view(named: view)
        var sources: Set<RouteSource> = []
        var routes = 0
        do throws(MRTFileError) {
            var file = try MRTFile.opened(path)
            _ = try file.read { peer, update in
                guard let source = source(peer.source) else { return }
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
        restored.routes += routes
        return routes
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
