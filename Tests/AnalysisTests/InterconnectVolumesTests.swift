// SPDX-License-Identifier: Apache-2.0

import Analysis
import Model
import Testing

@Suite("InterconnectVolumes")
struct InterconnectVolumesTests {
    static let slots = PresentSlots(
        period: 0..<30_000,
        slotSeconds: 300,
        // Twenty of a hundred slots are present.
        starts: (0..<20).map { $0 * 300 }
    )

    @Test("a slot without traffic is a sample of zero, a slot nobody saw is no sample")
    func rates() throws {
        let volumes = [
            Example.volume(slot: 0, at: Example.pni, peer: 15169, octets: 300_000),
            Example.volume(slot: 900, at: Example.pni, peer: 15169, octets: 900_000),
            Example.volume(slot: 900, at: Example.pni, peer: 15169, octets: 300_000),
            // Not among the slots that are present.
            Example.volume(slot: 29_700, at: Example.pni, peer: 15169, octets: 5),
        ]
        let rows = InterconnectVolumes.rows(
            of: volumes,
            inventory: Example.inventory,
            slots: Self.slots,
            byFamily: true
        )
        let row = try #require(rows.first)
        #expect(rows.count == 1)
        #expect(row.measure.octets == 1_500_000)
        #expect(row.averageBitsPerSecond == 2_000)
        // The 19th of 20 in ascending order; the 18 below are zero.
        #expect(row.percentile95BitsPerSecond == 8_000)
        #expect(row.peakBitsPerSecond == 32_000)
        #expect(row.peakAt == 900)
    }

    @Test("rows are apart by interconnect, peer, direction and family; largest first")
    func keys() {
        let volumes = [
            Example.volume(slot: 0, at: Example.exchange, peer: 1, octets: 100),
            Example.volume(slot: 0, at: Example.exchange, peer: 2, octets: 100),
            Example.volume(slot: 0, at: Example.exchange, .ingress, peer: 2, octets: 100),
            Example.volume(slot: 0, at: Example.exchange, family: .ipv6, peer: 2, octets: 700),
            Example.volume(slot: 0, at: Example.pni, peer: 2, octets: 300),
            Example.volume(slot: 0, at: nil, octets: 200),
        ]
        func keys(byFamily: Bool) -> [String] {
            InterconnectVolumes.rows(
                of: volumes,
                inventory: Example.inventory,
                slots: Self.slots,
                byFamily: byFamily
            ).map { row in
                "\(row.place.name(in: Example.inventory)) \(row.peerAS) \(row.direction.word) "
                    + "\(row.family?.word ?? "both") \(row.measure.octets)"
            }
        }
        #expect(
            keys(byFamily: true) == [
                "ix-1 AS2 egress ipv6 700", "pni-1 AS2 egress ipv4 300",
                "unlisted:er1/17 AS0 egress ipv4 200", "ix-1 AS1 egress ipv4 100",
                "ix-1 AS2 ingress ipv4 100", "ix-1 AS2 egress ipv4 100",
            ]
        )
        #expect(
            keys(byFamily: false) == [
                "ix-1 AS2 egress both 800", "pni-1 AS2 egress both 300",
                "unlisted:er1/17 AS0 egress both 200", "ix-1 AS1 egress both 100",
                "ix-1 AS2 ingress both 100",
            ]
        )
    }

    @Test("a row is as sure as its weakest evidence, and its interval that of the sum")
    func evidence() throws {
        let volumes = [
            Example.volume(slot: 0, at: 2, peer: 1, rung: .mac, octets: 500, variance: 90),
            Example.volume(slot: 300, at: 2, peer: 1, rung: .reverseLookup, octets: 500),
            Example.volume(slot: 600, at: 2, peer: 1, rung: .nextHop, octets: 0, variance: 10),
        ]
        let rows = InterconnectVolumes.rows(
            of: volumes,
            inventory: Example.inventory,
            slots: Self.slots,
            byFamily: true
        )
        let row = try #require(rows.first)
        #expect(row.rung == .reverseLookup)
        // 196 * sqrt(100) / 1000.
        #expect(row.measure.intervalPercent == 1.96)
    }

    @Test("no octet is lost or invented")
    func conservation() {
        var random = SplitMix(seed: 3)
        let volumes = (0..<2_000).map { _ in
            Example.volume(
                slot: Int64(random.next() % 20) * 300,
                at: random.next() % 6 == 0 ? nil : Int(random.next() % 5),
                random.next() % 2 == 0 ? .ingress : .egress,
                peer: UInt32(random.next() % 7),
                octets: random.next() % 100_000
            )
        }
        for byFamily in [true, false] {
            let rows = InterconnectVolumes.rows(
                of: volumes,
                inventory: Example.inventory,
                slots: Self.slots,
                byFamily: byFamily
            )
            let sum = rows.reduce(0) { $0 + $1.measure.octets }
            #expect(sum == volumes.reduce(0) { $0 + $1.measure.octets })
        }
    }
}
