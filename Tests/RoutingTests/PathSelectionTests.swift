// SPDX-License-Identifier: Apache-2.0

import Model
import Testing

@testable import Routing

/// Which of several paths a view uses, step by step; the rest is in ``RoutingEqualityTests``.
@Suite("Best path")
struct PathSelectionTests {
    private static let llgrStale: UInt32 = 0xffff_0006

    private static func source(
        _ number: UInt32,
        rib: RIBKind = .session,
        weight: UInt16? = nil,
        routerID: UInt32 = 1
    ) -> RouteSource {
        RouteSource(
            name: "neighbor \(number)",
            address: .v4(0xc000_0200 + number),
            asn: ASN(rawValue: 64500),
            routerID: routerID,
            rib: rib,
            weight: weight
        )
    }

    /// The name of the source whose path is used, of those announced.
    private static func best(_ offers: [(RouteSource, (inout PathAttributes) -> Void)]) -> String? {
        var test = TestTable()
        for (source, change) in offers {
            var update = RouteUpdate(time: 1_000)
            var attributes = TestTable.attributes(path: [64500, 64501])
            change(&attributes)
            update.attributes = attributes
            update.announced = IPPrefix("203.0.113.0/24").map { [.init($0)] } ?? []
            test.writer.apply(update, from: source, to: test.first)
        }
        let route = test.reader.route(of: test.match("203.0.113.9"))
        return route.flatMap { test.reader.source($0.source)?.name }
    }

    @Test("LLGR_STALE comes after any other path of the same weight: RFC 9494, section 4.3")
    func longLivedStale() {
        let stale = Self.best([
            (
                Self.source(1),
                {
                    $0.communities = [64500, Self.llgrStale]
                    $0.localPreference = 500
                }
            ),
            (
                Self.source(2),
                { $0.asPath = ASPath(sequence: [1, 2, 3, 4].map(ASN.init(rawValue:))) }
            ),
        ])
        #expect(stale == "neighbor 2")
        // Both are: the usual steps decide.
        let both = Self.best([
            (Self.source(1), { $0.communities = [Self.llgrStale] }),
            (
                Self.source(2),
                {
                    $0.communities = [Self.llgrStale]
                    $0.localPreference = 200
                }
            ),
        ])
        #expect(both == "neighbor 2")
        // What the router itself uses is believed, stale or not.
        let used = Self.best([
            (Self.source(1, rib: .locRIB), { $0.communities = [Self.llgrStale] }),
            (Self.source(2, rib: .prePolicy), { _ in }),
        ])
        #expect(used == "neighbor 1")
    }

    @Test("the shorter CLUSTER_LIST comes before the lower address: RFC 4456, section 9")
    func clusters() {
        let shorter = Self.best([
            (Self.source(1), { $0.clusterCount = 2 }), (Self.source(2), { $0.clusterCount = 1 }),
        ])
        #expect(shorter == "neighbor 2")
        let byRouter = Self.best([
            (Self.source(1, routerID: 1), { $0.clusterCount = 2 }),
            (Self.source(2, routerID: 2), { $0.clusterCount = 0 }),
        ])
        #expect(byRouter == "neighbor 1")
    }

    @Test("what a router tells others comes last, whatever its weight")
    func out() {
        let best = Self.best([
            (Self.source(1, rib: .adjRIBOut, weight: 900), { $0.localPreference = 900 }),
            (Self.source(2, rib: .file, weight: 0), { _ in }),
        ])
        #expect(best == "neighbor 2")
    }

    private typealias Change = @Sendable (inout RouteUpdate, inout RouteSource) -> Void

    /// What is worse of a path, by the step that it comes after another for.
    private static let worse: [(RouteSelectionStep, Change)] = [
        (.adjRIBOut, { $1.rib = .adjRIBOut }),
        (.weight, { $1.weight = 5 }),
        (.longLivedStale, { update, _ in update.attributes.communities = [llgrStale] }),
        (.localPreference, { update, _ in update.attributes.localPreference = 99 }),
        (
            .asPathLength,
            { update, _ in
                update.attributes.asPath = ASPath(sequence: [64500, 1, 2].map(ASN.init(rawValue:)))
            }
        ),
        (.origin, { update, _ in update.attributes.origin = .incomplete }),
        (.multiExitDiscriminator, { update, _ in update.attributes.multiExitDiscriminator = 9 }),
        (.external, { $1.isExternal = false }),
        (.routerID, { $1.routerID = 2 }),
        (.clusterCount, { update, _ in update.attributes.clusterCount = 1 }),
        (.neighborAddress, { $1.address = .v4(0xc000_02ff) }),
        (.firstHeard, { $1.name = "neighbor 2" }),
    ]

