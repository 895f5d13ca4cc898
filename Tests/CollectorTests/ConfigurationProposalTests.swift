// SPDX-License-Identifier: Apache-2.0

import Collector
import Console
import Foundation
import Model
import Settings
import Storage
import TestSupport
import Testing

@Suite("config discover")
struct ConfigurationProposalTests {
    private func survey(
        _ paths: [(peer: UInt32, origin: UInt32, octets: UInt64, mac: UInt64)]
    ) -> InterfaceSurvey {
        var survey = InterfaceSurvey()
        var batch = FlushBatch(id: "", collector: "", time: 0)
        for path in paths {
            let mac = MACAddress(rawValue: path.mac)
            batch.add(
                path.octets,
                of: "er1",
                1,
                peer: path.peer,
                origin: path.origin,
                mac: mac,
                in: 0
            )
        }
        for fact in batch.interfaces { survey.add(fact) }
        for fact in batch.paths { survey.add(fact) }
        return survey
    }

    private func guess(_ survey: InterfaceSurvey, _ description: String = "") -> InterfaceGuess {
        let note = InterfaceNote(exporter: "er1", index: 1, name: "x", description: description)
        return InterfaceGuess(survey, note: note, own: [ASN(rawValue: 64500)])
    }

    @Test("one AS with many behind it is transit, with few is private")
    func oneNeighbor() {
        let many = (0..<20).map { (64510 as UInt32, 65000 + UInt32($0), 10 as UInt64, 1 as UInt64) }
        #expect(guess(survey(many)).kind == .transit)
        #expect(guess(survey(many)).reason == "AS64510 has 100 %, and 20 ASes lie behind it")
        #expect(guess(survey([(64530, 64530, 100, 1)])).kind == .private)
    }

    @Test("several ASes behind several devices are an exchange")
    func exchange() {
        let members = (1...4).map {
            (64600 + UInt32($0), 64600 + UInt32($0), 10 as UInt64, UInt64($0))
        }
        #expect(guess(survey(members)).kind == .exchange)
    }

    @Test("what has no other AS beyond it is internal")
    func inside() {
        #expect(guess(survey([(0, 0, 100, 1), (64500, 64500, 50, 1)])).kind == .internal)
    }

    @Test("what crossed it while nobody knew an AS says nothing of it")
    func withoutRoutes() {
        var survey = InterfaceSurvey()
        var batch = FlushBatch(id: "", collector: "", time: 0)
        batch.add(100, of: "er1", 1, peer: 0, in: 0)
        for fact in batch.paths { survey.addWithoutRoutes(fact) }
        #expect(guess(survey).kind == .unknown)
        #expect(guess(survey).reason == "no routes yet")
    }

    /// A store in which er1 has counted on interfaces 42 and 43, which nobody has listed.
    private func proposal(
        _ counts: [(interface: UInt32, peer: UInt32, slot: Int64)]
    ) async throws -> String {
        let world = try await AnswersWorld()
        let store = InMemoryVolumeStore()
        var batch = FlushBatch(id: "1", collector: "test", time: AnswersWorld.start + 600)
        for count in counts {
            batch.add(
                1_000,
                of: "er1",
                count.interface,
                peer: count.peer,
                in: AnswersWorld.start + count.slot
            )
        }
        _ = try await store.add(batch)
        return try await ConfigurationProposal(
            settings: world.settings,
            store: store,
            now: AnswersWorld.start + 600
        ).yaml()
    }

    @Test("before the first session no interface is guessed to be internal")
    func dayOne() async throws {
        let proposal = try await proposal([(42, 0, 0), (43, 0, 0), (42, 0, 300)])
        #expect(!proposal.contains("role: internal"), "\(proposal)")
        #expect(proposal.contains("no guess: no routes yet"))
    }

    @Test("once routes are there, what has no AS beyond it is internal, and only by what is since")
    func sessionCameUp() async throws {
        let proposal = try await proposal([
            (42, 0, 0), (43, 0, 0), (42, 64510, 300), (43, 0, 300),
        ])
        #expect(proposal.contains("#   - { index: 43, role: internal }"), "\(proposal)")
        #expect(proposal.contains("guess private: AS64510 has 100 %"))
        #expect(!proposal.contains("#   - { index: 42"))
    }

    @Test("what the router says of it comes first, where it can be")
    func told() {
        #expect(guess(survey([(64550, 64550, 100, 1)]), "CUSTOMER: foo").kind == .customer)
        #expect(guess(survey([(64550, 64550, 100, 1)]), "core link").kind == .private)
        #expect(guess(InterfaceSurvey(), "Transit: Acme").kind == .unknown)
    }

    @Test("two ASes on one device are no guess")
    func unclear() {
        #expect(guess(survey([(64550, 64550, 60, 1), (64551, 64551, 40, 1)])).kind == .unknown)
    }

