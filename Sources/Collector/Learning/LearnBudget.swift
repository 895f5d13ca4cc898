// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// How many more exporters may be learned, over all workers.
package final class LearnBudget: Sendable {
    private let left: Atomic<Int>

    package init(_ count: Int) { left = Atomic(count) }

    /// Takes one; false when there is none.
    package func take() -> Bool {
        // Read first: a flood of strangers must not make workers write to one word.
        guard left.load(ordering: .relaxed) > 0 else { return false }
        if left.subtract(1, ordering: .relaxed).newValue >= 0 { return true }
        left.add(1, ordering: .relaxed)
        return false
    }

    package func giveBack() { left.add(1, ordering: .relaxed) }

    /// Follows the configuration to another count.
    package func change(by difference: Int) { left.add(difference, ordering: .relaxed) }
}
