// SPDX-License-Identifier: Apache-2.0

import Model
import Wire

// TABLE_DUMP_V2 (RFC 6396, section 4.3): one PEER_INDEX_TABLE, then a record a prefix, with an
// entry for each peer that has a route to it. RFC 8050 adds a path identifier to each entry.

extension MRTDecoder {
    mutating func decodeTableDumpV2(
        _ header: MRTHeader,
        _ record: inout WireReader,
        at start: Int
    ) throws(WireError) {
        switch header.subtype {
        case 1: try decodePeerIndexTable(&record)
        case 2: try decodeRIB(.ipv4, &record, hasPathIdentifiers: false, at: start)
        case 4: try decodeRIB(.ipv6, &record, hasPathIdentifiers: false, at: start)
        case 8: try decodeRIB(.ipv4, &record, hasPathIdentifiers: true, at: start)
        case 10: try decodeRIB(.ipv6, &record, hasPathIdentifiers: true, at: start)
        default: statistics.skip(header)  // multicast (3, 5, 9, 11), RIB_GENERIC (6, 12)
        }
    }

    /// PEER_INDEX_TABLE (section 4.3.1).
    private mutating func decodePeerIndexTable(_ record: inout WireReader) throws(WireError) {
        indexed = []
        var record = try record.read(octets: record.remaining, as: "PEER_INDEX_TABLE")
        try record.skip(octets: 4)  // the collector's BGP identifier
        try record.skip(octets: Int(try record.read(UInt16.self)))  // view name
        let count = try record.read(UInt16.self)
        for _ in 0..<count {
            let type = try record.read(UInt8.self)
            let routerID = try record.read(UInt32.self)
            let address = try record.readAddress(type & 1 == 0 ? .ipv4 : .ipv6)
            let asn: UInt32 =
                type & 2 == 0 ? UInt32(try record.read(UInt16.self)) : try record.read()
            let peer = peers.peer(address, ASN(rawValue: asn), routerID: routerID)
            indexed.append(known(peer)?.number)
        }
    }

    /// RIB_IPV4_UNICAST and RIB_IPV6_UNICAST (section 4.3.2; with ADD-PATH: RFC 8050, section 4).
    private mutating func decodeRIB(
        _ family: AddressFamily,
        _ record: inout WireReader,
        hasPathIdentifiers: Bool,
        at start: Int
    ) throws(WireError) {
        let start = start + record.offset
        var record = try record.read(octets: record.remaining, as: "TABLE_DUMP_V2 RIB")
        try record.skip(octets: 4)  // sequence number
        var entry = TableEntry(try record.readPrefix(family))
        let count = try record.read(UInt16.self)
        for _ in 0..<count {
            let index = Int(try record.read(UInt16.self))
            entry.time = Int64(try record.read(UInt32.self)) * 1_000_000_000
            if hasPathIdentifiers { entry.pathIdentifier = try record.read() }
            let length = Int(try record.read(UInt16.self))
            entry.start = start + record.offset
            let list = try record.read(octets: length, as: "TABLE_DUMP_V2 RIB entry")
            guard index < indexed.count, let peer = indexed[index] else {
                statistics.count("peer not in PEER_INDEX_TABLE")
                continue
            }
            entry.peer = peer
            // Four-octet AS numbers, always (section 4.3.4).
            entry.key = memo.key(of: list, hasFourOctetASNs: true)
            entries.append(entry)
        }
    }
}
