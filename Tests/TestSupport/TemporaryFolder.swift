// SPDX-License-Identifier: Apache-2.0

import Foundation

/// A folder that lasts as long as whoever has it.
package final class TemporaryFolder: Sendable {
    package let path: String

    package init() throws {
        let url = FileManager.default.temporaryDirectory.appending(path: "peerage-\(UUID())")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        path = url.path
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// The path of a file in it, whether there is one or not.
    package func path(_ name: String) -> String { "\(path)/\(name)" }
}
