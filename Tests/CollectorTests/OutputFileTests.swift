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

    @Test("a link stays a link, and what it leads to is written")
    func link() throws {
        let folder = FileManager.default.temporaryDirectory
        let file = folder.appending(path: "\(UUID()).csv").path
        let link = folder.appending(path: "\(UUID()).csv").path
        defer { for path in [file, link] { try? FileManager.default.removeItem(atPath: path) } }
        try OutputFile.write("first", to: file, force: false)
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: file)
        try OutputFile.write("second", to: link, force: true)
        #expect(try String(contentsOfFile: file, encoding: .utf8) == "second")
        let kept = try FileManager.default.destinationOfSymbolicLink(atPath: link)
        #expect(kept == file)
    }

    @Test("a pipe is written into, not replaced by a file")
    func pipe() throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "\(UUID())").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        // Safe: the call reads the path it is lent.
        let made = unsafe mkfifo(path, 0o600)
        try #require(made == 0)
        let reader = try #require(FileHandle(forUpdatingAtPath: path))
        try OutputFile.write("text", to: path, force: true)
        #expect(try reader.read(upToCount: 4) == Data("text".utf8))
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        #expect(attributes[.type] as? FileAttributeType != .typeRegular)
    }

    @Test("a folder that is not there is said")
    func noFolder() {
        #expect(throws: CollectorError.self) {
            try OutputFile.write("", to: "/nowhere/\(UUID())/file.csv", force: false)
        }
    }
}
