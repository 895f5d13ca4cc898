// SPDX-License-Identifier: Apache-2.0

import Foundation

// Measures the routing table in memory; `Deploy/bench routing` runs it.
//
//     routingbench CASE [--prefixes FILE] [--work FOLDER] [--rounds N] [-- REFERENCE...]
//
// A case prints a line of JSON for each figure, and ends with status 1 when one misses what it has
// to reach, or when an answer is wrong. FILE has a prefix a line; without it a table is made up
// that has as many of each length as the Internet's. What others are to read is written to FOLDER.
// REFERENCE is a command that looks up the same, as `reference/rte_fib.c` does.

var options = BenchOptions()
var names: [String] = []
var arguments = CommandLine.arguments.dropFirst()
while let argument = arguments.popFirst() {
    switch argument {
    case "--prefixes": options.prefixes = arguments.popFirst()
    case "--work": options.work = arguments.popFirst() ?? options.work
    case "--rounds": options.rounds = arguments.popFirst().flatMap { Int($0) } ?? options.rounds
    case "--label": options.label = arguments.popFirst() ?? options.label
    case "--":
        options.reference = Array(arguments)
        arguments = []
    default: names.append(argument)
    }
}

do {
    var isReached = true
    for name in names {
        guard let one = BenchCase.all.first(where: { $0.name == name }) else {
            throw BenchError("no such case: one of \(BenchCase.all.map(\.name))")
        }
        if try !one.run(options) { isReached = false }
    }
    exit(isReached ? 0 : 1)
} catch {
    FileHandle.standardError.write(Data("routingbench: \(error)\n".utf8))
    exit(2)
}
