// SPDX-License-Identifier: Apache-2.0

import Model
import Routing

/// Which views have to stay.
struct UsedViews {
    /// Names of those that flows are routed by, or that the configuration fills.
    var kept: Set<String> = [] {
        didSet { perhapsUnused.formUnion(oldValue.subtracting(kept)) }
    }
    /// Names of the configured neighbors.
    var neighbors: Set<String> = []
    /// Views that had somebody who filled them, or asked them, until now.
    var perhapsUnused: Set<String> = []
}

/// Views: made for those who fill them, and gone with the last who fills or asks them.
extension RouteApplier {
    /// The view that the routes of `source` fill, made if need be.
    mutating func view(of source: RouteSource) -> ViewID {
        writer.view(named: RouteOwner.view(of: source))
    }

    /// Whether nothing is left to say of an owner when its routes are gone: a table that was not
    /// begun again, or a neighbor that is not configured any more.
    func isTemporary(_ owner: RouteOwner) -> Bool {
        owner.isReported || !usedViews.neighbors.contains(owner.name)
    }

    mutating func forget(_ owner: RouteOwner) {
        guard let neighbor = neighbors.removeValue(forKey: owner), let source = neighbor.source
        else { return }
        usedViews.perhapsUnused.insert(RouteOwner.view(of: source))
    }

    /// Forgets the neighbors that are not configured any more and have nothing to keep; others are
    /// forgotten when they have lost it.
    mutating func forgetUnconfigured() {
        for (owner, neighbor) in neighbors
        where isTemporary(owner) && !owner.isReported && neighbor.staleUntil == nil
            && (neighbor.isLost || neighbor.source == nil)
        { forget(owner) }
    }

    /// Removes the views that nobody uses any more.
    mutating func viewsToRemove() -> [Chore] {
        guard !usedViews.perhapsUnused.isEmpty else { return [] }
        let filled = Set(neighbors.values.compactMap { $0.source.map(RouteOwner.view) })
        let unused = usedViews.perhapsUnused.subtracting(usedViews.kept).subtracting(filled)
        // One that is used is named again when its last user goes.
        usedViews.perhapsUnused = []
        return unused.sorted().map(Chore.removeView)
    }

    /// Removes the next part of a view, unless it is used again by now.
    mutating func removeView(_ name: String, _ walk: inout TableWalk) {
        let isFilled = neighbors.values.contains {
            $0.source.map(RouteOwner.view) == name
        }
        if isFilled || usedViews.kept.contains(name) { walk.giveUp() }
        guard !walk.isDone else { return }
        writer.remove(view: writer.view(named: name), at: clock.now(), &walk)
    }
}
