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
            for _ in 0..<count {
                let start = reader.offset
                var body = try reader.read(
                    octets: Self.netFlow5RecordOctets,
                    as: "NetFlow v5 record"
                )
                var record = context.record
                record.samplingRate = rate ?? .one
                record.samplingSource = rate == nil ? .assumed : .header
                try readRecord(&body, context, &record)
                countRecord()
                append(&record, at: start)
            }
            messageRecords = count
        } catch {
            messageRecords = nil
            report(error, base: 0)
        }
    }

    private func readRecord(
        _ body: inout WireReader,
        _ context: MessageContext,
        _ record: inout FlowRecord
    ) throws(WireError) {
        record.source = .v4(try body.read())
        record.destination = .v4(try body.read())
        record.nextHop = .v4(try body.read())
        record.ingressInterface = UInt32(try body.read(UInt16.self))
        record.egressInterface = UInt32(try body.read(UInt16.self))
        record.packets = UInt64(try body.read(UInt32.self))
        record.octets = UInt64(try body.read(UInt32.self))
        record.start = context.time(uptime: try body.read())
        record.end = context.time(uptime: try body.read())
        record.sourcePort = try body.read()
        record.destinationPort = try body.read()
        try body.skip(octets: 2)
        record.ipProtocol = try body.read()
        try body.skip(octets: 1)
        record.sourceAS = ASN(rawValue: UInt32(try body.read(UInt16.self)))
        record.destinationAS = ASN(rawValue: UInt32(try body.read(UInt16.self)))
        record.known = [
            .source, .destination, .nextHop, .packets, .octets, .sourcePort, .destinationPort,
            .ipProtocol, .sourceAS, .destinationAS,
        ]
        // A clock that stands near 1970 says nothing.
        if record.start > 0 { record.known.insert(.start) }
        if record.end > 0 { record.known.insert(.end) }
        if record.ingressInterface != 0 { record.known.insert(.ingressInterface) }
        if record.egressInterface != 0 { record.known.insert(.egressInterface) }
    }
}
