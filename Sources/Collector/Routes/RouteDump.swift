// SPDX-License-Identifier: Apache-2.0

package import Model
import RouteDecoding
package import Routing

/// Writes views of a routing table as MRT table dumps, while the table is in use.
///
/// The writer of the table is never held up: a reader walks through the view in slices, and holds
/// nothing between them. A dump is of no single moment: each prefix is as it was when its slice was
/// read.
package struct RouteDump: ~Copyable {
    private let reader: RoutingTableReader
    private let timestamp: UInt32
    /// Paths written so far.
    package private(set) var routes = 0
    /// Paths left out because their attributes fit no MRT record.
    package private(set) var leftOut = 0

    /// Entries of the table looked at in one go, which takes a few milliseconds.
    private static let slice: UInt32 = 4096
    /// Octets handed on at once, at least.
    private static let pieceOctets = 1 << 18

    /// - Parameters:
    ///   - table: Whose views to write.
    ///   - time: Of the records, in seconds since 1970-01-01 00:00 UTC.
    package init(_ table: RoutingTable, time: Int64) {
        reader = table.makeReader()
        timestamp = UInt32(clamping: time)
    }

    /// Names of the views there are.
    package var views: [String] { reader.views }

    /// The sources that have a path in `view`, in order of their ids.
    package borrowing func sources(of view: String) -> [RouteSource] {
        guard let id = reader.view(named: view) else { return [] }
        var ids: Set<RouteSourceID> = []
        var cursor = RouteCursor()
        while reader.walk(
            id,
            from: &cursor,
            slice: Self.slice,
            { _, route in
                for path in route.paths { ids.insert(path.source) }
            }
        ) {}
        return ids.sorted { $0.rawValue < $1.rawValue }.compactMap { reader.source($0) }
    }

    /// Hands the dump of `view` on, piece by piece: all paths of the sources that `isMeant` names.
    ///
    /// A source that tells its first route while the dump is made is not in it.
    package mutating func write(
        _ view: String,
        where isMeant: (RouteSource) -> Bool = { _ in true },
        to sink: ([UInt8]) throws -> Void
    ) throws {
        guard let id = reader.view(named: view) else { return }
        var peers: [RouteSource] = []
        var numbers: [RouteSourceID: UInt16] = [:]
        for (number, source) in reader.sources.enumerated() where isMeant(source) {
            numbers[RouteSourceID(rawValue: UInt32(number))] = UInt16(clamping: peers.count)
            peers.append(source)
        }
        var encoder = MRTTableEncoder(timestamp: timestamp)
        encoder.begin(view: view, peers: peers)
        var cursor = RouteCursor()
        var entries: [MRTTableEncoder.Entry] = []
        var hasMore = true
        while hasMore {
            hasMore = reader.walk(id, from: &cursor, slice: Self.slice) { prefix, route in
                entries.removeAll(keepingCapacity: true)
                let told = route.changed > 0 ? UInt32(clamping: route.changed / 1_000_000_000) : 0
                for path in route.paths {
                    guard let peer = numbers[path.source] else { continue }
                    entries.append(
                        MRTTableEncoder.Entry(
                            peer: peer,
                            originated: told == 0 ? timestamp : told,
                            pathIdentifier: path.pathIdentifier,
                            attributes: path.attributes
                        )
                    )
                }
                encoder.add(prefix, entries)
            }
            if encoder.count >= Self.pieceOctets { try sink(encoder.takeRecords()) }
        }
        try sink(encoder.takeRecords())
        routes += encoder.entries
        leftOut += encoder.leftOut
    }

    /// A PEER_INDEX_TABLE without peers, which ends a file for readers that look for it: its view
    /// name is `text`.
    package static func mark(_ text: String, time: Int64) -> [UInt8] {
        var encoder = MRTTableEncoder(timestamp: UInt32(clamping: time))
        encoder.begin(view: text, peers: [])
        return encoder.takeRecords()
    }
}
