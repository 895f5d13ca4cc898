// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

/// The project's files, as the tidy tests read them.
enum SourceTree {
    /// One source file.
    struct File: CustomTestStringConvertible, Sendable {
        /// From the project's root: "Sources/Model/Flow/FlowRecord.swift".
        let path: String
        let lines: [Substring]

        var testDescription: String { path }
        var target: String { String(path.split(separator: "/")[1]) }

        /// Names of the modules it imports.
        var imports: [String] {
            lines.compactMap { line in
                guard
                    let match = line.wholeMatch(
                        of: #/(?:@\w+ )?(?:public |package )?import (?:struct |enum )?(\w+).*/#
                    )
                else { return nil }
                return String(match.1)
            }
        }
    }

    static let root = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent()
        .deletingLastPathComponent()

    static let sources = swiftFiles(below: "Sources")
    static let tests = swiftFiles(below: "Tests")

    static func text(_ path: String) -> String {
        (try? String(contentsOf: root.appending(path: path), encoding: .utf8)) ?? ""
    }

    static func swiftFiles(below folder: String) -> [File] {
        files(below: folder).filter { $0.hasSuffix(".swift") }.map { path in
            File(
                path: path,
                lines: text(path).split(separator: "\n", omittingEmptySubsequences: false)
            )
        }
    }

    /// Paths of all files below `folder`, sorted.
    static func files(below folder: String) -> [String] {
        let start = root.appending(path: folder)
        let found = FileManager.default.enumerator(at: start, includingPropertiesForKeys: nil)
        return (found?.allObjects as? [URL] ?? [])
            .filter { !$0.hasDirectoryPath }
            .map { String($0.path.dropFirst(root.path.count + 1)) }
            .sorted()
    }
}
