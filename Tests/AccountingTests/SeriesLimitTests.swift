// SPDX-License-Identifier: Apache-2.0

import Accounting
import Model
import Testing

@Suite("The limit of rows")
struct SeriesLimitTests {
    private struct Names: PostingNames {
        func exporterName(_ index: UInt16) -> String { "er\(index)" }
        func asPath(_ id: UInt32) -> ASPath { ASPath() }
        func routeSourceName(_ id: UInt32) -> String { "" }
        func staticPrefix(_ number: UInt16) -> IPPrefix? { nil }
    }

    /// Octets of ingress from `peer` by interface 17, kept by prefix as transit is.
    private func posting(
        peer: UInt32,
        interface: UInt32 = 17,
        slot: Int64 = 0,
        exporter: UInt16 = 0
    ) -> Posting {
        var key = PostingKey(
            exporter: exporter,
            interface: interface,
            direction: .ingress,
            family: .ipv4
        )
        key.exportedPeerAS = ASN(rawValue: peer)
        key.flags = .isTransit
        let time = slot * 1_000_000_000
        var posting = Posting(
            exporter: exporter,
            start: time,
            end: time,
            isClamped: false,
            measure: Measure(octets: 10, packets: 1, unscaledOctets: 10, unscaledPackets: 1),
            ingress: .posted(key),
            egress: .inside
        )
        posting.ingressPrefix = IPPrefix(.v4(peer << 8), length: 24)
        return posting
    }

    private func handOver(_ totals: inout RunningTotals) -> FlushBatch {
        var batch = FlushBatch(id: "", collector: "", time: 0)
        totals.takeCounted().handOver(to: &batch, names: Names())
        return batch
    }

    @Test("a scan keeps every octet in the row of its interface, and a bounded number of rows")
    func scan() {
        var totals = RunningTotals(slotSeconds: 300, mostRows: 100)
        for peer in 1...1000 as ClosedRange<UInt32> { totals.add([posting(peer: peer)]) }
        let batch = handOver(&totals)
        #expect(batch.neighbors.count == 101)
        #expect(batch.paths.count == 101)
        #expect(batch.prefixes.count == 101)
        for octets in [
            batch.interfaces.reduce(0) { $0 + $1.measure.octets },
            batch.neighbors.reduce(0) { $0 + $1.measure.octets },
            batch.paths.reduce(0) { $0 + $1.measure.octets },
            batch.prefixes.reduce(0) { $0 + $1.measure.octets },
            batch.ledgers.reduce(0) { $0 + $1.ledger.ingressOctets },
        ] {
            #expect(octets == 10_000)
        }
        let rest = batch.neighbors.first { $0.key.evidence == Evidence() }
        #expect(rest?.measure.octets == 9_000)
        #expect(rest?.key.interface.interface == 17)
        #expect(batch.ledgers.first?.ledger.errors == [.limitExceeded: 900])
        #expect(batch.events.map(\.kind) == [.limitReached])
        #expect(batch.events.first?.object == "er0")
    }

    @Test("rows of the slot are remembered beyond a flush, and told of once")
    func beyondFlush() {
        var totals = RunningTotals(slotSeconds: 300, mostRows: 2)
        totals.add([posting(peer: 1), posting(peer: 2), posting(peer: 3)])
        #expect(handOver(&totals).events.count == 1)
        totals.add([posting(peer: 4), posting(peer: 1)])
        let batch = handOver(&totals)
        let peers = Set(batch.neighbors.map(\.key.evidence.exportedPeerAS.rawValue))
        #expect(peers == [0, 1])
        #expect(batch.events.isEmpty)
        totals.add([posting(peer: 9, slot: 300)])
        #expect(handOver(&totals).neighbors.map(\.key.evidence.exportedPeerAS.rawValue) == [9])
    }

    @Test("after the clock was a day ahead, rows of the slot are limited and told of as before")
    func setBack() {
        let day: Int64 = 86_400
        var totals = RunningTotals(slotSeconds: 300, mostRows: 2)
        totals.add([1, 2, 3].map { posting(peer: $0, slot: day) })
        #expect(handOver(&totals).events.count == 1)
        totals.add([1, 2, 3].map { posting(peer: $0) })
        _ = handOver(&totals)
        totals.add([5, 6].map { posting(peer: $0, slot: 300) })
        #expect(handOver(&totals).events.isEmpty)
        totals.add([7, 5].map { posting(peer: $0, slot: 300) })
        let batch = handOver(&totals)
        let peers = Set(batch.neighbors.map(\.key.evidence.exportedPeerAS.rawValue))
        #expect(peers == [0, 5])
        #expect(batch.events.map(\.kind) == [.limitReached])
    }

    @Test("who is within its limit is not hurt by another exporter that is not")
    func others() {
        var totals = RunningTotals(slotSeconds: 300, mostRows: 10)
        for peer in 1...100 as ClosedRange<UInt32> { totals.add([posting(peer: peer)]) }
        for peer in 1...10 as ClosedRange<UInt32> {
            totals.add([posting(peer: peer, exporter: 1)])
        }
        let batch = handOver(&totals)
        let second = batch.neighbors.filter { $0.key.interface.exporter == "er1" }
        #expect(second.count == 10)
        #expect(!second.contains { $0.key.evidence.exportedPeerAS == .zero })
    }

    @Test("interface numbers made up by the thousand are bounded, too")
    func interfaces() {
        var totals = RunningTotals(slotSeconds: 300, mostRows: 10)
        for number in 1...20_000 as ClosedRange<UInt32> {
            totals.add([posting(peer: 1, interface: number)])
        }
        let batch = handOver(&totals)
        #expect(batch.interfaces.count <= 10 + 4096 + 1)
        #expect(batch.interfaces.reduce(0) { $0 + $1.measure.octets } == 200_000)
    }

    @Test("an exporter's rows follow it to another number; one that is gone is forgotten")
    func renumbered() {
        var totals = RunningTotals(slotSeconds: 300, mostRows: 1)
        totals.add([posting(peer: 1), posting(peer: 1, exporter: 1)])
        _ = handOver(&totals)
        totals.renumber { $0 == 0 ? 1 : nil }
        totals.add([posting(peer: 2), posting(peer: 2, exporter: 1)])
        let batch = handOver(&totals)
        let kept = batch.neighbors.filter { $0.key.evidence.exportedPeerAS == ASN(rawValue: 2) }
        #expect(kept.map(\.key.interface.exporter) == ["er0"])
    }
}
