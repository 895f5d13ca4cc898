// SPDX-License-Identifier: Apache-2.0

import Foundation
import Settings

/// Files in a directory of their own, gone when the value is.
final class TemporaryFiles {
    let directory: URL

    init(_ files: [String: String]) throws {
        directory = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        for (name, text) in files {
            let url = directory.appending(path: name)
            try FileManager.default.createDirectory(
                at: url.deletingLastPathComponent(),
                withIntermediateDirectories: true
            )
            try Data(text.utf8).write(to: url)
        }
    }

    deinit { try? FileManager.default.removeItem(at: directory) }

    func path(_ name: String) -> String { directory.appending(path: name).path }

    /// What is wrong with the file `name`, a line a problem, without the directory.
    func problems(_ name: String) -> [String] {
        do throws(SettingsError) {
            _ = try Settings.load(path: path(name))
            return []
        } catch {
            return error.problems.map {
                $0.description.replacingOccurrences(of: directory.path + "/", with: "")
            }
        }
    }
}

/// What is wrong with `text`, a line a problem.
func problems(_ text: String) -> [String] {
    do throws(SettingsError) {
        _ = try Settings.load(text: text, file: "p.yaml")
        return []
    } catch {
        return error.problems.map(\.description)
    }
}

/// The folder of the examples.
let exampleFolder = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent()
    .deletingLastPathComponent()
    .appending(path: "Config")
