// SPDX-License-Identifier: Apache-2.0

import Foundation
import Model

/// The members of a flow line, each read as what its key stands for.
struct FlowLineValues {
    private let members: KeyedDecodingContainer<Key>

    private struct Key: CodingKey {
        var stringValue: String
        var intValue: Int? { nil }

        init(_ name: String) { stringValue = name }
        init?(stringValue: String) { self.init(stringValue) }
        init?(intValue: Int) { nil }
    }

    /// All keys of a `flow` line.
    private static let known: Set<String> = [
        "type", "capture", "datagram", "receivedAt", "exporter", "protocol", "observationDomain",
        "agent", "subAgent", "record", "sourceAddress", "destinationAddress", "ipProtocol",
        "sourcePort", "destinationPort", "octets", "packets", "octetsBasis", "samplingRate",
        "samplingSource", "ingressInterface", "egressInterface", "egressKind", "direction",
        "sourceMAC", "destinationMAC", "postSourceMAC", "postDestinationMAC", "vlan", "vlans",
        "etherType", "nextHop", "bgpNextHop", "sourceAS", "destinationAS", "sourcePeerAS",
        "destinationPeerAS", "routeDistinguisher", "asPath", "communities", "localPreference",
        "start", "end", "reverse",
    ]

    init(_ decoder: any Decoder) throws {
        members = try decoder.container(keyedBy: Key.self)
        for key in members.allKeys where !Self.known.contains(key.stringValue) {
            throw InputProblem("--flow: a flow has no '\(key.stringValue)'")
        }
        if let type = try text("type"), type != "flow" {
            throw InputProblem("--flow: a line of type '\(type)' is no flow")
        }
    }

    func text(_ key: String) throws -> String? { try decoded(key, "a string") }

    func number<Number: Decodable & FixedWidthInteger>(_ key: String) throws -> Number? {
        try decoded(key, "a number from \(Number.min) to \(Number.max)")
    }

    private func decoded<Value: Decodable>(_ key: String, _ expected: String) throws -> Value? {
        do {
            return try members.decodeIfPresent(Value.self, forKey: Key(key))
        } catch {
            throw InputProblem("--flow: \(key): expected \(expected)")
        }
    }

    func address(_ key: String) throws -> IPAddress? {
        try value(key, "an address") { IPAddress($0) }
    }

    func time(_ key: String) throws -> Int64? {
        try value(key, "a time like 2026-10-01T00:00:00Z, 1970 to 2199", Self.nanoseconds)
    }

    func word<Value>(_ key: String, _ values: [String: Value]) throws -> Value? {
        if let flag = try? members.decodeIfPresent(Bool.self, forKey: Key(key)) {
            return values["\(flag)"]
        }
        return try value(key, "one of \(values.keys.sorted().joined(separator: " "))") {
            values[$0]
        }
    }

    private func value<Value>(
        _ key: String,
        _ expected: String,
        _ read: (String) -> Value?
    ) throws -> Value? {
        guard let text = try text(key) else { return nil }
        guard let value = read(text) else {
            throw InputProblem("--flow: \(key): expected \(expected), found '\(text)'")
        }
        return value
    }

    /// Sets `field` when `value` is there.
    private func set<Value>(
        _ value: Value?,
        _ path: WritableKeyPath<FlowRecord, Value>,
        _ field: FlowRecord.Fields,
        in record: inout FlowRecord
    ) {
        guard let value else { return }
        record[keyPath: path] = value
        record.known.insert(field)
    }

    func packet(_ record: inout FlowRecord) throws {
        set(try address("sourceAddress"), \.source, .source, in: &record)
        set(try address("destinationAddress"), \.destination, .destination, in: &record)
        set(try number("ipProtocol"), \.ipProtocol, .ipProtocol, in: &record)
        set(try number("sourcePort"), \.sourcePort, .sourcePort, in: &record)
        set(try number("destinationPort"), \.destinationPort, .destinationPort, in: &record)
        set(try time("start"), \.start, .start, in: &record)
        set(try time("end"), \.end, .end, in: &record)
    }

    func volume(_ record: inout FlowRecord) throws {
        set(try number("octets"), \.octets, .octets, in: &record)
        set(try number("packets"), \.packets, .packets, in: &record)
        record.octetsBasis = try word("octetsBasis", byWord(OctetsBasis.allCases, \.word)) ?? .ip
        let rate: Double? = try decoded("samplingRate", "a number")
        let source = try word("samplingSource", byWord(SamplingSource.allCases, \.word))
        record.samplingSource = source ?? (rate == nil ? .assumed : .record)
        guard let rate else { return }
        guard let ratio = Self.ratio(rate) else {
            throw InputProblem("--flow: samplingRate: \(rate) is no rate")
        }
        record.samplingRate = ratio
    }

