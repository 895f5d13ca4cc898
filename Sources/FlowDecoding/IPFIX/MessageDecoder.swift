// SPDX-License-Identifier: Apache-2.0

import Model
import Wire

/// Decodes messages made of sets: IPFIX (RFC 7011) and NetFlow version 9 (RFC 3954).
///
///     message = header, set*
///     set     = id, length, record*        -- a Template Set, an Options Template Set or Data
///
/// The two differ in their headers, in the ids of the sets that define templates, and in that
/// IPFIX has enterprise elements, variable lengths and withdrawals.
///
/// Where we are more lenient than the documents: the count of a NetFlow v9 header is not read
/// (exporters disagree on what it counts), and an Options Template may have no scope.
extension DecodingWork {
    static let ipfixHeaderOctets = 16
    static let netFlow9HeaderOctets = 20

    /// Decodes an IPFIX message (RFC 7011, section 3.1).
    mutating func decodeIPFIX(
        _ datagram: borrowing Datagram,
        _ state: inout ExporterState,
        holdsData: Bool
    ) {
        var reader = WireReader(datagram.octets, as: "IPFIX message header")
        var context = MessageContext(datagram, .ipfix)
        do throws(WireError) {
            try reader.skip(octets: 2)
            let length = Int(try reader.read(UInt16.self))
            context.exportTime = Int64(try reader.read(UInt32.self)) * 1_000_000_000
            outcome.sequence = try reader.read()
            context.domain = try reader.read()
            outcome.observationDomain = context.domain
            message = context
            let body = length - reader.offset
            guard body >= 0 else {
                messageRecords = nil
                return report(.malformed, "IPFIX message header", at: 2)
            }
            let isCut = body > reader.remaining
            let excess = reader.remaining - body
            let end = reader.offset + min(body, reader.remaining)
            decodeSets(datagram.octets, reader.offset..<end, context, &state, holdsData)
            if isCut {
                messageRecords = nil
                report(.truncated, "IPFIX message", at: datagram.octets.byteCount)
            }
            if excess > 0 { report(.malformed, "octets after IPFIX message", at: length) }
        } catch {
            report(error, base: 0)
        }
    }

    /// Decodes a NetFlow v9 export packet (RFC 3954, section 5.1).
    mutating func decodeNetFlow9(
        _ datagram: borrowing Datagram,
        _ state: inout ExporterState,
        holdsData: Bool
    ) {
        var reader = WireReader(datagram.octets, as: "NetFlow v9 packet header")
        var context = MessageContext(datagram, .netflow9)
        do throws(WireError) {
            try reader.skip(octets: 4)
            context.uptime = try reader.read()
            context.exportTime = Int64(try reader.read(UInt32.self)) * 1_000_000_000
            outcome.sequence = try reader.read()
            context.domain = try reader.read()
            outcome.observationDomain = context.domain
            message = context
            let sets = reader.offset..<datagram.octets.byteCount
            decodeSets(datagram.octets, sets, context, &state, holdsData)
        } catch {
            report(error, base: 0)
        }
    }

    /// Decodes the sets of a message, which lie at `range` of its octets.
    private mutating func decodeSets(
        _ octets: RawSpan,
        _ range: Range<Int>,
        _ context: MessageContext,
        _ state: inout ExporterState,
        _ holdsData: Bool
    ) {
        var sets = WireReader(octets.extracting(range), as: "message")
        while sets.remaining >= 4 {
            let start = range.lowerBound + sets.offset
            do throws(WireError) {
                let id = try sets.read(UInt16.self)
                let length = Int(try sets.read(UInt16.self))
                if id == 0, length == 0 { break }  // padding, seen at the end of NetFlow v9 packets
                guard length >= 4 else {
                    messageRecords = nil
                    report(.malformed, "Set header", at: start)
                    break
                }
                let isCut = length - 4 > sets.remaining
                let body = min(length - 4, sets.remaining)
                try sets.skip(octets: body)
                let set = DataSet(
                    id: id,
                    octets: start + 4..<start + 4 + body,
                    offset: start + 4,
                    isCut: isCut
                )
                decodeSet(octets, set, context, &state, holdsData)
                if isCut {
                    messageRecords = nil
                    report(.truncated, "Set", at: start)
                }
            } catch {
                report(error, base: range.lowerBound)
                break
            }
        }
        if learnedIDs != 0, state.held.mayHold(learnedIDs) {
            let own = messageRecords
            replayHeld(&state)
            messageRecords = own
        }
        if samplersChanged { resolveAgain(&state) }
    }

    /// A set: its id, and where its records are.
    struct DataSet {
        let id: UInt16
        /// Where they lie in what is decoded.
        let octets: Range<Int>
        /// Where they began in their datagram.
        let offset: Int
        /// Whether the datagram ends before the set does.
        var isCut = false
    }

    private mutating func decodeSet(
        _ octets: RawSpan,
        _ set: DataSet,
        _ context: MessageContext,
        _ state: inout ExporterState,
        _ holdsData: Bool
    ) {
        let isIPFIX = context.flowProtocol == .ipfix
        switch set.id {
        case isIPFIX ? 2 : 0: learnTemplates(.data, octets, set, context, &state)
        case isIPFIX ? 3 : 1: learnTemplates(.options, octets, set, context, &state)
        case 256...:
            let key = TemplateCache.key(context.flowProtocol, context.domain, set.id)
            let found = state.templates.definition(key, port: context.port, at: context.arrival)
            if let found {
                if found.isCached { outcome.cachedTemplateSets += 1 }
                return decodeData(octets, set, found.plan, context, &state)
            }
            messageRecords = nil
            if holdsData, !set.octets.isEmpty {
                hold(octets, set, context, &state)
            } else {
                report(.unknownTemplate, "Data Set", at: set.offset - 4)
            }
        default: report(.unsupported, "Set", at: set.offset - 4)
        }
    }

    /// Looks the sampling of this message's records up again, after options that came later in
    /// the message.
    private mutating func resolveAgain(_ state: inout ExporterState) {
        guard let message else { return }
        for set in unresolved {
            let context = set.heldContext == 0 ? message : heldContexts[Int(set.heldContext) - 1]
            for place in 0..<Int(set.count) {
                let index = set.first + place
                let reference =
                    set.firstReference >= 0
                    ? references[set.firstReference + place]
                    : SamplerReference(template: set.template)
                let rate = state.rate(for: batch.records[index], reference, in: context)
                guard let rate else { continue }
                batch.records[index].samplingRate = rate
                batch.records[index].samplingSource = .options
            }
        }
    }
}

extension MessageContext {
    init(_ datagram: borrowing Datagram, _ flowProtocol: FlowProtocol) {
        exporter = datagram.exporter
        port = datagram.port
        arrival = datagram.arrival
        self.flowProtocol = flowProtocol
    }
}
