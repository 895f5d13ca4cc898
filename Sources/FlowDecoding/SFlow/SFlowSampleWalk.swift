// SPDX-License-Identifier: Apache-2.0

import Wire

/// Where one is among the samples of a datagram.
///
///     sample = format, length, body
struct SFlowSampleWalk {
    /// Samples that are still to come, as the datagram says.
    private(set) var left: UInt32
    /// Where the next one begins.
    private(set) var at: Int
    /// Where the last one began.
    private(set) var start: Int
    /// Whether the datagram ends inside the last one.
    private(set) var isCut = false

    private static let headOctets = 8
    /// Of a flow sample, the head of its body included.
    private static let leastFlowOctets = headOctets + SFlowFlowSample.headOctets(isExpanded: false)
    /// Flow samples that are read at a time: few enough that room for them costs little where
    /// every other sample is of another kind.
    static let mostFlows = 16

    init(at: Int, left: UInt32) {
        self.at = at
        self.left = left
        start = at
    }

    /// Whether samples of this format are flow samples.
    @inline(__always)
    static func isFlow(_ format: UInt32) -> Bool { format | 2 == 3 }

    /// Whether flow samples of this format have the expanded form.
    @inline(__always)
    static func isExpanded(_ format: UInt32) -> Bool { format == 3 }

    /// The format of the next sample; nil when the datagram ends before or in its head.
    @inline(__always)
    func format(in octets: RawSpan) -> UInt32? {
        guard at <= octets.byteCount &- Self.headOctets else { return nil }
        return WireBlock(of: octets, from: at, count: Self.headOctets).read(at: 0)
    }

    /// Goes past the next sample, whose ``format(in:)`` is there; returns where its body lies.
    @inline(__always)
    mutating func next(in octets: RawSpan) -> Range<Int> {
        let head = WireBlock(of: octets, from: at, count: Self.headOctets)
        let length = Int(head.read(UInt32.self, at: 4))
        start = at
        let body = at &+ Self.headOctets
        let rest = octets.byteCount &- body
        isCut = length > rest
        at = body &+ min(length, rest)
        left &-= 1
        return body..<at
    }

    /// For how many flow samples there may be need of room.
    func room(in octets: RawSpan) -> Int {
        // One that is cut needs a place as well.
        min(Int(left), (octets.byteCount - at) / Self.leastFlowOctets + 1, Self.mostFlows)
    }
}
