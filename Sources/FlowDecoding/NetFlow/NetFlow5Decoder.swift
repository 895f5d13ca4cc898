// SPDX-License-Identifier: Apache-2.0

import Model
import Wire

/// Decodes NetFlow version 5: a header of 24 octets and up to 30 records of 48.
///
///     header = version, count, uptime, seconds, nanoseconds, sequence, engine, sampling
///     record = source, destination, next hop, input, output, packets, octets, first, last,
///              source port, destination port, pad, TCP flags, protocol, type of service,
///              source AS, destination AS, masks, pad
///
/// The records are read as those of a template are, which is known beforehand: see
/// ``RecordProgram``.
///
/// The lower 14 bits of the sampling field are the rate. They hold whatever the two mode bits
/// above them say: many exporters leave those zero.
extension DecodingWork {
    static let netFlow5HeaderOctets = 24
    static let netFlow5RecordOctets = 48
    /// More records than this no exporter of the format sends.
    static let netFlow5Records = 30

    mutating func decodeNetFlow5(_ datagram: borrowing Datagram) {
        var reader = WireReader(datagram.octets, as: "NetFlow v5 header")
        var context = MessageContext(datagram, .netflow5)
        do throws(WireError) {
            try reader.skip(octets: 2)
            let count = Int(try reader.read(UInt16.self))
            context.uptime = try reader.read()
            let seconds = Int64(try reader.read(UInt32.self))
            let nanoseconds = Int64(try reader.read(UInt32.self))
            context.exportTime = seconds * 1_000_000_000 + min(nanoseconds, 999_999_999)
            outcome.sequence = try reader.read()
            context.domain = UInt32(try reader.read(UInt16.self))
            outcome.observationDomain = context.domain
            let rate = SamplingRate(UInt64(try reader.read(UInt16.self) & 0x3fff), per: 1)
            guard count > 0, count <= Self.netFlow5Records else {
                return report(.malformed, "NetFlow v5 header", at: 2)
            }
            message = context
            read(count, datagram.octets, context, rate)
        } catch {
            messageRecords = nil
            report(error, base: 0)
        }
    }

    /// Reads the records that are whole, of the `count` that the header says there are.
    private mutating func read(
        _ count: Int,
        _ octets: RawSpan,
        _ context: MessageContext,
        _ rate: SamplingRate?
    ) {
        let start = Self.netFlow5HeaderOctets
        let whole = min(count, (octets.byteCount - start) / Self.netFlow5RecordOctets)
        let end = start + whole * Self.netFlow5RecordOctets
        if whole > 0 {
            let plan = Self.netFlow5Plan
            let set = DataSet(id: 0, octets: start..<end, offset: start)
            rows.place(plan, in: octets, from: start, to: end, most: whole)
            readRows(octets, plan, context, SetSampling(header: rate))
            keepRows(octets, set, plan, context)
        }
        guard whole < count else { return }
        messageRecords = nil
        report(.truncated, "NetFlow v5 record", at: end)
    }

    /// What the format has always been: a template nobody needs to send.
    private static let netFlow5Plan: TemplatePlan = {
        let fields: [(UInt16, UInt16)] = [
            (8, 4), (12, 4), (15, 4), (10, 2), (14, 2), (2, 4), (1, 4), (22, 4), (21, 4), (7, 2),
            (11, 2), (210, 1), (6, 1), (4, 1), (5, 1), (16, 2), (17, 2), (9, 1), (13, 1), (210, 2),
        ]
        return TemplatePlan(
            Template(
                id: 5,
                kind: .data,
                isNetFlow9: true,
                fields: fields.map { Template.Field(id: $0.0, enterprise: 0, length: $0.1) },
                scopeCount: 0
            )
        )
    }()
}
