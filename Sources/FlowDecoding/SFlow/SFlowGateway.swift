// SPDX-License-Identifier: Apache-2.0

import Model
import Wire

/// The BGP route a router chose for the sampled packet.
extension FlowRecord {
    /// Reads an `extended_gateway` record (sFlow version 5, section 5.3).
    ///
    ///     next hop, own AS, source AS, source peer AS, segment*, community*, local preference
    ///
    /// The record's destination AS is the last of the path, and its destination peer AS the first,
    /// confederation segments left aside; neither is said when the path is empty or that end of it
    /// is a set.
    mutating func readGateway(
        _ body: inout WireReader,
        _ words: inout [UInt32]
    ) throws(WireError) {
        let nextHop = try body.readSFlowAddress()
        try body.skip(octets: 4)  // own AS
        let sourceAS = ASN(rawValue: try body.read())
        let sourcePeerAS = ASN(rawValue: try body.read())
        let path = try Self.readPath(&body, &words)
        let communities = try Self.readCommunities(&body, &words)
        let localPreference = try body.read(UInt32.self)

        if let nextHop {
            bgpNextHop = nextHop
            known.insert(.bgpNextHop)
        }
        self.sourceAS = sourceAS
        self.sourcePeerAS = sourcePeerAS
        asPath = path.words
        self.communities = communities
        self.localPreference = localPreference
        known.formUnion([
            .sourceAS, .sourcePeerAS, .asPath, .communities, .localPreference,
        ])
        if let origin = path.origin {
            destinationAS = origin
            known.insert(.destinationAS)
        }
        if let neighbor = path.neighbor {
            destinationPeerAS = neighbor
            known.insert(.destinationPeerAS)
        }
    }

    private struct Path {
        var words = WordRange()
        var neighbor: ASN?
        var origin: ASN?
    }

    /// Copies the path into `words`, in the layout of ``ASPath``.
    private static func readPath(
        _ body: inout WireReader,
        _ words: inout [UInt32]
    ) throws(WireError) -> Path {
        var path = Path()
        var isFirst = true
        let start = words.count
        var left = try body.read(UInt32.self)
        while left > 0 {
            left -= 1
            let kind = try body.read(UInt32.self)
            let count = Int(try body.read(UInt32.self))
            guard (1...4).contains(kind), count <= 0xffff else { throw body.failure(.malformed) }
            guard count * 4 <= body.remaining else { throw body.failure(.truncated) }
            words.append(kind << 16 | UInt32(count))
            let first = words.count
            for _ in 0..<count { words.append(try body.read()) }
            path.origin = nil
            let isSequence = kind == UInt32(ASPath.SegmentKind.sequence.rawValue)
            if isSequence, count > 0 {
                path.origin = ASN(rawValue: words[words.count - 1])
                if isFirst { path.neighbor = ASN(rawValue: words[first]) }
            }
            if kind <= UInt32(ASPath.SegmentKind.sequence.rawValue) { isFirst = false }
        }
        path.words = WordRange(start: start, count: words.count - start)
        return path
    }

    private static func readCommunities(
        _ body: inout WireReader,
        _ words: inout [UInt32]
    ) throws(WireError) -> WordRange {
        let count = Int(try body.read(UInt32.self))
        guard count * 4 <= body.remaining else { throw body.failure(.truncated) }
        let start = words.count
        for _ in 0..<count { words.append(try body.read()) }
        return WordRange(start: start, count: count)
    }
}
