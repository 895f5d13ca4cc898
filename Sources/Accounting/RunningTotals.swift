// SPDX-License-Identifier: Apache-2.0

public import Model

/// What one worker has counted since it last handed over, by slot.
///
/// Not copyable, and handed over whole: no octet can be counted into totals that are already on
/// their way to the store.
public struct RunningTotals: ~Copyable, Sendable {
    public let slotSeconds: Int64
    private var slots = RecentTable<Int64, SlotTotals>()
    private var split = SlotSplit()
    private var parts: [SlotSplit.Part] = []
    private var seriesLimit: SeriesLimit
    /// The slot of the flow before, and its bounds in nanoseconds: nearly all lie in one slot, and
    /// the next in the same.
    private var current: (slot: Int64, bounds: Range<Int64>) = (0, 0..<0)

    /// What came of each exporter in each slot, also of what has been handed over already.
    private var loads = RecentTable<Int64, RecentTable<UInt16, Load>>()

    /// Sums that are held against the limits below.
    private struct Load: Sendable {
        var octets: UInt64 = 0
        var packets: UInt64 = 0
    }

    /// An exporter's slot holds at most this much: 30 Tbit/s over 300 s.
    ///
    /// What a hostile exporter reports beyond is refused, so that no sum can ever overflow.
    public static let mostOctetsPerSlot: UInt64 = 1 << 50
    /// And at most so many packets: 30 Tbit/s of the smallest, over 300 s.
    public static let mostPacketsPerSlot: UInt64 = 1 << 45
    /// How far from the slot in use sums are held against the limits, in seconds.
    private static let loadSeconds: Int64 = 7200

    /// The ledger rows that belong to no exporter are kept under this index.
    public static let noExporter = UInt16.max

    /// - Parameters:
    ///   - slotSeconds: Length of a slot.
    ///   - mostRows: Rows of one exporter in one slot; what is beyond goes to one row an interface.
    public init(slotSeconds: Int64, mostRows: Int = 100_000) {
        precondition(slotSeconds > 0)
        self.slotSeconds = slotSeconds
        seriesLimit = SeriesLimit(most: mostRows)
    }

    public var isEmpty: Bool { slots.isEmpty }

    /// Rows of an exporter in its fullest slot, of those that are remembered; and how often one has
    /// come to the limit in a slot.
    public func seriesCount(of exporter: UInt16) -> Int { seriesLimit.count(of: exporter) }
    public var seriesLimitReached: UInt64 { seriesLimit.timesReached }

    /// Adds double entries, each divided between the slots it spans.
    public mutating func add(_ postings: [Posting]) {
        let postings = postings.span
        for index in postings.indices {
            if let slot = onlySlot(of: postings[index]) {
                add(postings[index], in: slot)
            } else {
                addParts(of: postings[index])
            }
        }
    }

    /// The slot that a flow lies in; nil when it spans several, and its parts are in line.
    private mutating func onlySlot(of posting: borrowing Posting) -> Int64? {
        if current.bounds.contains(posting.start), posting.start <= posting.end,
            posting.end < current.bounds.upperBound
        {
            return current.slot
        }
        parts.removeAll(keepingCapacity: true)
        split.split(
            posting.measure,
            from: posting.start,
            to: posting.end,
            slotSeconds: slotSeconds,
            into: &parts
        )
        guard parts.count == 1 else { return nil }
        let slot = parts[0].slot
        let start = slot.multipliedReportingOverflow(by: 1_000_000_000)
        let end = (slot + slotSeconds).multipliedReportingOverflow(by: 1_000_000_000)
        if !start.overflow, !end.overflow {
            current = (slot, start.partialValue..<end.partialValue)
        }
        return slot
    }

    /// Adds a flow that lies in one slot.
    private mutating func add(_ posting: borrowing Posting, in slot: Int64) {
        let measure = posting.measure
        guard fits(measure, of: posting.exporter, in: slot) else {
            return refuse(posting.exporter, in: slot)
        }
        load(measure, of: posting.exporter, in: slot)
        count(posting, measure, in: slot, isLast: true)
    }

    /// Adds a flow whose parts are in line: all of them or none.
    private mutating func addParts(of posting: borrowing Posting) {
        let exporter = posting.exporter
        let last = parts.count - 1
        for index in parts.indices {
            let part = parts[index]
            guard fits(part.measure, of: exporter, in: part.slot) else {
                return refuse(exporter, in: parts[last].slot)
            }
        }
        for index in parts.indices {
            let part = parts[index]
            load(part.measure, of: exporter, in: part.slot)
            count(posting, part.measure, in: part.slot, isLast: index == last)
        }
    }

    /// Counts what is not a record: datagrams, errors, drops, in the slot of `time`.
    ///
    /// - Parameters:
    ///   - exporter: Index into the inventory's exporters, or ``noExporter``.
    ///   - time: Accounting time, in nanoseconds since 1970-01-01 00:00 UTC.
    ///   - change: What to add to the ledger row.
    public mutating func count(
        for exporter: UInt16,
        at time: Int64,
        _ change: (inout Ledger) -> Void
    ) {
        let slot = SlotSplit.slot(at: time, slotSeconds: slotSeconds)
        slots[slots.place(of: slot, or: SlotTotals())].changeLedger(of: exporter, change)
    }

