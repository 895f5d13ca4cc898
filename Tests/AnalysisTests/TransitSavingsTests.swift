// SPDX-License-Identifier: Apache-2.0

import Analysis
import Model
import Testing

@Suite("TransitSavings")
struct TransitSavingsTests {
    static func savings(
        _ volumes: [AttributedVolume],
        inventory: Inventory = Example.inventory,
        slots: Int = 20,
        expected: Int? = nil
    ) -> TransitSavings {
        TransitSavings(
            slots: PresentSlots(
                period: 0..<300_000,
                slotSeconds: 300,
                starts: (0..<slots).map { Int64($0) * 300 }
            ),
            expectedSlots: expected ?? slots,
            volumes: PathVolumes(volumes),
            inventory: inventory,
            counterparts: Counterparts(inventory, volumes: [])
        )
    }

    /// Octets that make so many Mbit/s in a slot of 300 s.
    static func mega(_ rate: UInt64) -> UInt64 { rate * 37_500_000 }

    static func series(_ rates: [UInt64], path: [UInt32]) -> [AttributedVolume] {
        rates.enumerated().map { slot, rate in
            Example.volume(
                slot: Int64(slot) * 300,
                at: Example.transit1,
                path: path,
                octets: mega(rate)
            )
        }
    }

    @Test("two candidates that each take one of three peaks save nothing alone")
    func complements() {
        // Twenty slots, one free: at 10 except three peaks of 100, each another's.
        var (rest, a, b) = (
            Array(repeating: UInt64(10), count: 20), Array(repeating: UInt64(0), count: 20),
            Array(repeating: UInt64(0), count: 20)
        )
        rest[3] = 100
        (a[8], b[15]) = (90, 90)
        let volumes =
            Self.series(rest, path: [174]) + Self.series(a, path: [174, 201])
            + Self.series(b, path: [174, 202])
        let findings = Self.savings(volumes).findings()
        #expect(findings.map(\.candidate.rawValue) == [201, 202])
        #expect(findings.map(\.marginalPercentile95BitsPerSecond) == [0, 0])
        // Both behind one AS: what they save together.
        let together =
            Self.series(rest, path: [174]) + Self.series(a, path: [174, 203, 201])
            + Self.series(b, path: [174, 203, 202])
        let joint = Self.savings(together).findings().first { $0.candidate.rawValue == 203 }
        #expect(joint?.marginalPercentile95BitsPerSecond == 90_000_000)
        #expect(joint?.path == .onPath)
    }

    @Test("two candidates that each take one of two peaks save all of it alone")
    func substitutes() {
        let rest = Array(repeating: UInt64(10), count: 20)
        var (a, b) = (rest.map { _ in UInt64(0) }, rest.map { _ in UInt64(0) })
        (a[8], b[15]) = (90, 90)
        let volumes =
            Self.series(rest, path: [174]) + Self.series(a, path: [174, 201])
            + Self.series(b, path: [174, 202])
        let findings = Self.savings(volumes).findings()
        #expect(findings.map(\.marginalPercentile95BitsPerSecond) == [90_000_000, 90_000_000])
        // Alone, each is busy in one slot of twenty only.
        #expect(findings.map(\.ownPercentile95BitsPerSecond) == [0, 0])
        // 90 Mbit/s at 0.18.
        #expect(findings.map { $0.listSavingPerMonth?.amount } == ["16.20", "16.20"])
    }

    @Test("our transits, customers, siblings and we ourselves are no candidates; peers are leaks")
    func exclusions() {
        var inventory = Example.inventory
        inventory.network.siblings = [Example.asn(101)]
        let volumes = Self.series([5], path: [174, 1299, 101, 700, 100, 15169, 64_512, 300])
        let findings = Self.savings(volumes, inventory: inventory, slots: 1).findings()
        #expect(findings.map(\.candidate.rawValue) == [300, 15169])
        let leak = findings.first { $0.candidate.rawValue == 15169 }
        #expect(leak?.reasons == [.alreadyPeer])
        #expect(leak?.isEligible == false)
        let candidate = findings.first { $0.candidate.rawValue == 300 }
        #expect(candidate?.reasons == [])
        #expect(candidate?.isEligible == true)
        #expect((candidate?.path, leak?.path) == (.origin, .onPath))
    }

