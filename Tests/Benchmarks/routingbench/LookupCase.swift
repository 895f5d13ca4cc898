// SPDX-License-Identifier: Apache-2.0

import Foundation
import Model
import Routing

/// From address to the longest prefix, and to the route of a view: how many a second.
///
/// The reference says for each address which prefix it found; all must be the same as ours before
/// anything is measured. Then both take turns, on the same addresses.
struct LookupCase {
    private let options: BenchOptions
    private let list: PrefixList
    private let table: FilledTable

    /// Ours looks up as many at a time as a worker gets from one datagram batch.
    private static let bulk = 256
    /// The reference may take as many as suit it; the best counts.
    private static let referenceBulks = [64, 256]

    init(_ options: BenchOptions) throws {
        self.options = options
        list = try PrefixList(file: options.prefixes)
        table = FilledTable(list.prefixes)
    }

    func run() throws -> Bool {
        let prefixes = path("prefixes.bin")
        try Data(list.octets).write(to: URL(fileURLWithPath: prefixes))
        let reference =
            options.reference.isEmpty ? nil : try ReferenceProcess(options.reference)
        defer { reference?.end() }
        var isReached = true
        for family in AddressFamily.allCases {
            for distribution in Distribution.allCases {
                let addresses = AddressList(distribution, among: list.of(family), of: family)
                let run = LookupRun(addresses, in: table.table, [table.view], bulk: Self.bulk)
                let files = try write(run, addresses, distribution)
                if let reference {
                    let differing = try reference.ask("\(files) check")
                    guard differing == 0 else {
                        throw BenchError("\(Int(differing)) answers differ: \(files)")
                    }
                }
                let name = "lookup/\(family)/\(distribution.rawValue)"
                if try !measure(run, name, reference, files) { isReached = false }
            }
        }
        return isReached
    }

    private func path(_ name: String) -> String { "\(options.work)/\(name)" }

    /// Writes addresses and answers; returns how the reference is told of them.
    private func write(
        _ run: borrowing LookupRun,
        _ addresses: AddressList,
        _ distribution: Distribution
    ) throws -> String {
        let number = addresses.family == .ipv4 ? 4 : 6
        let name = path("ipv\(number).\(distribution.rawValue)")
        let answers = run.prefixes().map { table.positions[Int($0)] }
        guard !answers.contains(0) else { throw BenchError("an address has no prefix: \(name)") }
        guard run.matchesAgree() else { throw BenchError("a match has another prefix: \(name)") }
        try Data(addresses.octets).write(to: URL(fileURLWithPath: name))
        try Data([UInt8](bigEndian: answers)).write(to: URL(fileURLWithPath: name + ".answers"))
        return "\(number) \(name) - \(name).answers"
    }

    private func measure(
        _ run: borrowing LookupRun,
        _ name: String,
        _ reference: ReferenceProcess?,
        _ files: String
    ) throws -> Bool {
        var batch = Figures()
        var matches = Figures()
        var single = Figures()
        var theirs = Dictionary(uniqueKeysWithValues: Self.referenceBulks.map { ($0, Figures()) })
        let millions = Double(AddressList.count) / 1e6
        for round in 0...options.rounds {
            let times = (run.batch(), run.matches(), run.single())
            var theirTimes: [Int: Double] = [:]
            for bulk in Self.referenceBulks {
                theirTimes[bulk] = try reference?.ask("\(files) \(bulk)")
            }
            guard round > 0 else { continue }  // warms up
            batch.add(millions / times.0)
            matches.add(millions / times.1)
            single.add(millions / times.2)
            for (bulk, time) in theirTimes { theirs[bulk]?.add(millions / time) }
        }
        let best = theirs.values.max { $0.median < $1.median } ?? Figures()
        let label = options.label.isEmpty ? "" : "/\(options.label)"
        let goal = Goal.atLeast(name.contains("ipv4") ? 0.9 : 1.0)
        let line = FigureLine(
            name: "\(name)/prefixes\(label)",
            unit: "M/s",
            value: batch,
            reference: reference == nil ? nil : ("rte_fib", best),
            goal: reference == nil ? nil : goal
        )
        line.print()
        FigureLine(name: "\(name)/matches\(label)", unit: "M/s", value: matches).print()
        FigureLine(name: "\(name)/single\(label)", unit: "M/s", value: single).print()
        return line.isReached
    }
}
