// SPDX-License-Identifier: Apache-2.0

import Accounting
import Model
import Testing

@Suite("Running totals, compared with plain sums")
struct PlainTotalsTests {
    private struct Names: PostingNames {
        func exporterName(_ index: UInt16) -> String { "er\(index)" }
        func asPath(_ id: UInt32) -> ASPath { ASPath(sequence: [ASN(rawValue: id)]) }
        func routeSourceName(_ id: UInt32) -> String { "neighbor \(id)" }
        func staticPrefix(_ number: UInt16) -> IPPrefix? {
            number == 0 ? nil : IPPrefix(.v4(UInt32(number) << 8), length: 24)
        }
    }

    private static func key(_ direction: Direction, _ exporter: UInt16) -> PostingKey {
        var key = PostingKey(
            exporter: exporter,
            interface: .random(in: 1...3),
            direction: direction,
            family: .ipv4
        )
        key.asPath = .random(in: 1...3)
        key.staticPrefix = .random(in: 0...1)
        key.routeSource = .random(in: 1...2)
        key.flags = Bool.random() ? [.hasRoute, .isTransit] : [.isUnknownNeighbor]
        return key
    }

    private static func outcome(_ direction: Direction, _ exporter: UInt16) -> SideOutcome {
        switch Int.random(in: 0..<8) {
        case 0: .inside
        case 1: .carried
        case 2: .countedElsewhere
        case 3: direction == .egress ? .discarded : .inside
        case 4: .unattributed(.orientation)
        default: .posted(key(direction, exporter))
        }
    }

    private static func posting() -> Posting {
        let exporter = UInt16.random(in: 0..<3)
        let start = Int64.random(in: -1_000..<2_000) * 1_000_000_000 + .random(in: 0..<10)
        let octets = UInt64.random(in: 0..<10_000)
        var posting = Posting(
            exporter: exporter,
            start: start,
            end: start + (Bool.random() ? 0 : .random(in: 0..<1_200_000_000_000)),
            isClamped: .random(),
            measure: Measure(
                octets: octets,
                packets: octets / 100,
                unscaledOctets: octets / 2,
                unscaledPackets: octets / 200
            ),
            ingress: outcome(.ingress, exporter),
            egress: outcome(.egress, exporter),
            isConverted: .random()
        )
        let prefix = IPPrefix(.v4(.random(in: 1...2) << 16), length: 16)
        posting.ingressPrefix = Bool.random() ? prefix : nil
        posting.egressPrefix = Bool.random() ? prefix : nil
        return posting
    }

    /// Octets by slot and whatever tells rows apart, in words.
    private struct Sums: Equatable {
        var paths: [String: UInt64] = [:]
        var prefixes: [String: UInt64] = [:]
        var ledgers: [String: UInt64] = [:]

        mutating func add(_ posting: Posting, _ part: SlotSplit.Part, isLast: Bool) {
            let octets = part.measure.octets
            let ledger = "\(part.slot) er\(posting.exporter)"
            ledgers[ledger, default: 0] += octets
            ledgers["\(ledger) records", default: 0] += isLast ? 1 : 0
            ledgers["\(ledger) clamped", default: 0] += posting.isClamped ? octets : 0
            ledgers["\(ledger) converted", default: 0] += posting.isConverted ? octets : 0
            for (outcome, prefix) in [
                (posting.ingress, posting.ingressPrefix), (posting.egress, posting.egressPrefix),
            ] {
                guard case .posted(let key) = outcome else { continue }
                ledgers["\(ledger) \(key.direction)", default: 0] += octets
                let interface = "er\(key.exporter) \(key.interface) \(key.direction)"
                let source = key.flags.contains(.hasRoute) ? "neighbor \(key.routeSource)" : ""
                let evidence = "\(source) \(key.staticPrefix) \(key.asPath)"
                paths["\(part.slot) \(interface) \(evidence)", default: 0] += octets
                guard key.flags.contains(.isTransit) else { continue }
                let hour = part.slot - part.slot % 3600
                let name = "\(hour) \(interface) \(prefix.map { "\($0)" } ?? "")"
                prefixes[name, default: 0] += octets
            }
        }

        mutating func add(_ batch: FlushBatch) {
            for fact in batch.paths {
                let key = fact.key.neighbor.interface
                let evidence = fact.key.neighbor.evidence
                let number = evidence.staticPrefix == nil ? 0 : 1
                let words =
                    "\(fact.slot) \(key.exporter) \(key.interface) \(key.direction) "
                    + "\(evidence.routeSource) \(number) \(fact.key.asPath)"
                paths[words, default: 0] += fact.measure.octets
            }
            for fact in batch.prefixes {
                let key = fact.key.interface
                let name = fact.key.prefix.map { "\($0)" } ?? ""
                let words = "\(fact.slot) \(key.exporter) \(key.interface) \(key.direction) \(name)"
                prefixes[words, default: 0] += fact.measure.octets
            }
            for fact in batch.ledgers {
                let name = "\(fact.slot) \(fact.exporter)"
                ledgers[name, default: 0] += fact.ledger.receivedOctets
                ledgers["\(name) records", default: 0] += fact.ledger.records
                ledgers["\(name) clamped", default: 0] += fact.ledger.clampedOctets
                ledgers["\(name) converted", default: 0] += fact.ledger.convertedOctets
                ledgers["\(name) ingress", default: 0] += fact.ledger.ingressOctets
                ledgers["\(name) egress", default: 0] += fact.ledger.egressOctets
            }
        }

        /// Without rows of nothing.
        var present: Sums {
            Sums(
                paths: paths.filter { $0.value > 0 },
                prefixes: prefixes.filter { $0.value > 0 },
                ledgers: ledgers.filter { $0.value > 0 }
            )
        }
    }

    @Test("flows at random, through many hand-overs, sum to what was posted, row by row")
    func equal() {
        var totals = RunningTotals(slotSeconds: 300)
        var expected = Sums()
        var counted = Sums()
        for number in 0..<20 {
            let postings = (0..<300).map { _ in Self.posting() }
            totals.add(postings)
            for posting in postings {
                var split = SlotSplit()
                var parts: [SlotSplit.Part] = []
                split.split(
                    posting.measure,
                    from: posting.start,
                    to: posting.end,
                    slotSeconds: 300,
                    into: &parts
                )
                for (index, part) in parts.enumerated() {
                    expected.add(posting, part, isLast: index == parts.count - 1)
                }
            }
            guard number % 3 == 0 else { continue }
            var batch = FlushBatch(id: "", collector: "", time: 0)
            totals.takeCounted().handOver(to: &batch, names: Names())
            let areBalanced = batch.ledgers.allSatisfy(\.ledger.isBalanced)
            #expect(areBalanced)
            counted.add(batch)
        }
        var batch = FlushBatch(id: "", collector: "", time: 0)
        totals.takeCounted().handOver(to: &batch, names: Names())
        counted.add(batch)
        #expect(counted.present == expected.present)
    }
}
