// SPDX-License-Identifier: Apache-2.0

import Model

/// Writes a scenario's flow as an IPFIX message with its own template (RFC 7011).
struct ScenarioDatagram {
    /// Field specifiers and values, in order.
    private var fields: [(id: UInt16, value: [UInt8])] = []
    private static let known: Set = [
        "in", "out", "from", "to", "octets", "packets", "rate", "times", "observed", "lasting",
        "ago", "vlan", "sourceMAC", "postDestinationMAC", "bgpNextHop", "sourcePeerAS",
        "destinationPeerAS",
    ]

    /// Takes the pairs of a flow statement, and when the record is exported, in seconds since
    /// 1970-01-01 00:00 UTC.
    init(_ words: [String: String], time: Int64) throws(Scenario.Problem) {
        for key in words.keys where !Self.known.contains(key) {
            throw Scenario.Problem(description: "a flow has no '\(key)'")
        }
        try addAddress(words["from"], ipv4: 8, ipv6: 27)
        try addAddress(words["to"], ipv4: 12, ipv6: 28)
        try addAddress(words["bgpNextHop"], ipv4: 18, ipv6: 63)
        try add(1, words["octets"], octets: 8)
        try add(2, words["packets"] ?? "1", octets: 8)
        try add(10, words["in"], octets: 4)
        try add(14, words["out"], octets: 4)
        try add(58, words["vlan"], octets: 2)
        try add(129, words["sourcePeerAS"], octets: 4)
        try add(128, words["destinationPeerAS"], octets: 4)
        try add(34, words["rate"], octets: 4)
        try addMAC(56, words["sourceMAC"])
        try addMAC(57, words["postDestinationMAC"])
        switch words["observed"] {
        case nil: break
        case "ingress": fields.append((61, [0]))
        case "egress": fields.append((61, [1]))
        case .some(let word): throw Scenario.Problem(description: "observed=\(word)")
        }
        let end = time - (Int64(words["ago"] ?? "0") ?? 0)
        let start = end - (Int64(words["lasting"] ?? "0") ?? 0)
        fields.append((152, Self.number(UInt64(start * 1000), octets: 8)))
        fields.append((153, Self.number(UInt64(end * 1000), octets: 8)))
    }

    /// The message, with a template set and a data set.
    func octets(time: Int64, sequence: UInt32, template: UInt16) -> [UInt8] {
        var templateSet: [UInt8] = Self.number(UInt64(template), octets: 2)
        templateSet += Self.number(UInt64(fields.count), octets: 2)
        for field in fields {
            templateSet += Self.number(UInt64(field.id), octets: 2)
            templateSet += Self.number(UInt64(field.value.count), octets: 2)
        }
        let dataSet = fields.flatMap(\.value)
        let body = Self.set(2, templateSet) + Self.set(template, dataSet)
        return Self.number(10, octets: 2) + Self.number(UInt64(16 + body.count), octets: 2)
            + Self.number(UInt64(time), octets: 4) + Self.number(UInt64(sequence), octets: 4)
            + Self.number(1, octets: 4) + body
    }

    private static func set(_ id: UInt16, _ body: [UInt8]) -> [UInt8] {
        number(UInt64(id), octets: 2) + number(UInt64(body.count + 4), octets: 2) + body
    }

    private static func number(_ value: UInt64, octets: Int) -> [UInt8] {
        (0..<octets).map { UInt8(truncatingIfNeeded: value >> UInt64(8 * (octets - 1 - $0))) }
    }

    private mutating func add(
        _ id: UInt16,
        _ text: String?,
        octets: Int
    ) throws(Scenario.Problem) {
        guard let text else { return }
        guard let value = UInt64(text) else {
            throw Scenario.Problem(description: "'\(text)' is no number")
        }
        fields.append((id, Self.number(value, octets: octets)))
    }

    private mutating func addAddress(
        _ text: String?,
        ipv4: UInt16,
        ipv6: UInt16
    ) throws(Scenario.Problem) {
        guard let text else { return }
        guard let address = IPAddress(text) else {
            throw Scenario.Problem(description: "'\(text)' is no address")
        }
        let count = address.family == .ipv4 ? 4 : 16
        let octets = (0..<count).map {
            UInt8(truncatingIfNeeded: address.bits >> UInt128(120 - 8 * $0))
        }
        fields.append((address.family == .ipv4 ? ipv4 : ipv6, octets))
    }

    private mutating func addMAC(_ id: UInt16, _ text: String?) throws(Scenario.Problem) {
        guard let text else { return }
        guard let address = MACAddress(text) else {
            throw Scenario.Problem(description: "'\(text)' is no MAC address")
        }
        fields.append((id, Self.number(address.rawValue, octets: 6)))
    }
}
