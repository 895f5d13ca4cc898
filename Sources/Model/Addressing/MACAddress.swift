// SPDX-License-Identifier: Apache-2.0

/// An IEEE 802 MAC-48 address, in the low 48 bits of ``rawValue``.
public struct MACAddress: RawRepresentable, Hashable, Sendable, BitwiseCopyable {
    public let rawValue: UInt64

    @inlinable
    public init(rawValue: UInt64) { self.rawValue = rawValue & 0xffff_ffff_ffff }

    /// Not known.
    public static let zero = MACAddress(rawValue: 0)

    /// Reads "02:00:5e:10:00:01", with colons or hyphens; nil when `text` is no such address.
    public init?(_ text: some StringProtocol) {
        let parts = text.split(omittingEmptySubsequences: false) { $0 == ":" || $0 == "-" }
        guard parts.count == 6 else { return nil }
        var number: UInt64 = 0
        for part in parts {
            guard part.utf8.count == 2, part.utf8.first != 43, let octet = UInt8(part, radix: 16)
            else { return nil }
            number = number << 8 | UInt64(octet)
        }
        self.init(rawValue: number)
    }
}

extension MACAddress: Comparable {
    public static func < (a: MACAddress, b: MACAddress) -> Bool { a.rawValue < b.rawValue }
}

extension MACAddress: CustomStringConvertible {
    /// Lower case with colons: "02:00:5e:10:00:01".
    public var description: String {
        (0..<6).map { index in
            let octet = rawValue >> UInt64(40 - 8 * index) & 255
            return (octet < 16 ? "0" : "") + String(octet, radix: 16)
        }.joined(separator: ":")
    }
}
