// SPDX-License-Identifier: Apache-2.0

public import Model

/// What one worker has counted since it last handed over, by slot.
///
/// Not copyable, and handed over whole: no octet can be counted into totals that are already on
/// their way to the store.
public struct RunningTotals: ~Copyable, Sendable {
    public let slotSeconds: Int64
    private var slots: [Int64: SlotTotals] = [:]
    private var parts: [SlotSplit.Part] = []
    private var seriesLimit: SeriesLimit

    /// What came of each exporter in each slot, also of what has been handed over already.
    private var loads: [Int64: [UInt16: Load]] = [:]

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

    /// The totals of one slot.
    struct SlotTotals: Sendable {
        var facts: [PostingKey: Measure] = [:]
        var prefixes: [PrefixPosting: Measure] = [:]
        var ledgers: [UInt16: Ledger] = [:]
    }

    /// What transit prefixes are counted under.
    struct PrefixPosting: Hashable, Sendable {
        var exporter: UInt16
        var interface: UInt32
        var direction: Direction
        var family: TrafficFamily
        var rate: SamplingRate
        var rateSource: SamplingSource
        var prefix: IPPrefix?

        init(_ key: PostingKey, prefix: IPPrefix?) {
            exporter = key.exporter
            interface = key.interface
            direction = key.direction
            family = key.family
            rate = key.rate
            rateSource = key.rateSource
            self.prefix = prefix
        }
    }

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
        for posting in postings {
            parts.removeAll(keepingCapacity: true)
            SlotSplit.split(
                posting.measure,
                from: posting.start,
                to: posting.end,
                slotSeconds: slotSeconds,
                into: &parts
            )
            guard admit(posting.exporter) else {
                let slot = parts[parts.count - 1].slot
                slots[slot, default: SlotTotals()].ledgers[posting.exporter, default: Ledger()]
                    .errors[.implausible, default: 0] += 1
                continue
            }
            for (index, part) in parts.enumerated() {
                let isLast = index == parts.count - 1
                let made = slots[part.slot, default: SlotTotals()]
                    .add(posting, part.measure, isLast: isLast)
                if !made.isEmpty { holdToLimit(made, posting, in: part.slot) }
            }
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
        change(&slots[slot, default: SlotTotals()].ledgers[exporter, default: Ledger()])
    }

    /// Takes out what has been counted, to be handed over whole, and begins anew.
    public mutating func takeCounted() -> RunningTotals {
        var taken = RunningTotals(slotSeconds: slotSeconds)
        swap(&taken.slots, &slots)
        taken.seriesLimit = seriesLimit
        // Not the newest of all: that may lie where the clock was before it was set back.
        let newest = taken.slots.keys.max()
        seriesLimit.handedOver(slot: newest, slotSeconds: slotSeconds)
        if let newest {
            loads = loads.filter {
                $0.key >= newest - Self.loadSeconds && $0.key <= newest + Self.loadSeconds
            }
        }
        return taken
    }

    /// Moves the totals into `batch`, with names for their numbers.
    public consuming func handOver(
        to batch: inout FlushBatch,
        names: borrowing some PostingNames & ~Copyable
    ) {
        let hour: Int64 = 3600
        for slot in slots.keys.sorted() {
            guard let totals = slots[slot] else { continue }
            totals.write(to: &batch, slot: slot, hour: slot - slot % hour, names: names)
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
        loads = loads.mapValues { $0.renumbered(number) }
        seriesLimit.renumber(number)
    }

    /// Folds the rows that a part of `posting` has just made, if they are too many.
    private mutating func holdToLimit(_ made: MadeRows, _ posting: Posting, in slot: Int64) {
        var isFolded = false
        if case .posted(let key) = posting.ingress {
            let row = made.contains(.ingress)
            let prefix = made.contains(.ingressPrefix) ? posting.ingressPrefix : nil
            isFolded = fold(key, isRow: row, prefix: prefix, in: slot)
        }
        if case .posted(let key) = posting.egress {
            let row = made.contains(.egress)
            let prefix = made.contains(.egressPrefix) ? posting.egressPrefix : nil
            isFolded = fold(key, isRow: row, prefix: prefix, in: slot) || isFolded
        }
        guard isFolded else { return }
        slots[slot]?.ledgers[posting.exporter, default: Ledger()]
            .errors[.limitExceeded, default: 0] += 1
    }

    private mutating func fold(
        _ key: PostingKey,
        isRow: Bool,
        prefix: IPPrefix?,
        in slot: Int64
    ) -> Bool {
        var isFolded = false
        if isRow {
            let place = seriesLimit.place(key, in: slot)
            if place != key {
                slots[slot]?.move(from: key, to: place)
                isFolded = true
            }
        }
        if let prefix {
            let prefixKey = PrefixPosting(key, prefix: prefix)
            let hash = prefixKey.hashValue
            if !seriesLimit.admitsPrefix(hash, of: key.exporter, in: slot) {
                slots[slot]?.movePrefix(from: prefixKey)
                isFolded = true
            }
        }
        return isFolded
    }

    /// Whether every part in line can be added to its slot without passing the limits; then they
    /// count against them.
    private mutating func admit(_ exporter: UInt16) -> Bool {
        let fits = parts.allSatisfy { part in
            let load = loads[part.slot]?[exporter] ?? Load()
            return load.octets + part.measure.octets <= Self.mostOctetsPerSlot
                && load.packets + part.measure.packets <= Self.mostPacketsPerSlot
        }
        guard fits else { return false }
        for part in parts {
            loads[part.slot, default: [:]][exporter, default: Load()].octets += part.measure.octets
            loads[part.slot, default: [:]][exporter, default: Load()].packets +=
                part.measure.packets
        }
        return true
    }
}

/// Rows that came to be by one part of a posting.
private struct MadeRows: OptionSet {
    let rawValue: UInt8

