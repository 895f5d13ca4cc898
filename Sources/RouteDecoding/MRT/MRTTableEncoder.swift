// SPDX-License-Identifier: Apache-2.0

package import Model
import Wire

/// Turns routes into the records of a table dump (TABLE_DUMP_V2: RFC 6396, section 4.3).
///
/// # How it works
///
/// A dump of a view is a PEER_INDEX_TABLE that names the view and its peers, then a record a prefix
/// with an entry for each path. Where a peer has several paths to a prefix, or has numbered its
/// only one, the record is of the kind that holds path identifiers (RFC 8050, section 4). Several
/// views may follow each other: each PEER_INDEX_TABLE begins one.
///
/// What is kept of a route is what ``Model/PathAttributes`` holds, and all of that is written; a
/// CLUSTER_LIST, of which only the length is kept, as so many clusters 0.0.0.0.
package struct MRTTableEncoder {
    /// A path to a prefix.
    package struct Entry: Equatable, Sendable {
        /// Place of its source in the view's list of peers.
        package var peer: UInt16
        /// When it was told, in seconds since 1970-01-01 00:00 UTC.
        package var originated: UInt32
        /// RFC 7911; 0 without ADD-PATH.
        package var pathIdentifier: UInt32
        package var attributes: PathAttributes

        package init(
            peer: UInt16,
            originated: UInt32,
            pathIdentifier: UInt32 = 0,
            attributes: PathAttributes
        ) {
            self.peer = peer
            self.originated = originated
            self.pathIdentifier = pathIdentifier
            self.attributes = attributes
        }
    }

    /// Records not taken yet.
    private var octets: [UInt8] = []
    private let timestamp: UInt32
    private var sequence: UInt32 = 0
    /// Entries written.
    package private(set) var entries = 0
    /// Entries left out because their attributes fit no record.
    package private(set) var leftOut = 0

    /// A record is closed, and the prefix goes on in another, beyond this many octets.
    private static let fullRecord = 1 << 20

    /// - Parameter timestamp: Of all records, in seconds since 1970-01-01 00:00 UTC.
    package init(timestamp: UInt32) { self.timestamp = timestamp }

    /// Octets that wait to be taken.
    package var count: Int { octets.count }

    /// The records since the last call.
    package mutating func takeRecords() -> [UInt8] {
        defer { octets.removeAll(keepingCapacity: true) }
        return octets
    }

    /// Begins a view: a PEER_INDEX_TABLE (section 4.3.1), with at most 65,535 peers.
    package mutating func begin(view: String, peers: [RouteSource]) {
        sequence = 0
        record(.peerIndexTable) { body in
            body.append(bigEndian: UInt32(0))  // the collector's BGP identifier: it has none here
            let name = view.utf8.prefix(Int(UInt16.max))
            body.append(bigEndian: UInt16(name.count))
            body += name
            let peers = peers.prefix(Int(UInt16.max))
            body.append(bigEndian: UInt16(peers.count))
            for peer in peers {
                body.append(peer.address.family == .ipv6 ? 3 : 2)  // AS numbers of four octets
                body.append(bigEndian: peer.routerID)
                body.append(peer.address)
                body.append(bigEndian: peer.asn.rawValue)
            }
        }
    }

    /// Adds the paths to one prefix, in their order (sections 4.3.2 and 4.3.4).
    package mutating func add(_ prefix: IPPrefix, _ entries: [Entry]) {
        let hasIdentifiers = Self.needsIdentifiers(entries)
        var rest = entries[...]
        while !rest.isEmpty {
            var list: [UInt8] = []
            var count: UInt16 = 0
            while let entry = rest.first, list.count < Self.fullRecord, count < .max {
                rest.removeFirst()
                if append(entry, of: prefix.family, hasIdentifiers, to: &list) { count += 1 }
            }
            guard count > 0 else { continue }
            record(.rib(prefix.family, hasIdentifiers)) { [sequence] body in
                body.append(bigEndian: sequence)
                body.append(prefix)
                body.append(bigEndian: count)
                body += list
            }
            sequence &+= 1
            self.entries += Int(count)
        }
    }

    private static func needsIdentifiers(_ entries: [Entry]) -> Bool {
        if entries.count == 1 { return entries[0].pathIdentifier != 0 }
        var seen: Set<UInt16> = []
        return entries.contains { $0.pathIdentifier != 0 || !seen.insert($0.peer).inserted }
    }

    /// Whether the attributes fit an entry; then it was appended.
    private mutating func append(
        _ entry: Entry,
        of family: AddressFamily,
        _ hasIdentifier: Bool,
        to list: inout [UInt8]
    ) -> Bool {
        let attributes = Self.attributes(entry.attributes, of: family)
        guard attributes.count <= Int(UInt16.max) else {
            leftOut += 1
            return false
        }
        list.append(bigEndian: entry.peer)
        list.append(bigEndian: entry.originated)
        if hasIdentifier { list.append(bigEndian: entry.pathIdentifier) }
        list.append(bigEndian: UInt16(attributes.count))
        list += attributes
        return true
    }

    /// NEXT_HOP for an IPv4 next hop of an IPv4 route; else MP_REACH_NLRI, of which a table dump
    /// holds only the next hop and its length (section 4.3.4).
    private static func attributes(
        _ attributes: PathAttributes,
        of family: AddressFamily
    ) -> [UInt8] {
        var octets = BGPUpdateEncoder.attributes(attributes)
        if attributes.clusterCount > 0 {
            // Which clusters is not kept, only how many, as that is compared (RFC 4456, section 9).
            let clusters = [UInt8](repeating: 0, count: 4 * Int(attributes.clusterCount))
            octets += BGPUpdateEncoder.attribute(10, .optional, clusters)
        }
        guard let nextHop = attributes.nextHop else { return octets }
        var value: [UInt8] = []
        if family == .ipv4, nextHop.family == .ipv4 {
            value.append(nextHop)
            return octets + BGPUpdateEncoder.attribute(3, .transitive, value)
        }
        value.append(nextHop.family == .ipv4 ? 4 : 16)
        value.append(nextHop)
        octets += BGPUpdateEncoder.attribute(14, .optional, value)
        return octets
    }

    /// The subtypes that are written (IANA, *TABLE_DUMP_V2 Subtype Codes*).
    private enum Subtype {
        case peerIndexTable
        case rib(AddressFamily, _ hasIdentifiers: Bool)

        var number: UInt16 {
            switch self {
            case .peerIndexTable: 1
            case .rib(.ipv4, false): 2
            case .rib(.ipv6, false): 4
            case .rib(.ipv4, true): 8
            case .rib(.ipv6, true): 10
            }
        }
    }

    private mutating func record(_ subtype: Subtype, _ write: (inout [UInt8]) -> Void) {
        octets.append(bigEndian: timestamp)
        octets.append(bigEndian: MRTType.tableDumpV2)
        octets.append(bigEndian: subtype.number)
        let start = octets.count
        octets.append(bigEndian: UInt32(0))
        write(&octets)
        let length = UInt32(octets.count - start - 4)
        for index in 0..<4 {
            octets[start + index] = UInt8(truncatingIfNeeded: length >> UInt32(24 - 8 * index))
        }
    }
}
