// SPDX-License-Identifier: Apache-2.0

import Attribution
import Collector
import Foundation
import Model
import Settings
import Storage
import Testing

@testable import Demo

@Suite("The demo's recording")
struct DemoTruthTests {
    /// What captures of the ports held, beside what the exporters said of them.
    private struct Truth: Decodable {
        var volumes: [Volume]

        struct Volume: Decodable {
            var interconnect: String
            var direction: String
            var octets: UInt64
        }
    }

    private struct Link: Hashable {
        var name: String
        var direction: String
    }

    /// The interconnects by the names of the story's links.
    private let names = [
        "transit-1": "transit-1", "transit-2": "transit-2", "pni-500540": "pni",
        "customer-500550": "customer", "ix-one-1": "ix-one",
    ]

    private func truth(_ fixtures: DemoFixtures) throws -> [Link: UInt64] {
        let path = URL(filePath: fixtures.routes).deletingLastPathComponent()
            .appending(path: "truth.json")
        let truth = try JSONDecoder().decode(Truth.self, from: try Data(contentsOf: path))
        return truth.volumes.reduce(into: [:]) { sums, volume in
            sums[Link(name: volume.interconnect, direction: volume.direction), default: 0] +=
                volume.octets
        }
    }

    @Test("what real exporters said is what captures of the ports held")
    func truth() async throws {
        let fixtures = try DemoFixtures()
        let settings = try fixtures.settings()
        let store = InMemoryVolumeStore()
        let replay = Replay(settings: settings, store: store)
        let tables = [(view: "er1", path: fixtures.routes)]
        _ = try await replay.run(captures: fixtures.captures, tables: tables)

        let everything = Int64.min..<Int64.max
        var counted: [Link: Measure] = [:]
        for volume in try await store.neighborFacts(in: everything).compactMap(
            FactResolver(inventory: settings.inventory).resolve
        ) {
            guard let index = volume.interconnect else { continue }
            let name = names[settings.inventory.interconnects[index].id] ?? ""
            counted[Link(name: name, direction: volume.direction.word), default: Measure()] +=
                volume.measure
        }
        let truth = try truth(fixtures)
        #expect(truth.count == 10)
        for (link, octets) in truth {
            let measure = try #require(counted[link], "\(link)")
            guard link.name == "ix-one" else {
                #expect(measure.octets == octets, "\(link)")
                continue
            }
            // Sampled: within twice the 95 % interval that a report prints.
            let error = Double(measure.octets) / Double(octets) - 1
            let interval = try #require(measure.intervalPercent)
            #expect(abs(error) * 100 < 2 * interval, "\(link) is off by \(error * 100) %")
        }
    }
}
