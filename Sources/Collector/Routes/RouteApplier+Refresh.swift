// SPDX-License-Identifier: Apache-2.0

import Model
import Routing

/// Routes that are told again while their session lasts, and routes that do not outlive it.
extension RouteApplier {
    /// What the mark of a refresh leads to (RFC 7313, section 4).
    func renew(
        _ mark: RouteUpdate.Refresh,
        _ source: RouteSource,
        _ neighbor: inout Neighbor
    ) -> [Chore] {
        switch mark {
        case .begin(let family):
            let isEarly = neighbor.renewal.hasEndOfRIB && !neighbor.complete.contains(family)
            guard !isEarly else { return [] }
            neighbor.renewal.families.insert(family)
            neighbor.staleSources.insert(source)
            Self.keepStale(&neighbor)
            return [.mark(source, family)]
        case .end(let family):
            // One without the other says nothing.
            guard neighbor.renewal.families.remove(family) != nil else { return [] }
            return complete(family, &neighbor)
        }
    }

    /// What is due though the neighbor says nothing.
    mutating func renewalChores(of owner: RouteOwner, at now: Int64) -> [Chore] {
        guard let sources = neighbors[owner]?.staleSources else { return [] }
        if neighbors[owner]?.renewal.isProbablyComplete(at: now) == true {
            neighbors[owner]?.hasInitialRoutes = true
        }
        let routes = neighbors[owner]?.renewal.takeShortLived(at: now) ?? []
        guard !routes.isEmpty else { return [] }
        return sources.map { .withdraw($0, routes) }
    }

    /// Withdraws the next part of `routes`.
    mutating func withdraw(
        _ routes: [RouteUpdate.Reachability],
        of source: RouteSource,
        _ walk: inout TableWalk
    ) {
        var update = RouteUpdate(time: clock.now())
        update.withdrawn = walk.take(of: routes)
        writer.apply(update, from: source, to: view(of: source))
    }

    /// Nothing is kept of a source whose session has ended.
    mutating func forget(_ source: RouteSource) -> [Chore] {
        let owner = RouteOwner(of: source)
        guard var neighbor = neighbors[owner] else { return [] }
        let sources = neighbor.staleSources
        neighbor.staleUntil = nil
        neighbor.staleSources = []
        neighbors[owner] = neighbor
        if neighbor.isLost, isTemporary(owner) { forget(owner) }
        return sources.map { .sweep($0, nil, at: nil) }
    }
}

extension RouteApplier.Neighbor {
    /// Whether something is due of it though it says nothing.
    func isDue(at now: Int64) -> Bool {
        isExpired(at: now) || renewal.hasDueRoutes(at: now)
            || !hasInitialRoutes && renewal.isProbablyComplete(at: now)
    }

    /// Whether the time of its stale routes is over.
    func isExpired(at now: Int64) -> Bool { staleUntil.map { $0 <= now } ?? false }
}
