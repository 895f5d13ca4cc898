// SPDX-License-Identifier: Apache-2.0

import Model
import Wire

// TABLE_DUMP (RFC 6396, section 4.2): the old form, a record a route, AS numbers of two octets.

extension MRTDecoder {
    mutating func decodeTableDump(
        _ header: MRTHeader,
        _ record: inout WireReader,
        at start: Int
    ) throws(WireError) {
        guard let family = AddressFamily(rawValue: header.subtype) else {
            statistics.skip(header)
            return
        }
        let start = start + record.offset
        var record = try record.read(octets: record.remaining, as: "TABLE_DUMP")
        try record.skip(octets: 4)  // view and sequence number
        let address = try record.readAddress(family)
        let length = try record.read(UInt8.self)
        guard length <= family.addressBits else { throw record.failure(.malformed) }
        try record.skip(octets: 1)  // status, not used
        let originated = Int64(try record.read(UInt32.self))
        let peer = try record.readAddress(family)
        let asn = ASN(rawValue: UInt32(try record.read(UInt16.self)))
        let size = Int(try record.read(UInt16.self))
        let listStart = start + record.offset
        let list = try record.read(octets: size, as: "TABLE_DUMP attributes")
        guard let peer = known(peers.peer(peer, asn)) else { return }
        var entry = TableEntry(IPPrefix(address, length: length))
        entry.time = originated * 1_000_000_000
        entry.peer = peer.number
        entry.start = listStart
        entry.key = memo.key(of: list, hasFourOctetASNs: false)
        entries.append(entry)
    }
}
