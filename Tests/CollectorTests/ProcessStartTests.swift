// SPDX-License-Identifier: Apache-2.0

import Collector
import Foundation
import Logging
import Synchronization
import TestSupport
import Testing

@Suite("Start of a collector's process")
struct ProcessStartTests {
    @Test("a collector that cannot open its control socket has taken nothing before it says so")
    func controlSocketTaken() async throws {
        let folder = try TemporaryFolder()
        let path = folder.path("peerage.yaml")
        let configuration = """
            network: { asns: [64500] }
            listen: { flows: ["127.0.0.1:0"] }
            control: taken
            """
        try Data(configuration.utf8).write(to: URL(filePath: path))
        try Data("not a socket".utf8).write(to: URL(filePath: folder.path("taken")))
        let messages = Mutex<[String]>([])
        let logger = Logger(label: "test") { _ in
            TellingHandler { message in messages.withLock { $0.append(message) } }
        }
        let process = try CollectorProcess(path: path, version: "", logger: logger)
        await #expect(throws: (any Error).self) { try await process.run() }
        #expect(!messages.withLock { $0 }.contains("collector started"))
        #expect(!messages.withLock { $0 }.contains("flows received"))
    }
}
