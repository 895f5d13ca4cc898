// SPDX-License-Identifier: Apache-2.0

/// What was retired, in batches of one epoch and time, the oldest first.
struct RetirementQueue<Element: Sendable>: Sendable {
    /// What was stamped together; taken from its end on, so that what is taken is let go at once.
    private struct Batch: Sendable {
        let epoch: UInt64
        var time: Int64
        var elements: [Element]

        /// Moves up to `most` to `ready`; returns how many.
        mutating func take(_ most: Int, into ready: inout [Element]) -> Int {
            let count = min(most, elements.count)
            ready += elements[(elements.count - count)...]
            elements.removeLast(count)
            return count
        }
    }

    /// Those that were taken whole are before ``first``.
    private var batches: [Batch] = []
    private var first = 0
    private(set) var count = 0

    var elements: [Element] { batches[first...].flatMap(\.elements) }

    /// Adds and empties `elements`.
    mutating func add(_ elements: inout [Element], epoch: UInt64, time: Int64) {
        guard !elements.isEmpty else { return }
        count += elements.count
        var batch: [Element] = []
        swap(&batch, &elements)
        batches.append(Batch(epoch: epoch, time: time, elements: batch))
    }

    /// Makes no batch later than `time`.
    mutating func setBack(to time: Int64) {
        for index in batches[first...].indices where batches[index].time > time {
            batches[index].time = time
        }
    }

    /// Moves up to `most` of the batches that are due, which are the first, to `ready`.
    mutating func take(
        _ most: Int,
        into ready: inout [Element],
        where isDue: (_ epoch: UInt64, _ time: Int64) -> Bool
    ) {
        while ready.count < most, first < batches.count,
            isDue(batches[first].epoch, batches[first].time)
        {
            count -= batches[first].take(most - ready.count, into: &ready)
            guard batches[first].elements.isEmpty else { return }
            // Its memory goes with it.
            batches[first].elements = []
            first += 1
        }
        // Moving the rest is worth it when it is the smaller part.
        guard first > 16, first * 2 > batches.count else { return }
        batches.removeFirst(first)
        first = 0
    }
}
