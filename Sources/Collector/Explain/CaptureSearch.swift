// SPDX-License-Identifier: Apache-2.0

package import Attribution
package import FlowDecoding
import FlowReception
package import Model
import Wire

/// Finds a record in a capture by the number `decode` gives it, and explains it as `replay` would
/// account it.
///
/// # How it works
///
/// `decode` numbers the records of all exporters and holds nothing back; accounting passes over
/// exporters that are not listed, and holds data until their template comes. So two decoders read
/// the capture side by side: one counts, and tells the datagram of the record and its place there;
/// the other feeds the attributor, in the batches of a replay. Both see the same records in a
/// datagram, after those that were held.
package struct CaptureSearch {
    private let directory: ExporterDirectory
    private let slotSeconds: Int64
    private var counting = FlowDecoder(holdsData: false)
    private var counted = FlowBatch()
    private var accounting: FlowDecoder
    private var batch = FlowBatch()
    private var exporters: [UInt16] = []
    private var wanted: Set<Int> = []

    /// What became of the search.
    package enum Found {
        /// The explanations, two for a biflow, with the records they are of.
        case explained([(record: FlowRecord, explanation: RecordExplanation)], FlowBatch)
        /// The exporter is not listed, or the datagram has come before.
        case refused([FlowRecord], RefusalReason, FlowBatch)
        /// Accounting has forgotten, or never taken, the template of the record.
        case beyondLimits
        /// The capture has only so many.
        case absent(records: UInt64)
    }

    /// - Parameters:
    ///   - inventory: What the network is.
    ///   - slotSeconds: Length of a slot.
    ///   - limits: Of the decoder that accounts.
    package init(_ inventory: Inventory, slotSeconds: Int64, limits: DecodingLimits) {
        directory = ExporterDirectory(inventory)
        self.slotSeconds = slotSeconds
        accounting = FlowDecoder(
            limits: limits,
            holdsData: true,
            dropsDuplicates: true,
            totals: .increments
        )
        var corrections = ExporterCorrections()
        corrections.apply(inventory, to: &accounting)
    }

    /// Searches the capture at `path` for the record of that `number`, counted from 1.
    package mutating func explain(
        record number: UInt64,
        in path: String,
        by attributor: inout Attributor
    ) throws -> Found {
        var file = try CaptureFile.opened(path)
        var taken = 0
        while let captured = try file.next() {
            let datagram = Datagram(
                exporter: captured.source,
                port: captured.sourcePort,
                arrival: captured.arrival,
                octets: WireReader(captured.payload.span, as: "UDP payload").octets
            )
            guard FlowDecoder.isFlowExport(datagram.octets) else { continue }
            if let found = take(datagram, looking: number) { return found }
            taken += 1
            guard taken % Replay.datagramsAtOnce == 0 else { continue }
            if let found = finishBatch(number, by: &attributor) { return found }
        }
        return finishBatch(number, by: &attributor) ?? .absent(records: counting.recordCount)
    }

    /// Decodes a datagram twice; returns what became of the record when it is not accounted.
    private mutating func take(
        _ datagram: borrowing Datagram,
        looking number: UInt64
    ) -> Found? {
        counted.removeAll()
        _ = counting.decode(datagram, into: &counted)
        let hits = counted.records.indices.filter { counted.records[$0].number == number }
        guard let exporter = directory.index(of: datagram) else {
            return refused(hits, .unknownExporter)
        }
        let first = batch.records.count
        let outcome = accounting.decode(datagram, into: &batch)
        if outcome.isDuplicate { return refused(hits, .duplicate) }
        while exporters.count < batch.records.count { exporters.append(exporter) }
        let own = (first..<batch.records.count).filter {
            batch.records[$0].arrival == datagram.arrival
        }
        .suffix(counted.records.count)
        guard own.count == counted.records.count else { return hits.isEmpty ? nil : .beyondLimits }
        for hit in hits { wanted.insert(own[own.startIndex + hit]) }
        return nil
    }

    private func refused(_ hits: [Int], _ reason: RefusalReason) -> Found? {
        hits.isEmpty ? nil : .refused(hits.map { counted.records[$0] }, reason, counted)
    }

    private mutating func finishBatch(
        _ number: UInt64,
        by attributor: inout Attributor
    ) -> Found? {
        let explained = attributor.explain(
            batch,
            exporters: exporters,
            wanted: wanted,
            slotSeconds: slotSeconds
        )
        guard explained.isEmpty else {
            return .explained(
                explained.map { place, explanation in
                    var record = batch.records[place]
                    record.number = number
                    return (record, explanation)
                },
                batch
            )
        }
        batch.removeAll()
        exporters.removeAll(keepingCapacity: true)
        return nil
    }
}
