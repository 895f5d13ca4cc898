// SPDX-License-Identifier: Apache-2.0

import Foundation

/// Another program that looks up the same addresses, a line in and a line out.
struct ReferenceProcess {
    private let process = Process()
    private let input = Pipe()
    private let output = Pipe()

    /// Starts it and waits until its tables are there.
    init(_ command: [String]) throws {
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = command
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        var line = try readLine()
        while line != "ready" { line = try readLine() }
    }

    private func readLine() throws -> String {
        var line = Data()
        while let octet = try output.fileHandleForReading.read(upToCount: 1), !octet.isEmpty {
            if octet[0] == UInt8(ascii: "\n") { return String(decoding: line, as: UTF8.self) }
            line += octet
        }
        throw BenchError("the reference has ended")
    }

    /// Its answer to `question`, a number.
    func ask(_ question: String) throws -> Double {
        try input.fileHandleForWriting.write(contentsOf: Data("\(question)\n".utf8))
        let line = try readLine()
        guard let number = Double(line) else { throw BenchError("the reference said: \(line)") }
        return number
    }

    func end() {
        try? input.fileHandleForWriting.close()
        process.waitUntilExit()
    }
}
