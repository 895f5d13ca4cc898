// SPDX-License-Identifier: Apache-2.0

import Analysis
import Model
import Testing

@Suite("Utilization")
struct UtilizationTests {
    static var inventory: Inventory {
        var inventory = Example.inventory
        var exporter = Exporter(name: "er1")
        for (index, speed) in [(17, 1_000_000), (18, 3_000_000), (19, nil)] as [(UInt32, UInt64?)] {
            var interface = Exporter.Interface(index: index)
            interface.speed = speed
            exporter.interfaces.append(interface)
        }
        inventory.exporters = [exporter]
        inventory.interconnects[Example.transit1].interfaces = [
            .init(exporter: "er1", index: 17), .init(exporter: "er1", index: 18, vlan: 1),
            .init(exporter: "er1", index: 18, vlan: 2),
        ]
        inventory.interconnects[Example.pni].interfaces = [
            .init(exporter: "er1", index: 17), .init(exporter: "er1", index: 19),
        ]
        return inventory
    }

    @Test("capacity is the sum of the interfaces, each once, and unknown if one is")
    func capacity() {
        let inventory = Self.inventory
        let capacities = inventory.interconnects.map { Utilization.capacity(of: $0, in: inventory) }
        #expect(capacities == [4_000_000, nil, nil, nil, nil])
    }

    @Test("a present slot without traffic is at zero, an absent one has no point")
    func points() throws {
        let volumes = [
            Example.volume(slot: 0, at: Example.transit1, octets: 75_000_000, variance: 1e12),
            Example.volume(slot: 0, at: Example.transit1, octets: 45_000_000),
            Example.volume(slot: 0, at: Example.transit1, .ingress, octets: 1_500_000),
            Example.volume(slot: 600, at: Example.pni, octets: 1_500_000),
        ]
        let all = Utilization.all(
            of: volumes,
            inventory: Self.inventory,
            slots: PresentSlots(period: 0..<900, slotSeconds: 300, starts: [0, 600])
        )
        #expect(all.map(\.interconnect) == [Example.transit1, Example.transit1])
        #expect(all.map(\.direction) == [.ingress, .egress])
        let (ingress, egress) = (try #require(all.first), try #require(all.last))
        #expect(egress.points.map(\.slot) == [0, 600])
        #expect(egress.points.map(\.percent) == [80, 0])
        #expect(egress.points[0].intervalPercent == 196 * 1e6 / 120_000_000)
        #expect(ingress.points.map(\.percent) == [1, 0])
    }

    @Test("the peers with the most traffic come first")
    func causes() {
        let volumes = [
            Example.volume(slot: 0, at: 2, peer: 5, octets: 10),
            Example.volume(slot: 0, at: 2, peer: 6, octets: 30),
            Example.volume(slot: 0, at: 2, family: .ipv6, peer: 5, octets: 25),
            Example.volume(slot: 0, at: 2, peer: 7, octets: 1),
            Example.volume(slot: 0, at: 3, peer: 8, octets: 99),
            Example.volume(slot: 300, at: 2, peer: 9, octets: 99),
            Example.volume(slot: 0, at: 2, .ingress, peer: 10, octets: 99),
        ]
        let top = Utilization.topPeers(
            of: volumes,
            interconnect: 2,
            direction: .egress,
            slot: 0,
            limit: 2
        )
        #expect(top.map(\.peerAS) == [Example.asn(5), Example.asn(6)])
        #expect(top.map(\.octets) == [35, 30])
    }
}
