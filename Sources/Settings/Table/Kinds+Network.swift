// SPDX-License-Identifier: Apache-2.0

import Model

// Addresses, prefixes, AS numbers, speeds and sampling rates.

extension Kind where Value == IPAddress {
    static var address: Kind {
        scalar(
            "an IPv4 or IPv6 address",
            .text,
            schema: [
                "type": "string",
                "anyOf": .list([["format": "ipv4"], ["format": "ipv6"]]),
            ],
            parse: { IPAddress($0).map(\.unmapped) },
            show: { .text($0.description) }
        )
    }
}

extension Kind where Value == IPPrefix {
    static var prefix: Kind {
        var kind = scalar(
            "a prefix such as 192.0.2.0/24 or 2001:db8::/32",
            .text,
            schema: ["type": "string", "pattern": "^[0-9A-Fa-f:.]+/[0-9]{1,3}$"],
            parse: { IPPrefix($0) },
            show: { .text($0.description) }
        )
        let plain = kind.read
        kind.read = { node, reading in
            guard case .scalar(let text, _) = node.content, let whole = covering(text) else {
                return plain(node, &reading)
            }
            reading.report(
                at: node.place,
                key: reading.path,
                "\(text) has bits set after its length",
                expected: "\(whole)"
            )
            return nil
        }
        return kind
    }

    /// The prefix of a text that has bits set after its length.
    @Sendable
    private static func covering(_ text: String) -> IPPrefix? {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let address = IPAddress(parts[0]), let length = UInt8(parts[1]),
            length <= address.family.addressBits
        else { return nil }
        let prefix = IPPrefix(address, length: length)
        return prefix.address == address ? nil : prefix
    }
}

extension Kind where Value == MACAddress {
    static var mac: Kind {
        scalar(
            "the MAC address of one station, such as 02:00:5e:10:00:01",
            .text,
            schema: ["type": "string", "pattern": "^([0-9A-Fa-f]{2}[:-]){5}[0-9A-Fa-f]{2}$"],
            parse: { text in
                guard let address = MACAddress(text), address != .zero,
                    address.rawValue >> 40 & 1 == 0  // the group bit (IEEE 802)
                else { return nil }
                return address
            },
            show: { .text($0.description) }
        )
    }
}

extension Kind where Value == ASN {
    /// An AS number that can be routed: not 0 (RFC 7607), 23456 (RFC 6793), 65535 and 4294967295
    /// (RFC 7300).
    static var asn: Kind {
        scalar(
            "an AS number from 1 to 4294967294 that is not reserved",
            .number,
            schema: [
                "type": "integer", "minimum": .integer(1), "maximum": .integer(4_294_967_294),
            ],
            parse: { text in
                guard text.utf8.allSatisfy({ (48...57).contains($0) }), let number = UInt32(text),
                    ![0, 23456, 65535, .max].contains(number)
                else { return nil }
                return ASN(rawValue: number)
            },
            show: { .integer($0.rawValue) }
        )
    }
}

extension Kind where Value == Settings.Endpoint {
    static var endpoint: Kind {
        scalar(
            "an address and a port such as \"127.0.0.1:2055\" or \"[::1]:2055\"",
            .text,
            schema: ["type": "string", "pattern": "^([0-9.]+|\\[[0-9A-Fa-f:.]+\\]):[0-9]{1,5}$"],
            parse: parseEndpoint,
            show: { .text($0.description) }
        )
    }

    @Sendable
    private static func parseEndpoint(_ text: String) -> Settings.Endpoint? {
        guard let colon = text.lastIndex(of: ":") else { return nil }
        var host = text[..<colon]
        let digits = text[text.index(after: colon)...]
        guard digits.utf8.allSatisfy({ (48...57).contains($0) }), let port = UInt16(digits) else {
            return nil
        }
        let hasBrackets = host.hasPrefix("[") && host.hasSuffix("]") && host.count > 2
        if hasBrackets { host = host.dropFirst().dropLast() }
        guard let address = IPAddress(host), (address.family == .ipv6) == hasBrackets else {
            return nil
        }
        return Settings.Endpoint(address: address, port: port)
    }
}

