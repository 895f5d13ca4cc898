// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation
import Settings

/// Where the configuration is.
struct ConfigurationOption: ParsableArguments {
    @Option(
        name: .customLong("config"),
        help: ArgumentHelp(
            "The configuration; else $PEERAGE_CONFIG, else /etc/peerage/peerage.yaml.",
            valueName: "file"
        ),
        completion: .file(extensions: ["yaml", "yml"])
    )
    var path: String?

    /// Reads the configuration; ends the program with status 2 when it is wrong.
    func load() throws -> Settings {
        try explainingProblems { () throws(SettingsError) in
            try Settings.load(path: resolvedPath)
        }
    }

    /// As ``load()``, with what is odd about it without being wrong.
    func check() throws -> (settings: Settings, notes: [SettingsProblem]) {
        try explainingProblems { () throws(SettingsError) in
            try Settings.check(path: resolvedPath)
        }
    }

    private func explainingProblems<Result>(
        _ work: () throws(SettingsError) -> Result
    ) throws -> Result {
        do throws(SettingsError) {
            return try work()
        } catch {
            standardError(error.description)
            throw ExitCode(2)
        }
    }

    var resolvedPath: String {
        if let path { return path }
        let variable = ProcessInfo.processInfo.environment["PEERAGE_CONFIG"] ?? ""
        return variable.isEmpty ? "/etc/peerage/peerage.yaml" : variable
    }
}