    @Test("who exchanges traffic with us at an exchange is a peer, a route server is not")
    func observedPeers() {
        var inventory = Example.inventory
        var exchange = Exchange(id: "ix")
        exchange.routeServers = Exchange.RouteServers(asn: Example.asn(9000))
        inventory.exchanges = [exchange]
        let counterparts = Counterparts(
            inventory,
            volumes: [
                Example.volume(slot: 0, at: Example.exchange, peer: 201, octets: 1),
                Example.volume(slot: 0, at: Example.exchange, peer: 9000, octets: 1),
                Example.volume(slot: 0, at: Example.exchange, peer: 0, octets: 1),
                Example.volume(slot: 0, at: Example.transit1, peer: 174, octets: 1),
                Example.volume(slot: 0, at: nil, peer: 5, octets: 1),
            ]
        )
        #expect(counterparts.peers == [Example.asn(15169), Example.asn(201)])
        #expect(counterparts.transits == [Example.asn(174), Example.asn(1299)])
        #expect(counterparts.customers == [Example.asn(700)])
    }

    @Test("traffic that is not on transit is no candidate's")
    func onlyTransit() {
        let volumes = [
            Example.volume(slot: 0, at: Example.pni, path: [15169, 300], octets: 1000),
            Example.volume(slot: 0, at: nil, path: [15169, 300], octets: 1000),
            Example.volume(slot: 299_700, at: Example.transit1, path: [174, 300], octets: 9),
        ]
        #expect(Self.savings(volumes).findings().isEmpty)
    }

    @Test("the saving is exact: marginal Mbit/s times the list price of each contract")
    func money() throws {
        var volumes = Self.series([100, 100], path: [174, 300])
        volumes += [0, 300].map {
            Example.volume(
                slot: $0,
                at: Example.transit2,
                .ingress,
                path: [1299, 300],
                octets: Self.mega(40)
            )
        }
        let finding = try #require(Self.savings(volumes, slots: 2).findings().first)
        #expect(finding.transits == [Example.transit1, Example.transit2])
        #expect(finding.marginalPercentile95BitsPerSecond == 140_000_000)
        // 100 x 0.18 + 40 x 0.50.
        #expect(finding.listSavingPerMonth == Money(microUnits: 38_000_000, currency: "USD"))
        #expect(finding.ownPercentile95BitsPerSecond == 100_000_000)
    }

