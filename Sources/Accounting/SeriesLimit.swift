// SPDX-License-Identifier: Apache-2.0

import Model

/// Holds the rows of each exporter in each slot to a number.
///
/// # How it works
///
/// Whoever scans the Internet, or forges flows, makes a row of each packet. So an exporter has at
/// most ``most`` rows in a slot; which ones is remembered beyond hand-overs, by their hashes, for
/// the newest slots. What would be one more is *folded*: it counts in one row of its interface,
/// without evidence, so that octets, the interface's volume and the ledger stay exact. Interfaces
/// are numbers from the wire as well: beyond ``mostFolded`` all is one row of no interface.
struct SeriesLimit: Sendable {
    let most: Int
    /// Rows of one exporter in one slot that are interfaces without evidence.
    static let mostFolded = 4096
    /// How many slots on either side of the one in use are remembered beyond a hand-over.
    private static let slotsKept: Int64 = 3

    private var series: [Int64: [UInt16: Series]] = [:]
    /// Rows over all slots since the last hand-over.
    private var rows: [UInt16: Int] = [:]
    /// Who has come to the limit since the last hand-over, and in which slot.
    private(set) var reached: [(slot: Int64, exporter: UInt16)] = []
    /// How often anybody has, in whatever slot, since the beginning.
    private(set) var timesReached: UInt64 = 0
    /// The newest slot for which each was told of.
    private var told: [UInt16: Int64] = [:]

    private struct Series: Sendable {
        var rows: Set<Int> = []
        var prefixes: Set<Int> = []
        var folded: Set<Int> = []
    }

    init(most: Int) { self.most = most }

    /// Where a row that the totals of `slot` did not have is to be counted: as it is, or folded.
    mutating func place(_ key: PostingKey, in slot: Int64) -> PostingKey {
        // A flow may span many slots: what waits to be handed over is bounded as well.
        if rows[key.exporter, default: 0] < 4 * most,
            series[slot, default: [:]][key.exporter, default: Series()].rows
                .admit(key.hashValue, most: most)
        {
            rows[key.exporter, default: 0] += 1
            return key
        }
        noteReached(key.exporter, in: slot)
        let folded = key.withoutEvidence
        if series[slot, default: [:]][key.exporter, default: Series()].folded
            .admit(folded.hashValue, most: Self.mostFolded)
        {
            return folded
        }
        var last = PostingKey(
            exporter: key.exporter,
            interface: 0,
            direction: key.direction,
            family: key.family
        )
        last.flags = .isUnknownNeighbor
        return last
    }

    /// Whether a transit prefix that the totals of `slot` did not have is counted by itself.
    mutating func admitsPrefix(_ hash: Int, of exporter: UInt16, in slot: Int64) -> Bool {
        let isAdmitted = series[slot, default: [:]][exporter, default: Series()].prefixes
            .admit(hash, most: most)
        if !isAdmitted { noteReached(exporter, in: slot) }
        return isAdmitted
    }

    private mutating func noteReached(_ exporter: UInt16, in slot: Int64) {
        guard slot > told[exporter] ?? .min else { return }
        told[exporter] = slot
        reached.append((slot, exporter))
        timesReached.addSaturating(1)
    }

    /// Rows of `exporter` in the slot that has the most of them.
    func count(of exporter: UInt16) -> Int {
        series.values.map { $0[exporter]?.rows.count ?? 0 }.max() ?? 0
    }

    /// Begins anew after a hand-over; remembers the rows of the slots about `slot`.
    ///
    /// - Parameters:
    ///   - slot: The newest that was counted in since the last hand-over; nil when none was. After
    ///     the clock was set back, those far ahead of it are no longer the newest.
    ///   - slotSeconds: Length of a slot.
    mutating func handedOver(slot: Int64?, slotSeconds: Int64) {
        rows.removeAll(keepingCapacity: true)
        reached = []
        guard let slot else { return }
        let reach = Self.slotsKept * slotSeconds
        series = series.filter { $0.key > slot - reach && $0.key < slot + reach }
        told = told.filter { $0.value <= slot }
    }

    /// Follows exporters to other numbers; those without one are forgotten.
    mutating func renumber(_ number: (UInt16) -> UInt16?) {
        series = series.mapValues { $0.renumbered(number) }
        told = told.renumbered(number)
    }
}

extension Dictionary where Key == UInt16 {
    /// The same with exporters under other numbers, without those that have none any more.
    func renumbered(_ number: (UInt16) -> UInt16?) -> [UInt16: Value] {
        let pairs = compactMap { key, value in number(key).map { ($0, value) } }
        return Dictionary(pairs, uniquingKeysWith: { first, _ in first })
    }
}

extension Set {
    /// Whether `element` is one of at most `most`, now or already.
    fileprivate mutating func admit(_ element: Element, most: Int) -> Bool {
        if count < most {
            insert(element)
            return true
        }
        return contains(element)
    }
}

extension PostingKey {
    /// The same side of the same interface, whoever was beyond it.
    fileprivate var withoutEvidence: PostingKey {
        var key = PostingKey(
            exporter: exporter,
            interface: interface,
            direction: direction,
            family: family
        )
        key.rate = rate
        key.rateSource = rateSource
        key.flags = flags.intersection(.isTransit).union(.isUnknownNeighbor)
        return key
    }
}
