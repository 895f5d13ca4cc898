// SPDX-License-Identifier: Apache-2.0

import Foundation
import Model
import RouteDecoding
import RouteReception
import Settings
import Storage

// What stations reported: a file for each view and kind of table, as MRT knows neither.
//
//     state/routes/bmp/locRIB/er2.ams.mrt
//     state/routes/bmp/postPolicy/er2.ams%2064500%3a1.mrt     of a VPN

extension RouteSnapshots {
    /// One file's worth of tables.
    private struct Part: Hashable {
        var view: String
        var rib: RIBKind
    }

    private var folder: String { "\(directory)/bmp" }

    private func path(_ part: Part) -> String {
        "\(folder)/\(part.rib)/\(Self.fileName(of: part.view))"
    }

    /// Writes all tables of `stations` that stand now, and removes the files of all others.
    func save(stations: [Settings.Station], into saved: inout Saved) {
        let names = Set(stations.map(\.name))
        var parts: [Part: Set<RouteSource>] = [:]
        for table in feed.tables() where names.contains(table.source.name) {
            let part = Part(view: table.view, rib: table.source.rib)
            parts[part, default: []].insert(table.source)
        }
        var written: Set<String> = []
        for (part, sources) in parts.sorted(by: { $0.key.view < $1.key.view }) {
            let path = path(part)
            written.insert(path)
            do {
                try DurableFile.makeDirectory(directory)
                try DurableFile.makeDirectory(folder)
                try DurableFile.makeDirectory("\(folder)/\(part.rib)")
                let isMeant = { (source: RouteSource) in sources.contains(source) }
                saved.files.append(try write(part.view, to: path, where: isMeant))
            } catch {
                saved.problems.append("\(path): \(error)")
            }
        }
        for path in files().map(\.path) where !written.contains(path) {
            try? FileManager.default.removeItem(atPath: path)
        }
    }

    /// All files that are there.
    private func files() -> [(path: String, rib: RIBKind, view: String)] {
        RIBKind.allCases.filter(\.isReported).flatMap { rib in
            let names = (try? FileManager.default.contentsOfDirectory(atPath: "\(folder)/\(rib)"))
            return (names ?? []).sorted().compactMap {
                (name) -> (path: String, rib: RIBKind, view: String)? in
                guard name.hasSuffix(".mrt"),
                    let view = String(name.dropLast(4)).removingPercentEncoding
                else { return nil }
                return ("\(folder)/\(rib)/\(name)", rib, view)
            }
        }
    }

    /// Loads what was kept of each station, stale.
    func restore(stations: [Settings.Station], now: Int64, into restored: inout Restored) {
        for file in files() {
            let words = file.view.split(separator: " ")
            let name = words.first.map { String($0) } ?? ""
            guard let station = stations.first(where: { $0.name == name }) else {
                restored.messages.append(
                    "\(file.path): there is no such station any more; its routes are not loaded"
                )
                continue
            }
            // What is not kept any more is not loaded either.
            let ribs = CollectorComponents.ribs(station.use)
            guard ribs.isEmpty || ribs.contains(file.rib) else { continue }
            guard let time = usable(file.path, now: now, &restored) else { continue }
            var template = RouteSource(name: name, address: .v4(0), asn: .zero, rib: file.rib)
            if file.rib != .adjRIBOut, let weight = station.weight { template.weight = weight }
            template.distinguisher =
                words.dropFirst().first.flatMap { RouteDistinguisherText.value(String($0)) } ?? 0
            load(file.path, as: template, time: time, into: &restored)
        }
    }

    private func load(
        _ path: String,
        as template: RouteSource,
        time: Int64,
        into restored: inout Restored
    ) {
        let view = RouteOwner.view(of: template)
        let routes = load(path, to: view, time: time, into: &restored) { peer in
            var source = template
            (source.address, source.asn) = (peer.address, peer.asn)
            source.routerID = peer.routerID
            let isOurs = source.asn == localASN || members.contains(source.asn)
            source.isExternal = template.rib != .locRIB && !isOurs
            return source
        }
        if routes > 0 { restored.stations.insert(template.name) }
    }
}
