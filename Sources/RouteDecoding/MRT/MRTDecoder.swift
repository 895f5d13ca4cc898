// SPDX-License-Identifier: Apache-2.0

package import Model
package import Wire

/// Turns MRT records into route updates and who they are from (RFC 6396).
///
/// It never fails as a whole: a record that cannot be read is counted, and the next one is read.
/// The peers of a table dump stay known from their PEER_INDEX_TABLE on.
package struct MRTDecoder {
    package var statistics = MRTStatistics()

    /// The attributes that entries of tables had so far.
    var memo = AttributeMemo(most: AttributeMemo.ofFile)
    /// The peers of the table dump being read, by index.
    var peers: [RouteSource] = []
    /// Sources made so far, so that a peer's name is not made for every message.
    private var sources: [SourceKey: RouteSource] = [:]

    private struct SourceKey: Hashable {
        var address: IPAddress
        var asn: ASN
    }

    /// Sources kept; more than any collector has peers.
    private static let mostSources = 65_536

    package init() {}

    package typealias Deliver = (RouteSource, RouteUpdate) -> Void

    /// Reads the record that `header` announced.
    package mutating func decode(
        _ header: MRTHeader,
        _ record: inout WireReader,
        deliver: Deliver
    ) {
        statistics.records += 1
        let time = Int64(header.timestamp) * 1_000_000_000
        do throws(WireError) {
            switch header.type {
            case MRTType.tableDumpV2:
                try decodeTableDumpV2(header.subtype, &record, deliver: deliver)
            case MRTType.tableDump:
                try decodeTableDump(header.subtype, &record, deliver: deliver)
            case MRTType.bgp4mp:
                try decodeBGP4MP(header.subtype, &record, at: time, deliver: deliver)
            case MRTType.bgp4mpExtendedTime:  // RFC 6396, section 3
                let microseconds = Int64(try record.read(UInt32.self))
                let exact = time + microseconds * 1_000
                try decodeBGP4MP(header.subtype, &record, at: exact, deliver: deliver)
            case MRTType.bgp:
                try decodeDeprecatedBGP(header.subtype, &record, at: time, deliver: deliver)
            default: statistics.skipped += 1
            }
        } catch {
            statistics.count(error)
        }
    }

    /// The peer at `address`, by the name of its address.
    mutating func source(
        _ address: IPAddress,
        _ asn: ASN,
        routerID: UInt32 = 0
    ) -> RouteSource {
        let key = SourceKey(address: address, asn: asn)
        if let known = sources[key], known.routerID == routerID { return known }
        let source = RouteSource(
            name: address.description,
            address: address,
            asn: asn,
            routerID: routerID
        )
        if sources.count < Self.mostSources { sources[key] = source }
        return source
    }
}
