// SPDX-License-Identifier: Apache-2.0

/// How far a walk through all columns has come.
struct SettlingWalk {
    var view = 0
    var next: UInt32 = 0
    var isUnderWay = false
}

/// Taking *recent* from the words whose events have been forgotten.
extension RoutingTableWriter {
    /// Goes on by about `most` entries; returns whether all columns are as they should be.
    ///
    /// A flow that meets a word which is still *recent* looks at its event, and finds nothing.
    mutating func settle(atMost most: Int) -> Bool {
        if !settling.isUnderWay {
            guard history.hasForgotten else { return true }
            history.beginWalk()
            settling = SettlingWalk(isUnderWay: true)
        }
        var left = most
        while settling.view < columns.count {
            let bound = min(tree.bound, columns[settling.view].pathSets.bound)
            let start = min(settling.next, bound)
            let end =
                bound - start > UInt32(clamping: left)
                ? start + UInt32(clamping: left) : bound
            settle(start..<end, of: columns[settling.view])
            left -= Int(end - start)
            settling.next = end
            guard end == bound else { return false }
            settling.view += 1
            settling.next = 0
        }
        settling.isUnderWay = false
        return !history.hasForgotten
    }

    private mutating func settle(_ range: Range<UInt32>, of columns: ViewColumns) {
        for index in range {
            let word = columns.word(at: index)
            guard word.isRecent else { continue }
            let event = columns.events[index]
            guard !history.isKnown(event) else { continue }
            if word.isNone {
                columns.pathSets.store(0, at: index)
                columns.events.store(0, at: index)
                history.release(event, retiring: &retirement)
            } else {
                columns.pathSets.store(word.settled.rawValue, at: index)
                let settled = history.settle(event, retiring: &retirement)
                if settled != event { columns.events.store(settled, at: index) }
            }
        }
    }
}
