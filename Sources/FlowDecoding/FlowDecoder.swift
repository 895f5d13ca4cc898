// SPDX-License-Identifier: Apache-2.0

public import Model
import Wire

/// Decodes flow exports: sFlow version 5, IPFIX, NetFlow versions 9 and 5, each on every port.
///
/// It keeps what exporters announce once and use later (templates, samplers), by exporter, within
/// ``DecodingLimits``; and with `holdsData` the Data Sets whose template has not come yet. All
/// state of one exporter is in one decoder, so that no datagram needs a lock.
public struct FlowDecoder: Sendable {
    /// Data records and flow samples so far: the ``FlowRecord/number`` of the latest.
    public var recordCount: UInt64 { work.recordCount }

    private(set) var limits: DecodingLimits
    private let holdsData: Bool
    private let dropsDuplicates: Bool
    var work: DecodingWork
    private var index: [IPAddress: Int] = [:]
    var exporters: [ExporterState] = []
    private var last = 0
    /// How many flows with running totals are remembered of one exporter.
    var totalsLimit: Int
    /// Of how many exporters, from the first on, no more than that are.
    var totalsHeld = 0
    private var quirks: [IPAddress: [ExporterQuirk]] = [:]
    /// As configured; each is copied to its exporter's state, where a record finds it.
    private var innerHeaders: [IPAddress: InnerHeaders] = [:]

    /// Creates a decoder that knows no template yet.
    ///
    /// - Parameters:
    ///   - limits: How much an exporter may make it remember.
    ///   - holdsData: Whether Data Sets of an unknown template wait for it, for
    ///     ``DecodingLimits/holdTime``, instead of being counted as errors at once.
    ///   - dropsDuplicates: Whether a datagram that came a moment ago, octet for octet, is told and
    ///     not read.
    ///   - totals: What becomes of running totals; who accounts wants increments.
    public init(
        limits: DecodingLimits = DecodingLimits(),
        holdsData: Bool,
        dropsDuplicates: Bool = false,
        totals: FlowTotals = .asExported
    ) {
        self.limits = limits
        self.holdsData = holdsData
        self.dropsDuplicates = dropsDuplicates
        work = DecodingWork(limits: limits, totals: totals)
        totalsLimit = limits.totals(of: 1)
    }

    /// What the last datagram held besides flows; gathered only while this is not nil.
    package var details: DecodingDetails? {
        get { work.details }
        set { work.details = newValue }
    }

    /// Changes the limits: for what is learned from now on.
    public mutating func use(_ limits: DecodingLimits) {
        self.limits = limits
        work.limits = limits
        work.share = limits.share(of: exporters.count)
        shareTotals()
    }

    /// Switches on corrections for one exporter.
    public mutating func use(_ quirks: [ExporterQuirk], for exporter: IPAddress) {
        self.quirks[exporter] = quirks.isEmpty ? nil : quirks
        if let known = index[exporter] { exporters[known].quirks = quirks }
    }

    /// Chooses the tunnels inside which one exporter's sampled packets are accounted by their inner
    /// addresses.
    public mutating func use(_ inner: InnerHeaders, for exporter: IPAddress) {
        innerHeaders[exporter] = inner.isEmpty ? nil : inner
        if let known = index[exporter] { exporters[known].innerHeaders = inner }
    }

