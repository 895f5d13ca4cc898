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
    /// How long before the newest slot sums are held against the limits, in seconds.
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
    }

    /// The ledger rows that belong to no exporter are kept under this index.
    public static let noExporter = UInt16.max

    public init(slotSeconds: Int64) {
        precondition(slotSeconds > 0)
        self.slotSeconds = slotSeconds
    }

    public var isEmpty: Bool { slots.isEmpty }

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
                slots[part.slot, default: SlotTotals()].add(posting, part.measure, isLast: isLast)
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
        if let newest = loads.keys.max() {
            loads = loads.filter { $0.key >= newest - Self.loadSeconds }
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

extension RunningTotals.SlotTotals {
    /// Adds one slot's part of a double entry; the record itself counts where it ends.
    fileprivate mutating func add(_ posting: Posting, _ measure: Measure, isLast: Bool) {
        addToLedger(posting, measure.octets, isLast: isLast)
        if case .posted(let key) = posting.ingress {
            addFact(key, prefix: posting.ingressPrefix, measure)
        }
        if case .posted(let key) = posting.egress {
            addFact(key, prefix: posting.egressPrefix, measure)
        }
    }

    private mutating func addFact(_ key: PostingKey, prefix: IPPrefix?, _ measure: Measure) {
        facts[key, default: Measure()] += measure
        guard key.flags.contains(.isTransit) else { return }
        let prefixKey = RunningTotals.PrefixPosting(
            exporter: key.exporter,
            interface: key.interface,
            direction: key.direction,
            family: key.family,
            rate: key.rate,
            rateSource: key.rateSource,
            prefix: prefix
        )
        prefixes[prefixKey, default: Measure()] += measure
    }

    private mutating func addToLedger(_ posting: Posting, _ octets: UInt64, isLast: Bool) {
        func update(_ ledger: inout Ledger) {
            if isLast { ledger.records += 1 }
            ledger.receivedOctets += octets
            if posting.isClamped { ledger.clampedOctets += octets }
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
