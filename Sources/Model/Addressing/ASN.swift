// SPDX-License-Identifier: Apache-2.0

/// An Autonomous System number, four octets wide (RFC 6793).
public struct ASN: RawRepresentable, Hashable, Sendable, BitwiseCopyable {
    public let rawValue: UInt32

    @inlinable
    public init(rawValue: UInt32) { self.rawValue = rawValue }

    /// Reserved: no route begins in it (RFC 7607), so here it stands for one that is not known.
    public static let zero = ASN(rawValue: 0)

    /// Stands in the two-octet fields for a number that does not fit them (RFC 6793).
    public static let transition = ASN(rawValue: 23456)
}

extension ASN: Comparable {
    public static func < (a: ASN, b: ASN) -> Bool { a.rawValue < b.rawValue }
}

extension ASN: CustomStringConvertible {
    /// "AS64500": asplain (RFC 5396) with the customary prefix.
    public var description: String { "AS\(rawValue)" }
}
