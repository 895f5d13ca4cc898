// SPDX-License-Identifier: Apache-2.0

import Foundation
import Model

/// The rules in all files of a directory, by the names of the files.
struct AlertRuleFiles {
    private(set) var rules: [AlertRuleSettings] = []
    private(set) var problems: [SettingsProblem] = []
    /// What is odd about the rules without being wrong.
    private(set) var notes: [SettingsProblem] = []
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
        notes += SettingsNotes.notes(on: rules, of: settings.inventory, reading)
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
