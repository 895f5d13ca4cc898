// SPDX-License-Identifier: Apache-2.0

package import Attribution
package import Model
package import Routing

/// Which exporters that nobody has listed a pipeline may hold apart (DESIGN 3.13).
package struct Learning: Sendable {
    /// Where they may be.
    package var networks: PrefixSet
    /// How many more of them; shared by all workers.
    package var budget: LearnBudget
    /// The views to route their flows by.
    package var views: ViewList
    /// How long one may be silent before it makes room, in nanoseconds.
    package var holdNanoseconds: Int64

    /// None at all, unless said otherwise.
    package init(
        networks: [IPPrefix] = [],
        budget: LearnBudget = LearnBudget(0),
        views: ViewList = ViewList([]),
        holdSeconds: Int64 = 86_400
    ) {
        self.networks = PrefixSet(networks)
        self.budget = budget
        self.views = views
        holdNanoseconds = holdSeconds * 1_000_000_000
    }
}
