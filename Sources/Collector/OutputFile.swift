// SPDX-License-Identifier: Apache-2.0

import Foundation

/// Files written for others: whole or not at all, and never over one that is there unless told to.
public enum OutputFile {
    public static func write(_ text: String, to path: String, force: Bool) throws(InputProblem) {
        let options: Data.WritingOptions = force ? .atomic : .withoutOverwriting
        do {
            try Data(text.utf8).write(to: URL(filePath: path), options: options)
        } catch {
            if !force, FileManager.default.fileExists(atPath: path) {
                throw InputProblem("\(path) is there already; --force writes over it")
            }
            throw InputProblem("\(path) cannot be written: \(error.localizedDescription)")
        }
    }
}
