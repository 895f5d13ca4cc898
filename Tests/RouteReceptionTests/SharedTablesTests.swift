// SPDX-License-Identifier: Apache-2.0

import Foundation
import Model
import RouteDecoding
import RouteReception
import TestSupport
import Testing

/// The folder of real files and of what bgpdump printed of them; nil where none is named.
private let sharedData: String? = {
    guard let folder = ProcessInfo.processInfo.environment["SHARED_DATA"] else { return nil }
    return FileManager.default.fileExists(atPath: "\(folder)/oracle/mrt") ? folder : nil
}()

/// The files that the oracle has printed.
private let names: [String] = {
    guard let sharedData else { return [] }
    let suffix = ".bgpdump-m.txt.gz"
    let found = FileManager.default.enumerator(atPath: "\(sharedData)/oracle/mrt")
    return (found?.compactMap { $0 as? String } ?? []).filter { $0.hasSuffix(suffix) }
        .map { String($0.dropLast(suffix.count)) }.sorted()
}()

/// MRT files of real collectors and routers, line by line as bgpdump has them.
@Suite(
    "MRT files of others, as bgpdump prints them",
    .enabled(if: sharedData != nil, "SHARED_DATA names no folder with oracle/mrt"),
    .serialized
)
struct SharedTablesTests {
    @Test("every line of bgpdump is told, and nothing else", arguments: names)
    func sameLines(_ name: String) throws {
        let folder = try #require(sharedData)
        var differences = try Self.lines(of: "\(folder)/oracle/mrt/\(name).bgpdump-m.txt.gz")
        try #require(!differences.isEmpty)
        let isTable = differences.keys.allSatisfy { $0.first == UInt8(ascii: "|") }
        var file = try MRTFile.opened("\(folder)/mrt/\(name)")
        var lines = BGPDumpLines(isTable: isTable)
        func tell(_ line: [UInt8]) {
            let left = differences[line, default: 0] - 1
            differences[line] = left == 0 ? nil : left
        }
        try file.read { peer, update in
            lines.print(from: peer.source, update, tell)
        } stateChanged: { peer, change in
            tell(BGPDumpLines.state(peer.source, change.time, change.old, change.new))
        }
        // What is left is wanted (more than 0) or told too much.
        let exception = BGPDumpException.all.first { name.hasSuffix($0.file) }
        exception?.explain(&differences)
        #expect(differences.isEmpty, "\(Self.excerpt(differences))")
    }

    @Test("all files are there")
    func files() {
        #expect(names.count >= 21)
        for exception in BGPDumpException.all {
            #expect(names.contains { $0.hasSuffix(exception.file) }, "\(exception.file)")
        }
    }

    private static func excerpt(_ differences: [[UInt8]: Int]) -> String {
        let shown = differences.prefix(10).map { line, count in
            "\(count > 0 ? "missing" : "too many") \(abs(count)): "
                + String(decoding: line, as: UTF8.self)
        }
        return "\(differences.count) lines differ\n" + shown.joined(separator: "\n")
    }

    /// The lines in a file compressed by gzip, as far as they are compared, with how often.
    private static func lines(of path: String) throws -> [[UInt8]: Int] {
        let process = Process()
        process.executableURL = URL(filePath: "/bin/gzip")
        process.arguments = ["-dc", path]
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let data = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        var lines: [[UInt8]: Int] = [:]
        for line in [UInt8](data).split(separator: UInt8(ascii: "\n")) {
            lines[BGPDumpLines.comparable(line), default: 0] += 1
        }
        return lines
    }
}
