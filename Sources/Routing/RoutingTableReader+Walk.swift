// SPDX-License-Identifier: Apache-2.0

public import Model

/// Reading a whole view, while the writer works.
///
/// # How it works
///
/// Every prefix of the table has an index, and a view is a column over the indexes. A walk goes
/// through them from the first to the last, so many at a time:
///
///     column   [ own | inherited | - | own | own | - ][ own | ...
///               `-------- one slice, online --------'  `-- the next
///
/// Within a slice the reader holds back what the writer frees; between slices it holds nothing, and
/// the writer never waits. A slice sees each prefix as it is at that moment: one that changes is
/// seen before or after the change, whole; one that comes behind the walk is not seen, one that
/// stays for the length of the walk is seen exactly once.
extension RoutingTableReader {
    /// Hands on the routes of `view` that lie in the next `slice` entries of the table.
    ///
    /// - Parameters:
    ///   - view: Whose routes; a view that is not there has none.
    ///   - cursor: How far the walk has come; moved on.
    ///   - slice: Entries to look at, of this view or not.
    ///   - body: Called for each prefix with its paths, best first.
    /// - Returns: Whether there are more entries to look at.
    public func walk(
        _ view: ViewID,
        from cursor: inout RouteCursor,
        slice: UInt32,
        _ body: (IPPrefix, ViewRoute) -> Void
    ) -> Bool {
        let start = cursor.index
        let end = online { table in
            let columns = table.views.read(UInt32(view.rawValue)) { $0 }
            guard let columns else { return UInt32.max }
            let bound = columns.pathSets.bound
            let end = start < bound ? min(bound, start &+ min(slice, bound)) : bound
            for index in start..<max(start, end) {
                // The word is read before the prefix: while it is the view's own, and until this
                // reader's next quiet point, the index stands for no other prefix.
                let word = columns.word(at: index)
                guard word.isOwn, let prefix = table.prefixes.prefix(at: index),
                    let list = table.pathSets.paths(of: word.pathSet)
                else { continue }
                let changed = table.events.event(at: columns.events[index])?.time ?? 0
                body(prefix, ViewRoute(changed: changed, paths: table.offered(list)))
            }
            return end < bound ? end : UInt32.max
        }
        cursor.index = end
        return end != UInt32.max
    }

    /// All sources that ever told a route, in order of their ids.
    public var sources: [RouteSource] {
        online { table in
            var sources: [RouteSource] = []
            while let source = table.sources.read(UInt32(sources.count), { $0.source }) {
                sources.append(source)
            }
            return sources
        }
    }
}

extension PublishedTable {
    fileprivate func offered(_ list: PathList) -> [OfferedPath] {
        func offer(_ path: Path) -> OfferedPath? {
            attributes.attributes(of: path).map { attributes in
                OfferedPath(
                    source: path.source,
                    pathIdentifier: path.pathIdentifier,
                    isStale: path.isStale,
                    attributes: attributes
                )
            }
        }
        guard !list.others.isEmpty else { return offer(list.best).map { [$0] } ?? [] }
        return list.all.compactMap(offer)
    }
}

/// How far a walk through a view has come.
public struct RouteCursor: Sendable {
    var index: UInt32 = 0

    /// The beginning.
    public init() {}
}

/// What a view has for one prefix.
public struct ViewRoute: Sendable {
    /// When the view's route became this one, in nanoseconds since 1970-01-01 00:00 UTC; 0 when
    /// that is not known.
    public let changed: Int64
    /// Best first.
    public let paths: [OfferedPath]
}

/// A path to a prefix as its source told it.
public struct OfferedPath: Equatable, Sendable {
    public let source: RouteSourceID
    /// RFC 7911; 0 without ADD-PATH.
    public let pathIdentifier: UInt32
    /// Whether the session that told it has ended since.
    public let isStale: Bool
    public let attributes: PathAttributes
}
