// SPDX-License-Identifier: Apache-2.0

/// Two lower-case hexadecimal digits for each octet: how digests are written.
public func hexadecimal(_ octets: some Sequence<UInt8>) -> String {
    var digits: [UInt8] = []
    digits.reserveCapacity(octets.underestimatedCount &* 2)
    for octet in octets {
        for digit in [octet >> 4, octet & 0xf] {
            digits.append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
        }
    }
    return String(decoding: digits, as: UTF8.self)
}