    /// Checks `proposal` as a file that a configuration includes.
    private func check(_ proposal: String) throws -> Settings {
        let folder = FileManager.default.temporaryDirectory.appending(path: "found-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let main = """
            include: found.yaml
            network: { asns: [64500], prefixes: [203.0.113.0/24], timezone: UTC, currency: EUR }
            exporters:
              - name: er1
                addresses: [192.0.2.1]
                interfaces: [{ index: 1, role: internal }, { index: 17, name: et-0/0/1 }]
            interconnects:
              - id: transit-1
                kind: transit
                peers: [64510]
                interfaces: [{ exporter: er1, index: 17 }]
            """
        try proposal.write(
            to: folder.appending(path: "found.yaml"),
            atomically: true,
            encoding: .utf8
        )
        let path = folder.appending(path: "peerage.yaml")
        try main.write(to: path, atomically: true, encoding: .utf8)
        return try Settings.load(path: path.path)
    }

    @Test(
        "what it prints is configuration: the pending exporter, and an interconnect for each port"
    )
    func included() async throws {
        let world = try await AnswersWorld()
        let proposal = await world.command.answer(
            ConsoleRequest(path: "/api/v1/config/discover")
        ).body
        let settings = try check(proposal)
        #expect(settings.inventory.exporters.map(\.name) == ["er1", "exporter-192.0.2.7"])
        #expect(settings.inventory.exporters[1].interfaces.map(\.name) == ["xe-1"])
        let found = settings.inventory.interconnects.dropFirst()
        #expect(found.map(\.kind) == [.transit, .private])
        #expect(found.map(\.peers) == [[ASN(rawValue: 64510)], [ASN(rawValue: 64510)]])
        #expect(proposal.contains("et-0/0/2 'Transit: B'"))
        #expect(proposal.contains("guess transit: its description says so"))
    }

    @Test("an adopted exporter that is not listed yet is proposed under its name")
    func adopted() async throws {
        let world = try await AnswersWorld()
        try await world.store.adopt(Adoption(address: address("192.0.2.7"), name: "er9", since: 0))
        var batch = FlushBatch(id: "2", collector: "test", time: AnswersWorld.start + 3610)
        batch.add(500, of: "er9", 5, peer: 64510, in: AnswersWorld.start + 3300)
        batch.add(500, of: "er9", 6, peer: 64510, in: AnswersWorld.start + 3300)
        _ = try await world.store.add(batch)
        let proposal = await world.command.answer(
            ConsoleRequest(path: "/api/v1/config/discover")
        ).body
        let settings = try check(proposal)
        #expect(settings.inventory.exporters.map(\.name) == ["er1", "er9"])
        #expect(settings.inventory.exporters[1].interfaces.map(\.index) == [5, 6])
        #expect(proposal.contains("xe-1; 12000500 octets in"))
    }

    @Test("a name that two addresses were adopted under has one entry, with both")
    func twoAddresses() async throws {
        let world = try await AnswersWorld()
        var batch = FlushBatch(id: "2", collector: "test", time: AnswersWorld.start + 3610)
        for name in ["192.0.2.8", "192.0.2.9"] {
            var state = ExporterState(
                name: name,
                lastSeen: AnswersWorld.start,
                flowProtocol: .ipfix,
                rate: .one,
                rateSource: .assumed
            )
            state.isPending = true
            batch.exporters.append(state)
        }
        _ = try await world.store.add(batch)
        for (text, name) in [("192.0.2.7", "er9"), ("192.0.2.8", "er9"), ("192.0.2.9", "er1")] {
            try await world.store.adopt(Adoption(address: address(text), name: name, since: 0))
        }
        let proposal = await world.command.answer(
            ConsoleRequest(path: "/api/v1/config/discover")
        ).body
        let settings = try check(proposal)
        #expect(settings.inventory.exporters.map(\.name) == ["er1", "er9"])
        let addresses = settings.inventory.exporters[1].addresses
        #expect(Set(addresses) == [address("192.0.2.7"), address("192.0.2.8")])
        #expect(proposal.contains("# Under the addresses of er1: \"192.0.2.9\""))
    }

    @Test("names from routers cannot break out of the file, whatever they hold")
    func hostile() async throws {
        let world = try await AnswersWorld()
        var batch = FlushBatch(id: "2", collector: "test", time: AnswersWorld.start + 3610)
        for (number, name) in [
            "\" }\nslotSeconds: 60", "a\\", "# x", "\u{2028}y: 1", "%", "- [", "'", "\u{7}",
            String(repeating: "é", count: 4000),
        ].enumerated() {
            let index = UInt32(100 + number)
            for exporter in ["er1", "192.0.2.7"] {
                batch.interfaceNotes.append(
                    InterfaceNote(exporter: exporter, index: index, name: name, description: name)
                )
                batch.add(9, of: exporter, index, peer: 64700, in: AnswersWorld.start + 3300)
                // In a slot in which others have routes: the guess is internal.
                batch.add(9, of: exporter, index + 100, peer: 0, in: AnswersWorld.start + 3300)
                batch.interfaceNotes.append(
                    InterfaceNote(
                        exporter: exporter,
                        index: index + 100,
                        name: name,
                        description: ""
                    )
                )
            }
        }
        _ = try await world.store.add(batch)
        let response = await world.command.answer(ConsoleRequest(path: "/api/v1/config/discover"))
        let settings = try check(response.body)
        #expect(settings.slotSeconds == 300)
        #expect(settings.inventory.exporters[1].interfaces.count == 19)
    }

    @Test("when all is listed it says so, and is still a file to include")
    func nothing() async throws {
        var settings = try await AnswersWorld().settings
        settings.inventory.exporters = []
        let proposal = try await ConfigurationProposal(
            settings: settings,
            store: InMemoryVolumeStore(),
            now: 0
        ).yaml()
        #expect(proposal.contains("# Nothing:"))
    }
}
