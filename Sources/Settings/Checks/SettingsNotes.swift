// SPDX-License-Identifier: Apache-2.0

import Foundation
import Model

/// What is odd about a configuration without being wrong: it loads, and may not do what is meant.
///
/// Files are looked at, never read: none is needed to check what refers to it.
struct SettingsNotes {
    private let settings: Settings
    private var reading: Reading

    private init(_ settings: Settings, _ reading: Reading) {
        self.settings = settings
        self.reading = reading
        self.reading.problems = []
    }

    static func notes(on settings: Settings, _ reading: Reading) -> [SettingsProblem] {
        var notes = SettingsNotes(settings, reading)
        notes.noteViews()
        notes.noteStore()
        notes.noteTables()
        notes.noteSecrets()
        return notes.reading.problems
    }

    /// Why a configuration that names no control socket has none.
    static func noControl(at path: String) -> String {
        "there is no control socket: \(path) would be longer than "
            + "\(Settings.longestSocketPath) octets; commands see what is stored only"
    }
}

// MARK: - Views

extension SettingsNotes {
    private mutating func noteViews() {
        let filled = Set(
            settings.neighbors.map(\.view) + settings.stations.map(\.view)
                + settings.tables.map(\.view)
        )
        let stations = Set(settings.stations.map(\.view))
        var without: [String] = []
        for (index, exporter) in settings.inventory.exporters.enumerated() {
            let key = "exporters[\(index)].views"
            for (number, view) in exporter.views.enumerated() where !filled.contains(view) {
                // Views of VPNs are there as soon as the station tells of them.
                if let name = view.split(separator: " ").first, name.count < view.count,
                    stations.contains(String(name))
                {
                    continue
                }
                let hint = NearestWord.to(view, among: filled.sorted())
                reading.report(
                    reading.element(number, of: key),
                    "no neighbor, station or table fills the view \(view)"
                        + (hint.map { ", perhaps \($0) is meant" } ?? "")
                )
            }
            if exporter.views.count > Self.mostViews {
                reading.report(
                    reading.element(Self.mostViews, of: key),
                    "only the first \(Self.mostViews) views are used"
                )
            }
            if exporter.views.isEmpty, !filled.contains(exporter.name) {
                without.append(exporter.name)
            }
        }
        // Where nobody has routes, nobody expects any.
        guard !filled.isEmpty, !without.isEmpty else { return }
        reading.report(
            "exporters",
            "no routes for \(Self.list(without)): `views` is not set, and nothing fills a view of "
                + "that name"
        )
    }

    /// As many as the routing table looks a flow up in.
    private static let mostViews = 4

    /// "a, b, c and 7 more".
    private static func list(_ names: [String]) -> String {
        let more = names.count > 8 ? " and \(names.count - 8) more" : ""
        return names.prefix(8).joined(separator: ", ") + more
    }
}

// MARK: - Files

extension SettingsNotes {
    private mutating func noteStore() {
        let folder = SourceTree.folder(of: settings.store.sqlite.path)
        guard !FileManager.default.fileExists(atPath: folder) else { return }
        reading.report("store.sqlite.path", "the folder \(folder) \(Self.doesNotExist)")
    }

    private static let doesNotExist = "does not exist: a collector does not start without it"

    private mutating func noteTables() {
        for (index, table) in settings.tables.enumerated() where !table.mrt.isEmpty {
            noteIfMissing(table.mrt, "tables[\(index)].mrt")
        }
    }

    private mutating func noteSecrets() {
        for (index, neighbor) in settings.neighbors.enumerated() {
            note(neighbor.md5, "neighbors[\(index)].md5", longest: 80)
        }
        for (index, notifier) in settings.alerts.notify.enumerated() {
            let path = reading.element(index, of: "alerts.notify")
            switch notifier {
            case .webhook(let webhook): note(webhook.secret, path + ".webhook.secret")
            }
        }
    }

    /// Notes what is odd about a secret of at most `longest` octets.
    private mutating func note(_ secret: Settings.Secret?, _ path: String, longest: Int? = nil) {
        switch secret {
        case nil: return
        case .environment(let name):
            if ProcessInfo.processInfo.environment[name] == nil {
                reading.report(path + ".env", "the variable \(name) is not set here")
            }
        case .file(let file):
            let key = path + ".file"
            guard !noteIfMissing(file, key),
                let attributes = try? FileManager.default.attributesOfItem(atPath: file)
            else { return }
            let size = (attributes[.size] as? NSNumber)?.intValue ?? 1
            if size == 0 { reading.report(key, "\(file) is empty") }
            if let longest, size > longest + 1 {
                reading.report(key, "\(file) holds more than \(longest) octets")
            }
            let mode = (attributes[.posixPermissions] as? NSNumber)?.intValue ?? 0
            if mode & 0o004 != 0 { reading.report(key, "everyone here can read \(file)") }
        }
    }

    @discardableResult
    private mutating func noteIfMissing(_ file: String, _ key: String) -> Bool {
        let isThere = FileManager.default.fileExists(atPath: file)
        if isThere, FileManager.default.isReadableFile(atPath: file) { return false }
        reading.report(key, "\(file) \(isThere ? "cannot be read here" : Self.doesNotExist)")
        return true
    }
}

// MARK: - Rules

extension SettingsNotes {
    /// What is odd about the rules of one file, which were read by `reading`.
    static func notes(
        on rules: [AlertRuleSettings],
        of inventory: Inventory,
        _ reading: Reading
    ) -> [SettingsProblem] {
        var reading = reading
        reading.problems = []
        for (index, rule) in rules.enumerated() {
            let path = reading.element(index, of: "rules")
            let watched = inventory.interconnects.filter { rule.selection.selects($0) }
            // An id that is not there is a problem, and told already.
            if case .interconnect = rule.selection, watched.isEmpty { continue }
            if watched.isEmpty {
                reading.report(path + ".select", "\(rule.id) watches no interconnect")
                continue
            }
            let speeds = InterfaceSpeeds(inventory)
            let blind = watched.filter { !speeds.areKnown(of: $0) }.map(\.id)
            guard !blind.isEmpty else { continue }
            reading.report(
                path + ".select",
                "\(rule.id) cannot watch \(list(blind)): `speed` of their interfaces is not known"
            )
        }
        return reading.problems
    }
}

extension AlertRuleSettings.Selection {
    fileprivate func selects(_ interconnect: Interconnect) -> Bool {
        switch self {
        case .all: true
        case .interconnect(let id): interconnect.id == id
        case .kind(let kind): interconnect.kind == kind
        case .tag(let tag): interconnect.tags.contains(tag)
        }
    }
}

/// Which interfaces have a speed.
private struct InterfaceSpeeds {
    private var known: Set<Interconnect.InterfaceReference> = []

    init(_ inventory: Inventory) {
        for exporter in inventory.exporters {
            for interface in exporter.interfaces where interface.speed != nil {
                known.insert(.init(exporter: exporter.name, index: interface.index))
            }
        }
    }

    /// Whether all interfaces of `interconnect` have one.
    func areKnown(of interconnect: Interconnect) -> Bool {
        interconnect.interfaces.allSatisfy {
            known.contains(.init(exporter: $0.exporter, index: $0.index))
        }
    }
}
