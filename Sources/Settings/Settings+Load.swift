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

    /// The configuration in the file at `path`, and what is odd about it without being wrong.
    ///
    /// - Parameter path: The file, relative to the working directory.
    /// - Returns: The configuration, and notes in the order of the files and their lines: files
    ///   and variables that are missing, views that nothing fills, rules that watch nothing.
    /// - Throws: All that is wrong with it, not only the first.
    public static func check(
        path: String
    ) throws(SettingsError) -> (settings: Settings, notes: [SettingsProblem]) {
        let loading = SettingsLoading(SourceTree(path: path))
        let settings = try loading.result()
        return (settings, sorted(loading.notes, loading.files))
    }

    private static func load(_ tree: SourceTree) throws(SettingsError) -> Settings {
        try SettingsLoading(tree).result()
    }

    /// By file in the order they were opened, then by position; each problem once.
    fileprivate static func sorted(
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

/// A configuration while it is read: its values, and all that is said about them.
private struct SettingsLoading {
    private var settings = Settings()
    private var problems: [SettingsProblem]
    private(set) var notes: [SettingsProblem] = []
    private(set) var files: [String]

    init(_ tree: SourceTree) {
        (problems, files) = (tree.problems, tree.files)
        guard let root = tree.root else { return }
        var reading = Reading()
        let defaultControl = setDefaults(besides: files.first ?? "")
        reading.enter("", root.place) { Keys.root.read(root, into: &settings, &$0) }
        problems += SettingsChecks.problems(of: settings, reading)
        notes += SettingsNotes.notes(on: settings, reading)
        if settings.control == nil, !reading.hasProblems(below: "control") {
            reading.report("control", SettingsNotes.noControl(at: defaultControl))
            notes.append(reading.problems.removeLast())
        }
        if let directory = settings.alerts.directory {
            let place = reading.place(of: "alerts.directory")
            let rules = AlertRuleFiles(directory: directory, named: place, settings)
            settings.alerts.rules = rules.rules
            problems += rules.problems
            notes += rules.notes
            files += rules.files
        }
    }

    /// Sets what is beside the main file unless it is said to be elsewhere.
    ///
    /// - Returns: The path of the control socket, which is set only if the kernel takes it.
    private mutating func setDefaults(besides main: String) -> String {
        let path = settings.store.sqlite.path
        settings.store.sqlite.path = SourceTree.absolute(path, relativeTo: main)
        settings.state = SourceTree.absolute("state/", relativeTo: main)
        let control = SourceTree.absolute("peerage.sock", relativeTo: main)
        if control.utf8.count <= Settings.longestSocketPath { settings.control = control }
        return control
    }

    func result() throws(SettingsError) -> Settings {
        guard problems.isEmpty else {
            throw SettingsError(problems: Settings.sorted(problems, files))
        }
        return settings
    }
}
