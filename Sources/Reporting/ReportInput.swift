// SPDX-License-Identifier: Apache-2.0

public import Analysis
public import Model

/// Everything a report may ask of a period, read from the store and resolved before.
public struct ReportInput: Sendable {
    /// From the first second to the second after the last, since 1970-01-01 00:00 UTC.
    public var period: Range<Int64>
    /// IANA name of the zone in which the period was asked for.
    public var timezone: String
    /// Length of a slot, in seconds.
    public var slotSeconds: Int64
    /// Starts of the slots the store holds, in seconds since 1970-01-01 00:00 UTC.
    public var presentSlots: [Int64] = []
    /// How many slots the period has.
    public var expectedSlots: Int
    public var inventory: Inventory
    /// Which state of the inventory the facts were read with.
    public var inventoryVersion = ""
    /// All sides, by neighbor.
    public var volumes: [AttributedVolume] = []
    /// By AS path, of the transits only.
    public var paths = PathVolumes()
    public var ledgers: [LedgerFact] = []
    /// Ledgers of exporters that are held apart until they are adopted.
    public var heldLedgers: [LedgerFact] = []
    public var gaps: [Gap] = []
    /// Whether the ledger report tells every slot apart, in JSON and on a terminal.
    public var ledgerSlots = false
    /// The name of an AS, when a registry knows it.
    public var peerName: @Sendable (ASN) -> String? = { _ in nil }

    public init(
        period: Range<Int64>,
        timezone: String,
        slotSeconds: Int64,
        inventory: Inventory
    ) {
        self.period = period
        self.timezone = timezone
        self.slotSeconds = max(slotSeconds, 1)
        self.inventory = inventory
        let seconds = period.upperBound.subtractingReportingOverflow(period.lowerBound)
        expectedSlots = seconds.overflow ? 0 : Int(seconds.partialValue / self.slotSeconds)
    }

    /// The slots that are samples: those the store holds, and any other with traffic.
    var slots: PresentSlots {
        var starts = Set(presentSlots)
        for volume in volumes { starts.insert(volume.slot) }
        return PresentSlots(period: period, slotSeconds: slotSeconds, starts: starts)
    }

    /// The share of the period's slots that are present, in hundredths of a percent, rounded down.
    var completenessBasisPoints: Int {
        guard expectedSlots > 0 else { return 0 }
        return min(slots.count * 10_000 / expectedSlots, 10_000)
    }

    /// The name of `asn` as a cell; nothing when it is not known.
    func nameCell(_ asn: ASN) -> ReportCell {
        asn == .zero ? .none : .optional(peerName(asn))
    }

    func ledger(withSlots: Bool = false) -> LedgerDocument {
        LedgerDocument(
            ledgers: ledgers,
            held: heldLedgers,
            gaps: gaps,
            withSlots: withSlots
        )
    }
}
