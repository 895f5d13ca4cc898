// SPDX-License-Identifier: Apache-2.0

/// Indices sorted by group: a counting sort, so that each group's rows lie together.
struct Grouping: Sendable {
    /// Indices of the rows, those of the first group first; within a group in their own order.
    private let order: [Int32]
    /// Where each group begins in ``order``, and the end.
    private let bounds: [Int]

    /// `groups` has the number of the group of each row, below `count`; negative for none.
    init(_ groups: [Int32], count: Int) {
        var bounds = Array(repeating: 0, count: count + 1)
        for group in groups where group >= 0 { bounds[Int(group) + 1] += 1 }
        for group in 0..<count { bounds[group + 1] += bounds[group] }
        var next = bounds
        var order = Array(repeating: Int32(0), count: bounds[count])
        for (row, group) in groups.enumerated() where group >= 0 {
            order[next[Int(group)]] = Int32(row)
            next[Int(group)] += 1
        }
        self.order = order
        self.bounds = bounds
    }

    /// The rows of `group`.
    subscript(group: Int) -> ArraySlice<Int32> { order[bounds[group]..<bounds[group + 1]] }
}
