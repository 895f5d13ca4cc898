// SPDX-License-Identifier: Apache-2.0

import Accounting
package import Attribution
package import FlowDecoding
package import Model
package import Routing

/// The data plane of one worker: datagrams in, totals out.
///
/// The only file that names the stages in order. Per batch, on one thread, without locks.
package struct FlowPipeline: ~Copyable, Sendable {
    private var directory: ExporterDirectory
    private var learning: Learning
    private var staticPrefixes: [IPPrefix]
    private var decoder: FlowDecoder
    private var corrections = ExporterCorrections()
    private var attributor: Attributor
    private var totals: RunningTotals

    private var batch = FlowBatch()
    private var exporters: [UInt16] = []
    private var postings: [Posting] = []
    private var implausible: [UInt16] = []
    private var latest: Int64 = 0
    private var states: [ExporterState?]
    private var losses: [ExporterLosses]
    /// Exporters that began anew since the last hand-over, each once.
    private var restarted: Set<UInt16> = []
    /// What was counted under an earlier inventory and is not handed over yet.
    private var carried = FlushBatch(id: "", collector: "", time: 0)

    /// - Parameters:
    ///   - inventory: What the network is.
    ///   - slotSeconds: Length of a slot.
    ///   - decoder: Decodes, and keeps what exporters announced.
    ///   - attributor: Of the same inventory.
    ///   - learning: Who may be held apart, of those that the inventory does not list.
    ///   - mostRows: Rows of one exporter in one slot that tell neighbors or paths apart.
    package init(
        inventory: Inventory,
        slotSeconds: Int64,
        decoder: FlowDecoder,
        attributor: consuming Attributor,
        learning: Learning = Learning(),
        mostRows: Int = 100_000
    ) {
        directory = ExporterDirectory(inventory, learning: learning)
        self.learning = learning
        staticPrefixes = inventory.staticPrefixes
        self.decoder = decoder
        self.attributor = attributor
        totals = RunningTotals(slotSeconds: slotSeconds, mostRows: mostRows)
        states = Array(repeating: nil, count: inventory.exporters.count)
        losses = Array(repeating: ExporterLosses(), count: inventory.exporters.count)
        corrections.apply(inventory, to: &self.decoder)
    }

    /// Decodes one datagram, or refuses it, and counts which.
    ///
    /// - Parameter datagram: Its arrival is accounting time.
    package mutating func take(_ datagram: borrowing Datagram) {
        latest = datagram.arrival
        let exporter: UInt16
        switch directory.verdict(on: datagram) {
        case .known(let index): exporter = index
        case .learned(let index):
            welcome(index)
            exporter = index
        case .refused(let reason):
            totals.count(for: RunningTotals.noExporter, at: datagram.arrival) { ledger in
                ledger.datagrams += 1
                ledger.refused[reason, default: 0] += 1
            }
            return
        }
        let errorsBefore = batch.errors.count
        let outcome = decoder.decode(datagram, into: &batch)
        while exporters.count < batch.records.count { exporters.append(exporter) }
        let errors = batch.errors[errorsBefore...]
        var lost = losses[Int(exporter)]
        totals.count(for: exporter, at: datagram.arrival) { ledger in
            ledger.datagrams += 1
            lost.count(outcome, in: &ledger)
            if outcome.isDuplicate {
                ledger.refused[.duplicate, default: 0] += 1
                ledger.duplicates += 1
            } else if let reason = outcome.undecoded {
                ledger.undecoded[reason, default: 0] += 1
            } else {
                ledger.decoded += 1
            }
            for error in errors { ledger.errors[error.reason, default: 0] += 1 }
        }
        losses[Int(exporter)] = lost
        note(exporter, outcome, from: datagram.exporter, at: datagram.arrival)
        if recordsInHand >= Self.fullBatch { finishBatch() }
    }

    /// Records and errors of a batch after which it is not left to grow.
    ///
    /// As many as 64 datagrams of any device hold. A hostile one alone may bring more, with Data
    /// Sets that waited for it.
    package static let fullBatch = 16_384

    /// Records and errors of the datagrams taken since the last ``finishBatch()``.
    package var recordsInHand: Int { batch.records.count + batch.errors.count }

    /// For how many of either there is room without asking for memory.
    package var roomInHand: Int { max(batch.records.capacity, batch.errors.capacity) }

    /// Attributes and adds the records of the datagrams taken since the last call.
    ///
    /// It comes of itself when there are many (``fullBatch``).
    package mutating func finishBatch() {
        attributor.attribute(
            batch,
            exporters: exporters,
            into: &postings,
            implausible: &implausible
        )
        totals.add(postings)
        for exporter in implausible {
            totals.count(for: exporter, at: latest) { $0.errors[.implausible, default: 0] += 1 }
        }
        // What a flood made grow is given back.
        let isFlood = roomInHand > Self.fullBatch * 4
        if isFlood { batch = FlowBatch() } else { batch.removeAll() }
        exporters.removeAll(keepingCapacity: !isFlood)
        postings.removeAll(keepingCapacity: !isFlood)
        implausible.removeAll(keepingCapacity: !isFlood)
    }

    /// Counts datagrams that were received and are not looked at.
    package mutating func refuse(_ count: Int, _ reason: RefusalReason, at time: Int64) {
        totals.count(for: RunningTotals.noExporter, at: time) { ledger in
            ledger.datagrams += UInt64(count)
            ledger.refused[reason, default: 0] += UInt64(count)
        }
    }

    /// Counts datagrams that the kernel had to drop.
    package mutating func countKernelDrops(_ count: UInt64, at time: Int64) {
        guard count > 0 else { return }
        totals.count(for: RunningTotals.noExporter, at: time) { $0.kernelDrops += count }
    }

    /// Gives up data that have waited too long for their template, and counts them as errors.
    ///
    /// `now` is accounting time, in nanoseconds since 1970-01-01 00:00 UTC; when nothing will
    /// follow, waiting is in vain.
    package mutating func giveUpHeld(now: Int64, isOver: Bool) {
        decoder.dropHeld(before: isOver ? .max : now &- Self.longestHold, into: &batch)
        countErrorsOfNobody()
    }

    private mutating func countErrorsOfNobody() {
        let errors = batch.errors
        guard !errors.isEmpty else { return }
        totals.count(for: RunningTotals.noExporter, at: latest) { ledger in
            for error in errors { ledger.errors[error.reason, default: 0] += 1 }
        }
        batch.errors.removeAll(keepingCapacity: true)
    }

    /// How long data wait for their template, in nanoseconds of accounting time.
    private static let longestHold: Int64 = 60_000_000_000

    /// Moves everything counted into `flush` and begins anew.
    package mutating func handOver(to flush: inout FlushBatch) {
        flush.append(carried)
        carried = FlushBatch(id: "", collector: "", time: flush.time)
        moveCounted(to: &flush)
        // Only here: what it counts as given up waits for the next hand-over.
        forgetSilent()
    }

    private mutating func moveCounted(to flush: inout FlushBatch) {
        let counted = totals.takeCounted()
        counted.handOver(to: &flush, names: self)
        attributor.totalsHandedOver()
        tellOfExporters(to: &flush)
    }

    /// What is known of exporters besides their flows.
    private mutating func tellOfExporters(to flush: inout FlushBatch) {
        for index in states.indices {
            guard let address = states[index]?.address else { continue }
            states[index]?.skewMilliseconds = decoder.skewMilliseconds(of: address)
        }
        flush.exporters += states.compactMap { $0 }
        for exporter in restarted.sorted() {
            flush.events.append(
                OperationalEvent(
                    time: latest / 1_000_000_000,
                    kind: .exporterRestarted,
                    object: directory.name(exporter)
                )
            )
        }
        restarted.removeAll()
        for name in decoder.takeInterfaceNames() {
            guard let exporter = directory.index(ofSource: name.exporter) else { continue }
            flush.interfaceNotes.append(
                InterfaceNote(
                    exporter: directory.name(exporter),
                    index: name.index,
                    name: name.name,
                    description: name.description
                )
            )
        }
    }

    /// What is to be kept over a restart, of the exporters that have announced something new since
    /// the last call, or of all: how far they have counted changes with each datagram.
    package mutating func takeState(ofAll: Bool) -> [ExporterSnapshot] {
        let changed = decoder.changedExporters()
        let exporters = ofAll ? decoder.knownExporters : changed
        return exporters.compactMap { decoder.snapshot(of: $0) }
    }

    /// How much it remembers, for metrics.
    package var figures: PipelineFigures {
        var figures = PipelineFigures()
        figures.decoder = decoder.statistics
        figures.seriesLimitReached = totals.seriesLimitReached
        for (index, state) in states.enumerated() {
            guard let state, let address = state.address else { continue }
            let hasTemplates = state.flowProtocol == .ipfix || state.flowProtocol == .netflow9
            figures.exporters.append(
                PipelineFigures.Exporter(
                    name: state.name,
                    templates: hasTemplates ? decoder.templateCount(of: address) : nil,
                    series: totals.seriesCount(of: UInt16(index)),
                    nextHopMismatches: attributor.nextHopMismatches(of: UInt16(index))
                )
            )
        }
        return figures
    }

    /// Changes how much exporters may make it remember, for what they announce from now on.
    package mutating func use(_ limits: DecodingLimits) { decoder.use(limits) }

    /// Goes on with another inventory, between batches.
    ///
    /// What was counted so far is handed over next, under the names of its time. Templates and
    /// samplers stay.
    ///
    /// - Parameters:
    ///   - inventory: What the network is from now on.
    ///   - viewLists: For each exporter of it, the views to route its flows by.
    ///   - learning: Who may be held apart from now on; nil leaves it as it is.
    package mutating func replaceInventory(
        _ inventory: Inventory,
        viewLists: [ViewList],
        learning: Learning? = nil
    ) {
        finishBatch()
        var flush = carried
        flush.time = latest / 1_000_000_000
        moveCounted(to: &flush)
        carried = flush
        if let learning { self.learning = learning }

        let (pending, numbers) = directory.replace(inventory, learning: learning)
        let number = { (old: UInt16) in numbers[Int(old)] }
        var effective = inventory
        effective.exporters += pending
        let views = viewLists + pending.map { _ in self.learning.views }
        attributor.replace(inventory: effective, viewLists: views, number: number)
        totals.renumber { $0 == RunningTotals.noExporter ? $0 : number($0) }
        staticPrefixes = inventory.staticPrefixes
        renumberStates(number)
        corrections.apply(inventory, to: &decoder)
    }

    private mutating func renumberStates(_ number: (UInt16) -> UInt16?) {
        let before = (states: states, losses: losses)
        states = Array(repeating: nil, count: directory.count)
        losses = Array(repeating: ExporterLosses(), count: directory.count)
        for old in before.states.indices {
            guard let new = number(UInt16(old)) else {
                forget(before.states[old]?.address)
                continue
            }
            losses[Int(new)] = before.losses[old]
            guard var state = before.states[old] else { continue }
            state.name = directory.name(new)
            state.isPending = directory.pendingAddress(new) != nil
            states[Int(new)] = state
        }
    }

    /// Forgets what an exporter announced, unless it is known by another name.
    private mutating func forget(_ address: IPAddress?) {
        guard let address, directory.index(ofSource: address) == nil else { return }
        decoder.forget(address, into: &batch)
        countErrorsOfNobody()
    }

    /// Makes room for an exporter that was learned by the datagram in hand.
    private mutating func welcome(_ index: UInt16) {
        guard let address = directory.pendingAddress(index) else { return }
        // Records in line of whoever had the index before are posted under its name first.
        finishBatch()
        attributor.put(Exporter(pending: address), at: index, views: learning.views)
        if Int(index) < states.count {
            states[Int(index)] = nil
            losses[Int(index)] = ExporterLosses()
        } else {
            states.append(nil)
            losses.append(ExporterLosses())
        }
    }

    /// Forgets pending exporters that have been silent for as long as anything of them is held.
    private mutating func forgetSilent() {
        var gone: Set<UInt16> = []
        for index in states.indices {
            let exporter = UInt16(index)
            guard let state = states[index], state.isPending,
                latest / 1_000_000_000 - state.lastSeen > learning.holdNanoseconds / 1_000_000_000
            else { continue }
            if let address = state.address { decoder.forget(address, into: &batch) }
            directory.forget(exporter)
            states[index] = nil
            gone.insert(exporter)
        }
        guard !gone.isEmpty else { return }
        totals.renumber { gone.contains($0) ? nil : $0 }
        countErrorsOfNobody()
    }

    /// Announces that this worker is about to wait.
    package mutating func goOffline() { attributor.goOffline() }

    /// Keeps what `status` shows of an exporter.
    private mutating func note(
        _ exporter: UInt16,
        _ outcome: DatagramOutcome,
        from address: IPAddress,
        at time: Int64
    ) {
        let index = Int(exporter)
        let seconds = time / 1_000_000_000
        if states[index] == nil {
            var state = ExporterState(
                name: directory.name(exporter),
                lastSeen: seconds,
                flowProtocol: outcome.flowProtocol ?? .ipfix,
                rate: .one,
                rateSource: .assumed
            )
            state.firstSeen = seconds
            state.isPending = directory.pendingAddress(exporter) != nil
            states[index] = state
        }
        states[index]?.lastSeen = seconds
        states[index]?.address = address
        if let flowProtocol = outcome.flowProtocol { states[index]?.flowProtocol = flowProtocol }
        if outcome.exporterRestarted {
            states[index]?.restarts += 1
            restarted.insert(exporter)
        }
        if let record = batch.records.last, exporters.last == exporter {
            let (rate, source) = attributor.rate(of: record, exporter: exporter)
            states[index]?.rate = rate
            states[index]?.rateSource = source
        }
    }
}

extension FlowPipeline: PostingNames {
    package func exporterName(_ index: UInt16) -> String {
        index == RunningTotals.noExporter ? "" : directory.name(index)
    }

    package func asPath(_ id: UInt32) -> ASPath { attributor.asPath(id) }

    package func routeSourceName(_ id: UInt32) -> String { attributor.routeSourceName(id) }

    package func staticPrefix(_ number: UInt16) -> IPPrefix? {
        number == 0 ? nil : staticPrefixes[Int(number) - 1]
    }
}
