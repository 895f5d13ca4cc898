// SPDX-License-Identifier: Apache-2.0

import Collector
import Foundation
import Logging
import Model
import Settings
import Storage
import Synchronization
import TestSupport
import Testing

@Suite("Reload")
struct ReloadTests {
    /// A configuration with `lines` besides.
    private static func settings(_ lines: String = "") throws(SettingsError) -> Settings {
        try Settings.load(
            text: """
                network: { asns: [64500], prefixes: [203.0.113.0/24], timezone: UTC, currency: EUR }
                exporters: [{ name: er1, addresses: [192.0.2.1] }]
                \(lines)
                """,
            file: "/tmp/peerage-reload/test.yaml"
        )
    }

    /// What a collector that runs by `before` says to a file with `after`.
    private func reload(
        _ before: String,
        to after: String
    ) async throws -> (reload: CollectorHooks.Reload, service: CollectorService) {
        let service = CollectorService(
            settings: try Self.settings(before),
            store: InMemoryVolumeStore(),
            source: { () throws(SettingsError) in try Self.settings(after) },
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
        return (await service.reload(), service)
    }

    @Test("another slotSeconds is refused: what is stored has slots of one length")
    func slots() async throws {
        let (reload, _) = try await reload("slotSeconds: 300", to: "slotSeconds: 600")
        #expect(!reload.isAccepted)
        #expect(reload.lines.first?.hasPrefix("slotSeconds: 300 -> 600: ") == true)
    }

    @Test("a value that goes with the file, but not with what only a restart changes, is refused")
    func mixed() async throws {
        let before = "latenessSeconds: 3600"
        let learn = "learn: { from: [198.51.100.0/24], hold: 30m }"
        let (refused, service) = try await reload(before, to: learn)
        #expect(!refused.isAccepted)
        #expect(refused.lines.first?.contains("learn.hold") == true)
        #expect(await service.settings.learn.from.isEmpty, "it goes on as before")
        let (accepted, _) = try await reload("", to: learn)
        #expect(accepted.isAccepted)
    }

    @Test("what changes the configuration is done one after the other, in the order it came")
    func turns() async throws {
        let (_, service) = try await reload("", to: "")
        let seen = Mutex((running: 0, most: 0, done: 0))
        await withTaskGroup { group in
            for _ in 0..<20 {
                group.addTask {
                    await service.inTurn {
                        seen.withLock { seen in
                            seen.running += 1
                            seen.most = max(seen.most, seen.running)
                        }
                        try? await Task.sleep(for: .milliseconds(2))
                        seen.withLock { seen in
                            seen.running -= 1
                            seen.done += 1
                        }
                    }
                }
            }
        }
        #expect(seen.withLock { $0.most } == 1)
        #expect(seen.withLock { $0.done } == 20)
    }
}
