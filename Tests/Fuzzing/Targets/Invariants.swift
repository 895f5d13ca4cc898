// SPDX-License-Identifier: Apache-2.0

import FlowDecoding
import Model

/// What holds of every datagram, whatever is in it.
struct Invariants {
    private let records: Int
    private let errors: Int
    private let count: UInt64

    init(_ batch: FlowBatch, _ decoder: FlowDecoder) {
        records = batch.records.count
        errors = batch.errors.count
        count = decoder.recordCount
    }

    /// Ends the process, with the reason, unless `condition` holds.
    static func require(_ condition: Bool, _ what: StaticString) {
        precondition(condition, "\(what)")
    }

    func check(
        _ batch: FlowBatch,
        _ decoder: FlowDecoder,
        _ outcome: DatagramOutcome,
        _ datagram: borrowing Datagram
    ) {
        let new = batch.records.count - records
        Self.require(decoder.recordCount - count == outcome.records, "records are numbered")
        Self.require(new >= 0 && new <= 2 * outcome.records, "records are counted")
        Self.require(outcome.undecoded == nil || new == 0, "an undecoded datagram has no records")
        Self.require(
            outcome.undecoded == nil || outcome.isEmpty,
            "a datagram is decoded or undecoded"
        )
        Self.require(
            outcome.undecoded != .notFlowExport || outcome.flowProtocol == nil,
            "a flow export has a protocol"
        )
        for record in batch.records[records...] {
            check(record, batch, datagram)
        }
        for error in batch.errors[min(errors, batch.errors.count)...] {
            Self.require(error.offset >= 0 && error.offset <= 65_535, "an error is in a datagram")
        }
    }

    private func check(
        _ record: FlowRecord,
        _ batch: FlowBatch,
        _ datagram: borrowing Datagram
    ) {
        let words = batch.words.count
        Self.require(record.asPath.range.upperBound <= words, "the path is in the batch")
        Self.require(record.communities.range.upperBound <= words, "communities are in the batch")
        Self.require(record.vlans.range.upperBound <= words, "tags are in the batch")
        // Four of a frame, behind four that were stripped from it (sFlow record 1012).
        Self.require(record.vlans.count <= 8, "few tags")
        Self.require(record.exporter == datagram.exporter, "records are the exporter's")
        Self.require(record.arrival <= datagram.arrival, "no record is from later")
        Self.require(record.octets <= 1 << 52 && record.packets <= 1 << 52, "counts are plausible")
        Self.require(record.samplingRate.denominator > 0, "a rate is a number")
        Self.require(
            record.samplingRate.numerator >= record.samplingRate.denominator,
            "nothing observes more than passes"
        )
        Self.require(record.vlan <= 0xfff, "a VLAN has 12 bits")
        Self.require(!record.has(.start) || record.start > 0, "a start is a time")
        // The path is as ASPath can be read.
        guard record.has(.asPath) else { return }
        var index = record.asPath.range.lowerBound
        while index < record.asPath.range.upperBound {
            index += 1 + Int(batch.words[index] & 0xffff)
        }
        Self.require(index == record.asPath.range.upperBound, "segments fill the path")
    }

    static func check(_ statistics: DecoderStatistics, _ limits: DecodingLimits) {
        let exporters = statistics.exporters
        require(exporters <= limits.exporters, "exporters are bounded")
        require(statistics.domains <= limits.domains * exporters, "domains are bounded")
        require(
            statistics.templates <= limits.templates * limits.portsPerTemplate * exporters,
            "templates are bounded"
        )
        // A domain keeps its own samplers, also when it alone has too many.
        require(
            statistics.samplers <= max(limits.samplersPerExporter, limits.samplers) * exporters,
            "samplers are bounded"
        )
        require(statistics.sequences <= limits.sequences * exporters, "sequences are bounded")
        require(statistics.heldOctets <= limits.heldOctets * exporters, "held sets are bounded")
        require((statistics.heldSets == 0) == (statistics.heldOctets == 0), "held sets are charged")
    }

    /// What is saved is accepted, and once restored is saved the same.
    static func checkSnapshot(
        of exporter: IPAddress,
        _ decoder: FlowDecoder,
        _ limits: DecodingLimits
    ) {
        guard let saved = decoder.snapshot(of: exporter) else {
            return require(false, "a known exporter has a snapshot")
        }
        var other = FlowDecoder(limits: limits, holdsData: false)
        do throws(SnapshotProblem) {
            try other.restore(saved)
        } catch {
            preconditionFailure("what was saved is refused: \(error)")
        }
        guard let again = other.snapshot(of: exporter) else {
            return require(false, "a restored exporter has a snapshot")
        }
        require(Set(again.templates) == Set(saved.templates), "templates are restored")
        require(again.domains.count == saved.domains.count, "domains are restored")
        require(again.sequences.count == saved.sequences.count, "sequences are restored")
    }
}
