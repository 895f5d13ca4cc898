// SPDX-License-Identifier: Apache-2.0

import Model
import Routing
import Settings

/// Updates, as many of a source together as have come.
extension RouteApplier {
    mutating func apply(_ batch: RouteBatch) -> [Chore] {
        let source = batch.source
        let owner = RouteOwner(of: source)
        // Taken out, so that what it holds is changed and not copied.
        var neighbor = neighbors.removeValue(forKey: owner) ?? known(owner)
        defer { neighbors[owner] = neighbor }
        guard !neighbor.isOverLimit, !neighbor.isWithoutView else { return [] }
        neighbor.source = source
        let view = neighbor.view ?? view(of: source)
        neighbor.view = view
        guard view != .none else {
            neighbor.isWithoutView = true
            return [.noView(source)]
        }
        let isNear = isNearLimit(batch, in: view, neighbor)
        var chores: [Chore] = []
        for update in batch.updates where !neighbor.isOverLimit {
            apply(update, from: source, to: view)
            if isNear, !update.announced.isEmpty { chores += check(source, in: view, &neighbor) }
            for family in update.endOfRIB { chores += complete(family, &neighbor) }
            neighbor.renewal.note(update)
            for mark in update.refreshes { chores += renew(mark, source, &neighbor) }
        }
        if isNear, !neighbor.isOverLimit { chores += sweepExcess(of: neighbor) }
        // All tables of a station count together, however far this one is from its own bound.
        if source.rib.isReported, !isNear { chores += check(source, in: view, &neighbor) }
        return chores
    }

    private mutating func apply(_ update: RouteUpdate, from source: RouteSource, to view: ViewID) {
        let time = clock.time(ofArrival: update.time)
        guard time != update.time else { return writer.apply(update, from: source, to: view) }
        var update = update
        update.time = time
        writer.apply(update, from: source, to: view)
    }

    /// Whether `batch` may bring its source to four fifths of what it may announce.
    private func isNearLimit(
        _ batch: RouteBatch,
        in view: ViewID,
        _ neighbor: Neighbor
    ) -> Bool {
        guard let limits = neighbor.terms.limits else { return false }
        let counts =
            neighbor.staleUntil == nil
            ? writer.freshPrefixCounts(of: batch.source, in: view) : prefixCounts(of: neighbor)
        return counts.ipv4 + batch.prefixes >= limits.ipv4 - limits.ipv4 / 5
            || counts.ipv6 + batch.prefixes >= limits.ipv6 - limits.ipv6 / 5
    }
}
