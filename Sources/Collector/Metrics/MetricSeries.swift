// SPDX-License-Identifier: Apache-2.0

import Metrics
import Model
import Synchronization

/// What one series holds when it is asked for.
enum MetricSample: Equatable {
    case whole(UInt64)
    case number(Double)
    /// How many values lay at or below each bound, how many there were, and their sum.
    case distribution(buckets: [UInt64], count: UInt64, sum: Double)
}

/// One name with one set of labels.
protocol MetricSeries: AnyObject, Sendable {
    var sample: MetricSample { get }
}

/// Counts in whole numbers; stays at the most there is rather than begin anew.
final class CounterSeries: MetricSeries, CounterHandler, FloatingPointCounterHandler {
    private let state = Mutex((whole: UInt64(0), fraction: 0.0))

    var sample: MetricSample {
        state.withLock { state in
            state.fraction == 0
                ? .whole(state.whole) : .number(Double(state.whole) + state.fraction)
        }
    }

    func increment(by amount: Int64) {
        guard amount > 0 else { return }
        state.withLock { $0.whole.addSaturating(UInt64(amount)) }
    }

    func increment(by amount: Double) {
        guard amount > 0, amount < 1e18 else { return }
        state.withLock { state in
            let sum = state.fraction + amount
            state.whole.addSaturating(UInt64(sum))
            state.fraction = sum - sum.rounded(.down)
        }
    }

    func reset() { state.withLock { $0 = (0, 0) } }
}

/// Holds the last value.
final class GaugeSeries: MetricSeries, RecorderHandler, MeterHandler {
    private let value = Mutex(0.0)

    var sample: MetricSample { .number(value.withLock { $0 }) }

    func record(_ value: Int64) { set(Double(value)) }
    func record(_ value: Double) { set(value) }
    func set(_ value: Int64) { set(Double(value)) }
    func set(_ value: Double) { self.value.withLock { $0 = value } }
    func increment(by amount: Double) { value.withLock { $0 += amount } }
    func decrement(by amount: Double) { value.withLock { $0 -= amount } }
}

/// Counts values by size; a timer's are in seconds.
final class DistributionSeries: MetricSeries, RecorderHandler, TimerHandler {
    private let bounds: [Double]
    private let state: Mutex<(buckets: [UInt64], count: UInt64, sum: Double)>

    init(bounds: [Double]) {
        self.bounds = bounds
        state = Mutex(([UInt64](repeating: 0, count: bounds.count), 0, 0))
    }

    var sample: MetricSample {
        state.withLock { .distribution(buckets: $0.buckets, count: $0.count, sum: $0.sum) }
    }

    func record(_ value: Int64) { record(Double(value)) }

    func record(_ value: Double) {
        guard !value.isNaN else { return }
        state.withLock { state in
            for (index, bound) in bounds.enumerated() where value <= bound {
                state.buckets[index] += 1
            }
            state.count += 1
            state.sum += value
        }
    }

    func recordNanoseconds(_ duration: Int64) { record(Double(duration) / 1e9) }
}
