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
        /// Names of the modules it imports.
        let imports: [String]
        private let octets: Data

        init(path: String, text: String) {
            self.path = path
            lines = text.split(separator: "\n", omittingEmptySubsequences: false)
            imports = lines.lazy.filter { $0.mentions("import ") }.compactMap(Self.module)
            octets = Data(text.utf8)
        }

        var testDescription: String { path }
        var target: String { String(path.split(separator: "/")[1]) }

        /// Whether a line may hold it, so that each need not be asked, which takes long.
        func mentions(_ word: String) -> Bool { octets.firstRange(of: Data(word.utf8)) != nil }

        private static func module(of line: Substring) -> String? {
            let importing =
                #/(?:@\w+ )?(?:\w+ )?import (?:struct |enum |protocol |func )?(\w+).*/#
            return line.wholeMatch(of: importing).map { String($0.1) }
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
            File(path: path, text: text(path))
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

extension Substring {
    /// Whether it holds `word`: what a regular expression would find only slowly.
    func mentions(_ word: StaticString) -> Bool {
        let (octets, wanted) = (Array(utf8), Array("\(word)".utf8))
        guard octets.count >= wanted.count else { return false }
        return (0...octets.count - wanted.count).contains { start in
            octets[start] == wanted[0] && octets[start...].starts(with: wanted)
        }
    }
}
