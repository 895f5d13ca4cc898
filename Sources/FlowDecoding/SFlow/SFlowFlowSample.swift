// SPDX-License-Identifier: Apache-2.0

import Model
import Wire

/// One sFlow flow sample on its way to a flow record.
///
/// # How it works
///
/// The records of a sample say the same thing in several ways, in any order. A raw header goes
/// straight to the flow record; the others are kept aside, and what they say is put in at the end,
/// the one that says most first:
///
///     raw header, read to its IP packet    addresses, ports, octets
///     sampled IPv4 or IPv6                 the same, where the header stops before its IP packet
///     raw header, not read so far          octets: the frame less what is stripped
///     sampled Ethernet                     MAC addresses and octets, where no header says them
///
/// So a raw header and a sampled IPv4 record of one packet count once, and alike in either order.
struct SFlowFlowSample: ~Copyable {
    /// Where the sample begins, in octets from the start of the UDP payload.
    let base: Int
    /// Whether the datagram ends inside the sample.
    let isCut: Bool
    let tunnels: InnerHeaders
    private var hasHeader = false
    private var hasPacket = false
    /// Octets by the raw header.
    private var headerOctets: UInt64 = 0

    @inline(__always)
    init(base: Int, isCut: Bool, tunnels: InnerHeaders) {
        self.base = base
        self.isCut = isCut
        self.tunnels = tunnels
    }

    /// Reads all of a sample into `record`.
    ///
    /// - Parameters:
    ///   - body: The sample after its format and length.
    ///   - isExpanded: Whether its head is in the expanded form.
    ///   - number: The record's number, if it comes to one.
    ///   - record: Holds what all records of the datagram share, and takes the flow.
    ///   - others: Empty; keeps what is put in at the end, and is empty again then.
    ///   - words: Takes what varies in length.
    ///   - problems: Takes what could not be read of the records.
    /// - Returns: What the head says of the numbers of its source.
    /// - Throws: ``WireError`` when the head cannot be read.
    @inline(__always)
    mutating func read(
        _ body: inout WireReader,
        isExpanded: Bool,
        number: UInt64,
        into record: inout FlowRecord,
        others: inout SFlowOtherRecords,
        words: inout [UInt32],
        problems: inout [DecodingProblem]
    ) throws(WireError) -> SFlowSighting {
        let head =
            isExpanded ? Head(expanded: try body.block(44)) : Head(compact: try body.block(32))
        head.store(in: &record)
        record.number = number
        var left = head.recordCount
        while left > 0, !body.isAtEnd {
            left -= 1
            guard readRecord(&body, &record, &others, &words, &problems) else { break }
        }
        if hasHeader {
            record.octets = headerOctets
            record.known.insert(.octets)
        }
        if !others.isEmpty {
            others.store(in: &record, &words, hasHeader: hasHeader, hasPacket: hasPacket)
        }
        return head.sighting
    }

    /// Reads the next flow record; false when it is longer than the sample, so that nothing after
    /// it can be found.
    @inline(__always)
    private mutating func readRecord(
        _ body: inout WireReader,
        _ record: inout FlowRecord,
        _ others: inout SFlowOtherRecords,
        _ words: inout [UInt32],
        _ problems: inout [DecodingProblem]
    ) -> Bool {
        let start = base + body.offset
        do throws(WireError) {
            let head = try body.block(8)
            let format = head.read(UInt32.self, at: 0)
            let length = Int(head.read(UInt32.self, at: 4))
            let recordBase = base + body.offset
            var fields = try body.read(octets: length, as: "sFlow flow record")
            do throws(WireError) {
                if format == 1 {
                    try readRawHeader(&fields, &record, &words)
                } else {
                    try Self.readOther(&fields, format, &others, &record, &words)
                }
            } catch {
                problems.append(error, base: recordBase)
            }
            return true
        } catch {
            if !isCut {
                let problem = DecodingProblem(
                    error.kind.reason,
                    subject: error.subject,
                    offset: start
                )
                problems.append(problem)
            }
            return false
        }
    }

    /// A record that is no raw header; formats without a row here are skipped by their length.
    @inline(never)
    private static func readOther(
        _ fields: inout WireReader,
        _ format: UInt32,
        _ others: inout SFlowOtherRecords,
        _ record: inout FlowRecord,
        _ words: inout [UInt32]
    ) throws(WireError) {
        switch format {
        case 1002:  // the next hop a router chose (`extended_router`)
            guard let nextHop = try fields.readSFlowAddress() else { return }
            record.nextHop = nextHop
            record.known.insert(.nextHop)
        case 1003: try record.readGateway(&fields, &words)
        case 2, 3, 4, 1001, 1006, 1012:
            try others.read(&fields, format, &words)
        default: break
        }
    }

    /// The packet's first octets (`sampled_header`); only the first such record counts.
    @inline(__always)
    private mutating func readRawHeader(
        _ fields: inout WireReader,
        _ record: inout FlowRecord,
        _ words: inout [UInt32]
    ) throws(WireError) {
        guard !hasHeader else { return }
        let head = try fields.block(16)
        let length = Int(head.read(UInt32.self, at: 12))
        var packet = try fields.read(octets: length, as: "sFlow sampled header")
        var lengths = SampledHeader.Lengths()
        if let link = SampledHeader.Link(rawValue: head.read(at: 0)) {
            lengths = SampledHeader.read(&packet, as: link, &record, &words, tunnels: tunnels)
        }
        hasHeader = true
        hasPacket = lengths.hasPacket
        headerOctets = lengths.octets(
            frame: UInt64(head.read(UInt32.self, at: 4)),
            stripped: UInt64(head.read(UInt32.self, at: 8))
        )
    }
}

extension [DecodingProblem] {
    /// Adds an error of a reader that began at `base`.
    @inline(never)
    mutating func append(_ error: WireError, base: Int) {
        append(
            DecodingProblem(
                error.kind.reason,
                subject: error.subject,
                offset: base + error.offset
            )
        )
    }
}
