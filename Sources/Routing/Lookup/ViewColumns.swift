// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// One view's routes by prefix index, as readers see them.
///
/// Columns are *effective*: an entry for which the view has no route of its own repeats the word of
/// the nearest prefix around it that has one, marked inherited. So a lookup needs one load, and a
/// longer prefix that only another router has does not hide this router's route. While many routes
/// end at once, some entries repeat one that has ended, or nothing, for as long as that takes.
///
/// # The order of what is published
///
/// The writer stores, each with release: the paths and attributes a word leads to; the event that
/// tells what the word replaces; the index of the event; the word itself. A reader loads, each with
/// acquire: the word; where it says *recent*, the index of the event; the event. So who sees a word
/// sees its paths, and who sees *recent* sees the change that made it so, or a later one.
final class ViewColumns: Sendable {
    let name: String
    /// A ``ColumnWord`` for each prefix.
    let pathSets = PublishedWords(segmentShift: PrefixTree.blockShift)
    /// When and from what the word changed last: an index into ``RouteHistory``, 0 for nothing.
    let events = PublishedWords(segmentShift: PrefixTree.blockShift)
    /// Whether the view is not to be found by its name any more.
    let isRemoved = Atomic(false)

    init(name: String) { self.name = name }

    @inline(__always)
    func word(at index: UInt32) -> ColumnWord { ColumnWord(rawValue: pathSets[index]) }
}

/// Which path set a view uses for a prefix, whether a prefix around it brought it, and whether the
/// event beside it tells what was there before.
///
///     path set + 1 (30 bits) | recent | inherited
struct ColumnWord: Equatable, Sendable {
    let rawValue: UInt32

    private static let inheritedBit: UInt32 = 1
    private static let recentBit: UInt32 = 2

    init(rawValue: UInt32) { self.rawValue = rawValue }

    init(own pathSet: PathSetID) { rawValue = (pathSet.rawValue &+ 1) << 2 }

    static let none = ColumnWord(rawValue: 0)

    @inline(__always) var isNone: Bool { rawValue >> 2 == 0 }
    @inline(__always) var isOwn: Bool { !isNone && rawValue & Self.inheritedBit == 0 }
    /// Whether the route changed within the retention.
    @inline(__always) var isRecent: Bool { rawValue & Self.recentBit != 0 }

    /// The route alone, whenever it came.
    var settled: ColumnWord { ColumnWord(rawValue: rawValue & ~Self.recentBit) }
    var recent: ColumnWord { ColumnWord(rawValue: rawValue | Self.recentBit) }

    /// What the prefixes within have of it.
    var inherited: ColumnWord {
        isNone ? .none : ColumnWord(rawValue: settled.rawValue | Self.inheritedBit)
    }
    var own: ColumnWord { ColumnWord(rawValue: settled.rawValue & ~Self.inheritedBit) }

    /// The paths the view has for exactly this prefix.
    @inline(__always) var ownPathSet: PathSetID? { isOwn ? pathSet : nil }

    /// ``PathSetID/none`` when the word is.
    @inline(__always)
    var pathSet: PathSetID { PathSetID(rawValue: (rawValue >> 2) &- 1) }
}
