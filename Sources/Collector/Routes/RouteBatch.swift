// SPDX-License-Identifier: Apache-2.0

import Model

/// Updates of one source that wait in a ``RouteQueue`` together, and are applied together.
///
/// Nothing else happens between them: an update that marks an end, and may lead to more than
/// changes of routes, is the last of its batch.
final class RouteBatch: Sendable {
    let source: RouteSource
    let updates: [RouteUpdate]
    /// Prefixes that they name.
    let prefixes: Int
    /// Memory that they take, in octets, roughly.
    let octets: Int

    /// Prefixes from which on a batch is long enough.
    private static let mostPrefixes = 1_024

    init(_ updates: [RouteUpdate], from source: RouteSource) {
        self.updates = updates
        self.source = source
        prefixes = updates.reduce(0) { $0 + Self.prefixes(of: $1) }
        octets = updates.reduce(0) { $0 + Self.octets(of: $1) }
    }

    /// Batches with all of `updates`, in their order.
    static func batches(
        of updates: [RouteUpdate],
        from source: RouteSource,
        _ body: (RouteBatch) -> Void
    ) {
        var start = 0
        var prefixes = 0
        for position in updates.indices {
            prefixes += Self.prefixes(of: updates[position])
            let marks = !updates[position].endOfRIB.isEmpty || !updates[position].refreshes.isEmpty
            let isLast = position == updates.count - 1
            guard prefixes >= mostPrefixes || marks, !isLast else { continue }
            body(RouteBatch(Array(updates[start...position]), from: source))
            (start, prefixes) = (position + 1, 0)
        }
        guard start < updates.count else { return }
        body(RouteBatch(start == 0 ? updates : Array(updates[start...]), from: source))
    }

    private static func prefixes(of update: RouteUpdate) -> Int {
        update.announced.count + update.withdrawn.count
    }

    private static func octets(of update: RouteUpdate) -> Int {
        let attributes = update.shared.value
        let numbers =
            attributes.asPath.words.count + attributes.communities.count
            + 3 * attributes.largeCommunities.count
            + 2 * attributes.extendedCommunities.count
        return 512 + prefixes(of: update) * MemoryLayout<RouteUpdate.Reachability>.stride
            + 4 * numbers
    }
}
