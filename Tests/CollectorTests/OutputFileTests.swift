// SPDX-License-Identifier: Apache-2.0

import Collector
import Foundation
import Testing

@Suite("OutputFile")
struct OutputFileTests {
    @Test("a file that is there is kept unless told otherwise")
    func keeps() throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "\(UUID()).csv").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        try OutputFile.write("first", to: path, force: false)
        #expect(throws: InputProblem.self) {
            try OutputFile.write("second", to: path, force: false)
        }
        #expect(try String(contentsOfFile: path, encoding: .utf8) == "first")
        try OutputFile.write("second", to: path, force: true)
        #expect(try String(contentsOfFile: path, encoding: .utf8) == "second")
    }

    @Test("a folder that is not there is said")
    func noFolder() {
        #expect(throws: CollectorError.self) {
            try OutputFile.write("", to: "/nowhere/\(UUID())/file.csv", force: false)
        }
    }
}
