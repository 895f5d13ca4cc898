// SPDX-License-Identifier: Apache-2.0

/// What the decoders made of a batch of datagrams, in arrays that are reused for the next.
public struct FlowBatch: Sendable {
    public var records: [FlowRecord] = []
    /// Storage of what varies in length: AS paths, communities, VLAN stacks of ``records``.
    public var words: [UInt32] = []
    /// What could not be read, one entry a failed part.
    public var errors: [DecodingProblem] = []

    public init() {}

    /// Empties the batch and keeps its memory.
    public mutating func removeAll() {
        records.removeAll(keepingCapacity: true)
        words.removeAll(keepingCapacity: true)
        errors.removeAll(keepingCapacity: true)
    }

    /// The AS path of `record`.
    public func asPath(of record: FlowRecord) -> ASPath {
        ASPath(words: Array(words[record.asPath.range]))
    }
}

/// A part of a datagram that could not be read.
public struct DecodingProblem: Equatable, Sendable {
    public var reason: DecodingReason
    /// What was being read: "IPFIX Set header".
    public var subject: StaticString
    /// Where, in octets from the start of the UDP payload.
    public var offset: Int

    public init(_ reason: DecodingReason, subject: StaticString, offset: Int) {
        self.reason = reason
        self.subject = subject
        self.offset = offset
    }

    public static func == (a: DecodingProblem, b: DecodingProblem) -> Bool {
        a.reason == b.reason && a.offset == b.offset
            && a.subject.description == b.subject.description
    }
}

/// Why a datagram, or a part of one, could not be read; a closed list.
public enum DecodingReason: UInt8, Hashable, Sendable, CaseIterable, Comparable {
    case truncated = 0
    case malformed = 1
    case unknownTemplate = 2
    case unsupportedVersion = 3
    case unsupported = 4
    case limitExceeded = 5
    case notFlowExport = 6
    /// A count no link can carry: the record is not accounted.
    case implausible = 7

    /// The word in JSON output and metrics.
    public var word: String {
        switch self {
        case .truncated: "truncated"
        case .malformed: "malformed"
        case .unknownTemplate: "unknownTemplate"
        case .unsupportedVersion: "unsupportedVersion"
        case .unsupported: "unsupported"
        case .limitExceeded: "limitExceeded"
        case .notFlowExport: "notFlowExport"
        case .implausible: "implausible"
        }
    }

    public static func < (a: DecodingReason, b: DecodingReason) -> Bool { a.word < b.word }
}
