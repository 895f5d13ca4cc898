// SPDX-License-Identifier: Apache-2.0

/// One view's routes by prefix index, as readers see them.
///
/// Columns are *effective*: an entry for which the view has no route of its own repeats the word of
/// the nearest prefix around it that has one, marked inherited. So a lookup needs one load, and a
/// longer prefix that only another router has does not hide this router's route.
final class ViewColumns: Sendable {
    let name: String
    /// A ``ColumnWord`` for each prefix.
    let pathSets = PublishedWords(segmentShift: PrefixTree.blockShift)
    /// When and from what the word changed last: an index into ``RouteHistory``, 0 for nothing.
    let events = PublishedWords(segmentShift: PrefixTree.blockShift)

    init(name: String) { self.name = name }

    @inline(__always)
    func word(at index: UInt32) -> ColumnWord { ColumnWord(rawValue: pathSets[index]) }
}

/// Which path set a view uses for a prefix, and whether a prefix around it brought it.
struct ColumnWord: Equatable, Sendable {
    let rawValue: UInt32

    init(rawValue: UInt32) { self.rawValue = rawValue }

    init(own pathSet: PathSetID) { rawValue = (pathSet.rawValue &+ 1) << 1 }

    static let none = ColumnWord(rawValue: 0)

    var isNone: Bool { rawValue == 0 }
    var isOwn: Bool { rawValue != 0 && rawValue & 1 == 0 }

    var inherited: ColumnWord { isNone ? .none : ColumnWord(rawValue: rawValue | 1) }
    var own: ColumnWord { ColumnWord(rawValue: rawValue & ~1) }

    /// ``PathSetID/none`` when the word is.
    @inline(__always)
    var pathSet: PathSetID { PathSetID(rawValue: (rawValue >> 1) &- 1) }
}
