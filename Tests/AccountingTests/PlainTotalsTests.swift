// SPDX-License-Identifier: Apache-2.0

import Accounting
import Model
import TestSupport
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

    private static func key(
        _ direction: Direction,
        _ exporter: UInt16,
        _ random: inout SeededRandom
    ) -> PostingKey {
        var key = PostingKey(
            exporter: exporter,
            interface: .random(in: 1...3, using: &random),
            direction: direction,
            family: .ipv4
        )
        key.asPath = .random(in: 1...3, using: &random)
        key.staticPrefix = .random(in: 0...1, using: &random)
        key.routeSource = .random(in: 1...2, using: &random)
        key.flags = random.isOne(in: 2) ? [.hasRoute, .isTransit] : [.isUnknownNeighbor]
        return key
    }

    private static func outcome(
        _ direction: Direction,
        _ exporter: UInt16,
        _ random: inout SeededRandom
    ) -> SideOutcome {
        switch random.number(below: 8) {
        case 0: .inside
        case 1: .carried
        case 2: .countedElsewhere
        case 3: direction == .egress ? .discarded : .inside
        case 4: .unattributed(.orientation)
        default: .posted(key(direction, exporter, &random))
        }
    }

    private static func posting(_ random: inout SeededRandom) -> Posting {
        let exporter = UInt16(random.number(below: 3))
        let seconds = Int64.random(in: -1_000..<2_000, using: &random)
        let start = seconds * 1_000_000_000 + Int64(random.number(below: 10))
        let octets = UInt64(random.number(below: 10_000))
        let length = random.isOne(in: 2) ? 0 : random.number(below: 1_200_000_000_000)
        var posting = Posting(
            exporter: exporter,
            start: start,
            end: start + Int64(length),
            isClamped: random.isOne(in: 2),
            measure: Measure(
                octets: octets,
                packets: octets / 100,
                unscaledOctets: octets / 2,
                unscaledPackets: octets / 200
            ),
            ingress: outcome(.ingress, exporter, &random),
            egress: outcome(.egress, exporter, &random),
            isConverted: random.isOne(in: 2)
        )
        let prefix = IPPrefix(.v4(.random(in: 1...2, using: &random) << 16), length: 16)
        posting.ingressPrefix = random.isOne(in: 2) ? prefix : nil
        posting.egressPrefix = random.isOne(in: 2) ? prefix : nil
        return posting
    }

    /// What was counted by slot and whatever tells rows apart, in words.
    private struct Sums: Equatable {
        var interfaces: [String: Measure] = [:]
        var neighbors: [String: Measure] = [:]
        var paths: [String: Measure] = [:]
        var prefixes: [String: Measure] = [:]
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
                let neighbor = "\(part.slot) \(interface) \(source) \(key.staticPrefix)"
                interfaces["\(part.slot) \(interface)", default: Measure()] += part.measure
                neighbors[neighbor, default: Measure()] += part.measure
                paths["\(neighbor) \(key.asPath)", default: Measure()] += part.measure
                guard key.flags.contains(.isTransit) else { continue }
                let hour = Int64((Double(part.slot) / 3600).rounded(.down)) * 3600
                let name = "\(hour) \(interface) \(prefix.map { "\($0)" } ?? "")"
                prefixes[name, default: Measure()] += part.measure
            }
        }

        mutating func add(_ batch: FlushBatch) {
            for fact in batch.interfaces {
                let words = Self.words(fact.slot, fact.key)
                interfaces[words, default: Measure()] += fact.measure
            }
            for fact in batch.neighbors {
                neighbors[Self.words(fact.slot, fact.key), default: Measure()] += fact.measure
            }
            for fact in batch.paths {
                let words = "\(Self.words(fact.slot, fact.key.neighbor)) \(fact.key.asPath)"
                paths[words, default: Measure()] += fact.measure
            }
            for fact in batch.prefixes {
                let name = fact.key.prefix.map { "\($0)" } ?? ""
                let words = "\(Self.words(fact.slot, fact.key.interface)) \(name)"
                prefixes[words, default: Measure()] += fact.measure
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

        private static func words(_ slot: Int64, _ key: InterfaceKey) -> String {
            "\(slot) \(key.exporter) \(key.interface) \(key.direction)"
        }

        private static func words(_ slot: Int64, _ key: NeighborKey) -> String {
            let number = key.evidence.staticPrefix == nil ? 0 : 1
            return "\(words(slot, key.interface)) \(key.evidence.routeSource) \(number)"
        }

        /// Without rows of nothing.
        var present: Sums {
            Sums(
                interfaces: interfaces.filter { $0.value != Measure() },
                neighbors: neighbors.filter { $0.value != Measure() },
                paths: paths.filter { $0.value != Measure() },
                prefixes: prefixes.filter { $0.value != Measure() },
                ledgers: ledgers.filter { $0.value > 0 }
            )
        }
    }

    @Test("flows at random, through many hand-overs, sum to what was posted, row by row")
    func equal() {
        var random = SeededRandom(seed: 26)
        var totals = RunningTotals(slotSeconds: 300)
        var expected = Sums()
        var counted = Sums()
        for number in 0..<20 {
            let postings = (0..<300).map { _ in Self.posting(&random) }
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
