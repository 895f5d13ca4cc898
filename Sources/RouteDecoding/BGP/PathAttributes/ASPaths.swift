// SPDX-License-Identifier: Apache-2.0

import Model
import Wire

// # How it works
//
// A neighbor that knows only two-octet AS numbers writes 23456 (AS_TRANS) into AS_PATH wherever a
// number does not fit, and carries along, unread, the AS4_PATH that the last router before it wrote
// with the true numbers (RFC 6793, section 4.2). AS4_PATH lacks what was prepended since, so the
// true path is what AS_PATH has more at its front, then AS4_PATH:
//
//     AS_PATH    64496 23456 64498 23456          AS4_PATH     65551 64498 65552
//     merged     64496 65551 64498 65552

extension PathAttribute {
    /// AS_PATH: the ASes the route came through, nearest first (RFC 4271, section 5.1.2).
    static func asPath(
        _ value: inout WireReader,
        _ decoded: inout DecodedAttributes,
        _ options: BGPSessionOptions
    ) throws(WireError) {
        let hasFourOctets = options.hasFourOctetASNs
        decoded.attributes.asPath = try value.readASPath(
            hasFourOctets: hasFourOctets,
            truncated: &decoded.truncatedPaths
        )
        if options.refusesConfederations, decoded.attributes.asPath.holdsConfederation {
            throw value.failure(.malformed)  // RFC 5065, section 5
        }
    }

    /// AS4_PATH: the path in four-octet numbers, past neighbors that have but two (RFC 6793).
    ///
    /// A neighbor that has four must not send it, and it is discarded (section 4.1).
    static func fourOctetPath(
        _ value: inout WireReader,
        _ decoded: inout DecodedAttributes,
        _ options: BGPSessionOptions
    ) throws(WireError) {
        guard value.remaining >= 6 else { throw value.failure(.malformed) }  // RFC 6793, section 6
        let path = try value.readASPath(hasFourOctets: true, truncated: &decoded.truncatedPaths)
        if !options.hasFourOctetASNs { decoded.fourOctetPath = path }
    }
}

extension DecodedAttributes {
    /// Puts AS4_PATH into AS_PATH (RFC 6793, section 4.2.3).
    mutating func mergePaths() {
        guard let exact = fourOctetPath else { return }
        fourOctetPath = nil
        // A two-octet AS aggregated on the way, and did not know of AS4_PATH.
        if let aggregatorAS, aggregatorAS != .transition { return }
        // Confederation segments of AS4_PATH are not valid and are dropped (RFC 6793, section 6).
        let exactSegments = exact.segments.filter { $0.kind == .sequence || $0.kind == .set }
        var merged = ASPath()
        for segment in exactSegments { merged.append(segment.kind, segment.members) }
        let excess = attributes.asPath.selectionLength - merged.selectionLength
        guard excess >= 0 else { return }
        let front = attributes.asPath.prefix(ofLength: excess)
        attributes.asPath = front.joined(with: merged)
    }
}

extension ASPath {
    fileprivate var holdsConfederation: Bool {
        segments.contains { $0.kind == .confederationSequence || $0.kind == .confederationSet }
    }

    /// The first segments, up to a selection length of `length`, with the confederation segments
    /// among and right after them.
    fileprivate func prefix(ofLength length: Int) -> ASPath {
        var rest = length
        var prefix = ASPath()
        for segment in segments {
            switch segment.kind {
            case .confederationSequence, .confederationSet:
                prefix.append(segment.kind, segment.members)
            case .set:
                guard rest > 0 else { return prefix }
                prefix.append(.set, segment.members)
                rest -= 1
            case .sequence:
                guard rest > 0 else { return prefix }
                let members = segment.members.prefix(rest)
                prefix.append(.sequence, Array(members))
                rest -= members.count
            }
        }
        return prefix
    }

    /// This path, then `other`; sequences that meet become one.
    fileprivate func joined(with other: ASPath) -> ASPath {
        var head = segments
        var tail = other.segments[...]
        if head.last?.kind == .sequence, tail.first?.kind == .sequence,
            let last = head.popLast(), let first = tail.popFirst()
        {
            head.append(Segment(.sequence, last.members + first.members))
        }
        var joined = ASPath()
        for segment in head + tail { joined.append(segment.kind, segment.members) }
        return joined
    }
}

extension WireReader {
    /// Reads path segments to the end (RFC 4271, section 4.3; errors: RFC 7606, section 7.2).
    mutating func readASPath(
        hasFourOctets: Bool,
        truncated: inout Int
    ) throws(WireError) -> ASPath {
        var path = ASPath()
        path.words.reserveCapacity(min(remaining / 4, DecodedAttributes.longestPath) + 1)
        var members = 0
        while !isAtEnd {
            let kind = try read(UInt8.self)
            let count = try read(UInt8.self)
            guard ASPath.SegmentKind(rawValue: kind) != nil, count > 0 else {
                throw failure(.malformed)
            }
            let room = max(0, DecodedAttributes.longestPath - members)
            let kept = min(Int(count), room)
            if kept > 0 { path.words.append(UInt32(kind) << 16 | UInt32(kept)) }
            for index in 0..<Int(count) {
                let member = hasFourOctets ? try read() : UInt32(try read(UInt16.self))
                guard member != 0 else { throw failure(.malformed) }  // RFC 7607, section 2
                if index < kept { path.words.append(member) }
            }
            members += Int(count)
        }
        if members > DecodedAttributes.longestPath {
            path.append(.set, [])
            truncated += 1
        }
        return path
    }
}
