// SPDX-License-Identifier: Apache-2.0

package import Model

/// Octets in the making, most significant first: what the tests send.
package struct OctetWriter: Equatable, Sendable {
    package var octets: [UInt8] = []

    package init() {}

    package mutating func write8(_ value: UInt8) { octets.append(value) }

    package mutating func write16(_ value: Int) { write(UInt64(value), octets: 2) }

    package mutating func write32(_ value: UInt32) { write(UInt64(value), octets: 4) }

    package mutating func write64(_ value: UInt64) { write(value, octets: 8) }

    /// The lowest `count` octets of `value`.
    package mutating func write(_ value: UInt64, octets count: Int) {
        for index in (0..<count).reversed() {
            octets.append(UInt8(truncatingIfNeeded: value >> UInt64(8 * index)))
        }
    }

    package mutating func write(_ address: IPAddress) {
        for index in 0..<(address.family == .ipv4 ? 4 : 16) {
            octets.append(UInt8(truncatingIfNeeded: address.bits >> UInt128(120 - 8 * index)))
        }
    }

    package mutating func write(_ values: [UInt8]) { octets += values }

    /// `count` octets of zero.
    package mutating func writeZeros(_ count: Int) {
        octets += [UInt8](repeating: 0, count: count)
    }
}

/// The address in `text`; `0.0.0.0` when it is none, so that the test fails where it matters.
package func address(_ text: String) -> IPAddress { IPAddress(text) ?? .v4(0) }

/// Reads hexadecimal digits, as dumps have them; everything else between them is left out.
package func octets(hexadecimal text: String) -> [UInt8] {
    let digits = text.compactMap(\.hexDigitValue)
    return stride(from: 0, to: digits.count - 1, by: 2).map {
        UInt8(digits[$0] << 4 | digits[$0 + 1])
    }
}
