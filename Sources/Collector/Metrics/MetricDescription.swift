// SPDX-License-Identifier: Apache-2.0

/// What `/metrics` says of one name.
package struct MetricDescription: Sendable {
    /// How its values are to be read.
    package enum Kind: String, Sendable {
        /// Only grows.
        case counter
        case gauge
        /// A count of values at or below each of some bounds.
        case histogram
        /// A count of values and their sum.
        case summary

        /// Whether both are made of the same: a histogram and a summary are.
        func isHeld(like other: Kind) -> Bool {
            self == other || isDistribution && other.isDistribution
        }

        private var isDistribution: Bool { self == .histogram || self == .summary }
    }

    package var name: String
    package var kind: Kind
    /// One sentence, with the unit.
    package var help: String
    /// Upper bounds of a histogram, ascending.
    package var bounds: [Double]

    package init(_ name: String, _ kind: Kind, _ help: String, bounds: [Double] = []) {
        self.name = name
        self.kind = kind
        self.help = help
        self.bounds = bounds
    }
}
