// SPDX-License-Identifier: Apache-2.0

import Foundation
import Model

extension Settings {
    /// The configuration in the file at `path`, with all it includes and all its alert rules.
    ///
    /// - Parameter path: The file, relative to the working directory.
    /// - Returns: The configuration, without any problem.
    /// - Throws: All that is wrong with it, not only the first.
    public static func load(path: String) throws(SettingsError) -> Settings {
        try load(SourceTree(path: path))
    }

    /// The configuration in `text`.
    ///
    /// - Parameters:
    ///   - text: YAML.
    ///   - file: The file that messages name, and that paths in the text are relative to.
    /// - Returns: The configuration, without any problem.
    /// - Throws: All that is wrong with it, not only the first.
    public static func load(text: String, file: String) throws(SettingsError) -> Settings {
        try load(SourceTree(text: text, file: file))
    }

    private static func load(_ tree: SourceTree) throws(SettingsError) -> Settings {
        var problems = tree.problems
        var files = tree.files
        var settings = Settings()
        if let root = tree.root {
            var reading = Reading()
            let main = files.first ?? ""
            settings.store.sqlite.path = SourceTree.absolute(
                settings.store.sqlite.path,
                relativeTo: main
            )
            reading.enter("", root.place) { Keys.root.read(root, into: &settings, &$0) }
            problems += SettingsChecks.problems(of: settings, reading)
            if let directory = settings.alerts.directory {
                let place = reading.place(of: "alerts.directory")
                let rules = AlertRuleFiles(directory: directory, named: place, settings)
                settings.alerts.rules = rules.rules
                problems += rules.problems
                files += rules.files
            }
        }
        guard problems.isEmpty else {
            throw SettingsError(problems: sorted(problems, files))
        }
        return settings
    }

    /// By file in the order they were opened, then by position; each problem once.
    private static func sorted(
        _ problems: [SettingsProblem],
        _ files: [String]
    ) -> [SettingsProblem] {
        var ranks: [String: Int] = [:]
        for file in files where ranks[file] == nil { ranks[file] = ranks.count }
        var seen: Set<SettingsProblem> = []
        return problems.filter { seen.insert($0).inserted }
            .sorted { a, b in
                let ranks = (ranks[a.file] ?? .max, ranks[b.file] ?? .max)
                return (ranks.0, a.line, a.column, a.key) < (ranks.1, b.line, b.column, b.key)
            }
    }
}

/// The rules in all files of a directory, by the names of the files.
struct AlertRuleFiles {
    private(set) var rules: [AlertRuleSettings] = []
    private(set) var problems: [SettingsProblem] = []
    private(set) var files: [String] = []

    /// Reads the files of `directory`, which the configuration names at `place`.
    init(directory: String, named place: Place, _ settings: Settings) {
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: directory) else {
            let problem = SettingsProblem(
                file: place.file,
                line: place.line,
                column: place.column,
                key: "alerts.directory",
                message: "\(directory) cannot be read",
                expected: "a directory of rule files"
            )
            problems.append(problem)
            return
        }
        var ids: [String: Place] = [:]
        let display = Self.display(directory, place)
        for name in names.sorted()
        where !name.hasPrefix(".") && (name.hasSuffix(".yaml") || name.hasSuffix(".yml")) {
            add(file: "\(display)/\(name)", settings, &ids)
        }
    }

    private mutating func add(
        file: String,
        _ settings: Settings,
        _ ids: inout [String: Place]
    ) {
        files.append(file)
        let (root, found) = SourceFile.read(path: file)
        problems += found
        guard let root else { return }
        var reading = Reading()
        var rules: [AlertRuleSettings] = []
        reading.enter("", root.place) { Keys.ruleFile.read(root, into: &rules, &$0) }
        let interconnects = settings.inventory.interconnects.map(\.id)
        for (index, rule) in rules.enumerated() {
            let path = "rules[\(index)]"
            if let first = ids[rule.id], !rule.id.isEmpty {
                reading.report(
                    path + ".id",
                    "\(rule.id) is already used at \(first)",
                    expected: "each once"
                )
            }
            ids[rule.id] = ids[rule.id] ?? reading.place(of: path + ".id")
            if case .interconnect(let id) = rule.selection, !interconnects.contains(id) {
                reading.reportUnknown(
                    path + ".select.interconnect",
                    "there is no interconnect \(id)",
                    id,
                    among: interconnects
                )
            }
        }
        problems += reading.problems
        self.rules += rules
    }

    /// The directory as a message names it: next to the file that names it, when that is relative.
    private static func display(_ directory: String, _ place: Place) -> String {
        let trimmed = directory.hasSuffix("/") ? String(directory.dropLast()) : directory
        let current = FileManager.default.currentDirectoryPath + "/"
        guard !place.file.hasPrefix("/"), trimmed.hasPrefix(current) else { return trimmed }
        return String(trimmed.dropFirst(current.count))
    }
}
