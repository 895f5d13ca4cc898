// SPDX-License-Identifier: Apache-2.0

public import Synchronization

/// Path attributes that many routes have in common, without the next hop, which is told apart.
///
/// A full table has some ten thousand sets of them, each with dozens of routes. Whoever decodes
/// hands on the same object for the same octets, and the routing table, which leaves a mark on it,
/// knows it again: it looks into it once, not once a route.
public final class SharedAttributes: Sendable {
    // First, for they are read with each route, and so lie beside what counts the references.

    /// A path set of a table that has these attributes.
    public let pathSetMark = TableMark()
    /// Where a table keeps these attributes.
    public let mark = TableMark()

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

/// Where a table keeps something, noted on what it was given.
///
/// Several tables may leave marks, each over the last, and at once: so a number is given once, by
/// all tables, and whoever reads a mark has to find that number at the index.
public struct TableMark: ~Copyable, Sendable {
    @usableFromInline let storedNumber = Atomic<UInt64>(0)
    @usableFromInline let storedIndex = Atomic<UInt32>(0)

    @inlinable
    public init() {}

    /// 0 for nowhere.
    @inlinable public var number: UInt64 { storedNumber.load(ordering: .relaxed) }
    @inlinable public var index: UInt32 { storedIndex.load(ordering: .relaxed) }

    @inlinable
    public func set(index: UInt32, number: UInt64) {
        storedIndex.store(index, ordering: .relaxed)
        storedNumber.store(number, ordering: .relaxed)
    }
}

extension SharedAttributes: Equatable {
    public static func == (a: SharedAttributes, b: SharedAttributes) -> Bool {
        a === b || a.value == b.value
    }
}
