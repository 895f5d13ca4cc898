// SPDX-License-Identifier: Apache-2.0

import Collector
import Console
import Foundation
import Logging
import Model
import Reporting
import ServiceLifecycle
import Settings
import Storage
import TestSupport
import Testing

@Suite("Adopting")
struct AdoptingTests {
    private func adopt(
        _ world: AnswersWorld,
        _ parameters: [String: String],
        live: Bool = true
    ) async -> ConsoleResponse {
        let answers = live ? world.collector() : world.command
        return await answers.answer(
            ConsoleRequest(
                method: "POST",
                path: "/api/v1/exporters/adopt",
                parameters: parameters
            )
        )
    }

    @Test("adopted since the first slot, all that was held counts, and the collector is told")
    func first() async throws {
        let world = try await AnswersWorld()
        let response = await adopt(
            world,
            ["address": "192.0.2.7", "name": "er9", "since": "first", "format": "table"]
        )
        #expect(response.status == 200, "\(response.body)")
        #expect(response.body.contains("  - name: \"er9\"\n    addresses: [\"192.0.2.7\"]\n"))
        #expect(await world.calls.adopted.map(\.name) == ["er9"])
        let ledger = await world.command.answer(ConsoleRequest(path: "/api/v1/reports/ledger"))
        #expect(ledger.body.contains("\"receivedOctets\": 36000000"))
        #expect(ledger.body.contains("\"quarantinedOctets\": 0"))
        #expect(ledger.body.contains("\"er9\""))
        let pending = await world.command.answer(
            ConsoleRequest(path: "/api/v1/exporters/pending", parameters: ["format": "table"])
        )
        #expect(pending.body == "nothing is held apart\n")
    }

