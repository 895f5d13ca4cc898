// SPDX-License-Identifier: Apache-2.0

extension IPAddress: CustomStringConvertible {
    /// Dotted decimal for IPv4; RFC 5952 for IPv6.
    public var description: String {
        switch family {
        case .ipv4:
            let address = UInt32(truncatingIfNeeded: bits >> 96)
            let octets = [24, 16, 8, 0].map { String(address >> UInt32($0) & 255) }
            return octets.joined(separator: ".")
        case .ipv6:
            return ipv6Text
        }
    }

    private var ipv6Text: String {
        let groups = (0..<8).map { UInt16(truncatingIfNeeded: bits >> UInt128(112 - 16 * $0)) }
        if groups[0..<5].allSatisfy({ $0 == 0 }), groups[5] == 0xffff {
            // RFC 5952, section 5
            return "::ffff:\(IPAddress.v4(UInt32(truncatingIfNeeded: bits)))"
        }
        // RFC 5952, section 4.2.3: the longest run of zeros, the first of equals, never one alone.
        var best = 0..<0
        var start = 0
        for i in 0...8 where i == 8 || groups[i] != 0 {
            if i - start > best.count { best = start..<i }
            start = i + 1
        }
        let text = groups.map { String($0, radix: 16) }
        guard best.count > 1 else { return text.joined(separator: ":") }
        return text[..<best.lowerBound].joined(separator: ":") + "::"
            + text[best.upperBound...].joined(separator: ":")
    }

    /// Reads an address as people write it; nil when `text` is none.
    public init?(_ text: some StringProtocol) {
        if text.utf8.contains(UInt8(ascii: ":")) {
            guard let bits = Self.ipv6Bits(Substring(text)) else { return nil }
            self = .v6(bits)
        } else {
            guard let address = Self.ipv4Number(Substring(text)) else { return nil }
            self = .v4(address)
        }
    }

    private static func ipv4Number(_ text: Substring) -> UInt32? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        var number: UInt32 = 0
        for part in parts {
            let plain = part.utf8.allSatisfy { (48...57).contains($0) }
            guard plain, (1...3).contains(part.utf8.count), let octet = UInt8(part) else {
                return nil
            }
            if part.utf8.count > 1, part.utf8.first == 48 { return nil }  // 010 is not decimal
            number = number << 8 | UInt32(octet)
        }
        return number
    }

    private static func ipv6Bits(_ text: Substring) -> UInt128? {
        guard let gap = text.firstRange(of: "::") else {
            guard let groups = ipv6Groups(text), groups.count == 8 else { return nil }
            return groups.reduce(0) { $0 << 16 | UInt128($1) }
        }
        guard let head = ipv6Groups(text[..<gap.lowerBound]),
            let tail = ipv6Groups(text[gap.upperBound...]),
            head.count + tail.count <= 7
        else { return nil }
        let zeros = [UInt16](repeating: 0, count: 8 - head.count - tail.count)
        return (head + zeros + tail).reduce(0) { $0 << 16 | UInt128($1) }
    }

    private static func ipv6Groups(_ text: Substring) -> [UInt16]? {
        guard !text.isEmpty else { return [] }
        var groups: [UInt16] = []
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        for (index, part) in parts.enumerated() {
            if part.contains("."), index == parts.count - 1, let tail = ipv4Number(part) {
                groups += [UInt16(tail >> 16), UInt16(truncatingIfNeeded: tail)]
            } else if (1...4).contains(part.utf8.count), part.utf8.first != 43,
                part.utf8.first != 45, let group = UInt16(part, radix: 16)
            {
                groups.append(group)
            } else {
                return nil
            }
        }
        return groups
    }
}

extension IPPrefix: CustomStringConvertible {
    /// "192.0.2.0/24".
    public var description: String { "\(address)/\(length)" }

    /// Reads "192.0.2.0/24"; nil when `text` is no prefix or has bits set after its length.
    public init?(_ text: some StringProtocol) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let address = IPAddress(parts[0]),
            parts[1].utf8.allSatisfy({ (48...57).contains($0) }), let length = UInt8(parts[1]),
            length <= address.family.addressBits
        else { return nil }
        self.init(address, length: length)
        guard self.address == address else { return nil }
    }
}
