// SPDX-License-Identifier: Apache-2.0

import Collector
import Foundation
import Logging
import Model
import Settings
import Storage
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
        let (reload, _) = try await reload("slotSeconds: 300", to: "slotSeconds: 900")
        #expect(!reload.isAccepted)
        #expect(
            reload.lines.first?.hasPrefix("slotSeconds: 300 -> 900: ") == true,
            "\(reload.lines)"
        )
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

    @Test("names for which the table has no view left are refused, and routes left out are told")
    func views() async throws {
        let feed = CollectorComponents.routeFeed(Settings())
        for number in 0..<4_095 { _ = feed.view(named: "\(number)") }
        #expect(feed.canMake(views: ["1", "2", "one"]))
        #expect(!feed.canMake(views: ["1", "one", "two"]))
        for name in ["one", "two"] {
            let source = RouteSource(name: name, address: .v4(1), asn: ASN(rawValue: 64501))
            var update = RouteUpdate(time: 1)
            update.announced = [.init(IPPrefix(.v4(0xc612_0000), length: 16))]
            for _ in 0..<2 { feed.received(update, from: source) }
        }
        await feed.settle()
        let events = feed.takeEvents()
        #expect(events.map(\.kind) == [.limitReached])
        #expect(events.map(\.object) == ["two"])
    }

    @Test("what changes the configuration is done one after the other, in the order it came")
    func turns() async throws {
        let (_, service) = try await reload("", to: "")
        let seen = Seen()
        await withTaskGroup { group in
            for _ in 0..<20 {
                group.addTask {
                    await service.inTurn {
                        await seen.begin()
                        try? await Task.sleep(for: .milliseconds(2))
                        await seen.end()
                    }
                }
            }
        }
        #expect(await seen.most == 1)
        #expect(await seen.done == 20)
    }

    /// How many change something at once.
    private actor Seen {
        private var running = 0
        private(set) var most = 0
        private(set) var done = 0

        func begin() {
            running += 1
            most = max(most, running)
        }

        func end() {
            running -= 1
            done += 1
        }
    }
}
