// SPDX-License-Identifier: Apache-2.0

import Collector
import Model
import Testing

@Suite("Readiness")
struct ReadinessTests {
    private typealias Neighbor = Readiness.Neighbor

    private let both: Set<AddressFamily> = [.ipv4, .ipv6]

    @Test("without neighbors there is nothing to wait for")
    func none() {
        #expect(Readiness([], secondsSinceStart: 0).state == .complete)
    }

    @Test("a start waits until every neighbor has told all routes of its families")
    func waits() {
        var neighbors = [
            Neighbor(name: "er1", families: both, complete: both),
            Neighbor(name: "er2", families: both, complete: [.ipv4]),
        ]
        let waiting = Readiness(neighbors, secondsSinceStart: 119)
        #expect(waiting.state == .waiting && !waiting.isReady)
        #expect(waiting.missing == ["er2"])
        neighbors[1].complete = both
        let ready = Readiness(neighbors, secondsSinceStart: 1)
        #expect(ready.state == .complete && ready.isReady)
    }

    @Test("a neighbor whose session carries one family is complete by that one")
    func oneFamily() {
        let neighbor = Neighbor(name: "er1", families: [.ipv4], complete: [.ipv4])
        #expect(Readiness([neighbor], secondsSinceStart: 0).state == .complete)
    }

    @Test("one that has told nothing is not complete, whatever its session carries")
    func silent() {
        let neighbors = [Neighbor(name: "er1"), Neighbor(name: "er2", families: both)]
        let readiness = Readiness(neighbors, secondsSinceStart: 0)
        #expect(readiness.state == .waiting)
        #expect(readiness.missing == ["er1", "er2"])
    }

    @Test("after 120 seconds the collector is ready without the neighbors that are missing")
    func patience() {
        let neighbors = [Neighbor(name: "er1")]
        #expect(Readiness(neighbors, secondsSinceStart: 119).state == .waiting)
        let late = Readiness(neighbors, secondsSinceStart: 120)
        #expect(late.state == .timedOut && late.isReady)
        #expect(late.missing == ["er1"])
    }

    @Test("routes of a snapshot are ready at once, and cached until the neighbor has told its own")
    func cached() {
        var neighbor = Neighbor(name: "er1", isCached: true)
        let cached = Readiness([neighbor], secondsSinceStart: 0)
        #expect(cached.state == .cached && cached.isReady)
        #expect(cached.cached == ["er1"] && cached.missing.isEmpty)
        neighbor.families = both
        neighbor.complete = [.ipv4]
        #expect(Readiness([neighbor], secondsSinceStart: 500).state == .cached)
        neighbor.complete = both
        #expect(Readiness([neighbor], secondsSinceStart: 5).state == .complete)
    }

    @Test("one neighbor from a snapshot does not stand for another that is missing")
    func mixed() {
        let neighbors = [Neighbor(name: "er1", isCached: true), Neighbor(name: "er2")]
        let readiness = Readiness(neighbors, secondsSinceStart: 60)
        #expect(readiness.state == .waiting)
        #expect(readiness.cached == ["er1"] && readiness.missing == ["er2"])
    }
}
