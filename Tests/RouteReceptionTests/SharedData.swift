// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport

/// Captures of real routers that stand beside the project, and what other decoders had of them.
enum SharedData {
    /// The folder that SHARED_DATA names, or `../shared/data`; nil where it is not there.
    static let folder: URL? = {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let named = ProcessInfo.processInfo.environment["SHARED_DATA"].map { URL(filePath: $0) }
        let folder = named ?? root.deletingLastPathComponent().appending(path: "shared/data")
        let oracle = folder.appending(path: "oracle").path
        return FileManager.default.fileExists(atPath: oracle) ? folder : nil
    }()

    /// Rows of a file of tab-separated values, by the names in its first line.
    static func rows(_ url: URL) throws -> [[String: String]] {
        let text = String(decoding: try Data(contentsOf: url), as: UTF8.self)
        var lines = text.split(separator: "\n", omittingEmptySubsequences: true)[...]
        let names = lines.popFirst()?.split(separator: "\t", omittingEmptySubsequences: false) ?? []
        return lines.map { line in
            let values = line.split(separator: "\t", omittingEmptySubsequences: false)
            return Dictionary(zip(names, values).map { (String($0), String($1)) }) { a, _ in a }
        }
    }

    /// What was sent over TCP in a capture.
    static func streams(_ url: URL) throws -> [TCPStreams.Stream] {
        TCPStreams(Array(try Data(contentsOf: url))).streams
    }
}
