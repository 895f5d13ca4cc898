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
            let blank = context.record
            var left = try reader.read(UInt32.self)
            while left > 0 {
                left -= 1
                let head = try reader.block(8)
                let length = Int(head.read(UInt32.self, at: 4))
                let start = reader.offset
                let end = start + min(length, reader.remaining)
                let isCut = end - start < length
                try reader.skip(octets: end - start)
                switch head.read(UInt32.self, at: 0) {
                case 1: decodeFlow(datagram.octets, start, end, blank, (false, isCut))
                case 3: decodeFlow(datagram.octets, start, end, blank, (true, isCut))
                case let format: decodeOther(datagram.octets, start, end, format, isCut)
                }
                guard !isCut else { return report(.truncated, "sFlow sample", at: start - 8) }
            }
        } catch {
            report(error, base: 0)
        }
    }

    /// Decodes a sample that is no flow sample; one of an unknown format is skipped.
    @inline(never)
    private mutating func decodeOther(
        _ octets: RawSpan,
        _ start: Int,
        _ end: Int,
        _ format: UInt32,
        _ isCut: Bool
    ) {
        var body = WireReader(octets.extracting(start..<end), as: "sFlow sample")
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
            if !isCut { report(error, base: start) }
        }
    }

    /// Decodes a flow sample and appends the flow its records make.
    ///
    /// The record is written where it will lie, and taken back when nothing comes of it. Of a
    /// sample that the datagram ends in, the flow counts when its packet was read. That a count
    /// is plausible needs no check: it is one packet, and a number of 32 bits.
    private mutating func decodeFlow(
        _ octets: RawSpan,
        _ start: Int,
        _ end: Int,
        _ blank: FlowRecord,
        _ form: (isExpanded: Bool, isCut: Bool)
    ) {
        guard end - start >= SFlowFlowSample.headOctets(isExpanded: form.isExpanded) else {
            if !form.isCut { report(.truncated, "sFlow sample", at: start) }
            return
        }
        let index = batch.records.count
        batch.records.append(blank)
        var sample = SFlowFlowSample(isCut: form.isCut, tunnels: tunnels)
        let sighting = sample.read(
            octets,
            start,
            end,
            isExpanded: form.isExpanded,
            number: recordCount &+ 1,
            into: &batch.records[index],
            others: &otherRecords,
            words: &batch.words,
            problems: &batch.errors
        )
        sightings.append(sighting)
        if form.isCut, !batch.records[index].has(.octets) {
            batch.records.removeLast()
            return
        }
        countRecord()
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
