// SPDX-License-Identifier: Apache-2.0

import Analysis
import Model
import Testing

@Suite("TransitSavings against the plainest implementation")
struct TransitSavingsReferenceTests {
    /// 95th of in and out by sorting, the larger: in octets.
    private func usage(_ volumes: [AttributedVolume], slots: Int) -> UInt64 {
        Direction.allCases.map { direction -> UInt64 in
            var series = Array(repeating: UInt64(0), count: slots)
            for volume in volumes where volume.direction == direction {
                series[Int(volume.slot / 300)] += volume.measure.octets
            }
            return series.sorted()[(95 * slots + 99) / 100 - 1]
        }.max() ?? 0
    }

    @Test("marginal usage is what remains when the candidate's rows are left out", arguments: 1...6)
    func marginal(seed: Int) {
        var random = SplitMix(seed: UInt64(seed))
        let slots = 40 + seed * 7
        let volumes = (0..<3_000).map { _ in
            let hops = (0..<(1 + random.next() % 3)).map { _ in 300 + UInt32(random.next() % 9) }
            return Example.volume(
                slot: Int64(random.next() % UInt64(slots)) * 300,
                at: Int(random.next() % 2),
                random.next() % 3 == 0 ? .ingress : .egress,
                path: [174] + hops,
                octets: random.next() % 1_000_000 * 75,
                variance: 4
            )
        }
        let findings = TransitSavingsTests.savings(volumes, slots: slots).findings()
        #expect(findings.count == 9)
        for finding in findings {
            let mine = volumes.filter { volume in
                volume.asPath.segments[0].members.contains(finding.candidate)
            }
            #expect(finding.octets == mine.reduce(0) { $0 + $1.measure.octets })
            let deviation = (4 * Double(mine.count)).squareRoot()
            #expect(abs(finding.intervalPercent - 196 * deviation / Double(finding.octets)) < 1e-9)
            var marginal: UInt64 = 0
            for transit in 0...1 {
                let all = volumes.filter { $0.interconnect == transit }
                let rest = all.filter { volume in
                    !volume.asPath.segments[0].members.contains(finding.candidate)
                }
                let saved = usage(all, slots: slots) - usage(rest, slots: slots)
                // 75 octets in 300 s are 2 bit/s: no rounding.
                marginal += saved * 8 / 300
            }
            #expect(finding.marginalPercentile95BitsPerSecond == marginal)
            let own = usage(mine, slots: slots) * 8 / 300
            #expect(finding.ownPercentile95BitsPerSecond == own)
        }
    }

    @Test("only the candidates with the most octets are examined")
    func limit() {
        var savings = TransitSavingsTests.savings(
            (1...9).map { number in
                Example.volume(
                    slot: 0,
                    at: Example.transit1,
                    path: [174, 300 + UInt32(number)],
                    octets: UInt64(number) * 1000
                )
            },
            slots: 1
        )
        savings.limit = 2
        #expect(savings.findings().map(\.candidate.rawValue) == [309, 308])
    }
}
