// SPDX-License-Identifier: Apache-2.0

/// Freeing what readers can no longer see, and nobody may still ask for.
extension RoutingTableWriter {
    /// Frees what no reader can still see and the retention has passed for.
    ///
    /// `time` is now, in nanoseconds since 1970-01-01 00:00 UTC, by the clock the table's retention
    /// is measured by; without one, it is the newest time that an update has told.
    public mutating func reclaim(at time: Int64? = nil) {
        while !reclaim(at: time, atMost: .max) {}
    }

    /// Frees up to `most` of what ``reclaim(at:)`` frees; returns whether that was all.
    ///
    /// After a neighbor with a whole table has gone there is a million of it, and whoever changes
    /// the table meanwhile waits for one call.
    public mutating func reclaim(at time: Int64? = nil, atMost most: Int) -> Bool {
        let time = time ?? newestTime
        retirement.stamp(epoch: published.quiescentState.advance(), time: time)
        // Looking at an entry is a small part of freeing one.
        let entries = most > .max / 4 ? .max : most * 4
        let areAged = history.age(to: time, atMost: entries, retiring: &retirement)
        endReleased()
        let oldest = published.quiescentState.oldest()
        let (ready, isAll) = retirement.takeReady(oldestEpoch: oldest, time: time, atMost: most)
        for retiree in ready { free(retiree) }
        let areViewsEnded = endViews(atMost: entries)
        let isSettled = settle(atMost: entries)
        return areAged && isAll && areViewsEnded && isSettled
    }

    private mutating func free(_ retiree: Retiree) {
        switch retiree {
        case .node(let node): tree.releaseNode(node)
        case .event(let event): history.free(event)
        case .attributes(let index): paths.freeAttributes(index, retiring: &retirement)
        case .nextHop(let index): paths.freeNextHop(index)
        case .asPath(let index): paths.freeASPath(index, retiring: &retirement)
        case .pathSetIndex(let index): paths.freePathSet(index, retiring: &retirement)
        case .prefixIndex(let index): freePrefix(index)
        case .view(let index): freeViews.append(ViewID(rawValue: UInt16(index)))
        case .unusedPrefix(let index): tree.expire(index, retiring: &retirement)
        case .unlinkedPrefix(let index):
            clearColumns(at: index)
            retirement.add(.prefixIndex(index))
        case .unusedPathSet(let index): paths.expire(index, retiring: &retirement)
        case .removedView(let index): end(index)
        }
    }

    private mutating func clearColumns(at index: UInt32) {
        for columns in columns {
            let event = columns.events[index]
            guard event != 0 || columns.pathSets[index] != 0 else { continue }
            columns.pathSets.store(0, at: index)
            columns.events.store(0, at: index)
            history.release(event, retiring: &retirement)
        }
        endReleased()
    }

    private mutating func freePrefix(_ index: UInt32) {
        guard tree.release(index) else { return }
        for columns in columns {
            columns.pathSets.dropSegment(holding: index)
            columns.events.dropSegment(holding: index)
        }
    }
}
