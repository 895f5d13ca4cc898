// SPDX-License-Identifier: Apache-2.0

/// The views an exporter's flows are looked up in, in order of preference: its own, then, say, a
/// route reflector's.
///
/// The first view that has a route other than the default decides; if none has, the first that has
/// a default route. Views are never merged.
public struct ViewList: Hashable, Sendable {
    /// Four view ids of 16 bits, the first in the low bits; ``ViewID/none`` ends the list.
    private var packed: UInt64 = .max

    public static let capacity = 4

    /// A list of the first four of `views`.
    public init(_ views: some Sequence<ViewID> = []) {
        for view in views { append(view) }
    }

    /// Adds `view` as the least preferred; changes nothing when the list is full or has it.
    public mutating func append(_ view: ViewID) {
        let position = count
        guard view != .none, position < Self.capacity, !contains(view) else { return }
        let shift = UInt64(16 * position)
        packed = packed & ~(0xffff << shift) | UInt64(view.rawValue) << shift
    }

    public var count: Int {
        var count = 0
        while count < Self.capacity, self[count] != .none { count += 1 }
        return count
    }

    public var isEmpty: Bool { self[0] == .none }

    /// The view at `position`, counted from 0; ``ViewID/none`` after the last.
    @inline(__always)
    public subscript(position: Int) -> ViewID {
        guard position >= 0, position < Self.capacity else { return .none }
        return ViewID(rawValue: UInt16(truncatingIfNeeded: packed >> UInt64(16 * position)))
    }

    private func contains(_ view: ViewID) -> Bool {
        (0..<Self.capacity).contains { self[$0] == view }
    }
}

extension ViewList: ExpressibleByArrayLiteral {
    public init(arrayLiteral views: ViewID...) { self.init(views) }
}
