// SPDX-License-Identifier: Apache-2.0

import Model
import Wire

// TABLE_DUMP_V2 (RFC 6396, section 4.3): one PEER_INDEX_TABLE, then a record a prefix, with an
// entry for each peer that has a route to it. RFC 8050 adds a path identifier to each entry.

extension MRTDecoder {
    mutating func decodeTableDumpV2(
        _ header: MRTHeader,
        _ record: inout WireReader,
        _ deliver: Deliver
    ) throws(WireError) {
        switch header.subtype {
        case 1: try decodePeerIndexTable(&record)
        case 2: try decodeRIB(.ipv4, &record, hasPathIdentifiers: false, deliver)
        case 4: try decodeRIB(.ipv6, &record, hasPathIdentifiers: false, deliver)
        case 8: try decodeRIB(.ipv4, &record, hasPathIdentifiers: true, deliver)
        case 10: try decodeRIB(.ipv6, &record, hasPathIdentifiers: true, deliver)
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
            indexed.append(known(peer))
        }
    }

    /// RIB_IPV4_UNICAST and RIB_IPV6_UNICAST (section 4.3.2; with ADD-PATH: RFC 8050, section 4).
    private mutating func decodeRIB(
        _ family: AddressFamily,
        _ record: inout WireReader,
        hasPathIdentifiers: Bool,
        _ deliver: Deliver
    ) throws(WireError) {
        var record = try record.read(octets: record.remaining, as: "TABLE_DUMP_V2 RIB")
        try record.skip(octets: 4)  // sequence number
        let prefix = try record.readPrefix(family)
        let count = try record.read(UInt16.self)
        var options = BGPSessionOptions()  // four-octet AS numbers, always (section 4.3.4)
        options.allowsBareNextHop = true
        var update = begin(prefix)
        defer { swap(&tableUpdate, &update) }
        for _ in 0..<count {
            let index = Int(try record.read(UInt16.self))
            update.time = Int64(try record.read(UInt32.self)) * 1_000_000_000
            if hasPathIdentifiers { update.announced[0].pathIdentifier = try record.read() }
            let length = Int(try record.read(UInt16.self))
            var list = try record.read(octets: length, as: "TABLE_DUMP_V2 RIB entry")
            guard index < indexed.count, let peer = indexed[index] else {
                statistics.count("peer not in PEER_INDEX_TABLE")
                continue
            }
            deliverRoute(&update, &list, options, from: peer, deliver)
        }
    }

    /// Hands on one route of a table, with the attributes in `list`, unless they are malformed.
    mutating func deliverRoute(
        _ update: inout RouteUpdate,
        _ list: inout WireReader,
        _ options: BGPSessionOptions,
        from peer: MRTPeer,
        _ deliver: Deliver
    ) {
        let attributes = memo.readEntry(&list, options)
        let decoded = attributes.decoded
        statistics.truncatedPaths += decoded.truncatedPaths
        for error in decoded.errors { statistics.count("route with \(error)") }
        if let handling = decoded.handling, handling != .attributeDiscard { return }
        update.shared = attributes.shared
        update.nextHop = attributes.nextHop
        statistics.tableRoutes += 1
        deliver(peer, update)
    }
}