    /// Appends the flows of one datagram to `batch`, and the parts of it that could not be read.
    public mutating func decode(
        _ datagram: borrowing Datagram,
        into batch: inout FlowBatch
    ) -> DatagramOutcome {
        let first = batch.records.count
        let flowProtocol = Self.flowProtocol(of: datagram.octets)
        let state = flowProtocol == nil ? nil : stateIndex(datagram.exporter)
        let hash =
            dropsDuplicates && state != nil
            ? PayloadHash.of(datagram.octets, port: datagram.port) : 0
        if dropsDuplicates, let state, isDuplicate(datagram, hash, state: state) {
            return .duplicate(of: flowProtocol)
        }
        if let state { dropHeld(of: state, before: datagram.arrival &- limits.holdTime, &batch) }
        work.begin(&batch)
        work.outcome.flowProtocol = flowProtocol
        work.tunnels = state.map { exporters[$0].innerHeaders } ?? []
        switch (flowProtocol, state) {
        case (.sflow5, _): work.decodeSFlow(datagram)
        case (.netflow5, _): work.decodeNetFlow5(datagram)
        case (.netflow9, let state?):
            work.decodeNetFlow9(datagram, &exporters[state], holdsData: holdsData)
        case (.ipfix, let state?):
            work.decodeIPFIX(datagram, &exporters[state], holdsData: holdsData)
        case (nil, _): work.report(Self.problem(with: datagram.octets))
        case (_, nil): work.report(.limitExceeded, "exporter", at: 0)
        }
        if let state {
            if work.formsIncrements { formIncrements(state, at: datagram.arrival) }
            work.watch(&exporters[state])
        }
        work.end(&batch)
        if dropsDuplicates, let state {
            remember(hash, work.outcome, at: datagram.arrival, state: state)
        }
        if !quirks.isEmpty { correct(&batch, from: first, datagram.exporter, state) }
        return work.outcome
    }

    /// Gives up the Data Sets that arrived before `time` and still have no template.
    ///
    /// Decoding does so by itself for the exporter whose datagram it is; this is for those that
    /// have fallen silent, and for the end. `time` is in nanoseconds since 1970-01-01 00:00 UTC.
    public mutating func dropHeld(before time: Int64, into batch: inout FlowBatch) {
        for state in exporters.indices { dropHeld(of: state, before: time, &batch) }
    }

    private mutating func dropHeld(of state: Int, before time: Int64, _ batch: inout FlowBatch) {
        guard exporters[state].held.areExpired(before: time) else { return }
        for set in exporters[state].held.expired(before: time) { batch.errors.append(set.problem) }
    }

    /// Where the state of `exporter` is; nil when there is room for no more.
    mutating func stateIndex(_ exporter: IPAddress) -> Int? {
        if last < exporters.count, exporters[last].exporter == exporter { return last }
        if let known = index[exporter] {
            last = known
            return known
        }
        guard exporters.count < limits.exporters else {
            work.counters.exportersRefused += 1
            return nil
        }
        last = exporters.count
        index[exporter] = last
        var state = ExporterState(exporter)
        state.innerHeaders = innerHeaders[exporter] ?? []
        state.quirks = quirks[exporter] ?? []
        exporters.append(state)
        work.share = limits.share(of: exporters.count)
        return last
    }

    /// Where the state of an exporter that is known is.
    func knownIndex(_ exporter: IPAddress) -> Int? { index[exporter] }

    /// Forgets all that is remembered of an exporter, so that there is room for another.
    ///
    /// What it has Data Sets held for is counted as errors in `batch`.
    public mutating func forget(_ exporter: IPAddress, into batch: inout FlowBatch) {
        guard let place = index.removeValue(forKey: exporter) else { return }
        dropHeld(of: place, before: .max, &batch)
        work.counters.templatesExpired += UInt64(exporters[place].templates.expired)
        let moved = exporters.removeLast()
        if place < exporters.count {
            exporters[place] = moved
            index[moved.exporter] = place
        }
        work.share = limits.share(of: exporters.count)
        shareTotals()
    }

    /// Corrects the records of one datagram, and of sets held before, all of one exporter.
    private func correct(
        _ batch: inout FlowBatch,
        from first: Int,
        _ exporter: IPAddress,
        _ state: Int?
    ) {
        for quirk in state.map({ exporters[$0].quirks }) ?? quirks[exporter] ?? [] {
            for record in first..<max(first, batch.records.count) {
                quirk.correct(&batch.records[record])
            }
        }
    }
}
