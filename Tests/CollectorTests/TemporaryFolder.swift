// SPDX-License-Identifier: Apache-2.0

import Foundation
import Settings

/// A folder that lasts as long as whoever has it: what a configuration names by default, its state
/// and its control socket, is beside its file, and so in here.
final class TemporaryFolder: Sendable {
    let path: String

    init() throws {
        let url = FileManager.default.temporaryDirectory.appending(path: "peerage-\(UUID())")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        path = url.path
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func settings(_ text: String) throws(SettingsError) -> Settings {
        try Settings.load(text: text, file: "\(path)/peerage.yaml")
    }
}
