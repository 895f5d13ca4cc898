// SPDX-License-Identifier: Apache-2.0

import Accounting
package import Attribution
package import FlowDecoding
package import Model

/// The data plane of one worker: datagrams in, totals out.
///
/// The only file that names the stages in order. Per batch, on one thread, without locks.
package struct FlowPipeline: ~Copyable, Sendable {
    private let directory: ExporterDirectory
    private let staticPrefixes: [IPPrefix]
    private var decoder: FlowDecoder
    private var attributor: Attributor
    private var totals: RunningTotals

    private var batch = FlowBatch()
    private var exporters: [UInt16] = []
    private var postings: [Posting] = []
    private var implausible: [UInt16] = []
    private var latest: Int64 = 0
    private var states: [ExporterState?]

    package init(
        inventory: Inventory,
        slotSeconds: Int64,
        decoder: FlowDecoder,
        attributor: consuming Attributor
    ) {
        directory = ExporterDirectory(inventory)
        staticPrefixes = inventory.staticPrefixes
        self.decoder = decoder
        self.attributor = attributor
        totals = RunningTotals(slotSeconds: slotSeconds)
        states = Array(repeating: nil, count: inventory.exporters.count)
    }

    /// Decodes one datagram, or refuses it, and counts which.
    ///
    /// - Parameter datagram: Its arrival is accounting time.
    package mutating func take(_ datagram: borrowing Datagram) {
        latest = datagram.arrival
        guard let exporter = directory.index(of: datagram) else {
            totals.count(for: RunningTotals.noExporter, at: datagram.arrival) { ledger in
                ledger.datagrams += 1
                ledger.refused[.unknownExporter, default: 0] += 1
            }
            return
        }
        let errorsBefore = batch.errors.count
        let outcome = decoder.decode(datagram, into: &batch)
        while exporters.count < batch.records.count { exporters.append(exporter) }
        let errors = batch.errors[errorsBefore...]
        totals.count(for: exporter, at: datagram.arrival) { ledger in
            ledger.datagrams += 1
            if let reason = outcome.undecoded {
                ledger.undecoded[reason, default: 0] += 1
            } else {
                ledger.decoded += 1
            }
            for error in errors { ledger.errors[error.reason, default: 0] += 1 }
        }
        note(exporter, outcome.flowProtocol, at: datagram.arrival)
    }

    /// Attributes and adds the records of the datagrams taken since the last call.
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
        batch.removeAll()
        exporters.removeAll(keepingCapacity: true)
        postings.removeAll(keepingCapacity: true)
        implausible.removeAll(keepingCapacity: true)
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
        let counted = totals.takeCounted()
        counted.handOver(to: &flush, names: self)
        attributor.totalsHandedOver()
        flush.exporters += states.compactMap { $0 }
    }

    /// Announces that this worker is about to wait.
    package mutating func goOffline() { attributor.goOffline() }

    /// Keeps what `status` shows of an exporter.
    private mutating func note(_ exporter: UInt16, _ flowProtocol: FlowProtocol?, at time: Int64) {
        let index = Int(exporter)
        var state =
            states[index]
            ?? ExporterState(
                name: directory.names[index],
                lastSeen: 0,
                flowProtocol: flowProtocol ?? .ipfix,
                rate: .one,
                rateSource: .assumed
            )
        state.lastSeen = time / 1_000_000_000
        if let flowProtocol { state.flowProtocol = flowProtocol }
        if let record = batch.records.last, exporters.last == exporter {
            (state.rate, state.rateSource) = attributor.rate(of: record, exporter: exporter)
        }
        states[index] = state
    }
}

extension FlowPipeline: PostingNames {
    package func exporterName(_ index: UInt16) -> String {
        index == RunningTotals.noExporter ? "" : directory.names[Int(index)]
    }

    package func asPath(_ id: UInt32) -> ASPath { attributor.asPath(id) }

    package func routeSourceName(_ id: UInt32) -> String { attributor.routeSourceName(id) }

    package func staticPrefix(_ number: UInt16) -> IPPrefix? {
        number == 0 ? nil : staticPrefixes[Int(number) - 1]
    }
}
