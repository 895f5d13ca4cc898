// SPDX-License-Identifier: Apache-2.0

/// How many packets passed for each one observed, as a ratio of integers.
///
/// Options can give fractions (RFC 5477: samplingPacketInterval and samplingPacketSpace), so the
/// ratio is kept whole and applied once, rounded half up. Always in lowest terms, never zero.
public struct SamplingRate: Hashable, Sendable, BitwiseCopyable {
    public let numerator: UInt32
    public let denominator: UInt32

    /// Every packet was observed, or the rate is not known.
    public static let one = SamplingRate(1)

    /// One packet in `numerator / denominator`; nil when either is zero: zero means unknown.
    public init?(_ numerator: UInt64, per denominator: UInt64) {
        guard numerator > 0, denominator > 0 else { return nil }
        let divisor = Self.greatestCommonDivisor(numerator, denominator)
        guard let top = UInt32(exactly: numerator / divisor),
            let bottom = UInt32(exactly: denominator / divisor)
        else { return nil }
        self.numerator = top
        self.denominator = bottom
    }

    /// One packet in `rate`; 0 is read as 1.
    public init(_ rate: UInt32) {
        numerator = max(rate, 1)
        denominator = 1
    }

    /// `count` times the rate, rounded half up; nil when that does not fit.
    public func scale(_ count: UInt64) -> UInt64? {
        if denominator == 1 {
            let (product, overflow) = count.multipliedReportingOverflow(by: UInt64(numerator))
            return overflow ? nil : product
        }
        let product = UInt128(count) * UInt128(numerator)
        let rounded = (product * 2 + UInt128(denominator)) / (2 * UInt128(denominator))
        return UInt64(exactly: rounded)
    }

    /// The rate as a number, for people and for variances.
    public var value: Double { Double(numerator) / Double(denominator) }

    private static func greatestCommonDivisor(_ a: UInt64, _ b: UInt64) -> UInt64 {
        var (a, b) = (a, b)
        while b != 0 { (a, b) = (b, a % b) }
        return a
    }
}

/// Where a sampling rate came from, most trusted first (DESIGN 3.8).
public enum SamplingSource: UInt8, Hashable, Sendable, CaseIterable, BitwiseCopyable {
    /// An options record of the exporter (RFC 5476, RFC 5477).
    case options = 0
    /// A field of the flow record itself.
    case record = 1
    /// The header of the sFlow sample or of the NetFlow v5 datagram.
    case header = 2
    /// The configuration.
    case configured = 3
    /// Nobody said: counted as 1.
    case assumed = 4

    /// The word in JSON output.
    public var word: String {
        switch self {
        case .options: "options"
        case .record: "record"
        case .header: "header"
        case .configured: "configured"
        case .assumed: "assumed"
        }
    }
}
