// SPDX-License-Identifier: Apache-2.0

extension Settings {
    /// What has changed since `old`, a line a key or an entry of a list; no line when nothing has.
    ///
    /// As `exporters[er1].samplingRate.default: 1000 -> 2000` and `neighbors[rr1]: added`. Secrets
    /// are never part of it: of a URL, which may hold one, it says only that it has changed.
    ///
    /// - Parameter old: The configuration in effect.
    /// - Returns: The changes, in the order of the keys.
    public func differences(from old: Settings) -> [String] {
        changes(from: old).map(\.description)
    }

    /// Those of ``differences(from:)`` that a running collector cannot take over.
    public func needsRestart(from old: Settings) -> [String] {
        changes(from: old).filter { change in
            Self.fixedKeys.contains { key in
                change.path == key || change.path.hasPrefix(key + ".")
            }
        }.map(\.description)
    }

    /// What a collector opens, or stores its rows by, once and for all.
    private static let fixedKeys = [
        "collector", "store.sqlite.path", "state", "control", "slotSeconds", "flushSeconds",
        "latenessSeconds", "limits.series", "limits.waitingRows", "limits.routeUpdates", "listen",
        "tables",
    ]

    private func changes(from old: Settings) -> [SettingsChange] {
        var comparison = SettingsComparison()
        comparison.compare(Keys.root.show(old, old), Keys.root.show(self, self))
        comparison.compare(
            Keys.ruleFile.show(old.alerts.rules, old),
            Keys.ruleFile.show(alerts.rules, self),
            in: "alerts"
        )
        return comparison.changes
    }
}

/// One line of a difference.
struct SettingsChange: CustomStringConvertible {
    /// Path of the key, entries of lists by their names.
    var path: String
    var text: String

    var description: String { "\(path): \(text)" }
}
