// SPDX-License-Identifier: Apache-2.0

import CAllocations
import FuzzTargets
import Glibc
import Model

/// Decodes every small change of datagrams that exporters might send, and fails when one of them
/// takes too long or too much memory.
///
///     sweep [SEEDS] [FIRST]
///
/// Before that it shows that datagrams an exporter sends again and again take no memory. SEEDS
/// datagrams (240 unless told) of the four protocols and of the sampled header.
/// Time is that of the thread on the processor, so that a busy machine changes nothing; a case over
/// the limit is measured again, and counts when it is every time.
@main
struct Sweep {
    /// In nanoseconds.
    static let timeLimit: UInt64 = 1_000_000
    /// In octets, beside a batch that is there before, as a worker has it.
    static let memoryLimit: UInt64 = 65_536

    /// Of 20 seeds, how many are of a target: most where there is most to go wrong.
    static func share(of target: FuzzTarget) -> UInt64 {
        switch target {
        case .sflow, .netflow9: 5
        case .ipfix: 6
        case .netflow5, .header: 2
        }
    }

    static func main() {
        let arguments = CommandLine.arguments.dropFirst().compactMap { UInt64($0) }
        let seeds = arguments.first ?? 240
        let first = arguments.count > 1 ? arguments[1] : 1
        guard allocations_are_counted() else {
            print("sweep: allocations are not counted under a sanitizer")
            exit(2)
        }
        let steady = SteadyState.check()
        var total = SweepResult()
        for target in FuzzTarget.allCases {
            var result = SweepResult()
            var run = SweepRun(target)
            for seed in first..<first + max(seeds * share(of: target) / 20, 1) {
                run.sweep(seed, &result)
            }
            result.show(target.rawValue)
            total.add(result)
        }
        total.show("all")
        if total.failures > 0 {
            print("sweep: \(total.failures) cases over \(timeLimit) ns or \(memoryLimit) octets")
            exit(1)
        }
        if !steady { exit(1) }
    }
}
