// SPDX-License-Identifier: Apache-2.0

import Collector
import Console
import Foundation
import Model
import Settings
import Storage
import TestSupport
import Testing

@Suite("Status")
struct StatusTests {
    private func text(_ answers: Answers) async -> String {
        await answers.answer(
            ConsoleRequest(path: "/api/v1/status", parameters: ["format": "table"])
        ).body
    }

    @Test("one screen tells collector, exporters, sessions, ledger, store, alerts and events")
    func screen() async throws {
        let world = try await AnswersWorld()
        let text = await text(world.collector { $0.notReady = ["the routes of er1"] })
        for words in [
            "collector  0.1.0, up 62 min, NOT READY", "not ready: the routes of er1",
            "exporters  1 seen, 1 pending", "192.0.2.7  ipfix  2 min ago  1 in 1000 (options)",
            "PENDING", "sessions   1 of 1 established", "900000 IPv4  200000 IPv6",
            "unknown    1 interfaces", "er1 42 et-0/0/2", "balanced", "held 12.0 MB apart",
            "busy  transit-1 ingress  83.3 %", "sessionEstablished er1",
        ] {
            #expect(text.contains(words), "\(words) in\n\(text)")
        }
    }

    @Test("it fits 80 columns and 40 lines, however much there is to tell")
    func fits() async throws {
        let world = try await AnswersWorld()
        var batch = FlushBatch(id: "2", collector: "test", time: AnswersWorld.start + 3610)
        for number in 1...100 {
            let name = "a-router-with-quite-a-long-name-\(number)"
            batch.exporters.append(
                ExporterState(
                    name: name,
                    lastSeen: AnswersWorld.start,
                    flowProtocol: .ipfix,
                    rate: .one,
                    rateSource: .assumed
                )
            )
            batch.sessions.append(
                SessionState(
                    neighbor: name,
                    state: "idle",
                    since: AnswersWorld.start,
                    ipv4Prefixes: 1_000_000,
                    ipv6Prefixes: 200_000,
                    lastError: "a long story about what\u{1b}[2J went wrong with this session"
                )
            )
            batch.add(1_000, of: "er1", UInt32(100 + number), peer: 1, in: AnswersWorld.start)
            batch.events.append(
                OperationalEvent(
                    time: AnswersWorld.start + Int64(number),
                    kind: .sessionEnded,
                    object: name
                )
            )
        }
        _ = try await world.store.add(batch)
        let text = await text(world.command)
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
        #expect(lines.count <= 40)
        #expect(lines.count >= 20)
        #expect(lines.allSatisfy { $0.count <= 80 })
        #expect(!text.contains("\u{1b}"))
        #expect(text.contains("more: see --format json"))
    }

    @Test("what never came, and what came twice, stands with its exporter and under the ledger")
    func missing() async throws {
        let world = try await AnswersWorld()
        var batch = FlushBatch(id: "2", collector: "test", time: AnswersWorld.start + 3610)
        var ledger = Ledger()
        (ledger.sequenceLost, ledger.lostRecords) = (3, 60)
        (ledger.datagrams, ledger.refused, ledger.duplicates) = (2, [.duplicate: 2], 2)
        batch.ledgers = [
            LedgerFact(slot: AnswersWorld.start, exporter: "er1", ledger: ledger)
        ]
        _ = try await world.store.add(batch)
        let text = await text(world.collector())
        // Each record of er1 stands for 1 MB.
        for words in [
            "lost 3 (~60.0 MB)", "2 duplicate", "MISSING some 60.0 MB, by estimate",
        ] {
            #expect(text.contains(words), "\(words) in\n\(text)")
        }
        let json = await world.collector().answer(
            ConsoleRequest(path: "/api/v1/status", parameters: [:])
        ).body
        for key in [
            #""sequenceLost": 3"#, #""duplicates": 2"#, #""missingOctets": 60000000"#,
            #""lostRecords": 60"#, #""duplicate": 2"#,
        ] {
            #expect(json.contains(key), "\(key) in\n\(json)")
        }
    }

    @Test("that no collector runs is said only when one could have been asked")
    func noCollector() async throws {
        let world = try await AnswersWorld()
        #expect(await text(world.command).contains("not asked: `control:` is not configured"))
        var settings = world.settings
        settings.control = "/nonexistent/peerage.sock"
        // This process has the store open for writing, as a collector does.
        let silent = await text(Answers(.inProcess(settings)))
        let process = ProcessInfo.processInfo.processIdentifier
        for words in [
            "collector  runs as process \(process), but its control socket does not answer:",
            "/nonexistent/peerage.sock", "what follows is of its last flush",
        ] {
            #expect(silent.contains(words), "\(words) in\n\(silent)")
        }
        let gone = try await StatusDocument(
            settings: settings,
            store: world.store,
            collector: nil,
            sessions: nil,
            now: AnswersWorld.start
        )
        #expect(gone.text().contains("collector  does not run"))
        #expect(await !text(world.collector()).contains("does not run"))
    }

    @Test("what a clock that was a day ahead has left hides neither the last hour nor a silence")
    func setBack() async throws {
        let world = try await AnswersWorld()
        let before = await text(world.collector())
        let later = AnswersWorld.start + 86_400
        var batch = FlushBatch(id: "2", collector: "test", time: later + 300)
        batch.add(1_000, of: "er1", 17, peer: 64510, in: later)
        #expect(try await world.store.add(batch))
        let after = await text(world.collector())
        let flushed = try #require(before.split(separator: "\n").first { $0.contains("flushed") })
        #expect(flushed.hasSuffix("flushed 2 min ago"), "\(flushed)")
        #expect(after.contains("flushed 2 min ago"), "\(after)")
        for line in before.split(separator: "\n") where line.contains("the last hour") {
            #expect(after.contains(line), "\(line) in\n\(after)")
        }
        #expect(after.contains("held 12.0 MB apart"), "\(after)")
    }

    @Test("sessions of neighbors that have left the configuration are not counted")
    func formerNeighbor() async throws {
        let world = try await AnswersWorld()
        var batch = FlushBatch(id: "2", collector: "test", time: AnswersWorld.start + 3610)
        var former = AnswersWorld.session
        former.neighbor = "er0"
        batch.sessions = [former]
        _ = try await world.store.add(batch)
        #expect(await text(world.command).contains("sessions   1 of 1 established"))
    }

    @Test("an adopted exporter stands there once, under its name")
    func adopted() async throws {
        let world = try await AnswersWorld()
        try await world.store.adopt(
            Adoption(address: address("192.0.2.7"), name: "er9", since: 0)
        )
        let text = await text(world.collector())
        #expect(text.contains("exporters  1 seen, 1 never seen"))
        #expect(!text.contains("PENDING"))
        #expect(!text.contains("held "))
    }
}
