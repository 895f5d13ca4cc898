// SPDX-License-Identifier: Apache-2.0

import Model

/// A route distinguisher as people write it: `64500:1`, `192.0.2.1:1` (RFC 4364, section 4.2).
///
/// The type is in the two highest octets: 0 for a two-octet AS number and four octets, 1 for an
/// IPv4 address and two, 2 for a four-octet AS number and two. A four-octet AS number below 65536
/// is marked by an `L` behind it, so that the text can be read back. Any other type is hexadecimal.
enum RouteDistinguisherText {
    static func text(_ value: UInt64) -> String {
        let administrator = UInt32(truncatingIfNeeded: value >> 16)
        let assigned = value & 0xffff
        switch value >> 48 {
        case 0: return "\(value >> 32 & 0xffff):\(value & 0xffff_ffff)"
        case 1: return "\(IPAddress.v4(administrator)):\(assigned)"
        case 2: return "\(administrator)\(administrator < 65_536 ? "L" : ""):\(assigned)"
        default: return "0x" + String(value, radix: 16)
        }
    }

    /// Reads what ``text(_:)`` writes; nil when it is no route distinguisher.
    static func value(_ text: String) -> UInt64? {
        if text.hasPrefix("0x") { return UInt64(text.dropFirst(2), radix: 16) }
        let halves = text.split(separator: ":", omittingEmptySubsequences: false)
        guard halves.count == 2 else { return nil }
        if let address = IPAddress(String(halves[0])), address.family == .ipv4 {
            return UInt16(halves[1]).map {
                1 << 48 | UInt64(truncatingIfNeeded: address.bits >> 96) << 16 | UInt64($0)
            }
        }
        let isLong = halves[0].hasSuffix("L")
        guard let number = UInt32(isLong ? halves[0].dropLast() : halves[0]) else { return nil }
        if !isLong, number < 65_536 {
            return UInt32(halves[1]).map { UInt64(number) << 32 | UInt64($0) }
        }
        return UInt16(halves[1]).map { 2 << 48 | UInt64(number) << 16 | UInt64($0) }
    }
}
