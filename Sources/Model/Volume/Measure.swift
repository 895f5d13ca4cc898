// SPDX-License-Identifier: Apache-2.0

/// What was counted under one key: an additive measure of volume and of its uncertainty.
public struct Measure: Equatable, Sendable {
    /// Estimated octets of the outermost IP packet: as exported, times the rate.
    public var octets: UInt64 = 0
    /// Estimated packets.
    public var packets: UInt64 = 0
    /// Octets as exported, so that a wrong rate can be corrected later.
    public var unscaledOctets: UInt64 = 0
    /// Packets as exported: for sampled traffic, the number of samples.
    public var unscaledPackets: UInt64 = 0
    /// Sum over samples of `N(N-1)s^2`, in square octets (DOMAIN 3h); 0 when nothing was sampled.
    public var variance: Double = 0

    public init() {}

    public init(
        octets: UInt64,
        packets: UInt64,
        unscaledOctets: UInt64,
        unscaledPackets: UInt64,
        variance: Double = 0
    ) {
        self.octets = octets
        self.packets = packets
        self.unscaledOctets = unscaledOctets
        self.unscaledPackets = unscaledPackets
        self.variance = variance
    }

    public static func += (total: inout Measure, part: Measure) {
        total.octets.addSaturating(part.octets)
        total.packets.addSaturating(part.packets)
        total.unscaledOctets.addSaturating(part.unscaledOctets)
        total.unscaledPackets.addSaturating(part.unscaledPackets)
        total.variance += part.variance
    }

    /// Half the width of the 95 % confidence interval, in percent of ``octets``; nil for nothing.
    public var intervalPercent: Double? {
        octets == 0 ? nil : 196 * variance.squareRoot() / Double(octets)
    }
}

extension UInt64 {
    /// Adds without trapping: a hostile exporter's counts must not end the collector.
    ///
    /// What does not fit stays at the most there is, and a ledger that holds it does not balance.
    @inlinable
    public mutating func addSaturating(_ other: UInt64) {
        let (sum, overflow) = addingReportingOverflow(other)
        self = overflow ? .max : sum
    }
}

/// Which way traffic crosses an interface, seen from the router that has it.
public enum Direction: UInt8, Hashable, Sendable, CaseIterable, Comparable {
    case ingress = 0
    case egress = 1

    /// The word in JSON output.
    public var word: String { self == .ingress ? "ingress" : "egress" }

    public static func < (a: Direction, b: Direction) -> Bool { a.rawValue < b.rawValue }
}
