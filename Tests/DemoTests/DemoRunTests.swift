// SPDX-License-Identifier: Apache-2.0

import Collector
import Demo
import Foundation
import Logging
import Synchronization
import Testing

@Suite("Demo")
struct DemoRunTests {
    @Test(
        "the demo shows transits, an exchange, a private interconnect, a customer and what to move"
    )
    func answers() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "demo-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let said = Said()
        let demo = try DemoRun(
            port: 0,
            folder: folder,
            logger: Logger(label: "demo") { _ in SwiftLogNoOpLogHandler() },
            output: { said.add($0) }
        )
        try await demo.run { _ in }
        let text = said.text
        for word in ["transit-1", "transit-2", "ix-one", "pni-500540", "customer"] {
            #expect(text.contains(word), "\(word)")
        }
        #expect(text.contains("ledger: balanced"))
        #expect(text.contains("firing"), "no threshold was crossed")
        #expect(text.contains("alreadyPeer"), "no leak was shown")
    }
}

/// What a demo has said.
private final class Said: Sendable {
    private let texts = Mutex<[String]>([])

    func add(_ text: String) { texts.withLock { $0.append(text) } }
    var text: String { texts.withLock { $0.joined() } }
}
