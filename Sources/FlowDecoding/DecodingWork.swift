// SPDX-License-Identifier: Apache-2.0

import Model
import Wire

/// What the decoders write to while they work on a datagram.
///
/// The batch is swapped in for the time of one call, so that the decoders have one thing to hand
/// on instead of many.
struct DecodingWork: Sendable {
    var limits: DecodingLimits
    var batch = FlowBatch()
    var outcome = DatagramOutcome()
    var details: DecodingDetails?
    /// Data records and flow samples so far, of all datagrams.
    var recordCount: UInt64 = 0
    /// What the exporter at work may make the decoder remember, in octets.
    var share = 0
    /// Header of the datagram, once it was read.
    var message: MessageContext?
    /// The datagram's own data records and options records, or the flows it claims; nil when they
    /// could not be counted.
    var messageRecords: Int?
    /// What was refused or forgotten for ``limits`` so far.
    var counters = DecoderStatistics()
    /// The first problem of this datagram in ``batch``.
    private var firstProblem = 0

    var samplersChanged = false
    /// A bit for each identifier modulo 64 whose template was learned.
    var learnedIDs: UInt64 = 0
    /// Whether options say that the exporter booted since they last spoke of it.
    var hasBooted = false
    /// How much was read of the datagram, or of the held set that is decoded with it.
    var use = DatagramUse()
    /// Records of the message whose sampling is looked up again when options came after them.
    var unresolved: [UnresolvedSampling] = []
    /// The samplers that records of ``unresolved`` name.
    var references: [SamplerReference] = []
    /// The headers of held sets that were decoded with the datagram.
    var heldContexts: [MessageContext] = []
    var isReplaying = false

    /// Tunnels that are looked into in the sampled packets of the exporter at work.
    var tunnels: InnerHeaders = []
    /// What an sFlow flow sample says besides its raw header; empty between samples.
    var otherRecords = SFlowOtherRecords()
    /// What the samples of an sFlow datagram say of the numbers of their sources.
    var sightings = SFlowSightings()
    /// What sFlow flow samples begin as: as many as are read at a time.
    let blanks: [FlowRecord]

    /// Records of one set.
    struct UnresolvedSampling: Sendable {
        /// Where they are in the batch.
        var first: Int
        var count: UInt32
        /// One more than where in ``heldContexts`` the header of their message is; 0 for the
        /// message at work.
        var heldContext: UInt32
        /// Where in ``references`` those of the records begin; -1 when they name no sampler.
        var firstReference: Int
        var template: UInt16
    }

    // Where records are read to before it is clear what comes of them; see DataSets.
    var rows = RecordRows()
    var forwards: [FlowRecord] = []
    var reverses: [FlowRecord] = []

    /// Whether running totals are to become increments, and the records of the datagram that
    /// have some.
    let formsIncrements: Bool
    var totals: [RunningTotal] = []

    init(limits: DecodingLimits, totals: FlowTotals = .asExported) {
        self.limits = limits
        formsIncrements = totals == .increments
        var blank = FlowRecord()
        blank.flowProtocol = .sflow5
        blanks = Array(repeating: blank, count: SFlowSampleWalk.mostFlows)
    }

    /// Begins a datagram whose records go after those of `other`.
    ///
    /// - Parameter other: The caller's batch, held here until ``end(_:)``.
    mutating func begin(_ other: inout FlowBatch) {
        swap(&batch, &other)
        outcome = DatagramOutcome()
        sightings.removeAll()
        message = nil
        messageRecords = 0
        details?.removeAll()
        firstProblem = batch.errors.count
        use = DatagramUse()
        samplersChanged = false
        learnedIDs = 0
        hasBooted = false
    }

    /// Ends the datagram and gives the batch back.
    ///
    /// The problems of a datagram of which nothing could be read are its outcome, not errors.
    mutating func end(_ other: inout FlowBatch) {
        Self.empty(&unresolved)
        Self.empty(&references)
        if !heldContexts.isEmpty { heldContexts.removeAll() }
        Self.empty(&totals)
        if details != nil { details?.problems = Array(batch.errors[firstProblem...]) }
        if outcome.isEmpty, firstProblem < batch.errors.count {
            outcome.undecoded = batch.errors[firstProblem].reason
            batch.errors.removeSubrange(firstProblem...)
        }
        swap(&batch, &other)
    }

    /// Empties an array for the next datagram; what a flood made grow is given back.
    @inline(__always)
    private static func empty<Element>(_ array: inout [Element]) {
        guard !array.isEmpty else { return }
        array.removeAll(keepingCapacity: array.capacity <= 32_768)
    }

    mutating func report(_ problem: DecodingProblem) { batch.errors.append(problem) }

    mutating func report(_ reason: DecodingReason, _ subject: StaticString, at offset: Int) {
        batch.errors.append(reason, subject, at: offset)
    }

    /// Reports an error of a reader that began at `base`.
    mutating func report(_ error: WireError, base: Int) { batch.errors.append(error, base: base) }

    /// Appends a record; a count no link can carry is a problem instead.
    mutating func keep(_ record: FlowRecord, at offset: Int) {
        guard record.octets <= limits.plausibleCount, record.packets <= limits.plausibleCount
        else { return report(.implausible, "flow record", at: offset) }
        batch.records.append(record)
    }
}
