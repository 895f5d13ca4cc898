// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// The routes of all routers: one thread writes, any number look up, and no reader ever waits.
///
/// # How it works
///
/// The prefixes of all routers share one longest-prefix-match structure (``PrefixTrie``), from
/// address to prefix index. Each *view*, the routes of one router, is a column (``ViewColumns``):
/// prefix index to path set. A lookup in a view is one walk of the trie and one load:
///
///     203.0.113.9 -> trie -> prefix 5     view "er1.fra"         path set 12
///                                         [ .. 5: 12, own .. ] -> [ best: via 198.51.100.7 | .. ]
///                                         view "er2.ams"
///                                         [ .. 5: 3, inherited .. ]  (has only 203.0.112.0/20)
///
/// The writer keeps the columns complete: a route covers, in its view, all longer prefixes for
/// which the view has none of its own. A default route stands outside, as the entry that is asked
/// when nothing else covers the address.
///
/// Readers see words that change one at a time, each of which stands for a complete state. Nothing
/// is changed in place that a reader may hold: it is replaced, and freed when all readers have
/// passed a quiet point (``QuiescentState``). Path sets, and prefixes no view has any more, stay
/// for the retention besides, so that a match may be resolved later, and by an earlier time.
public final class RoutingTable: Sendable {
    let published = PublishedTable()
    private let retention: Int64
    private let hasWriter = Atomic(false)

    /// Creates a table without views.
    ///
    /// `retention` is how long a route that was replaced or withdrawn can still be asked for, and
    /// ids stay good, in nanoseconds.
    public init(retention nanoseconds: Int64 = 600_000_000_000) {
        retention = max(0, nanoseconds)
    }

    /// A reader, for one thread; offline until told otherwise.
    public func makeReader() -> RoutingTableReader { RoutingTableReader(published) }

    /// The writer of this table.
    ///
    /// - Precondition: it has not been made before.
    public func makeWriter() -> RoutingTableWriter {
        precondition(
            !hasWriter.exchange(true, ordering: .relaxed),
            "a routing table has one writer"
        )
        return RoutingTableWriter(published, retention: retention)
    }

    /// Memory of the shared arrays, without the objects they refer to, in octets.
    package var octets: Int { published.octets }
}
