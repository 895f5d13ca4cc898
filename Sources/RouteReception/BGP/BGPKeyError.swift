// SPDX-License-Identifier: Apache-2.0

/// That keys of TCP MD5 signatures could not be set; their neighbors are refused.
public struct BGPKeyError: Error, Equatable, CustomStringConvertible {
    public var failures: [Failure]

    public struct Failure: Equatable, Sendable, CustomStringConvertible {
        /// Of the neighbor.
        public var name: String
        /// Why its key could not be set.
        public var reason: String

        public var description: String {
            "neighbors[\(name)]: its key could not be set, its connections are refused: \(reason)"
        }
    }

    public var description: String { failures.map(\.description).joined(separator: "; ") }
}