    @Test("each step of the selection puts a path before one that is worse in it, and is named")
    func steps() {
        #expect(Self.worse.map(\.0) == RouteSelectionStep.allCases)
        for (number, (step, change)) in Self.worse.enumerated() {
            var test = TestTable()
            var update = RouteUpdate(time: 1_000)
            update.attributes = TestTable.attributes(path: [64500, 64501])
            update.attributes.origin = .igp
            update.announced = IPPrefix("203.0.113.0/24").map { [.init($0)] } ?? []
            var (other, otherSource) = (update, Self.source(1))
            // Worse in all later steps, it would come last but for this one.
            for (later, change) in Self.worse[(number + 1)...] where later != .firstHeard {
                change(&update, &otherSource)
            }
            let source = otherSource
            otherSource = Self.source(1)
            change(&other, &otherSource)
            test.writer.apply(update, from: source, to: test.first)
            test.writer.apply(other, from: otherSource, to: test.first)
            let paths = test.reader.paths(of: test.match("203.0.113.9"))
            #expect(paths.map(\.source) == [source, otherSource], "\(step)")
            #expect(paths.map(\.step) == [step, nil])
        }
    }

    @Test("32 paths of a prefix are kept in a view, and each beyond them is counted")
    func limit() {
        var test = TestTable()
        for identifier in 1...40 as ClosedRange<UInt32> {
            test.announce("203.0.113.0/24", path: [64500, identifier], identifier: identifier)
        }
        #expect(test.reader.paths(of: test.match("203.0.113.9")).count == 32)
        #expect(test.writer.summary().refusedPaths == 8)
        // One that is there is replaced, and one that goes makes room.
        test.announce("203.0.113.0/24", path: [64501], identifier: 7)
        #expect(test.route("203.0.113.9") == "203.0.113.0/24 64501")
        test.withdraw("203.0.113.0/24", identifier: 9)
        test.announce("203.0.113.0/24", path: [64502], identifier: 40)
        #expect(test.reader.paths(of: test.match("203.0.113.9")).count == 32)
        #expect(test.writer.summary().refusedPaths == 8)
        // Elsewhere there is room.
        test.announce("203.0.113.0/24", path: [64500], identifier: 41, to: test.second)
        #expect(test.writer.summary().refusedPaths == 8)
    }

    @Test("attributes that were told before are known by object and by value, next hops apart")
    func shared() {
        var test = TestTable()
        let shared = SharedAttributes(TestTable.attributes(path: [64500, 64501]))
        for number in 0..<100 {
            var update = RouteUpdate(time: 1_000)
            // Every third is another object of the same value, as another session decodes it.
            update.shared = number % 3 == 0 ? SharedAttributes(shared.value) : shared
            update.nextHop = .v4(UInt32(number % 10))
            update.announced = IPPrefix("10.\(number).0.0/16").map { [.init($0)] } ?? []
            let view = number % 2 == 0 ? test.first : test.second
            test.writer.apply(update, from: TestTable.neighbor, to: view)
        }
        #expect(test.writer.footprint.attributes == 1)
        #expect(test.writer.footprint.nextHops == 10)
        #expect(test.writer.footprint.pathSets == 10)
        for number in 0..<100 { test.withdraw("10.\(number).0.0/16") }
        for number in 0..<100 { test.withdraw("10.\(number).0.0/16", from: test.second) }
        test.reclaim(30, step: 100)
        #expect(test.writer.footprint.attributes == 0 && test.writer.footprint.nextHops == 0)
        #expect(test.writer.footprint.pathSets == 0 && test.writer.footprint.asPaths == 1)
    }
}
