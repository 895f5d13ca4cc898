// SPDX-License-Identifier: Apache-2.0

import Model
import Wire

// TABLE_DUMP_V2 (RFC 6396, section 4.3): one PEER_INDEX_TABLE, then a record a prefix, with an
// entry for each peer that has a route to it. RFC 8050 adds a path identifier to each entry.

extension MRTDecoder {
    mutating func decodeTableDumpV2(
        _ subtype: UInt16,
        _ record: inout WireReader,
        deliver: Deliver
    ) throws(WireError) {
        switch subtype {
        case 1: try decodePeerIndexTable(&record)
        case 2: try decodeRIB(.ipv4, &record, hasPathIdentifiers: false, deliver: deliver)
        case 4: try decodeRIB(.ipv6, &record, hasPathIdentifiers: false, deliver: deliver)
        case 8: try decodeRIB(.ipv4, &record, hasPathIdentifiers: true, deliver: deliver)
        case 10: try decodeRIB(.ipv6, &record, hasPathIdentifiers: true, deliver: deliver)
        default: statistics.skipped += 1  // multicast (3, 5, 9, 11), RIB_GENERIC (6, 12)
        }
    }

    /// PEER_INDEX_TABLE (section 4.3.1).
    private mutating func decodePeerIndexTable(_ record: inout WireReader) throws(WireError) {
        peers = []
        try record.skip(octets: 4)  // the collector's BGP identifier
        try record.skip(octets: Int(try record.read(UInt16.self)))  // view name
        let count = try record.read(UInt16.self)
        for _ in 0..<count {
            let type = try record.read(UInt8.self)
            let routerID = try record.read(UInt32.self)
            let address = try record.readAddress(type & 1 == 0 ? .ipv4 : .ipv6)
            let asn: UInt32 =
                type & 2 == 0 ? UInt32(try record.read(UInt16.self)) : try record.read()
            peers.append(source(address, ASN(rawValue: asn), routerID: routerID))
        }
    }

    /// RIB_IPV4_UNICAST and RIB_IPV6_UNICAST (section 4.3.2; with ADD-PATH: RFC 8050, section 4).
    private mutating func decodeRIB(
        _ family: AddressFamily,
        _ record: inout WireReader,
        hasPathIdentifiers: Bool,
        deliver: Deliver
    ) throws(WireError) {
        var record = try record.read(octets: record.remaining, as: "TABLE_DUMP_V2 RIB")
        try record.skip(octets: 4)  // sequence number
        let prefix = try record.readPrefix(family)
        let count = try record.read(UInt16.self)
        var options = BGPSessionOptions()  // four-octet AS numbers, always (section 4.3.4)
        options.allowsBareNextHop = true
        for _ in 0..<count {
            let peer = Int(try record.read(UInt16.self))
            let originated = Int64(try record.read(UInt32.self))
            let identifier: UInt32 = hasPathIdentifiers ? try record.read() : 0
            let length = Int(try record.read(UInt16.self))
            var list = try record.read(octets: length, as: "TABLE_DUMP_V2 RIB entry")
            guard peer < peers.count else {
                statistics.count("peer not in PEER_INDEX_TABLE")
                continue
            }
            var update = RouteUpdate(time: originated * 1_000_000_000)
            update.announced.append(.init(prefix, pathIdentifier: identifier))
            deliverRoute(&update, &list, options, from: peers[peer], deliver: deliver)
        }
    }

    /// Hands on one route of a table, with the attributes in `list`, unless they are malformed.
    mutating func deliverRoute(
        _ update: inout RouteUpdate,
        _ list: inout WireReader,
        _ options: BGPSessionOptions,
        from source: RouteSource,
        deliver: Deliver
    ) {
        let attributes = memo.readEntry(&list, options)
        let decoded = attributes.decoded
        statistics.truncatedPaths += decoded.truncatedPaths
        for error in decoded.errors { statistics.count("route with \(error)") }
        if let handling = decoded.handling, handling != .attributeDiscard { return }
        update.shared = attributes.shared
        update.nextHop = attributes.nextHop
        statistics.tableRoutes += 1
        deliver(source, update)
    }
}
