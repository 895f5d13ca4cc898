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
    /// Whether the datagram ends inside the sample.
    let isCut: Bool
    let tunnels: InnerHeaders
    private var hasHeader = false
    private var hasPacket = false
    /// Octets by the raw header.
    private var headerOctets: UInt64 = 0

    @inline(__always)
    init(isCut: Bool, tunnels: InnerHeaders) {
        self.isCut = isCut
        self.tunnels = tunnels
    }

    /// Length of the head of a sample, in octets.
    @inline(__always)
    static func headOctets(isExpanded: Bool) -> Int { isExpanded ? 44 : 32 }

    /// Reads the records of a sample into `record`.
    ///
    /// - Parameters:
    ///   - octets: The datagram.
    ///   - start: Where the records begin in it.
    ///   - end: Where the sample ends.
    ///   - count: How many there are, as its head says.
    ///   - record: Takes the flow.
    ///   - others: Empty; keeps what is put in at the end, and is empty again then.
    ///   - words: Takes what varies in length.
    ///   - problems: Takes what could not be read of the records.
    @inline(__always)
    mutating func read(
        _ octets: RawSpan,
        _ start: Int,
        _ end: Int,
        count: UInt32,
        into record: inout FlowRecord,
        others: inout SFlowOtherRecords,
        words: inout [UInt32],
        problems: inout [DecodingProblem]
    ) {
        var left = count
        var at = start
        while left > 0, at < end {
            left -= 1
            let isWhole = at <= end &- 8
            let length =
                isWhole
                ? Int(WireBlock(of: octets, from: at, count: 8).read(UInt32.self, at: 4)) : 0
            guard isWhole, length <= end &- at &- 8 else {
                if !isCut { problems.append(.truncated, "sFlow sample", at: at) }
                break
            }
            let format = WireBlock(of: octets, from: at, count: 8).read(UInt32.self, at: 0)
            at &+= 8
            if format == 1 {
                readRawHeader(octets, at, at &+ length, &record, &words, &problems)
            } else {
                Self.readOther(octets, at, length, format, &others, &record, &words, &problems)
            }
            at &+= length
        }
        if hasHeader {
            record.octets = headerOctets
            record.known.insert(.octets)
        }
        if !others.isEmpty {
            others.store(in: &record, &words, hasHeader: hasHeader, hasPacket: hasPacket)
        }
    }

    /// A record that is no raw header; formats without a row here are skipped by their length.
    @inline(never)
    private static func readOther(
        _ octets: RawSpan,
        _ start: Int,
        _ length: Int,
        _ format: UInt32,
        _ others: inout SFlowOtherRecords,
        _ record: inout FlowRecord,
        _ words: inout [UInt32],
        _ problems: inout [DecodingProblem]
    ) {
        var fields = WireReader(
            octets.extracting(start..<start + length),
            as: "sFlow flow record"
        )
        do throws(WireError) {
            switch format {
            case 1002:  // the next hop a router chose (`extended_router`)
                guard let nextHop = try fields.readSFlowAddress() else { return }
                record.nextHop = nextHop
                record.known.insert(.nextHop)
            case 1003: try record.readGateway(&fields, &words)
            case 2, 3, 4, 1001, 1006, 1012: try others.read(&fields, format, &words)
            default: break
            }
        } catch {
            problems.append(error, base: start)
        }
    }

    /// The packet's first octets (`sampled_header`); only the first such record counts.
    @inline(__always)
    private mutating func readRawHeader(
        _ octets: RawSpan,
        _ start: Int,
        _ end: Int,
        _ record: inout FlowRecord,
        _ words: inout [UInt32],
        _ problems: inout [DecodingProblem]
    ) {
        guard !hasHeader else { return }
        guard start <= end &- 16 else {
            return problems.append(.truncated, "sFlow flow record", at: start)
        }
        let head = WireBlock(of: octets, from: start, count: 16)
        let length = Int(head.read(UInt32.self, at: 12))
        guard length <= end &- start &- 16 else {
            return problems.append(.truncated, "sFlow flow record", at: start + 16)
        }
        let lengths = SampledHeader.read(
            octets,
            start &+ 16,
            length,
            as: head.read(at: 0),
            &record,
            &words,
            tunnels: tunnels
        )
        hasHeader = true
        hasPacket = lengths.hasPacket
        headerOctets = lengths.octets(
            frame: UInt64(head.read(UInt32.self, at: 4)),
            stripped: UInt64(head.read(UInt32.self, at: 8))
        )
    }
}
