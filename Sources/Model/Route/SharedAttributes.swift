// SPDX-License-Identifier: Apache-2.0

/// Path attributes that many routes have in common, without the next hop, which is told apart.
///
/// A full table has some ten thousand sets of them, each with dozens of routes. Whoever decodes
/// hands on the same object for the same octets, and the routing table knows it again by identity:
/// it looks into it once, not once a route.
public final class SharedAttributes: Sendable {
    /// The attributes; `nextHop` is nil.
    public let value: PathAttributes

    /// - Parameter value: What the routes have in common; its next hop is left out.
    public init(_ value: PathAttributes) {
        var value = value
        value.nextHop = nil
        self.value = value
    }

    /// Of a message that announces nothing.
    public static let none = SharedAttributes(PathAttributes())
}

extension SharedAttributes: Equatable {
    public static func == (a: SharedAttributes, b: SharedAttributes) -> Bool {
        a === b || a.value == b.value
    }
}
