// SPDX-License-Identifier: Apache-2.0

import CAllocations

/// The time a case takes, in nanoseconds a record: the best and the median of several rounds; and
/// what it allocates, its templates sent again included.
struct Measurement {
    private let one: DecodingCase
    private var times: [Double] = []
    private let allocations: Double

    private static let rounds = 9
    private static let countedDatagrams = 1_000
    /// Of one round, in nanoseconds.
    private static let roundTime = 20_000_000.0

    init(_ one: DecodingCase) {
        self.one = one
        var run = DecodingRun(one)
        let clock = ContinuousClock()
        func time(_ datagrams: Int) -> Double {
            let before = run.records
            let taken = clock.measure { run.decode(datagrams: datagrams) }
            let nanoseconds =
                Double(taken.components.attoseconds) / 1e9
                + Double(taken.components.seconds) * 1e9
            return nanoseconds / Double(max(run.records - before, 1))
        }
        let perDatagram = time(2_000) * Double(run.records) / 2_000
        let datagrams = max(Int(Self.roundTime / max(perDatagram, 1)), 64)
        for _ in 0..<Self.rounds { times.append(time(datagrams)) }
        times.sort()
        allocations_reset()
        run.decode(datagrams: Self.countedDatagrams, templatesFirst: true)
        allocations = Double(allocations_read().allocations) / Double(Self.countedDatagrams)
        guard run.errors == 0 else {
            times = []
            return
        }
    }

    /// Prints a line of JSON each for best and median, beside what the case has to reach.
    func print() {
        guard let best = times.first else {
            return Swift.print("{\"name\":\"decode/\(one.name)\",\"error\":\"does not decode\"}")
        }
        line("decode/\(one.name)", best)
        line("decode/\(one.name)/median", times[times.count / 2])
        if allocations_are_counted() {
            let unit =
                "\"unit\":\"allocations/datagram\",\"reference\":\"goal\",\"referenceValue\":0"
            Swift.print("{\"name\":\"decode/\(one.name)/memory\",\"value\":\(allocations),\(unit)}")
        }
    }

    private func line(_ name: String, _ value: Double) {
        let goal = one.goal.map {
            ",\"reference\":\"goal\",\"referenceValue\":\($0),\"ratio\":\(rounded(value / $0))"
        }
        Swift.print(
            "{\"name\":\"\(name)\",\"value\":\(rounded(value)),\"unit\":\"ns/record\"\(goal ?? "")}"
        )
    }

    private func rounded(_ value: Double) -> Double { (value * 100).rounded() / 100 }
}
