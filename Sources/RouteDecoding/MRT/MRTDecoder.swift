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

    /// The peers of the table dump being read, their numbers by index; nil for what is beyond all
    /// bounds.
    var indexed: [Int?] = []
    /// Entries of a table that were met and not handed on yet.
    var entries: [TableEntry] = []
    /// Handed on for each route of a table, so that none needs memory of its own; nil while it is.
    var tableUpdate: RouteUpdate?
    /// The attributes that entries of tables had so far.
    var memo = AttributeMemo()

    package init(knowing peers: MRTPeers = MRTPeers()) { self.peers = peers }

    /// Told of each update, which is the decoder's: to keep it is to copy it.
    package typealias Deliver = (MRTPeer, RouteUpdate) -> Void
    /// Told of attributes that were delivered before and will be again; who keeps routes may have
    /// ready what that takes.
    package typealias Expect = (SharedAttributes) -> Void
    package typealias StateChanged = (MRTPeer, MRTStateChange) -> Void

    /// Reads the record that `header` announced.
    package mutating func decode(
        _ header: MRTHeader,
        _ record: inout WireReader,
        deliver: Deliver,
        stateChanged: StateChanged
    ) {
        let octets = record.octets
        decode(
            header,
            &record,
            at: 0,
            of: octets,
            deliver: deliver,
            expect: { _ in },
            stateChanged: stateChanged
        )
        deliverEntries(of: octets, deliver, expect: { _ in })
    }

    /// Reads the record that `header` announced, which begins at `start` in `octets`.
    ///
    /// What it tells of a table may be kept back until the next call for the same octets, or for
    /// ``deliverEntries(of:_:expect:)``.
    package mutating func decode(
        _ header: MRTHeader,
        _ record: inout WireReader,
        at start: Int,
        of octets: RawSpan,
        deliver: Deliver,
        expect: Expect,
        stateChanged: StateChanged
    ) {
        statistics.records += 1
        let isOfTable = header.type == MRTType.tableDumpV2 || header.type == MRTType.tableDump
        if !isOfTable || entries.count >= TableEntry.together {
            deliverEntries(of: octets, deliver, expect: expect)
        }
        do throws(WireError) {
            switch header.type {
            case MRTType.tableDumpV2:
                try decodeTableDumpV2(header, &record, at: start)
            case MRTType.tableDump:
                try decodeTableDump(header, &record, at: start)
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