extension Kind where Value == UInt64 {
    /// The speed of a port, in bits per second; K, M, G and T are powers of 1000.
    static var speed: Kind {
        scalar(
            "a speed from 1M to 100T, such as 10G or 400M, in bits per second",
            .either,
            schema: [
                "type": .texts(["string", "integer"]),
                "pattern": "^[0-9]+(\\.[0-9]{1,3})?[kKMGT]?$",
                "minimum": .integer(fewestBits), "maximum": .integer(mostBits),
            ],
            parse: parseSpeed,
            show: { bits in
                let units: [(UInt64, String)] = [(1_000_000_000, "G"), (1_000_000, "M")]
                guard let unit = units.first(where: { bits.isMultiple(of: $0.0) }) else {
                    return .integer(bits)
                }
                return .text("\(bits / unit.0)\(unit.1)")
            }
        )
    }

    private static var fewestBits: UInt64 { 1_000_000 }
    private static var mostBits: UInt64 { 100_000_000_000_000 }

    @Sendable
    private static func parseSpeed(_ text: String) -> UInt64? {
        let powers: [Character: UInt64] = [
            "k": 1_000, "K": 1_000, "M": 1_000_000, "G": 1_000_000_000, "T": 1_000_000_000_000,
        ]
        let power = text.last.flatMap { powers[$0] }
        guard let milli = Decimals.parse(power == nil ? text[...] : text.dropLast(), places: 3)
        else { return nil }
        let (product, overflow) = UInt64(milli).multipliedReportingOverflow(by: power ?? 1)
        guard !overflow, product.isMultiple(of: 1000) else { return nil }
        let bits = product / 1000
        return bits >= fewestBits && bits <= mostBits ? bits : nil
    }
}

extension Kind where Value == SamplingRate {
    /// One packet in so many, or so many in so many.
    static var samplingRate: Kind {
        scalar(
            "a sampling rate such as 1000 or 1/1000: one packet in 1000",
            .either,
            schema: [
                "type": .texts(["integer", "string"]), "minimum": .integer(1),
                "maximum": .integer(UInt32.max), "pattern": "^[0-9]{1,10}/[0-9]{1,10}$",
            ],
            parse: parseRate,
            show: { rate in
                rate.denominator == 1
                    ? .integer(rate.numerator) : .text("\(rate.denominator)/\(rate.numerator)")
            }
        )
    }

    @Sendable
    private static func parseRate(_ text: String) -> SamplingRate? {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        let numbers = parts.compactMap { part in
            part.utf8.allSatisfy { (48...57).contains($0) } ? UInt64(part) : nil
        }
        guard numbers.count == parts.count else { return nil }
        if numbers.count == 1 { return SamplingRate(numbers[0], per: 1) }
        guard numbers.count == 2, numbers[0] <= numbers[1] else { return nil }
        return SamplingRate(numbers[1], per: numbers[0])
    }
}

extension Kind where Value == InnerHeaders {
    /// Any of the tunnels that can be looked into.
    static var innerHeaders: Kind {
        Kind<[Tunnel]>.list(of: .word(of: Tunnel.all)).map(
            { tunnels, _, _ in InnerHeaders(tunnels.map(\.value)) },
            back: { headers, _ in Tunnel.all.filter { headers.contains($0.value) } }
        )
    }
}

/// One of `InnerHeaders`, by its word.
private struct Tunnel: RawRepresentable, Sendable {
    let rawValue: String
    let value: InnerHeaders

    init?(rawValue: String) {
        guard let found = InnerHeaders.words.first(where: { $0.word == rawValue }) else {
            return nil
        }
        (self.rawValue, value) = (found.word, found.value)
    }

    static let all = InnerHeaders.words.compactMap { Tunnel(rawValue: $0.word) }
}