    static let ingress = MadeRows(rawValue: 1)
    static let egress = MadeRows(rawValue: 2)
    static let ingressPrefix = MadeRows(rawValue: 4)
    static let egressPrefix = MadeRows(rawValue: 8)
}

extension RunningTotals.SlotTotals {
    /// Adds one slot's part of a double entry; the record itself counts where it ends.
    ///
    /// - Returns: The rows that were not there before.
    fileprivate mutating func add(
        _ posting: Posting,
        _ measure: Measure,
        isLast: Bool
    ) -> MadeRows {
        var made: MadeRows = []
        addToLedger(posting, measure.octets, isLast: isLast)
        if case .posted(let key) = posting.ingress {
            let (row, prefix) = addFact(key, prefix: posting.ingressPrefix, measure)
            if row { made.insert(.ingress) }
            if prefix { made.insert(.ingressPrefix) }
        }
        if case .posted(let key) = posting.egress {
            let (row, prefix) = addFact(key, prefix: posting.egressPrefix, measure)
            if row { made.insert(.egress) }
            if prefix { made.insert(.egressPrefix) }
        }
        return made
    }

    /// Counts what is counted under one key under another.
    fileprivate mutating func move(from key: PostingKey, to place: PostingKey) {
        guard let measure = facts.removeValue(forKey: key) else { return }
        facts[place, default: Measure()] += measure
    }

    /// Counts a prefix with those of which nothing is known.
    fileprivate mutating func movePrefix(from key: RunningTotals.PrefixPosting) {
        guard let measure = prefixes.removeValue(forKey: key) else { return }
        var rest = key
        rest.prefix = nil
        prefixes[rest, default: Measure()] += measure
    }

    /// Whether that made a row, and whether it made one of a prefix.
    private mutating func addFact(
        _ key: PostingKey,
        prefix: IPPrefix?,
        _ measure: Measure
    ) -> (row: Bool, prefix: Bool) {
        let rows = facts.count
        facts[key, default: Measure()] += measure
        let isRow = facts.count > rows
        guard key.flags.contains(.isTransit) else { return (isRow, false) }
        let prefixRows = prefixes.count
        let prefixKey = RunningTotals.PrefixPosting(key, prefix: prefix)
        prefixes[prefixKey, default: Measure()] += measure
        return (isRow, prefixes.count > prefixRows)
    }

    private mutating func addToLedger(_ posting: Posting, _ octets: UInt64, isLast: Bool) {
        func update(_ ledger: inout Ledger) {
            if isLast { ledger.records += 1 }
            ledger.receivedOctets += octets
            if posting.isClamped { ledger.clampedOctets += octets }
            if posting.isConverted { ledger.convertedOctets += octets }
            switch posting.ingress {
            case .posted(let key):
                ledger.ingressOctets += octets
                if key.flags.contains(.isUnknownNeighbor) {
                    ledger.unknownNeighborOctets += octets
                }
            case .inside, .discarded: ledger.originatedOctets += octets
            case .carried: ledger.carriedInOctets += octets
            case .countedElsewhere: ledger.countedElsewhereInOctets += octets
            case .unattributed(let reason):
                ledger.unattributedInOctets[reason, default: 0] += octets
            }
            switch posting.egress {
            case .posted(let key):
                ledger.egressOctets += octets
                if key.flags.contains(.isUnknownNeighbor) {
                    ledger.unknownNeighborOctets += octets
                }
            case .inside: ledger.terminatedOctets += octets
            case .carried: ledger.carriedOutOctets += octets
            case .countedElsewhere: ledger.countedElsewhereOutOctets += octets
            case .discarded: ledger.discardedOctets += octets
            case .unattributed(let reason):
                ledger.unattributedOutOctets[reason, default: 0] += octets
            }
        }
        update(&ledgers[posting.exporter, default: Ledger()])
    }
}
