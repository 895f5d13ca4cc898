// SPDX-License-Identifier: Apache-2.0

/// The ASes a route came through, nearest first (RFC 4271, section 5.1.2; RFC 6793).
///
/// Kept flat, as one array of words, so that a path is one allocation whatever its segments:
///
///     segment = kind << 16 | count, then `count` AS numbers
///
/// The usual path is a single AS_SEQUENCE.
public struct ASPath: Hashable, Sendable {
    public var words: [UInt32]

    public init(words: [UInt32] = []) { self.words = words }

    /// A path of one AS_SEQUENCE; empty for no members.
    public init(sequence members: [ASN]) {
        words = []
        if !members.isEmpty { append(.sequence, members) }
    }

    public enum SegmentKind: UInt8, Sendable {
        case set = 1
        case sequence = 2
        case confederationSequence = 3  // RFC 5065, section 3
        case confederationSet = 4  // RFC 5065, section 3
    }

    public struct Segment: Equatable, Sendable {
        public var kind: SegmentKind
        public var members: [ASN]

        public init(_ kind: SegmentKind, _ members: [ASN]) {
            self.kind = kind
            self.members = members
        }
    }

    public mutating func append(_ kind: SegmentKind, _ members: [ASN]) {
        words.append(UInt32(kind.rawValue) << 16 | UInt32(members.count))
        for member in members { words.append(member.rawValue) }
    }

    /// The segments in order; what does not follow the layout ends the list.
    public var segments: [Segment] {
        var segments: [Segment] = []
        var position = 0
        while position < words.count,
            let kind = SegmentKind(rawValue: UInt8(truncatingIfNeeded: words[position] >> 16))
        {
            let count = Int(words[position] & 0xffff)
            guard position + 1 + count <= words.count else { break }
            let members = words[position + 1..<position + 1 + count].map(ASN.init(rawValue:))
            segments.append(Segment(kind, members))
            position += 1 + count
        }
        return segments
    }

    public var isEmpty: Bool { words.isEmpty }

    /// The AS the route was learned from, confederation segments left aside; nil when the path is
    /// empty or begins with a set.
    public var neighborAS: ASN? {
        for segment in segments {
            switch segment.kind {
            case .confederationSequence, .confederationSet: continue
            case .sequence: return segment.members.first
            case .set: return nil
            }
        }
        return nil
    }

    /// The AS the route began in; nil when the path is empty or ends in a set.
    public var originAS: ASN? {
        guard let last = segments.last, last.kind == .sequence else { return nil }
        return last.members.last
    }

    /// Length as compared in route selection: a set counts one, confederation segments nothing
    /// (RFC 4271, section 9.1.2.2; RFC 5065, section 5.3).
    public var selectionLength: Int {
        segments.reduce(0) { length, segment in
            switch segment.kind {
            case .sequence: length + segment.members.count
            case .set: length + 1
            case .confederationSequence, .confederationSet: length
            }
        }
    }
}

extension ASPath: CustomStringConvertible {
    /// "64500 64501 {64502,64503}", as routers print it.
    public var description: String {
        segments.map { segment in
            let members = segment.members.map { String($0.rawValue) }
            return switch segment.kind {
            case .sequence: members.joined(separator: " ")
            case .set: "{" + members.joined(separator: ",") + "}"
            case .confederationSequence: "(" + members.joined(separator: " ") + ")"
            case .confederationSet: "[" + members.joined(separator: ",") + "]"
            }
        }.joined(separator: " ")
    }
}
