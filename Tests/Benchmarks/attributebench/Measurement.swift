// SPDX-License-Identifier: Apache-2.0

import CAllocations

/// The time a case takes, in nanoseconds a record: the best and the median of several rounds; and
/// what it allocates.
struct Measurement {
    private let name: String
    private var times: [Double] = []
    private let allocations: Double

    private static let rounds = 9
    private static let countedBatches = 100
    private static let batches = 40

    init(_ name: String, _ run: inout AttributionRun) {
        self.name = name
        for _ in 0..<Self.rounds {
            let before = run.records
            let start = thread_nanoseconds()
            run.take(batches: Self.batches)
            let taken = Double(thread_nanoseconds() - start)
            times.append(taken / Double(max(run.records - before, 1)))
        }
        times.sort()
        let before = run.records
        allocations_reset()
        run.take(batches: Self.countedBatches)
        let counted = allocations_read().allocations
        allocations = Double(counted) / Double(max(run.records - before, 1))
    }

    /// Prints a line of JSON each for best, median and memory.
    func print() {
        guard let best = times.first else { return }
        line("attribute/\(name)", best, "ns/record")
        line("attribute/\(name)/median", times[times.count / 2], "ns/record")
        if allocations_are_counted() {
            line("attribute/\(name)/memory", allocations, "allocations/record")
        }
    }

    private func line(_ name: String, _ value: Double, _ unit: String) {
        let rounded = (value * 1000).rounded() / 1000
        Swift.print("{\"name\":\"\(name)\",\"value\":\(rounded),\"unit\":\"\(unit)\"}")
    }
}
