// SPDX-License-Identifier: Apache-2.0

import Accounting
import Model
import Testing

@Suite("RunningTotals")
struct RunningTotalsTests {
    private struct Names: PostingNames {
        func exporterName(_ index: UInt16) -> String {
            index == RunningTotals.noExporter ? "" : "er\(index)"
        }
        func asPath(_ id: UInt32) -> ASPath {
            id == PostingKey.noPath ? ASPath() : ASPath(sequence: [ASN(rawValue: id)])
        }
        func routeSourceName(_ id: UInt32) -> String { "neighbor \(id)" }
        func staticPrefix(_ number: UInt16) -> IPPrefix? { nil }
    }

    private func key(_ interface: UInt32, _ direction: Direction, path: UInt32 = 1) -> PostingKey {
        var key = PostingKey(
            exporter: 0,
            interface: interface,
            direction: direction,
            family: .ipv4
        )
        key.asPath = path
        return key
    }

    private func posting(
        _ octets: UInt64,
        at second: Int64,
        ingress: SideOutcome,
        egress: SideOutcome
    ) -> Posting {
        Posting(
            exporter: 0,
            start: second * 1_000_000_000,
            end: second * 1_000_000_000,
            isClamped: false,
            measure: Measure(
                octets: octets,
                packets: 1,
                unscaledOctets: octets,
                unscaledPackets: 1
            ),
            ingress: ingress,
            egress: egress
        )
    }

    private func handOver(_ postings: [Posting]) -> FlushBatch {
        var totals = RunningTotals(slotSeconds: 300)
        totals.add(postings)
        let counted = totals.takeCounted()
        let isEmpty = totals.isEmpty
        #expect(isEmpty)
        var batch = FlushBatch(id: "1", collector: "test", time: 0)
        counted.handOver(to: &batch, names: Names())
        return batch
    }

    @Test("interface rows are the sum of neighbor rows, which are the sum of path rows")
    func levels() throws {
        let batch = handOver([
            posting(100, at: 0, ingress: .posted(key(17, .ingress, path: 1)), egress: .inside),
            posting(20, at: 1, ingress: .posted(key(17, .ingress, path: 2)), egress: .inside),
            posting(3, at: 2, ingress: .inside, egress: .posted(key(17, .egress))),
        ])
        #expect(batch.paths.count == 3)
        #expect(batch.neighbors.count == 2)
        let ingress = try #require(batch.interfaces.first { $0.key.direction == .ingress })
        #expect(ingress.measure.octets == 120)
        #expect(ingress.key.exporter == "er0")
    }

    @Test("each octet has one outcome on either side")
    func balanced() throws {
        let outcomes: [SideOutcome] = [
            .posted(key(17, .ingress)), .inside, .carried, .countedElsewhere, .discarded,
            .unattributed(.orientation),
        ]
        let postings = outcomes.enumerated().map { index, outcome in
            posting(1 << UInt64(index), at: 0, ingress: .inside, egress: outcome)
        }
        let ledger = try #require(handOver(postings).ledgers.first?.ledger)
        #expect(ledger.isBalanced)
        #expect(ledger.receivedOctets == 63)
        #expect(ledger.egressOctets == 1)
        #expect(ledger.terminatedOctets == 2)
        #expect(ledger.carriedOutOctets == 4)
        #expect(ledger.countedElsewhereOutOctets == 8)
        #expect(ledger.discardedOctets == 16)
        #expect(ledger.unattributedOutOctets == [.orientation: 32])
        #expect(ledger.originatedOctets == 63)
    }

    @Test("an exporter's slot takes no more than a link can carry")
    func limit() throws {
        let full = RunningTotals.mostOctetsPerSlot
        let batch = handOver([
            posting(full, at: 0, ingress: .inside, egress: .inside),
            posting(1, at: 0, ingress: .inside, egress: .inside),
            posting(1, at: 300, ingress: .inside, egress: .inside),
        ])
        let first = try #require(batch.ledgers.first { $0.slot == 0 }?.ledger)
        #expect(first.receivedOctets == full)
        #expect(first.errors == [.implausible: 1])
        #expect(batch.ledgers.first { $0.slot == 300 }?.ledger.receivedOctets == 1)
    }

    @Test("the limit is the slot's, however often it is handed over")
    func limitAcrossHandOvers() throws {
        var totals = RunningTotals(slotSeconds: 300)
        let half = posting(
            RunningTotals.mostOctetsPerSlot / 2,
            at: 0,
            ingress: .inside,
            egress: .inside
        )
        var received: UInt64 = 0
        for number in 0..<4 {
            totals.add([half])
            var batch = FlushBatch(id: "\(number)", collector: "test", time: 0)
            totals.takeCounted().handOver(to: &batch, names: Names())
            received += batch.ledgers.reduce(0) { $0 + $1.ledger.receivedOctets }
        }
        #expect(received == RunningTotals.mostOctetsPerSlot)
    }

    @Test("after the clock was a day ahead, the limit is the slot's as before")
    func limitAfterStepBack() throws {
        var totals = RunningTotals(slotSeconds: 300)
        let half = RunningTotals.mostOctetsPerSlot / 2
        var received: UInt64 = 0
        for time in [86_400, 0, 0, 0, 0] as [Int64] {
            totals.add([posting(half, at: time, ingress: .inside, egress: .inside)])
            var batch = FlushBatch(id: "", collector: "test", time: 0)
            totals.takeCounted().handOver(to: &batch, names: Names())
            guard time == 0 else { continue }
            received += batch.ledgers.reduce(0) { $0 + $1.ledger.receivedOctets }
        }
        #expect(received == RunningTotals.mostOctetsPerSlot)
    }

    @Test("packets without octets have a limit, too")
    func packetLimit() throws {
        var flood = posting(0, at: 0, ingress: .inside, egress: .inside)
        flood.measure.packets = RunningTotals.mostPacketsPerSlot
        let ledger = try #require(handOver([flood, flood]).ledgers.first?.ledger)
        #expect(ledger.records == 1)
        #expect(ledger.errors == [.implausible: 1])
    }

    @Test("transit prefixes are kept by the hour")
    func prefixes() throws {
        var transit = key(17, .egress)
        transit.flags.insert(.isTransit)
        var entry = posting(7, at: 3900, ingress: .inside, egress: .posted(transit))
        entry.egressPrefix = IPPrefix("198.18.0.0/24")
        let batch = handOver([entry])
        #expect(batch.prefixes.map(\.slot) == [3600])
        #expect(batch.prefixes[0].key.prefix == IPPrefix("198.18.0.0/24"))
    }

    @Test("what belongs to no exporter has a row of its own")
    func nobody() {
        var totals = RunningTotals(slotSeconds: 300)
        totals.count(for: RunningTotals.noExporter, at: 0) { $0.kernelDrops += 5 }
        var batch = FlushBatch(id: "1", collector: "test", time: 0)
        totals.takeCounted().handOver(to: &batch, names: Names())
        #expect(batch.ledgers.map(\.exporter) == [""])
        #expect(batch.ledgers[0].ledger.kernelDrops == 5)
    }
}
