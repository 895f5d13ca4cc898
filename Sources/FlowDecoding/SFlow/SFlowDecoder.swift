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

    /// The formats of samples, of enterprise 0.
    private enum SampleFormat: UInt32 {
        case flow = 1
        case counters = 2
        case expandedFlow = 3
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
                guard try decodeSample(&reader, blank) else { return }
            }
        } catch {
            report(error, base: 0)
        }
    }

    /// Decodes one sample; false when the datagram ends inside it.
    private mutating func decodeSample(
        _ reader: inout WireReader,
        _ blank: FlowRecord
    ) throws(WireError) -> Bool {
        let head = try reader.read(UInt64.self)
        let format = UInt32(truncatingIfNeeded: head >> 32)
        let length = Int(head & 0xffff_ffff)
        let base = reader.offset
        let isCut = length > reader.remaining
        var body = try reader.read(octets: min(length, reader.remaining), as: "sFlow sample")
        do throws(WireError) {
            switch SampleFormat(rawValue: format) {
            case .flow, .expandedFlow:
                let isExpanded = format == SampleFormat.expandedFlow.rawValue
                var sample = try SFlowFlowSample(
                    &body,
                    isExpanded: isExpanded,
                    blank,
                    tunnels: tunnels
                )
                sightings.append(sample.sighting)
                decodeFlowRecords(&body, base, &sample, isCut: isCut)
            case .counters, .expandedCounters:
                if !isCut { outcome.counterSamples += 1 }
                let isExpanded = format == SampleFormat.expandedCounters.rawValue
                try readCounters(&body, isExpanded: isExpanded)
            case .discarded:
                if !isCut { outcome.discardSamples += 1 }
                try readDiscard(&body)
            case nil: break
            }
        } catch {
            if !isCut { report(error, base: base) }
        }
        if isCut { report(.truncated, "sFlow sample", at: base - 8) }
        return !isCut
    }

    /// Decodes the records of a flow sample and appends the flow they make.
    ///
    /// Of a sample that the datagram ends in, the flow counts when its packet was read.
    private mutating func decodeFlowRecords(
        _ body: inout WireReader,
        _ base: Int,
        _ sample: inout SFlowFlowSample,
        isCut: Bool
    ) {
        var left = sample.recordCount
        while left > 0, !body.isAtEnd {
            left -= 1
            let start = base + body.offset
            do throws(WireError) {
                let head = try body.read(UInt64.self)
                let length = Int(head & 0xffff_ffff)
                let recordBase = base + body.offset
                var record = try body.read(octets: length, as: "sFlow flow record")
                do throws(WireError) {
                    let format = UInt32(truncatingIfNeeded: head >> 32)
                    try sample.read(&record, format, words: &batch.words)
                } catch {
                    report(error, base: recordBase)
                }
            } catch {
                // The record is longer than its sample: nothing after it can be found.
                if !isCut { report(error.kind.reason, error.subject, at: start) }
                break
            }
        }
        sample.finish(words: &batch.words)
        guard !isCut || sample.record.has(.octets) else { return }
        countRecord()
        append(&sample.record, at: base - 8)
    }
}

extension WireError.Kind {
    var reason: DecodingReason {
        switch self {
        case .truncated: .truncated
        case .malformed: .malformed
        case .unsupported: .unsupported
        }
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
