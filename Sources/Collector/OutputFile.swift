// SPDX-License-Identifier: Apache-2.0

import Foundation

/// Files written for others: whole or not at all, and never over one that is there unless told to.
public enum OutputFile {
    /// Writes `text`; what is no plain file, a device or a pipe, is written into and not replaced.
    public static func write(_ text: String, to path: String, force: Bool) throws {
        let manager = FileManager.default
        // A link stays: what it leads to is written.
        let target = URL(filePath: path).resolvingSymlinksInPath().path
        let attributes = try? manager.attributesOfItem(atPath: target)
        let type = attributes?[.type] as? FileAttributeType
        if attributes != nil, !force {
            throw InputProblem("\(path) is there already; --force writes over it")
        }
        do {
            if let type, type != .typeRegular {
                guard let device = FileHandle(forWritingAtPath: target) else {
                    throw CocoaError(.fileWriteNoPermission)
                }
                return try device.write(contentsOf: Data(text.utf8))
            }
            if force {
                return try Data(text.utf8).write(to: URL(filePath: target), options: .atomic)
            }
            let draft = "\(target).\(UUID().uuidString)"
            try Data(text.utf8).write(to: URL(filePath: draft))
            defer { try? manager.removeItem(atPath: draft) }
            // Unlike a rename, a link is refused where a file has come meanwhile.
            try manager.linkItem(atPath: draft, toPath: target)
        } catch {
            throw CollectorError("\(path) cannot be written: \(error.localizedDescription)")
        }
    }
}
