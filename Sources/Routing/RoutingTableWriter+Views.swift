// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// What has become of a view.
enum ViewStage {
    case used
    /// It has no name and no routes any more, and is resolved for flows of an earlier time.
    case removed
    /// Its columns are being freed.
    case ending
    case gone
}

/// How far the columns of a view have been freed.
struct EndingView {
    let view: ViewID
    var next: UInt32 = 0
}

/// Making views, and removing them.
///
/// # How it works
///
/// A view that is removed first loses its routes, part by part, and with the last of them its name.
/// For the retention its columns stay, so that what was matched in it, and flows of an earlier
/// time, are resolved as before. Then the columns let go of their events, part by part; when no
/// reader can see them any more they are freed, and the id may be given again.
extension RoutingTableWriter {
    /// The view of that name, which is made if it is not there.
    ///
    /// A table has at most 4,096 views; what would be one more is ``ViewID/none``.
    public mutating func view(named name: String) -> ViewID {
        if let id = viewIDs[name] { return id }
        let id: ViewID
        let new = ViewColumns(name: name)
        if let free = freeViews.popLast() {
            id = free
            views[Int(id.rawValue)] = View(name: name)
            columns[Int(id.rawValue)] = new
        } else {
            guard views.count < Self.viewLimit else { return .none }
            id = ViewID(rawValue: UInt16(views.count))
            views.append(View(name: name))
            columns.append(new)
        }
        viewIDs[name] = id
        retirement.add(published.views.publish(new, at: UInt32(id.rawValue)))
        published.viewBound.store(UInt32(views.count), ordering: .releasing)
        return id
    }

    /// Whether views of all these names are there, or can be made.
    ///
    /// One that was removed takes its place for the retention.
    public func canMake(views names: Set<String>) -> Bool {
        let new = names.count { viewIDs[$0] == nil }
        return views.count - freeViews.count + new <= Self.viewLimit
    }

    /// Whether routes can be put into `view`.
    func isUsed(_ view: ViewID) -> Bool {
        views.indices.contains(Int(view.rawValue)) && views[Int(view.rawValue)].stage == .used
    }

    /// Withdraws the next part of the routes of `view`, of all sources; with the last part the
    /// view ends.
    ///
    /// In between, nothing must be announced to it, unless the walk is given up: then the view
    /// stays, with the routes it still has. Its memory is freed when the retention has
    /// passed, and not before does its id stand for another view.
    ///
    /// - Parameters:
    ///   - view: Which one; a view that is not there is done.
    ///   - time: As in ``RouteUpdate/time``; without one, it is the newest heard of.
    ///   - walk: How far the walk has come.
    public mutating func remove(
        view: ViewID,
        at time: Int64? = nil,
        _ walk: inout TableWalk
    ) {
        guard isUsed(view) else {
            walk.isDone = true
            return
        }
        newestTime = max(newestTime, time ?? newestTime)
        let number = Int(view.rawValue)
        let columns = columns[number]
        guard !walk.isGivenUp else {
            for index in walk.take(of: tree.bound) { mend(index, in: columns, time: newestTime) }
            return
        }
        for index in walk.take(of: tree.bound) {
            prefetchAround(beyond: index, in: columns)
            let word = columns.word(at: index)
            guard !word.isNone, word.isOwn || tree.isLinked(index) else { continue }
            store(.none, at: index, in: columns, time: time ?? newestTime)
            // Whose they were does not matter: all counts of the view end with it.
            guard let old = word.ownPathSet else { continue }
            paths.endUse(old, retiring: &retirement)
            countOwner(-1, at: index, in: number, isIPv4: tree.isIPv4(index))
        }
        // The second time finds what other views have put in since, within what was there yet.
        walk.goOnTwice()
        guard walk.isDone else { return }
        viewIDs[views[number].name] = nil
        views[number].stage = .removed
        views[number].sources = CountsBySource()
        columns.isRemoved.store(true, ordering: .relaxed)
        retirement.add(.removedView(UInt32(view.rawValue)))
    }

    /// Removes `view` at once.
    public mutating func remove(view: ViewID, at time: Int64? = nil) {
        var walk = TableWalk()
        while !walk.isDone { remove(view: view, at: time, &walk) }
    }

    /// Begins to free the columns of a view that was removed a retention ago.
    mutating func end(_ view: UInt32) {
        views[Int(view)].stage = .ending
        endingViews.append(EndingView(view: ViewID(rawValue: UInt16(view))))
    }

    /// Frees the next `most` entries of such columns; returns whether that was all.
    mutating func endViews(atMost most: Int) -> Bool {
        guard let ending = endingViews.last else { return true }
        let number = Int(ending.view.rawValue)
        let bound = columns[number].events.bound
        let end =
            bound - ending.next > UInt32(clamping: most)
            ? ending.next + UInt32(clamping: most) : bound
        for index in ending.next..<end {
            let event = columns[number].events[index]
            guard event != 0 else { continue }
            columns[number].events.store(0, at: index)
            columns[number].pathSets.store(0, at: index)
            history.release(event, retiring: &retirement)
        }
        endReleased()
        endingViews[endingViews.count - 1].next = end
        guard end == bound else { return false }
        endingViews.removeLast()
        views[number].stage = .gone
        columns[number] = noColumns
        if let old = published.views.take(UInt32(ending.view.rawValue)) { retirement.add(old) }
        retirement.add(.view(UInt32(ending.view.rawValue)))
        return endingViews.isEmpty
    }
}