    func place(_ record: inout FlowRecord, _ batchWords: inout [UInt32]) throws {
        set(try number("ingressInterface"), \.ingressInterface, .ingressInterface, in: &record)
        set(try number("egressInterface"), \.egressInterface, .egressInterface, in: &record)
        let kinds: [EgressKind] = [.interface, .local, .discarded, .multiple]
        record.egressKind = try word("egressKind", byWord(kinds, \.word)) ?? .interface
        let directions: [String: ObservationDirection] = ["ingress": .ingress, "egress": .egress]
        record.direction = try word("direction", directions) ?? .unknown
        set(try mac("sourceMAC"), \.sourceMAC, .sourceMAC, in: &record)
        set(try mac("destinationMAC"), \.destinationMAC, .destinationMAC, in: &record)
        set(try mac("postSourceMAC"), \.postSourceMAC, .postSourceMAC, in: &record)
        set(try mac("postDestinationMAC"), \.postDestinationMAC, .postDestinationMAC, in: &record)
        set(try number("vlan"), \.vlan, .vlan, in: &record)
        set(try number("etherType"), \.etherType, .etherType, in: &record)
        let tags: [UInt32]? = try decoded("vlans", "a list of numbers")
        record.vlans = Self.append(tags ?? [], to: &batchWords)
    }

    func route(_ record: inout FlowRecord, _ batchWords: inout [UInt32]) throws {
        set(try address("nextHop"), \.nextHop, .nextHop, in: &record)
        set(try address("bgpNextHop"), \.bgpNextHop, .bgpNextHop, in: &record)
        set(try asn("sourceAS"), \.sourceAS, .sourceAS, in: &record)
        set(try asn("destinationAS"), \.destinationAS, .destinationAS, in: &record)
        set(try asn("sourcePeerAS"), \.sourcePeerAS, .sourcePeerAS, in: &record)
        set(try asn("destinationPeerAS"), \.destinationPeerAS, .destinationPeerAS, in: &record)
        set(try number("localPreference"), \.localPreference, .localPreference, in: &record)
        let distinguisher = try value("routeDistinguisher", "one like 64500:1") {
            RouteDistinguisherText.value($0)
        }
        set(distinguisher, \.routeDistinguisher, .routeDistinguisher, in: &record)
        let list = "a list of AS numbers, an AS_SET as a list within"
        if let path: [PathElement] = try decoded("asPath", list) {
            let words = PathElement.path(path).words
            set(Self.append(words, to: &batchWords), \.asPath, .asPath, in: &record)
        }
        if let texts: [String] = try decoded("communities", "a list of strings") {
            let words = try texts.map { text in
                let halves = text.split(separator: ":").compactMap { UInt16($0) }
                guard halves.count == 2 else {
                    throw InputProblem("--flow: communities: '\(text)' is no community")
                }
                return UInt32(halves[0]) << 16 | UInt32(halves[1])
            }
            set(Self.append(words, to: &batchWords), \.communities, .communities, in: &record)
        }
    }

    private func asn(_ key: String) throws -> ASN? {
        (try number(key) as UInt32?).map(ASN.init(rawValue:))
    }

    private func mac(_ key: String) throws -> MACAddress? {
        try value(key, "a MAC address") { MACAddress($0) }
    }

    /// A member of an AS path: a number, or a list for an AS_SET.
    private enum PathElement: Decodable {
        case member(UInt32)
        case set([UInt32])

        init(from decoder: any Decoder) throws {
            let value = try decoder.singleValueContainer()
            if let members = try? value.decode([UInt32].self) {
                self = .set(members)
            } else {
                self = .member(try value.decode(UInt32.self))
            }
        }

        static func path(_ elements: [PathElement]) -> ASPath {
            var path = ASPath()
            var sequence: [ASN] = []
            func close() {
                if !sequence.isEmpty { path.append(.sequence, sequence) }
                sequence = []
            }
            for element in elements {
                switch element {
                case .member(let number): sequence.append(ASN(rawValue: number))
                case .set(let numbers):
                    close()
                    path.append(.set, numbers.map(ASN.init(rawValue:)))
                }
            }
            close()
            return path
        }
    }

    private static func append(_ words: [UInt32], to all: inout [UInt32]) -> WordRange {
        let start = all.count
        all += words
        return WordRange(start: start, count: words.count)
    }

    /// The ratio of small integers that `rate` is the value of.
    private static func ratio(_ rate: Double) -> SamplingRate? {
        guard rate > 0, rate <= Double(UInt32.max) else { return nil }
        for denominator in 1...65_536 as ClosedRange<UInt64> {
            let numerator = (rate * Double(denominator)).rounded()
            guard abs(numerator / Double(denominator) - rate) <= rate * 1e-12 else { continue }
            return SamplingRate(UInt64(numerator), per: denominator)
        }
        return SamplingRate(UInt64(rate.rounded()), per: 1)
    }

    /// RFC 3339 with Z and 0 to 9 digits of a second, in nanoseconds since 1970-01-01 00:00 UTC.
    private static func nanoseconds(_ text: String) -> Int64? {
        guard text.hasSuffix("Z") else { return nil }
        let parts = text.dropLast().split(separator: ".", omittingEmptySubsequences: false)
        guard let whole = parts.first, parts.count <= 2,
            let date = try? Date.ISO8601FormatStyle().parse(whole + "Z")
        else { return nil }
        var fraction: Int64 = 0
        if parts.count == 2 {
            guard (1...9).contains(parts[1].count), let digits = UInt32(parts[1]) else {
                return nil
            }
            fraction = (0..<(9 - parts[1].count)).reduce(Int64(digits)) { value, _ in value * 10 }
        }
        guard let seconds = Int64(exactly: date.timeIntervalSince1970.rounded()),
            Self.seconds.contains(seconds)
        else { return nil }
        return seconds * 1_000_000_000 + fraction
    }

    /// Years 1970 to 2199: what is added to such a time in nanoseconds never leaves an `Int64`.
    private static let seconds: Range<Int64> = 0..<7_258_118_400
}
