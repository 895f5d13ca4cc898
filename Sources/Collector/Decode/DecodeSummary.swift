// SPDX-License-Identifier: Apache-2.0

import FlowDecoding
import FlowReception
import Model
import Reporting

/// The totals of `decode --summary`.
struct DecodeSummary {
    private var datagrams: UInt64 = 0
    private var records: UInt64 = 0
    private var flows: UInt64 = 0
    private var counterSamples: UInt64 = 0
    private var discardSamples: UInt64 = 0
    private var templates: UInt64 = 0
    private var optionsTemplates: UInt64 = 0
    private var optionsRecords: UInt64 = 0
    private var errors: [DecodingReason: UInt64] = [:]
    private var octets: UInt64 = 0
    private var packets: UInt64 = 0
    private var scaledOctets: UInt64 = 0
    private var otherOctets: [OctetsBasis: UInt64] = [:]
    private var exporters: Set<IPAddress> = []
    private var skipped = SkippedPackets()

    /// Counts a datagram and everything in it.
    mutating func add(
        _ outcome: DatagramOutcome,
        _ batch: FlowBatch,
        _ problems: [DecodingProblem],
        exporter: IPAddress
    ) {
        datagrams += 1
        records += UInt64(outcome.records)
        flows += UInt64(batch.records.count)
        counterSamples += UInt64(outcome.counterSamples)
        discardSamples += UInt64(outcome.discardSamples)
        templates += UInt64(outcome.templates)
        optionsTemplates += UInt64(outcome.optionsTemplates)
        optionsRecords += UInt64(outcome.optionsRecords)
        exporters.insert(exporter)
        add(problems: problems)
        for record in batch.records { add(record) }
    }

    mutating func add(problems: [DecodingProblem]) {
        for problem in problems { errors[problem.reason, default: 0] += 1 }
    }

    private mutating func add(_ record: FlowRecord) {
        guard record.octetsBasis == .ip else {
            Self.add(record.octets, to: &otherOctets[record.octetsBasis, default: 0])
            return
        }
        Self.add(record.octets, to: &octets)
        Self.add(record.packets, to: &packets)
        Self.add(record.samplingRate.scale(record.octets) ?? .max, to: &scaledOctets)
    }

    /// Adds and stays at the greatest number rather than begin anew.
    private static func add(_ count: UInt64, to sum: inout UInt64) {
        let (total, overflow) = sum.addingReportingOverflow(count)
        sum = overflow ? .max : total
    }

    /// Counts what a capture held besides UDP datagrams.
    mutating func add(_ packets: SkippedPackets) {
        skipped.tcp += packets.tcp
        skipped.sctp += packets.sctp
        skipped.fragment += packets.fragment
        skipped.other += packets.other
    }

    /// Counts a UDP datagram that is no flow export.
    mutating func skip() { skipped.other += 1 }

    var document: JSONValue {
        let errors = self.errors.sorted { $0.key < $1.key }.map { reason, count in
            JSONValue.Member(reason.word, .unsigned(count))
        }
        let other = otherOctets.sorted { $0.key.rawValue < $1.key.rawValue }.map { basis, sum in
            JSONValue.Member(basis.word, .unsigned(sum))
        }
        return [
            "datagrams": .unsigned(datagrams), "records": .unsigned(records),
            "flows": .unsigned(flows), "counterSamples": .unsigned(counterSamples),
            "discardSamples": .unsigned(discardSamples), "templates": .unsigned(templates),
            "optionsTemplates": .unsigned(optionsTemplates),
            "optionsRecords": .unsigned(optionsRecords), "errors": .object(errors),
            "octets": .unsigned(octets), "packets": .unsigned(packets),
            "scaledOctets": .unsigned(scaledOctets), "otherOctets": .object(other),
            "exporters": .unsigned(UInt64(exporters.count)),
            "skippedPackets": [
                "tcp": .integer(Int64(skipped.tcp)), "sctp": .integer(Int64(skipped.sctp)),
                "fragment": .integer(Int64(skipped.fragment)),
                "other": .integer(Int64(skipped.other)),
            ],
        ]
    }
}
