// SPDX-License-Identifier: Apache-2.0

package import Model
package import Wire

/// Turns MRT records into route updates and who they are from (RFC 6396).
///
/// It never fails as a whole: a record that cannot be read is counted, and the next one is read.
/// The peers of a table dump stay known from their PEER_INDEX_TABLE on.
package struct MRTDecoder {
    package var statistics = MRTStatistics()
    /// All peers met so far, in this file and in those before.
    package var peers: MRTPeers

    /// The peers of the table dump being read, by index; nil for what is beyond all bounds.
    var indexed: [MRTPeer?] = []
    /// Handed on for each route of a table, so that none needs memory of its own.
    var tableUpdate = RouteUpdate(time: 0)
    /// The attributes that entries of tables and messages had so far.
    var memo = AttributeMemo(most: AttributeMemo.ofFile)

    package init(knowing peers: MRTPeers = MRTPeers()) { self.peers = peers }

    /// Told of each update, which is the decoder's: to keep it is to copy it.
    package typealias Deliver = (MRTPeer, RouteUpdate) -> Void
    package typealias StateChanged = (MRTPeer, MRTStateChange) -> Void

    /// Reads the record that `header` announced.
    package mutating func decode(
        _ header: MRTHeader,
        _ record: inout WireReader,
        deliver: Deliver,
        stateChanged: StateChanged
    ) {
        statistics.records += 1
        do throws(WireError) {
            switch header.type {
            case MRTType.tableDumpV2:
                try decodeTableDumpV2(header, &record, deliver)
            case MRTType.tableDump:
                try decodeTableDump(header, &record, deliver)
            case MRTType.bgp4mp, MRTType.bgp4mpExtendedTime:
                let time = try header.time(&record)
                try decodeBGP4MP(header, &record, at: time, deliver, stateChanged)
            case MRTType.bgp:
                let time = try header.time(&record)
                try decodeDeprecatedBGP(header, &record, at: time, deliver, stateChanged)
            default: statistics.skip(header)
            }
        } catch {
            statistics.count(error)
        }
    }
}
