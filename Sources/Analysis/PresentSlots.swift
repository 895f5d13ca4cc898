// SPDX-License-Identifier: Apache-2.0

/// The slots of a period for which anything is known, numbered in order.
///
/// A slot that the store does not hold is no sample: nobody listened then. A slot that it holds is
/// a sample of every series, of 0 where the series has nothing in it.
public struct PresentSlots: Equatable, Sendable {
    /// From the first second to the second after the last, since 1970-01-01 00:00 UTC.
    public let period: Range<Int64>
    /// Length of a slot, in seconds.
    public let slotSeconds: Int64
    /// Starts of the slots, ascending, in seconds since 1970-01-01 00:00 UTC.
    public let starts: [Int64]
    /// By slots since the first one: its place in ``starts``, or -1.
    private let positions: [Int32]

    /// The slots of `starts` that lie in `period`, in any order, repeated or not.
    public init(period: Range<Int64>, slotSeconds: Int64, starts: some Sequence<Int64>) {
        self.period = period
        self.slotSeconds = max(slotSeconds, 1)
        var sorted = starts.filter(period.contains)
        sorted.sort()
        var unique: [Int64] = []
        unique.reserveCapacity(sorted.count)
        for start in sorted where unique.last != start { unique.append(start) }
        self.starts = unique

        var positions: [Int32] = []
        if let first = unique.first, let last = unique.last {
            positions = Array(repeating: -1, count: Int((last - first) / self.slotSeconds) + 1)
            for (position, start) in unique.enumerated() {
                positions[Int((start - first) / self.slotSeconds)] = Int32(position)
            }
        }
        self.positions = positions
    }

    public var count: Int { starts.count }

    /// The number of the slot that begins at `start`; nil when it is not present.
    public func position(of start: Int64) -> Int? {
        guard let first = starts.first, start >= first else { return nil }
        let offset = (start - first) / slotSeconds
        guard offset < positions.count else { return nil }
        let position = Int(positions[Int(offset)])
        return position >= 0 && starts[position] == start ? position : nil
    }

    /// The same time in longer slots, as a contract may ask for.
    ///
    /// - Returns: For each of these slots its place among the longer ones, and how many there are;
    ///   these slots themselves when `seconds` is no multiple of theirs.
    func grouped(bySeconds seconds: Int64) -> (places: [Int32], count: Int) {
        guard seconds > slotSeconds, seconds % slotSeconds == 0 else {
            return ((0..<Int32(count)).map { $0 }, count)
        }
        var places: [Int32] = []
        places.reserveCapacity(count)
        var current: Int64?
        var groups: Int32 = 0
        for start in starts {
            let group = start >= 0 ? start / seconds : (start + 1) / seconds - 1
            if group != current {
                current = group
                groups += 1
            }
            places.append(groups - 1)
        }
        return (places, Int(groups))
    }
}
