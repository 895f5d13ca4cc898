// SPDX-License-Identifier: Apache-2.0

import Foundation
import Model
import Routing

/// From address and view to route, of 8 views with a full table each: how many a second, and how
/// much memory.
///
/// The reference has a table for each view and family. A route is which set of attributes the
/// prefix has in the view; both must say the same of all addresses before anything is measured.
struct RoutesCase: ~Copyable {
    private static let views = 8
    private static let bulk = 256
    /// The reference may take as many as suit it; the best counts.
    private static let referenceBulks = [256, 1024]

    private let options: BenchOptions
    private let full: FullTable
    private let list: PrefixList
    private let table = RoutingTable()
    private let writer: RoutingTableWriter
    private let views: [ViewID]
    /// What the table has taken, in MB.
    private let memory: Double

    init(_ options: BenchOptions) throws {
        self.options = options
        list = try PrefixList(file: options.prefixes)
        let full = FullTable(prefixes: list.prefixes)
        self.full = full
        var writer = table.makeWriter()
        var time: Int64 = 1_700_000_000_000_000_000
        let empty = residentMegabytes()
        views = (0..<Self.views).map { view in
            let id = writer.view(named: "router \(view)")
            _ = full.load(view, as: id, by: &writer, time: &time)
            return id
        }
        memory = residentMegabytes() - empty
        self.writer = writer
    }

    func run() throws -> Bool {
        try Data(list.octets).write(to: URL(fileURLWithPath: path("prefixes.bin")))
        var routes: [UInt32] = []
        for view in 0..<Self.views {
            routes += full.prefixes.indices.map { UInt32(FullTable.set(of: $0, view: view) + 1) }
        }
        try Data([UInt8](bigEndian: routes)).write(to: URL(fileURLWithPath: path("routes.bin")))
        let reference =
            options.reference.isEmpty ? nil : try ReferenceProcess(options.reference)
        defer { reference?.end() }
        var isReached = try compareMemory(reference)
        for family in AddressFamily.allCases {
            let addresses = AddressList(.random, among: list.of(family), of: family)
            for order in Order.allCases {
                if try !measure(addresses, order, reference) { isReached = false }
            }
        }
        return isReached
    }

    /// How the views of the addresses follow each other.
    private enum Order: String, CaseIterable {
        /// Each address has any view.
        case mixed
        /// Those of a bulk have the same, as the flows of a datagram do.
        case together

        func view(of index: Int) -> UInt8 {
            let number = self == .mixed ? index : index / RoutesCase.bulk
            return UInt8(FullTable.mix(UInt64(number)) >> 32 & UInt64(RoutesCase.views - 1))
        }
    }

    private func path(_ name: String) -> String { "\(options.work)/\(name)" }

    private func compareMemory(_ reference: ReferenceProcess?) throws -> Bool {
        var ours = Figures()
        ours.add(memory)
        var theirs = Figures()
        if let memory = try reference?.ask("memory") { theirs.add(memory) }
        let line = FigureLine(
            name: "routes/memory\(label)",
            unit: "MB",
            value: ours,
            reference: reference == nil ? nil : ("\(Self.views) of rte_fib and rte_fib6", theirs),
            goal: reference == nil ? nil : .atMost(0.25)
        )
        line.print()
        return line.isReached
    }

    private var label: String { options.label.isEmpty ? "" : "/\(options.label)" }

    private func measure(
        _ addresses: AddressList,
        _ order: Order,
        _ reference: ReferenceProcess?
    ) throws -> Bool {
        let choice = addresses.addresses.indices.map { order.view(of: $0) }
        let run = LookupRun(addresses, in: table, views, choice: choice, bulk: Self.bulk)
        let files = try write(run, addresses, choice, order)
        if let reference {
            let differing = try reference.ask("\(files) check")
            guard differing == 0 else {
                throw BenchError("\(Int(differing)) answers differ: \(files)")
            }
        }
        var matches = Figures()
        var paths = Figures()
        var theirs = Dictionary(uniqueKeysWithValues: Self.referenceBulks.map { ($0, Figures()) })
        let millions = Double(AddressList.count) / 1e6
        for round in 0...options.rounds {
            let times = (run.matches(), run.paths())
            var theirTimes: [Int: Double] = [:]
            for bulk in order == .mixed ? Self.referenceBulks : [Self.bulk] {
                theirTimes[bulk] = try reference?.ask("\(files) \(bulk)")
            }
            guard round > 0 else { continue }  // warms up
            matches.add(millions / times.0)
            paths.add(millions / times.1)
            for (bulk, time) in theirTimes { theirs[bulk]?.add(millions / time) }
        }
        let best = theirs.values.max { $0.median < $1.median } ?? Figures()
        let name = "routes/\(addresses.family)/\(order.rawValue)"
        var line = FigureLine(name: "\(name)/matches\(label)", unit: "M/s", value: matches)
        if reference != nil {
            line.reference = ("\(Self.views) of rte_fib", best)
            line.goal = .atLeast(0.7)
        }
        line.print()
        var pathLine = FigureLine(name: "\(name)/paths\(label)", unit: "M/s", value: paths)
        pathLine.reference = line.reference
        pathLine.print()
        return line.isReached
    }

    /// Writes addresses, views and answers; returns how the reference is told of them.
    private func write(
        _ run: borrowing LookupRun,
        _ addresses: AddressList,
        _ choice: [UInt8],
        _ order: Order
    ) throws -> String {
        let number = addresses.family == .ipv4 ? 4 : 6
        let name = path("routes.ipv\(number).\(order.rawValue)")
        var sets: [ASPathID: UInt32] = [:]
        let found = run.routes { path, reader in
            let set = sets[path.asPath] ?? FullTable.set(of: reader.asPath(path.asPath))
            sets[path.asPath] = set
            return (set: set, nextHop: path.isNone ? nil : reader.nextHop(path.nextHop))
        }
        for (index, route) in found.enumerated() {
            let nextHop = FullTable.nextHop(Int(route.set), view: Int(choice[index]))
            guard route.nextHop == nextHop else { throw BenchError("a route of another: \(name)") }
        }
        let answers = found.map { $0.set + 1 }
        try Data(addresses.octets).write(to: URL(fileURLWithPath: name))
        try Data(choice).write(to: URL(fileURLWithPath: name + ".views"))
        try Data([UInt8](bigEndian: answers)).write(to: URL(fileURLWithPath: name + ".answers"))
        return "\(number) \(name) \(name).views \(name).answers"
    }
}
