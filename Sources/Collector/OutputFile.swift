// SPDX-License-Identifier: Apache-2.0

import Foundation

/// Files written for others: whole or not at all, and never over one that is there unless told to.
public enum OutputFile {
    public static func write(_ text: String, to path: String, force: Bool) throws {
        let manager = FileManager.default
        let draft = "\(path).\(UUID().uuidString)"
        do {
            if force {
                return try Data(text.utf8).write(to: URL(filePath: path), options: .atomic)
            }
            try Data(text.utf8).write(to: URL(filePath: draft))
            defer { try? manager.removeItem(atPath: draft) }
            // Unlike a rename, a link is refused where a file is already.
            try manager.linkItem(atPath: draft, toPath: path)
        } catch {
            guard force || !manager.fileExists(atPath: path) else {
                throw InputProblem("\(path) is there already; --force writes over it")
            }
            throw CollectorError("\(path) cannot be written: \(error.localizedDescription)")
        }
    }
}
