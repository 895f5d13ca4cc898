// SPDX-License-Identifier: Apache-2.0

import Accounting
import Attribution
import Model
import Routing

/// One worker's state, and the batches it is given in turn.
struct AttributionRun: ~Copyable {
    /// Which part of a worker is measured.
    enum Part: String, CaseIterable {
        case attribute, totals, worker
    }

    private let part: Part
    private let traffic: Traffic
    private var attributor: Attributor
    private var totals: RunningTotals
    private var postings: [Posting] = []
    /// Of each batch, for ``Part/totals``.
    private var ready: [[Posting]] = []
    private var implausible: [UInt16] = []
    private var next = 0
    /// Records so far.
    private(set) var records = 0

    /// Prepares a run: each batch was seen before, so that all memory is there.
    init(_ part: Part, _ scene: Scene, _ traffic: Traffic) {
        self.part = part
        self.traffic = traffic
        attributor = Attributor(
            inventory: scene.inventory,
            viewLists: scene.viewLists,
            reader: scene.table.makeReader()
        )
        totals = RunningTotals(slotSeconds: 300)
        for index in traffic.batches.indices {
            attribute(index)
            totals.add(postings)
            if part == .totals { ready.append(postings) }
        }
    }

    private mutating func attribute(_ index: Int) {
        postings.removeAll(keepingCapacity: true)
        attributor.attribute(
            traffic.batches[index],
            exporters: traffic.exporters[index],
            into: &postings,
            implausible: &implausible
        )
    }

    /// Takes so many batches, again from the first when there are no more.
    mutating func take(batches: Int) {
        for _ in 0..<batches {
            switch part {
            case .attribute: attribute(next)
            case .totals: totals.add(ready[next])
            case .worker:
                attribute(next)
                totals.add(postings)
            }
            records += traffic.batches[next].records.count
            next = (next + 1) % traffic.batches.count
        }
    }
}