    @Test("adopted without a word, it counts from the slot that it is now on")
    func now() async throws {
        let world = try await AnswersWorld()
        _ = await adopt(world, ["address": "192.0.2.7", "name": "er9"])
        let ledger = await world.command.answer(ConsoleRequest(path: "/api/v1/reports/ledger"))
        #expect(ledger.body.contains("\"quarantinedOctets\": 12000000"))
        #expect(try await world.store.adoptions().first?.since == AnswersWorld.start + 3600)
        let pending = await world.command.answer(
            ConsoleRequest(path: "/api/v1/exporters/pending", parameters: ["format": "table"])
        )
        #expect(pending.body.contains("  held  12000000 octets in 12 datagrams\n"))
        #expect(
            pending.body.contains(
                "  counts as er9 from 2026-01-01T01:00:00Z on; `peerage exporters adopt 192.0.2.7 "
                    + "--name er9 --since first` makes this count too\n"
            ),
            "\(pending.body)"
        )
    }

    @Test("an exporter that counts already keeps its name; from when on may be changed")
    func again() async throws {
        let world = try await AnswersWorld()
        _ = await adopt(world, ["address": "192.0.2.7", "name": "er9"])
        let renamed = await adopt(world, ["address": "192.0.2.7", "name": "er8"])
        #expect(renamed.status == 400)
        #expect(renamed.messages.first?.contains("counts as er9 already") == true)
        _ = await adopt(world, ["address": "192.0.2.7", "name": "er9", "since": "first"])
        #expect(try await world.store.adoptions().map(\.since) == [0])
        let repeated = await adopt(world, ["address": "192.0.2.7", "name": "er9"])
        #expect(try await world.store.adoptions().map(\.since) == [0])
        #expect(repeated.body.contains("\"countsSince\": \"1970-01-01T00:00:00Z\""))
    }

    @Test("a name that was given to another address is refused, naming that")
    func nameTaken() async throws {
        let world = try await AnswersWorld()
        try await world.store.adopt(
            Adoption(address: address("192.0.2.8"), name: "er9", since: 0)
        )
        let taken = await adopt(world, ["address": "192.0.2.7", "name": "er9"])
        #expect(taken.status == 400)
        #expect(taken.messages.first?.contains("'er9' is the name of 192.0.2.8 already") == true)
        #expect(try await world.store.adoptions().count == 1)
        // An earlier version let it through: then the entry has both.
        try await world.store.adopt(
            Adoption(address: address("192.0.2.7"), name: "er9", since: 0)
        )
        let again = await adopt(world, ["address": "192.0.2.7", "name": "er9", "format": "table"])
        #expect(again.body.contains("addresses: [\"192.0.2.7\", \"192.0.2.8\"]"), "\(again.body)")
    }

    @Test("the lines it prints are configuration")
    func pasted() async throws {
        let world = try await AnswersWorld()
        let response = await adopt(
            world,
            ["address": "192.0.2.7", "name": "er9", "format": "table"]
        )
        let yaml = response.body.split(separator: "\n\n").last.map(String.init) ?? ""
        let network = "network: { asns: [64500] }\n"
        let settings = try Settings.load(text: network + yaml, file: "pasted.yaml")
        #expect(settings.inventory.exporters.map(\.name) == ["er9"])
        #expect(settings.inventory.exporters.first?.addresses == [address("192.0.2.7")])
    }

    @Test(
        "what cannot be adopted is refused with its reason",
        arguments: [
            (["address": "er9", "name": "er9"], "'er9' is no address"),
            (["address": "192.0.2.99", "name": "er9"], "pending: 192.0.2.7"),
            (["address": "192.0.2.7", "name": "no good"], "expected 1 to 64 letters"),
            (["address": "192.0.2.7", "name": "192.0.2.7"], "and no address"),
            (["address": "192.0.2.1", "name": "er9"], "192.0.2.1 is er1 in the configuration"),
            (["address": "192.0.2.7", "name": "er9", "since": "soon"], "'soon' is no time"),
            (["address": "192.0.2.7", "name": "er1"], "'er1' is the name of 192.0.2.1 already"),
        ] as [([String: String], String)]
    )
    func refused(_ parameters: [String: String], _ words: String) async throws {
        let world = try await AnswersWorld()
        let response = await adopt(world, parameters)
        #expect(response.status == 400)
        #expect(response.messages.first?.contains(words) == true, "\(response.messages)")
        #expect(try await world.store.adoptions().isEmpty)
    }

    @Test("a command that finds the store in use says by whom")
    func locked() async throws {
        let world = try await AnswersWorld()
        let response = await adopt(world, ["address": "192.0.2.7", "name": "er9"], live: false)
        #expect(response.status == 503)
        #expect(response.exitStatus == 1)
        #expect(response.messages.first?.contains("in use by process") == true)
    }

    @Test("what nobody adopts in time goes, and leaves all sums intact")
    func expires() async throws {
        let world = try await AnswersWorld()
        var settings = world.settings
        settings.learn.holdSeconds = 1800
        var retention = HeldRetention()
        let gone = try await retention.run(
            settings,
            world.store,
            now: AnswersWorld.start + 3600
        )
        #expect(gone == 6_000_000)
        #expect(try await world.store.check().isEmpty)
        let ledger = await world.command.answer(ConsoleRequest(path: "/api/v1/reports/ledger"))
        #expect(ledger.body.contains("\"quarantinedOctets\": 6000000"))
        #expect(ledger.body.contains("\"receivedOctets\": 24000000"))
    }

    @Test("what an exporter reported before it was adopted goes as well, what counts never")
    func expiresBeforeAdoption() async throws {
        let world = try await AnswersWorld()
        let since = AnswersWorld.start + 1800
        _ = await adopt(
            world,
            ["address": "192.0.2.7", "name": "er9", "since": "2026-01-01T00:30:00Z"]
        )
        #expect(try await world.store.adoptions().first?.since == since)
        var settings = world.settings
        settings.learn.holdSeconds = 3600
        var retention = HeldRetention()
        var gone: [Int] = []
        for seconds in [3600, 3600 + 900, 3600 + 1800, 86_400, 86_400] as [Int64] {
            let now = AnswersWorld.start + seconds
            gone.append(try await retention.run(settings, world.store, now: now))
        }
        // Twelve slots of a million octets: three are too old, then six are of before.
        #expect(gone == [0, 3_000_000, 3_000_000, 0, 0])
        #expect(try await world.store.check().isEmpty)
        let ledger = await world.command.answer(ConsoleRequest(path: "/api/v1/reports/ledger"))
        #expect(ledger.body.contains("\"receivedOctets\": 30000000"))
        #expect(!ledger.body.contains("\"quarantinedOctets\": 1"))
    }
}