    /// Takes out what has been counted, to be handed over whole, and begins anew.
    public mutating func takeCounted() -> RunningTotals {
        var taken = RunningTotals(slotSeconds: slotSeconds)
        swap(&taken.slots, &slots)
        taken.seriesLimit = seriesLimit
        // Not the newest of all: that may lie where the clock was before it was set back.
        let newest = taken.slots.rows.lazy.map(\.key).max()
        seriesLimit.handedOver(slot: newest, slotSeconds: slotSeconds)
        if let newest {
            let kept = newest - Self.loadSeconds...newest + Self.loadSeconds
            loads.renumber { kept.contains($0) ? $0 : nil }
        }
        return taken
    }

    /// Moves the totals into `batch`, with names for their numbers.
    public consuming func handOver(
        to batch: inout FlushBatch,
        names: borrowing some PostingNames & ~Copyable
    ) {
        for row in slots.rows.sorted(by: { $0.key < $1.key }) {
            let slot = row.key
            // Rounded down, also before 1970.
            let hour = slot - (slot % 3600 + 3600) % 3600
            row.value.write(to: &batch, slot: slot, hour: hour, names: names)
        }
        for (slot, exporter) in seriesLimit.reached {
            batch.events.append(
                OperationalEvent(
                    time: batch.time,
                    kind: .limitReached,
                    object: names.exporterName(exporter),
                    detail: "limits.series: more than \(seriesLimit.most) rows in the slot of "
                        + "\(Timestamp.text(seconds: slot)); the rest counts by interface only"
                )
            )
        }
    }

    /// Follows exporters to other numbers, when nothing is counted that has not been taken out;
    /// those without one are forgotten.
    public mutating func renumber(_ number: (UInt16) -> UInt16?) {
        precondition(isEmpty, "totals are handed over before their exporters change")
        for place in loads.rows.indices { loads[place].renumber(number) }
        seriesLimit.renumber(number)
    }

    /// Counts a slot's part of `posting`; rows that would be too many are folded.
    private mutating func count(
        _ posting: borrowing Posting,
        _ measure: Measure,
        in slot: Int64,
        isLast: Bool
    ) {
        let place = slots.place(of: slot, or: SlotTotals())
        slots[place].countInLedger(posting, measure.octets, isLast: isLast)
        var isFolded = false
        if case .posted(let key) = posting.ingress {
            isFolded = count(measure, under: key, posting.ingressPrefix, at: place, slot)
        }
        if case .posted(let key) = posting.egress {
            isFolded =
                count(measure, under: key, posting.egressPrefix, at: place, slot) || isFolded
        }
        guard isFolded else { return }
        slots[place].changeLedger(of: posting.exporter) { ledger in
            ledger.errors[.limitExceeded, default: 0] += 1
        }
    }

    /// Counts one posted side, and of transit its prefix.
    ///
    /// - Returns: Whether either was folded.
    private mutating func count(
        _ measure: Measure,
        under key: borrowing PostingKey,
        _ prefix: IPPrefix?,
        at place: Int,
        _ slot: Int64
    ) -> Bool {
        var isFolded = false
        if let row = slots[place].facts.row(of: key) {
            slots[place].facts[row] += measure
        } else {
            let admitted = seriesLimit.place(key, in: slot)
            slots[place].count(measure, under: admitted)
            isFolded = admitted != key
        }
        guard key.flags.contains(.isTransit) else { return isFolded }
        var prefixKey = PrefixPosting(key, prefix: prefix)
        if let row = slots[place].prefixes.row(of: prefixKey) {
            slots[place].prefixes[row] += measure
            return isFolded
        }
        if prefix != nil,
            !seriesLimit.admitsPrefix(prefixKey.hashValue, of: key.exporter, in: slot)
        {
            prefixKey.prefix = nil
            isFolded = true
        }
        slots[place].count(measure, under: prefixKey)
        return isFolded
    }

    /// Whether `measure` can be added to an exporter's slot without passing the limits.
    private mutating func fits(_ measure: Measure, of exporter: UInt16, in slot: Int64) -> Bool {
        let place = loads.place(of: slot, or: RecentTable())
        let load = loads[place][loads[place].place(of: exporter, or: Load())]
        return load.octets + measure.octets <= Self.mostOctetsPerSlot
            && load.packets + measure.packets <= Self.mostPacketsPerSlot
    }

    /// Holds `measure` against the limits.
    private mutating func load(_ measure: Measure, of exporter: UInt16, in slot: Int64) {
        let place = loads.place(of: slot, or: RecentTable())
        let row = loads[place].place(of: exporter, or: Load())
        loads[place][row].octets += measure.octets
        loads[place][row].packets += measure.packets
    }

    /// Counts a record that no link can have carried.
    private mutating func refuse(_ exporter: UInt16, in slot: Int64) {
        slots[slots.place(of: slot, or: SlotTotals())].changeLedger(of: exporter) { ledger in
            ledger.errors[.implausible, default: 0] += 1
        }
    }
}
