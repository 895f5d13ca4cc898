// SPDX-License-Identifier: Apache-2.0

package import Model

/// Re-checks double entry from what a store gives back.
///
/// # How it works
///
/// Every posted side of a record goes to one interface, one neighbor and one path row alike, and
/// its octets to `ingressOctets` or `egressOctets` of the exporter's ledger (DESIGN 3.4). So, in
/// exact integers, for each slot:
///
///     sum of path rows by evidence = neighbor row
///     sum of neighbor rows by interface key = interface row
///     sum of interface rows by exporter and direction = ledger
///
/// The first two hold for packets and for what was exported as well, and for the variance as far as
/// sums of floating-point numbers go. And every ledger balances in itself. Sums wrap, which
/// equality survives. It runs over the rows as readers get them, so that it vouches for the reads
/// as well.
package struct StoreAudit {
    package private(set) var problems: [StoreProblem] = []
    /// More than so many problems are one: the store.
    package static let limit = 1_000

    package init() {}

    package var isFull: Bool { problems.count >= Self.limit }

    /// Checks the rows of some slots, all rows of each.
    package mutating func check(
        interfaces: [InterfaceFact],
        neighbors: [NeighborFact],
        paths: [PathFact],
        ledgers: [LedgerFact]
    ) {
        checkLedgers(interfaces, ledgers)
        let interfaceSums = sums(interfaces) { $0 }
        compare(interfaceSums, "interface", sums(neighbors) { $0.interface }, "neighbor") {
            $0.exporter
        }
        let neighborSums = sums(neighbors) { $0 }
        compare(neighborSums, "neighbor", sums(paths) { $0.neighbor }, "path") {
            $0.interface.exporter
        }
    }

    /// Adds what a back-end found by means of its own.
    package mutating func add(_ problem: StoreProblem) {
        if !isFull { problems.append(problem) }
    }

    private mutating func checkLedgers(_ interfaces: [InterfaceFact], _ ledgers: [LedgerFact]) {
        var posted = sums(interfaces) { Entry(exporter: $0.exporter, direction: $0.direction) }
        for fact in ledgers {
            let object = objectText(fact.slot, fact.exporter)
            if !fact.ledger.isBalanced {
                add(StoreProblem(object: object, problem: "the ledger does not balance"))
            }
            for direction in Direction.allCases {
                let entry = Entry(exporter: fact.exporter, direction: direction)
                let sum = posted.removeValue(forKey: Slotted(slot: fact.slot, key: entry))
                let expected =
                    direction == .ingress ? fact.ledger.ingressOctets : fact.ledger.egressOctets
                guard sum?.octets ?? 0 != expected else { continue }
                let problem =
                    "interface rows hold \(sum?.octets ?? 0) octets of \(direction.word), "
                    + "the ledger \(expected)"
                add(StoreProblem(object: object, problem: problem))
            }
        }
        for (entry, _) in posted.sorted(by: { $0.key < $1.key }) {
            let object = objectText(entry.slot, entry.key.exporter)
            let problem = "interface rows of \(entry.key.direction.word) without a ledger"
            add(StoreProblem(object: object, problem: problem))
        }
    }

    private mutating func compare<Key: ContentOrdered>(
        _ whole: [Slotted<Key>: Sum],
        _ wholeName: String,
        _ parts: [Slotted<Key>: Sum],
        _ partName: String,
        exporter: (Key) -> String
    ) {
        let wrong = Set(whole.keys).union(parts.keys).filter { key in
            guard let total = whole[key], let sum = parts[key] else { return true }
            return !sum.agrees(with: total)
        }
        let ordered = wrong.sorted { a, b in
            a.slot == b.slot ? a.key.precedes(b.key) : a.slot < b.slot
        }
        for key in ordered {
            let (total, sum) = (whole[key] ?? Sum(), parts[key] ?? Sum())
            let object = objectText(key.slot, exporter(key.key))
            let (held, expected) = sum.texts(differingFrom: total)
            let problem = "\(partName) rows hold \(held), the \(wholeName) row \(expected)"
            add(StoreProblem(object: object, problem: problem))
        }
    }

    private func objectText(_ slot: Int64, _ exporter: String) -> String {
        "slot \(Timestamp.text(seconds: slot)) of \(exporter.isEmpty ? "no exporter" : exporter)"
    }
}

private struct Slotted<Key: Hashable>: Hashable {
    var slot: Int64
    var key: Key
}

extension Slotted: Comparable where Key: Comparable {
    static func < (a: Slotted, b: Slotted) -> Bool { (a.slot, a.key) < (b.slot, b.key) }
}

private struct Entry: Hashable, Comparable {
    var exporter: String
    var direction: Direction

    static func < (a: Entry, b: Entry) -> Bool {
        (a.exporter, a.direction) < (b.exporter, b.direction)
    }
}

private struct Sum {
    var octets: UInt64 = 0
    var packets: UInt64 = 0
    var unscaledOctets: UInt64 = 0
    var unscaledPackets: UInt64 = 0
    var variance: Double = 0

    /// By how much of the larger one two variances may differ: they are sums of floating-point
    /// numbers, which depend on the order in which they were added.
    private static let tolerance = 1e-6

    func agrees(with other: Sum) -> Bool {
        octets == other.octets && packets == other.packets
            && unscaledOctets == other.unscaledOctets && unscaledPackets == other.unscaledPackets
            && abs(variance - other.variance) <= Self.tolerance * max(variance, other.variance)
    }

    /// What they hold, in what they differ in.
    func texts(differingFrom other: Sum) -> (String, String) {
        let isEqual = (octets, packets) == (other.octets, other.packets)
        if isEqual,
            (unscaledOctets, unscaledPackets) != (
                other.unscaledOctets, other.unscaledPackets
            )
        {
            return (
                "\(unscaledOctets) octets in \(unscaledPackets) packets as exported",
                "\(other.unscaledOctets) in \(other.unscaledPackets)"
            )
        }
        if isEqual, !agrees(with: other) {
            return ("a variance of \(variance)", "\(other.variance)")
        }
        return ("\(octets) octets in \(packets) packets", "\(other.octets) in \(other.packets)")
    }
}

private func sums<Key, Part>(
    _ facts: [Fact<Key>],
    by part: (Key) -> Part
) -> [Slotted<Part>: Sum] {
    var sums: [Slotted<Part>: Sum] = [:]
    for fact in facts {
        let key = Slotted(slot: fact.slot, key: part(fact.key))
        sums[key, default: Sum()].octets &+= fact.measure.octets
        sums[key, default: Sum()].packets &+= fact.measure.packets
        sums[key, default: Sum()].unscaledOctets &+= fact.measure.unscaledOctets
        sums[key, default: Sum()].unscaledPackets &+= fact.measure.unscaledPackets
        sums[key, default: Sum()].variance += fact.measure.variance
    }
    return sums
}
