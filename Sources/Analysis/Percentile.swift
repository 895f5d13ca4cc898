// SPDX-License-Identifier: Apache-2.0

public import Model

/// A percentile by the method a contract names, in integers.
///
/// # How it works
/// The samples are thought of in ascending order, s1 to sN; a method says which of them counts
/// (DOMAIN 3g). `N * (1 - 0.95)` in floating point is wrong for every N divisible by 20, so the
/// percentile is in hundredths of a percent and the position is found in integers. The sample
/// itself is found by selection, without sorting all of them: linear time on average.
public struct Percentile: Equatable, Sendable {
    /// In hundredths of a percent: 9500 for the 95th.
    public var basisPoints: Int
    public var rank: Contract.PercentileRank

    /// The usual measure of a series: the 95th by nearest rank.
    public static let ninetyFifth = Percentile(basisPoints: 9500, rank: .nearestRank)

    /// A percentile; `basisPoints` beyond 0 to 10,000 are brought within.
    public init(basisPoints: Int, rank: Contract.PercentileRank) {
        self.basisPoints = min(max(basisPoints, 0), 10_000)
        self.rank = rank
    }

    /// Where among sorted samples the percentile lies.
    public struct Position: Equatable, Sendable {
        /// Number of the sample in ascending order, the first being 1.
        public var index: Int
        /// How far it lies towards the next sample, in ten-thousandths.
        public var tenThousandths: Int
    }

    /// The position among `count` samples; nil for none.
    public func position(count: Int) -> Position? {
        guard count > 0 else { return nil }
        var fraction = 0
        let index: Int
        switch rank {
        case .nearestRank: index = (basisPoints * count + 9_999) / 10_000
        case .discardCeiling: index = count - ((10_000 - basisPoints) * count + 9_999) / 10_000
        case .round: index = (basisPoints * count + 5_000) / 10_000
        case .linearInclusive:
            let scaled = basisPoints * (count - 1)
            index = scaled / 10_000 + 1
            fraction = scaled % 10_000
        }
        return Position(index: min(max(index, 1), count), tenThousandths: fraction)
    }

    /// The percentile of `samples` and as many further samples of zero as `zeros` says.
    ///
    /// Nil for no samples at all. Between two samples it is rounded half up to an integer.
    public func value(of samples: [UInt64], zeros: Int = 0) -> UInt64? {
        guard let position = position(count: samples.count + zeros) else { return nil }
        var pool = samples
        let low = Self.sample(number: position.index - zeros, in: &pool)
        guard position.tenThousandths > 0 else { return low }
        let high = Self.sample(number: position.index + 1 - zeros, in: &pool)
        let fraction = UInt128(position.tenThousandths)
        let sum = UInt128(low) * (10_000 - fraction) + UInt128(high) * fraction
        return UInt64(clamping: (sum + 5_000) / 10_000)
    }

    /// The sample of that number in ascending order; 0 for those before the first.
    private static func sample(number: Int, in pool: inout [UInt64]) -> UInt64 {
        number < 1 ? 0 : select(number - 1, in: &pool)
    }

    /// Hoare's selection; sorts when the pivots are unlucky too often.
    private static func select(_ target: Int, in pool: inout [UInt64]) -> UInt64 {
        var (low, high) = (0, pool.count - 1)
        var rounds = 0
        while low < high {
            rounds += 1
            if rounds > 64 {
                pool.sort()
                break
            }
            let pivot = medianOfThree(pool[low], pool[(low + high) / 2], pool[high])
            var (left, right) = (low, high)
            while left <= right {
                while pool[left] < pivot { left += 1 }
                while pool[right] > pivot { right -= 1 }
                if left <= right {
                    pool.swapAt(left, right)
                    left += 1
                    right -= 1
                }
            }
            if target <= right {
                high = right
            } else if target >= left {
                low = left
            } else {
                break
            }
        }
        return pool[target]
    }

    private static func medianOfThree(_ a: UInt64, _ b: UInt64, _ c: UInt64) -> UInt64 {
        max(min(a, b), min(max(a, b), c))
    }
}
