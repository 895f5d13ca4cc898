// SPDX-License-Identifier: Apache-2.0

import Analysis
import Model
import Testing

@Suite("Percentile")
struct PercentileTests {
    struct Month: CustomTestStringConvertible, Sendable {
        let name: String
        let count: Int
        let nearestRank: Int
        let discardCeiling: Int
        let round: Int
        /// Index and ten-thousandths.
        let linear: (Int, Int)

        var testDescription: String { name }
    }

    /// Which sample of a month is billed, by method.
    static let months: [Month] = [
        Month(
            name: "28 days",
            count: 8064,
            nearestRank: 7661,
            discardCeiling: 7660,
            round: 7661,
            linear: (7660, 8500)
        ),
        Month(
            name: "29 days",
            count: 8352,
            nearestRank: 7935,
            discardCeiling: 7934,
            round: 7934,
            linear: (7934, 4500)
        ),
        Month(
            name: "30 days less an hour",
            count: 8628,
            nearestRank: 8197,
            discardCeiling: 8196,
            round: 8197,
            linear: (8196, 6500)
        ),
        Month(
            name: "30 days",
            count: 8640,
            nearestRank: 8208,
            discardCeiling: 8208,
            round: 8208,
            linear: (8208, 500)
        ),
        Month(
            name: "30 days and an hour",
            count: 8652,
            nearestRank: 8220,
            discardCeiling: 8219,
            round: 8219,
            linear: (8219, 4500)
        ),
        Month(
            name: "31 days less an hour",
            count: 8916,
            nearestRank: 8471,
            discardCeiling: 8470,
            round: 8470,
            linear: (8470, 2500)
        ),
        Month(
            name: "31 days",
            count: 8928,
            nearestRank: 8482,
            discardCeiling: 8481,
            round: 8482,
            linear: (8481, 6500)
        ),
        Month(
            name: "31 days and an hour",
            count: 8940,
            nearestRank: 8493,
            discardCeiling: 8493,
            round: 8493,
            linear: (8493, 500)
        ),
    ]

    @Test("each method bills the sample it is known for", arguments: months)
    func golden(_ month: Month) {
        let samples = (1...month.count).map { UInt64($0) }.reversed() as [UInt64]
        for (rank, index) in [
            (Contract.PercentileRank.nearestRank, month.nearestRank),
            (.discardCeiling, month.discardCeiling), (.round, month.round),
        ] {
            let percentile = Percentile(basisPoints: 9500, rank: rank)
            #expect(percentile.position(count: month.count)?.index == index)
            #expect(percentile.value(of: samples) == UInt64(index))
        }
        let linear = Percentile(basisPoints: 9500, rank: .linearInclusive)
        let position = linear.position(count: month.count)
        #expect(position?.index == month.linear.0)
        #expect(position?.tenThousandths == month.linear.1)
        let tenfold = samples.map { $0 * 10_000 }
        #expect(
            linear.value(of: tenfold) == UInt64(month.linear.0 * 10_000 + month.linear.1)
        )
    }

    @Test("of 100 readings the top 5 are free and the sixth is billed")
    func hundredReadings() {
        let samples = (1...100).map { UInt64($0 * 7 % 101) }
        #expect(Percentile.ninetyFifth.value(of: samples) == samples.sorted(by: >)[5])
    }

    @Test("no sample, one sample, all equal")
    func few() {
        for rank in Contract.PercentileRank.allCases {
            let percentile = Percentile(basisPoints: 9500, rank: rank)
            #expect(percentile.value(of: []) == nil)
            #expect(percentile.value(of: [7]) == 7)
            #expect(percentile.value(of: [9, 9, 9]) == 9)
            #expect(percentile.value(of: [], zeros: 4) == 0)
        }
        #expect(Percentile(basisPoints: 99_999, rank: .round).value(of: [1, 2]) == 2)
        #expect(Percentile(basisPoints: -1, rank: .nearestRank).value(of: [2, 1]) == 1)
    }

    @Test("a missing slot that counts as zero is a sample of zero")
    func zeros() {
        var random = SplitMix(seed: 5)
        for rank in Contract.PercentileRank.allCases {
            for count in 0..<60 {
                let samples = (0..<count).map { _ in random.next() % 50 }
                let percentile = Percentile(basisPoints: 7000, rank: rank)
                let spelledOut = samples + Array(repeating: 0, count: 13)
                #expect(
                    percentile.value(of: samples, zeros: 13) == percentile.value(of: spelledOut)
                )
            }
        }
    }

    @Test("selection finds what sorting finds", arguments: [1, 2, 3, 10, 1000, UInt64.max])
    func selection(of distinct: UInt64) {
        var random = SplitMix(seed: distinct)
        for count in [1, 2, 3, 19, 20, 21, 400, 8640] {
            let samples = (0..<count).map { _ in random.next() % distinct }
            for series in [samples, samples.sorted(), samples.sorted(by: >)] {
                let index = (95 * count + 99) / 100
                #expect(
                    Percentile.ninetyFifth.value(of: series) == samples.sorted()[index - 1]
                )
            }
        }
    }
}

/// Numbers that look random and are the same each time (Steele, Lea and Flood, 2014).
struct SplitMix {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}
