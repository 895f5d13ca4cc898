// SPDX-License-Identifier: Apache-2.0

package import Wire

/// What was found in an MRT file.
public struct MRTStatistics: Equatable, Sendable {
    /// Records of any type.
    public var records = 0
    /// Routes of a table dump that were handed on.
    public var tableRoutes = 0
    /// UPDATE messages that were read.
    public var updates = 0
    /// Changes of a session's state.
    public var stateChanges = 0
    /// Records of types that are not read: multicast, other protocols, messages other than UPDATE.
    public var skipped = 0
    /// AS paths that were cut off for their length.
    public var truncatedPaths = 0
    /// Routes, messages and records that could not be read, by reason.
    public var malformed: [String: Int] = [:]
    /// Where and why reading ended before the file did; nil when it was read to its end.
    public var damage: String?

    public init() {}

    package mutating func count(_ error: WireError) {
        malformed["\(error.kind.rawValue) \(error.subject)", default: 0] += 1
    }

    package mutating func count(_ reason: String) {
        malformed[reason, default: 0] += 1
    }
}
