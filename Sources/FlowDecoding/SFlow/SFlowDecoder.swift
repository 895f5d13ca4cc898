// SPDX-License-Identifier: Apache-2.0

import Model
import Wire

/// Decodes sFlow version 5 datagrams (*sFlow Version 5*, sflow.org, July 2004, section 5).
///
///     datagram = version, agent address, sub-agent, sequence, uptime, count, sample*
///     sample   = format, length, body           -- skipped whole when the format is unknown
///     record   = format, length, body           -- likewise
///
/// Everything is XDR (RFC 4506): big-endian, in units of four octets. Every sample carries its own
/// sampling rate, so nothing is kept between datagrams but the numbers of samples, to tell what
/// was lost (``SFlowSources``). A sample that cannot be read is counted, and the next one follows
/// its length.
extension DecodingWork {
    static let sFlowHeaderOctets = 28

    /// The formats of samples, of enterprise 0, that are no flow sample.
    private enum SampleFormat: UInt32 {
        case counters = 2
        case expandedCounters = 4
        case discarded = 5
    }

    mutating func decodeSFlow(_ datagram: borrowing Datagram) {
        var reader = WireReader(datagram.octets, as: "sFlow datagram header")
        var context = MessageContext(datagram, .sflow5)
        do throws(WireError) {
            try reader.skip(octets: 4)
            outcome.agent = try reader.readSFlowAddress()
            outcome.subAgent = try reader.read()
            outcome.sequence = try reader.read()
            context.uptime = try reader.read()
            message = context
            let count = try reader.read(UInt32.self)
            let walk = SFlowSampleWalk(at: reader.offset, left: count)
            decodeSamples(datagram.octets, walk, context)
        } catch {
            report(error, base: 0)
        }
    }

    private mutating func decodeSamples(
        _ octets: RawSpan,
        _ samples: SFlowSampleWalk,
        _ context: MessageContext
    ) {
        var walk = samples
        while walk.left > 0 {
            guard let format = walk.format(in: octets) else {
                return report(.truncated, "sFlow datagram header", at: walk.at)
            }
            if SFlowSampleWalk.isFlow(format) {
                decodeFlows(octets, &walk, context)
            } else {
                let body = walk.next(in: octets)
                decodeOther(octets, body, format, walk.isCut)
            }
            guard !walk.isCut else { return report(.truncated, "sFlow sample", at: walk.start) }
        }
    }

    /// Decodes a sample that is no flow sample; one of an unknown format is skipped.
    @inline(never)
    private mutating func decodeOther(
        _ octets: RawSpan,
        _ range: Range<Int>,
        _ format: UInt32,
        _ isCut: Bool
    ) {
        var body = WireReader(octets.extracting(range), as: "sFlow sample")
        do throws(WireError) {
            switch SampleFormat(rawValue: format) {
            case .counters, .expandedCounters:
                if !isCut { outcome.counterSamples += 1 }
                try readCounters(
                    &body,
                    isExpanded: format == SampleFormat.expandedCounters.rawValue
                )
            case .discarded:
                if !isCut { outcome.discardSamples += 1 }
                try readDiscard(&body)
            case nil: break
            }
        } catch {
            if !isCut { report(error, base: range.lowerBound) }
        }
    }

    /// Decodes a run of flow samples and appends the flows their records make.
    ///
    /// The records are written where they will lie, and taken back when nothing comes of them. Of
    /// a sample that the datagram ends in, the flow counts when its packet was read. That a count
    /// is plausible needs no check: it is one packet, and a number of 32 bits.
    private mutating func decodeFlows(
        _ octets: RawSpan,
        _ walk: inout SFlowSampleWalk,
        _ context: MessageContext
    ) {
        let first = batch.records.count
        let room = walk.room(in: octets)
        batch.records.append(contentsOf: blanks[..<room])
        sightings.makeRoom(for: room)
        let count = Self.readFlows(
            octets,
            &walk,
            into: &batch.records,
            first..<first + room,
            number: recordCount &+ 1,
            context,
            &sightings,
            others: &otherRecords,
            words: &batch.words,
            problems: &batch.errors,
            tunnels: tunnels
        )
        batch.records.removeLast(room - count)
        outcome.records += count
        messageRecords? += count
        recordCount &+= UInt64(count)
    }

    /// Reads flow samples one after another, up to one that is none or is cut; returns how many
    /// made a record.
    @inline(__always)
    private static func readFlows(
        _ octets: RawSpan,
        _ samples: inout SFlowSampleWalk,
        into records: inout [FlowRecord],
        _ room: Range<Int>,
        number: UInt64,
        _ context: MessageContext,
        _ sightings: inout SFlowSightings,
        others: inout SFlowOtherRecords,
        words: inout [UInt32],
        problems: inout [DecodingProblem],
        tunnels: InnerHeaders
    ) -> Int {
        var records = records.mutableSpan
        var walk = samples
        defer { samples = walk }
        var number = number
        var index = room.lowerBound
        while index < room.upperBound, walk.left > 0, !walk.isCut,
            let format = walk.format(in: octets), SFlowSampleWalk.isFlow(format)
        {
            let body = walk.next(in: octets)
            let isExpanded = SFlowSampleWalk.isExpanded(format)
            let headOctets = SFlowFlowSample.headOctets(isExpanded: isExpanded)
            guard body.count >= headOctets else {
                if !walk.isCut { problems.append(.truncated, "sFlow sample", at: body.lowerBound) }
                continue
            }
            let head = SFlowFlowSample.Head(octets, at: body.lowerBound, isExpanded: isExpanded)
            sightings.add(head.sighting)
            head.store(in: &records[index])
            records[index].exporter = context.exporter
            records[index].arrival = context.arrival
            records[index].number = number
            var sample = SFlowFlowSample(isCut: walk.isCut, tunnels: tunnels)
            sample.read(
                octets,
                body.lowerBound &+ headOctets,
                body.upperBound,
                count: head.recordCount,
                into: &records[index],
                others: &others,
                words: &words,
                problems: &problems
            )
            if walk.isCut, !records[index].has(.octets) { break }
            number &+= 1
            index &+= 1
        }
        return index - room.lowerBound
    }
}

extension WireReader {
    /// Reads a type and an address (sFlow version 5, section 5.3, `address`); nil for "unknown".
    mutating func readSFlowAddress() throws(WireError) -> IPAddress? {
        switch try read(UInt32.self) {
        case 0: return nil
        case 1: return .v4(try read())
        case 2: return .v6(try read())
        default: throw failure(.malformed)
        }
    }

    /// Reads a MAC address, which XDR fills up to eight octets.
    mutating func readSFlowMAC() throws(WireError) -> MACAddress {
        let address = MACAddress(rawValue: try readUnsigned(octets: 6))
        try skip(octets: 2)
        return address
    }
}
