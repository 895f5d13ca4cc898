// SPDX-License-Identifier: Apache-2.0

import Model
import Wire

// BGP4MP and BGP4MP_ET (RFC 6396, sections 4.4 and 3): the messages of a session as they came,
// and what became of the session.

extension MRTDecoder {
    mutating func decodeBGP4MP(
        _ header: MRTHeader,
        _ record: inout WireReader,
        at time: Int64,
        _ deliver: Deliver,
        _ stateChanged: StateChanged
    ) throws(WireError) {
        var options = BGPSessionOptions()
        switch header.subtype {
        case 0, 1: options.hasFourOctetASNs = false  // STATE_CHANGE, MESSAGE
        case 4, 5: break  // MESSAGE_AS4, STATE_CHANGE_AS4
        case 8:  // MESSAGE_ADDPATH (RFC 8050, section 3)
            options.hasFourOctetASNs = false
            options.addPathFamilies = AddressFamily.allCases
        case 9: options.addPathFamilies = AddressFamily.allCases  // MESSAGE_AS4_ADDPATH
        default:  // messages that the collector itself sent (6, 7, 10, 11), old dumps (2, 3)
            statistics.skip(header)
            return
        }
        var record = try record.read(octets: record.remaining, as: "BGP4MP")
        let asn: UInt32 =
            options.hasFourOctetASNs ? try record.read() : UInt32(try record.read(UInt16.self))
        try record.skip(octets: options.hasFourOctetASNs ? 4 : 2)  // the collector's AS
        try record.skip(octets: 2)  // interface
        guard let family = AddressFamily(rawValue: try record.read()) else {
            throw record.failure(.unsupported)
        }
        let address = try record.readAddress(family)
        try record.skip(octets: Int(family.addressBits) / 8)  // the collector's address
        let source = (address, ASN(rawValue: asn))
        if header.subtype == 0 || header.subtype == 5 {
            try decodeStateChange(&record, of: source, at: time, stateChanged)
        } else {
            try decodeMessage(&record, options, from: source, at: time, deliver)
        }
    }

    /// A change of state (section 4.4.1): the old one and the new.
    private mutating func decodeStateChange(
        _ record: inout WireReader,
        of source: (IPAddress, ASN),
        at time: Int64,
        _ stateChanged: StateChanged
    ) throws(WireError) {
        let old = try record.read(UInt16.self)
        let new = try record.read(UInt16.self)
        // RFC 4271, section 8.2.2 has six; Quagga has Clearing and Deleted besides.
        guard (1...8).contains(new) else { throw record.failure(.malformed) }
        guard let peer = known(peers.peer(source.0, source.1)) else { return }
        statistics.stateChanges += 1
        stateChanged(peer, MRTStateChange(time: time, old: old, new: new))
    }

    private mutating func decodeMessage(
        _ record: inout WireReader,
        _ options: BGPSessionOptions,
        from source: (IPAddress, ASN),
        at time: Int64,
        _ deliver: Deliver
    ) throws(WireError) {
        guard let header = try Self.header(&record) else {
            throw record.failure(.truncated)
        }
        guard header.type == .update else {
            statistics.otherMessages += 1
            return
        }
        let length = header.length - BGPMessageHeader.octets
        var body = try record.read(octets: length, as: "UPDATE")
        guard let peer = known(peers.peer(source.0, source.1)) else { return }
        decodeUpdate(&body, options, from: peer, at: time, deliver)
    }

    /// The header of the message in a record, which may be an extended one (RFC 8654).
    private static func header(
        _ record: inout WireReader
    ) throws(WireError) -> BGPMessageHeader? {
        do throws(BGPError) {
            return try BGPMessageHeader(&record, longest: BGPMessageHeader.longestExtendedMessage)
        } catch {
            throw record.failure(.malformed)
        }
    }

    /// BGP (type 5), which came before BGP4MP (RFC 6396, appendix B.2): an UPDATE without header,
    /// or a change of state.
    mutating func decodeDeprecatedBGP(
        _ header: MRTHeader,
        _ record: inout WireReader,
        at time: Int64,
        _ deliver: Deliver,
        _ stateChanged: StateChanged
    ) throws(WireError) {
        guard header.subtype == 1 || header.subtype == 3 else {
            statistics.skip(header)
            return
        }
        var record = try record.read(octets: record.remaining, as: "BGP")
        let asn = ASN(rawValue: UInt32(try record.read(UInt16.self)))
        let source = (try record.readAddress(.ipv4), asn)
        if header.subtype == 3 {
            try decodeStateChange(&record, of: source, at: time, stateChanged)
            return
        }
        try record.skip(octets: 6)  // the collector's AS and address
        let options = BGPSessionOptions(hasFourOctetASNs: false)
        guard let peer = known(peers.peer(source.0, source.1)) else { return }
        decodeUpdate(&record, options, from: peer, at: time, deliver)
    }

    /// A peer, unless there are too many, which is counted.
    mutating func known(_ peer: MRTPeer?) -> MRTPeer? {
        if peer == nil { statistics.count("more than \(MRTPeers.most) peers") }
        return peer
    }

    private mutating func decodeUpdate(
        _ body: inout WireReader,
        _ options: BGPSessionOptions,
        from peer: MRTPeer,
        at time: Int64,
        _ deliver: Deliver
    ) {
        do throws(BGPError) {
            let errors = try BGPUpdateDecoder(options).decode(&body, at: time) { update in
                deliver(peer, update)
            }
            statistics.updates += 1
            for error in errors { statistics.count("UPDATE with \(error)") }
        } catch {
            statistics.count("UPDATE: \(error.notification)")
        }
    }
}
