// SPDX-License-Identifier: Apache-2.0

package import Model
import Wire

/// An entry of a table dump that was met: a route, of a peer.
struct TableEntry {
    let prefix: IPPrefix
    /// In nanoseconds since 1970-01-01 00:00 UTC.
    var time: Int64 = 0
    /// RFC 8050; 0 without.
    var pathIdentifier: UInt32 = 0
    /// Number of the peer.
    var peer = 0
    /// Where its attributes begin, in octets, and what they are looked up by.
    var start = 0
    var key = KnownAttributes.Key()
    /// Where in the memo they are expected.
    var place = 0

    /// How many are delivered together: as many as a processor has loads under way, and some more.
    static let together = 32

    init(_ prefix: IPPrefix) { self.prefix = prefix }

    /// Octets of the attributes.
    var length: Int { key.octets }
}

// # How it works
//
// The attributes of a full table lie all over more memory than a cache holds, and one entry needs
// some places of it, each known from the one before. So entries wait until there are some, and each
// place is loaded for all of them before the next: the loads do not wait for each other.
//
//     hash  ->  slot of the memo  ->  octets, attributes  ->  what the table has  ->  delivered
//      1               1                      1                      1                    1
//      2               2                      2                      2                    2
//      ..              ..                     ..                     ..                   ..

extension MRTDecoder {
    /// Delivers the entries that were kept back, but those whose attributes are malformed.
    ///
    /// - Parameters:
    ///   - octets: Where the attributes stand.
    ///   - deliver: Called for each.
    ///   - expect: Called before, for attributes that were delivered already.
    package mutating func deliverEntries(
        of octets: RawSpan,
        _ deliver: (MRTPeer, RouteUpdate) -> Void,
        expect: (SharedAttributes) -> Void
    ) {
        guard let first = entries.first else { return }
        var update = tableUpdate.take() ?? RouteUpdate(time: 0)
        if update.announced.isEmpty { update.announced.append(.init(first.prefix)) }
        var start = 0
        while start < entries.count {
            let part = start..<min(start + TableEntry.together, entries.count)
            start = part.upperBound
            load(part, expect)
            for index in part { deliverRoute(of: entries[index], octets, &update, deliver) }
        }
        entries.removeAll(keepingCapacity: true)
        tableUpdate = update
    }

    private mutating func load(_ part: Range<Int>, _ expect: Expect) {
        for index in part { entries[index].place = memo.known.candidate(entries[index].key) }
        for index in part { memo.known.load(entries[index].place) }
        for index in part {
            if let entry = memo.known.entry(at: entries[index].place) { expect(entry.shared) }
        }
    }

    private mutating func deliverRoute(
        of entry: TableEntry,
        _ octets: RawSpan,
        _ update: inout RouteUpdate,
        _ deliver: Deliver
    ) {
        update.time = entry.time
        update.announced[0] = .init(entry.prefix, pathIdentifier: entry.pathIdentifier)
        var list = WireReader(
            octets,
            from: entry.start,
            count: entry.length,
            as: "attributes of a table entry"
        )
        if let decoded = memo.read(&list, entry.key, into: &update) {
            statistics.truncatedPaths += decoded.truncatedPaths
            for error in decoded.errors { statistics.count("route with \(error)") }
            if let handling = decoded.handling, handling != .attributeDiscard { return }
        }
        statistics.tableRoutes += 1
        deliver(peers.all[entry.peer], update)
    }
}
