// SPDX-License-Identifier: Apache-2.0

import Model
import Wire

// BGP4MP and BGP4MP_ET (RFC 6396, sections 4.4 and 4.5): the messages of a session as they came.

extension MRTDecoder {
    mutating func decodeBGP4MP(
        _ subtype: UInt16,
        _ record: inout WireReader,
        at time: Int64,
        deliver: Deliver
    ) throws(WireError) {
        var options = BGPSessionOptions()
        switch subtype {
        case 0, 5:  // STATE_CHANGE, STATE_CHANGE_AS4
            statistics.stateChanges += 1
            return
        case 1: options.hasFourOctetASNs = false  // MESSAGE
        case 4: break  // MESSAGE_AS4
        case 8:  // MESSAGE_ADDPATH (RFC 8050, section 3)
            options.hasFourOctetASNs = false
            options.addPathFamilies = AddressFamily.allCases
        case 9: options.addPathFamilies = AddressFamily.allCases  // MESSAGE_AS4_ADDPATH
        default:  // messages that the collector itself sent (6, 7, 10, 11), old dumps (2, 3)
            statistics.skipped += 1
            return
        }
        var record = try record.read(octets: record.remaining, as: "BGP4MP message")
        let peer: UInt32 =
            options.hasFourOctetASNs ? try record.read() : UInt32(try record.read(UInt16.self))
        try record.skip(octets: options.hasFourOctetASNs ? 4 : 2)  // the collector's AS
        try record.skip(octets: 2)  // interface
        guard let family = AddressFamily(rawValue: try record.read()) else {
            throw record.failure(.unsupported)
        }
        let address = try record.readAddress(family)
        try record.skip(octets: Int(family.addressBits) / 8)  // the collector's address
        let source = source(address, ASN(rawValue: peer))
        guard let header = try Self.header(&record) else {
            throw record.failure(.truncated)
        }
        guard header.type == .update else {
            statistics.skipped += 1
            return
        }
        let length = header.length - BGPMessageHeader.octets
        var body = try record.read(octets: length, as: "UPDATE")
        decodeUpdate(&body, options, from: source, at: time, deliver: deliver)
    }

    /// The header of the message in a record, which may be an extended one (RFC 8654).
    private static func header(
        _ record: inout WireReader
    ) throws(WireError) -> BGPMessageHeader? {
        do throws(BGPError) {
            return try BGPMessageHeader(&record, longest: Int(UInt16.max))
        } catch {
            throw record.failure(.malformed)
        }
    }

    /// BGP (type 5), which came before BGP4MP (RFC 6396, appendix B.2): an UPDATE without header.
    mutating func decodeDeprecatedBGP(
        _ subtype: UInt16,
        _ record: inout WireReader,
        at time: Int64,
        deliver: Deliver
    ) throws(WireError) {
        guard subtype == 1 else {
            statistics.skipped += 1
            return
        }
        var record = try record.read(octets: record.remaining, as: "BGP message")
        let asn = ASN(rawValue: UInt32(try record.read(UInt16.self)))
        let address = try record.readAddress(.ipv4)
        try record.skip(octets: 6)  // the collector's AS and address
        let options = BGPSessionOptions(hasFourOctetASNs: false)
        let source = source(address, asn)
        decodeUpdate(&record, options, from: source, at: time, deliver: deliver)
    }

    private mutating func decodeUpdate(
        _ body: inout WireReader,
        _ options: BGPSessionOptions,
        from source: RouteSource,
        at time: Int64,
        deliver: Deliver
    ) {
        do throws(BGPError) {
            let errors = try BGPUpdateDecoder(options).decode(&body, at: time) { update in
                deliver(source, update)
            }
            statistics.updates += 1
            for error in errors { statistics.count("UPDATE with \(error)") }
        } catch {
            statistics.count("UPDATE: \(error.notification)")
        }
    }
}
