// SPDX-License-Identifier: Apache-2.0

import Collector
import Foundation
import Glibc
import Logging
import Synchronization
import TestSupport
import Testing

@Suite("SIGHUP")
struct HangupTests {
    @Test(
        "SIGHUP while the store is opened ends nothing, and is heeded when the collector is there"
    )
    func early() async throws {
        let folder = try TemporaryFolder()
        let path = folder.path("peerage.yaml")
        let configuration = """
            network: { asns: [64500] }
            listen: { flows: ["127.0.0.1:0"] }
            store: { sqlite: { path: peerage.sqlite } }
            """
        try Data(configuration.utf8).write(to: URL(filePath: path))
        // A damaged store is set aside, and that is said while it is opened.
        let noStore = Data("SQLite format 3\0".utf8) + Data(repeating: 0x41, count: 8_176)
        let database = URL(filePath: folder.path("peerage.sqlite"))
        try noStore.write(to: database)
        let (reloads, continuation) = AsyncStream.makeStream(of: Void.self)
        let messages = Mutex<[String]>([])
        let logger = Logger(label: "test") { _ in
            TellingHandler { message in
                messages.withLock { $0.append(message) }
                if message.hasPrefix("store") { kill(getpid(), SIGHUP) }
                if message == "configuration reloaded" { continuation.yield() }
            }
        }
        let process = try CollectorProcess(path: path, version: "", logger: logger)
        let running = Task {
            defer { continuation.finish() }
            try await process.run()
        }
        let first: Void? = await reloads.first { _ in true }
        running.cancel()
        let result = await running.result
        #expect(first != nil, "\(result) \(messages.withLock { $0 })")
    }
}