    @Test("a supplier whose kilo is 1024 sells larger megabits")
    func unitBase() throws {
        var inventory = Example.inventory
        inventory.contracts[0].usage.unitBase = 1024
        let volumes = Self.series([1], path: [174, 300])
        let finding = try #require(
            Self.savings(volumes, inventory: inventory, slots: 1).findings().first
        )
        // 1,000,000 bit/s x 180,000 / 1,048,576 = 171,661.38 millionths.
        #expect(finding.listSavingPerMonth?.microUnits == 171_661)
    }

    @Test("what has no price has no saving, and says so")
    func noPrice() throws {
        var inventory = Example.inventory
        inventory.interconnects[Example.transit1].contract = nil
        var volumes = Self.series([100], path: [174, 300])
        let alone = try #require(
            Self.savings(volumes, inventory: inventory, slots: 1).findings().first
        )
        #expect(alone.listSavingPerMonth == nil)
        #expect(alone.reasons == [.noPrice])
        #expect(alone.marginalPercentile95BitsPerSecond == 100_000_000)
        volumes.append(
            Example.volume(
                slot: 0,
                at: Example.transit2,
                path: [1299, 300],
                octets: Self.mega(2)
            )
        )
        let partly = try #require(
            Self.savings(volumes, inventory: inventory, slots: 1).findings().first
        )
        #expect(partly.listSavingPerMonth?.microUnits == 1_000_000)
        #expect(partly.reasons == [.noPrice])
    }

    @Test("amounts of two currencies are not added: a row for each")
    func currencies() {
        var inventory = Example.inventory
        inventory.contracts[1] = Example.contract("bolt", price: 500_000, currency: "EUR")
        var volumes = Self.series([100], path: [174, 300])
        volumes.append(
            Example.volume(slot: 0, at: Example.transit2, path: [300], octets: Self.mega(100))
        )
        let findings = Self.savings(volumes, inventory: inventory, slots: 1).findings()
        #expect(findings.map { $0.listSavingPerMonth?.description } == ["50.00 EUR", "18.00 USD"])
        #expect(findings.map(\.transits) == [[Example.transit2], [Example.transit1]])
        #expect(findings.map(\.rank) == [1, 2])
        #expect(findings.map(\.octets) == [Self.mega(100), Self.mega(100)])
    }

    struct Method: CustomTestStringConvertible, Sendable {
        let direction: Contract.BilledDirection
        let marginal: UInt64

        var testDescription: String { direction.rawValue }
    }

    @Test(
        "directions are billed as the contract says",
        arguments: [
            // In 60 of 80 and 10 of 40, out 20 of 30 and 20 of 90: before less after.
            Method(direction: .inOnly, marginal: 80 - 30),
            Method(direction: .outOnly, marginal: 90 - 70),
            Method(direction: .maxOfPercentiles, marginal: 90 - 70),
            Method(direction: .separate, marginal: 80 - 30 + 90 - 70),
            Method(direction: .percentileOfMax, marginal: 90 - 70),
            Method(direction: .percentileOfSum, marginal: 130 - 100),
        ]
    )
    func directions(_ method: Method) throws {
        var inventory = Example.inventory
        inventory.contracts[0].usage.direction = method.direction
        func volume(
            _ slot: Int64,
            _ direction: Direction,
            _ path: [UInt32],
            _ rate: UInt64
        )
            -> AttributedVolume
        {
            Example.volume(
                slot: slot,
                at: Example.transit1,
                direction,
                path: path,
                octets: Self.mega(rate)
            )
        }
        let volumes = [
            volume(0, .ingress, [174, 300], 60), volume(0, .ingress, [174], 20),
            volume(300, .ingress, [174, 300], 10), volume(300, .ingress, [174], 30),
            volume(0, .egress, [174, 300], 20), volume(0, .egress, [174], 10),
            volume(300, .egress, [174, 300], 20), volume(300, .egress, [174], 70),
        ]
        let finding = try #require(
            Self.savings(volumes, inventory: inventory, slots: 2).findings().first
        )
        #expect(finding.marginalPercentile95BitsPerSecond == method.marginal * 1_000_000)
    }

    @Test("ports of one contract are summed by slot, or each by itself, as it says")
    func combination() throws {
        var inventory = Example.inventory
        inventory.interconnects[Example.transit2].contract = "acme"
        let volumes = [
            Example.volume(slot: 0, at: 0, path: [300], octets: Self.mega(10)),
            Example.volume(slot: 300, at: 1, path: [300], octets: Self.mega(10)),
        ]
        let summed = Self.savings(volumes, inventory: inventory, slots: 2).findings()
        #expect(summed.first?.marginalPercentile95BitsPerSecond == 10_000_000)
        inventory.contracts[0].usage.combine = .sumOfPercentiles
        let single = Self.savings(volumes, inventory: inventory, slots: 2).findings()
        #expect(single.first?.marginalPercentile95BitsPerSecond == 20_000_000)
    }

    @Test("missing slots are left out, or zero, as the contract says")
    func missing() {
        var inventory = Example.inventory
        let volumes = Self.series([10], path: [174, 300])
        let excluded = Self.savings(volumes, inventory: inventory, slots: 1, expected: 100)
        #expect(excluded.findings().first?.marginalPercentile95BitsPerSecond == 10_000_000)
        inventory.contracts[0].usage.missing = .zero
        let zero = Self.savings(volumes, inventory: inventory, slots: 1, expected: 100)
        #expect(zero.findings().first?.marginalPercentile95BitsPerSecond == 0)
    }

    @Test("a contract of longer slots is measured in longer slots")
    func longerSlots() {
        var inventory = Example.inventory
        inventory.contracts[0].usage.slotSeconds = 900
        inventory.contracts[0].usage.percentileBasisPoints = 10_000
        let volumes = Self.series([0, 0, 30, 12, 12, 12], path: [174, 300])
        let findings = Self.savings(volumes, inventory: inventory, slots: 6).findings()
        #expect(findings.first?.marginalPercentile95BitsPerSecond == 12_000_000)
    }
}
