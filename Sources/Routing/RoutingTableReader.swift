// SPDX-License-Identifier: Apache-2.0

public import Model
import Synchronization

/// Looks up routes while the writer works; one for each thread.
///
/// A worker goes online once, announces a quiet point after each batch, and goes offline before it
/// blocks: what the writer has replaced is freed when every online reader has passed a quiet point.
/// A call on a reader that is offline is online for its own duration, which costs a memory fence.
public struct RoutingTableReader: ~Copyable, Sendable {
    let table: PublishedTable
    private let slot: QuiescentState.ReaderSlot

    init(_ table: PublishedTable) {
        self.table = table
        slot = table.quiescentState.addReader()
    }

    deinit { table.quiescentState.removeReader(slot) }

    /// Begins to hold back what the writer frees.
    public func goOnline() { table.quiescentState.goOnline(slot) }

    /// Announces a quiet point: nothing found before is looked at any more, except by its id.
    public func quiesce() {
        if table.quiescentState.isOnline(slot) { table.quiescentState.quiesce(slot) }
    }

    /// Ends holding anything back, until ``goOnline()``.
    public func goOffline() { table.quiescentState.goOffline(slot) }

    func online<Result>(_ body: (PublishedTable) -> Result) -> Result {
        guard !table.quiescentState.isOnline(slot) else { return body(table) }
        table.quiescentState.goOnline(slot)
        defer { table.quiescentState.goOffline(slot) }
        return body(table)
    }

    /// Finds the routes to `addresses`, each in its own list of views, and puts them into `matches`
    /// in the same order, replacing what was there.
    ///
    /// The primary call: looking up many addresses at once hides the waits for memory. An address
    /// without a list of views matches nothing.
    public func routes(
        to addresses: [IPAddress],
        views: [ViewList],
        into matches: inout [RouteMatch]
    ) {
        online { $0.routes(to: addresses, views: views, into: &matches) }
    }

    /// Finds the longest prefix of any view around each of `addresses`, without asking what a view
    /// has for it.
    ///
    /// - Parameters:
    ///   - addresses: Up to as many as `prefixes` has room for.
    ///   - prefixes: In the same order; below 2 where nothing but a default route covers.
    package func prefixes(of addresses: Span<IPAddress>, into prefixes: inout MutableSpan<UInt32>) {
        online { $0.entries(of: addresses, into: &prefixes) }
    }

    /// The same for one address.
    package func prefix(of address: IPAddress) -> UInt32 { online { $0.entry(of: address) } }

    /// Finds the route to one address.
    public func route(to address: IPAddress, views: ViewList) -> RouteMatch {
        online { $0.decide(entry: $0.entry(of: address), family: address.family, views: views) }
    }

    /// The route that was matched, or nil when the view has none (at `time`).
    ///
    /// A flow that names its BGP next hop takes the path with that next hop, else the best. With a
    /// `time`, in nanoseconds since 1970-01-01 00:00 UTC, before the last change of the route, the
    /// one it replaced is taken, if there was one and it is still retained; without one, the route
    /// there is now is taken for earlier times too.
    public func route(
        of match: RouteMatch,
        nextHop: IPAddress? = nil,
        at time: Int64? = nil
    ) -> Route? {
        online { table in
            guard let found = table.resolve(match, at: time) else { return nil }
            return table.route(found, nextHop: nextHop)
        }
    }

    /// What the source said about the path that ``route(of:nextHop:at:)`` takes; nil without route.
    public func attributes(
        of match: RouteMatch,
        nextHop: IPAddress? = nil,
        at time: Int64? = nil
    ) -> PathAttributes? {
        online { table in
            guard let found = table.resolve(match, at: time),
                let (path, _) = table.path(in: found.pathSet, nextHop: nextHop)
            else { return nil }
            return table.attributes.attributes(of: path)
        }
    }

    /// The AS path of `id`; the empty one when it is no longer known.
    public func asPath(_ id: ASPathID) -> ASPath {
        online { $0.asPaths.read(id.rawValue) { $0.path } } ?? ASPath()
    }

    /// The source of `id`; nil when this table never gave that id.
    public func source(_ id: RouteSourceID) -> RouteSource? {
        online { $0.sources.read(id.rawValue) { $0.source } }
    }

    /// The prefix of `id`; nil when it is no longer known.
    public func prefix(_ id: PrefixID) -> IPPrefix? {
        online { $0.prefixes.prefix(at: id.rawValue) }
    }

    /// Names of all views, in order of their ids; without those that were removed.
    public var views: [String] {
        online { table in
            (0..<table.viewBound.load(ordering: .acquiring)).compactMap { id in
                table.views.read(id) { $0.isRemoved.load(ordering: .relaxed) ? nil : $0.name }
                    ?? nil
            }
        }
    }

    /// The view of that name; nil when there is none (yet, or any more).
    public func view(named name: String) -> ViewID? {
        online { table in
            let id = (0..<table.viewBound.load(ordering: .acquiring)).first { id in
                table.views.read(id) {
                    !$0.isRemoved.load(ordering: .relaxed) && $0.name == name
                } ?? false
            }
            return id.map { ViewID(rawValue: UInt16(truncatingIfNeeded: $0)) }
        }
    }

    /// The name of `view`, also of one that was removed within the retention.
    public func name(of view: ViewID) -> String? {
        online { table in table.views.read(UInt32(view.rawValue)) { $0.name } }
    }
}
