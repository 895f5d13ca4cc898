// SPDX-License-Identifier: Apache-2.0

import Model
import Reporting

/// A flow record as `decode` shows it: what the exporter did not say is absent.
enum DecodedFlow {
    typealias Members = [(String, JSONValue)]

    /// The members of a `flow` line after those of every line.
    static func members(_ record: FlowRecord, number: UInt64, in batch: FlowBatch) -> Members {
        var members: Members = [("record", .unsigned(number))]
        appendPacket(record, to: &members)
        appendVolume(record, to: &members)
        appendPlace(record, in: batch, to: &members)
        appendRoute(record, in: batch, to: &members)
        if record.has(.start) { members.append(("start", time(record.start))) }
        if record.has(.end) { members.append(("end", time(record.end))) }
        if record.isReverse { members.append(("reverse", true)) }
        return members
    }

    private static func appendPacket(_ record: FlowRecord, to members: inout Members) {
        if record.has(.source) { members.append(("sourceAddress", text(record.source))) }
        if record.has(.destination) {
            members.append(("destinationAddress", text(record.destination)))
        }
        if record.has(.ipProtocol) { members.append(("ipProtocol", number(record.ipProtocol))) }
        if record.has(.sourcePort) { members.append(("sourcePort", number(record.sourcePort))) }
        if record.has(.destinationPort) {
            members.append(("destinationPort", number(record.destinationPort)))
        }
    }

    private static func appendVolume(_ record: FlowRecord, to members: inout Members) {
        if record.has(.octets) { members.append(("octets", number(record.octets))) }
        if record.has(.packets) { members.append(("packets", number(record.packets))) }
        if record.has(.octets) {
            members.append(("octetsBasis", .string(record.octetsBasis.word)))
        }
        let rate = record.samplingRate
        let isWhole = rate.denominator == 1
        members.append(
            ("samplingRate", isWhole ? number(rate.numerator) : .number(rate.value))
        )
        members.append(("samplingSource", .string(record.samplingSource.word)))
    }

    private static func appendPlace(
        _ record: FlowRecord,
        in batch: FlowBatch,
        to members: inout Members
    ) {
        if record.has(.ingressInterface) {
            members.append(("ingressInterface", number(record.ingressInterface)))
        }
        if record.has(.egressInterface) {
            members.append(("egressInterface", number(record.egressInterface)))
        }
        if record.egressKind != .interface {
            members.append(("egressKind", .string(record.egressKind.word)))
        }
        switch record.direction {
        case .ingress: members.append(("direction", "ingress"))
        case .egress: members.append(("direction", "egress"))
        case .unknown: break
        }
        if record.has(.sourceMAC) { members.append(("sourceMAC", text(record.sourceMAC))) }
        if record.has(.destinationMAC) {
            members.append(("destinationMAC", text(record.destinationMAC)))
        }
        if record.has(.postSourceMAC) {
            members.append(("postSourceMAC", text(record.postSourceMAC)))
        }
        if record.has(.postDestinationMAC) {
            members.append(("postDestinationMAC", text(record.postDestinationMAC)))
        }
        if record.has(.vlan) { members.append(("vlan", number(record.vlan))) }
        if record.vlans.count > 0 {
            let tags = batch.words[record.vlans.range].map { number($0) }
            members.append(("vlans", .array(tags)))
        }
        if record.has(.etherType) { members.append(("etherType", number(record.etherType))) }
    }

    private static func appendRoute(
        _ record: FlowRecord,
        in batch: FlowBatch,
        to members: inout Members
    ) {
        if record.has(.nextHop) { members.append(("nextHop", text(record.nextHop))) }
        if record.has(.bgpNextHop) { members.append(("bgpNextHop", text(record.bgpNextHop))) }
        if record.has(.sourceAS) { members.append(("sourceAS", number(record.sourceAS))) }
        if record.has(.destinationAS) {
            members.append(("destinationAS", number(record.destinationAS)))
        }
        if record.has(.sourcePeerAS) {
            members.append(("sourcePeerAS", number(record.sourcePeerAS)))
        }
        if record.has(.destinationPeerAS) {
            members.append(("destinationPeerAS", number(record.destinationPeerAS)))
        }
        if record.has(.routeDistinguisher) {
            let distinguisher = RouteDistinguisherText.text(record.routeDistinguisher)
            members.append(("routeDistinguisher", .string(distinguisher)))
        }
        if record.has(.asPath) { members.append(("asPath", path(batch.asPath(of: record)))) }
        if record.has(.communities) {
            let communities = batch.words[record.communities.range].map { word in
                JSONValue.string("\(word >> 16):\(word & 0xffff)")
            }
            members.append(("communities", .array(communities)))
        }
        if record.has(.localPreference) {
            members.append(("localPreference", number(record.localPreference)))
        }
    }

    /// A list of AS numbers; a set is a list inside it.
    private static func path(_ path: ASPath) -> JSONValue {
        var elements: [JSONValue] = []
        for segment in path.segments {
            let members = segment.members.map { number($0) }
            switch segment.kind {
            case .sequence, .confederationSequence: elements += members
            case .set, .confederationSet: elements.append(.array(members))
            }
        }
        return .array(elements)
    }

    private static func number(_ value: some UnsignedInteger) -> JSONValue {
        .unsigned(UInt64(value))
    }

    private static func number(_ value: ASN) -> JSONValue { .unsigned(UInt64(value.rawValue)) }

    private static func text(_ value: some CustomStringConvertible) -> JSONValue {
        .string(value.description)
    }

    private static func time(_ value: Int64) -> JSONValue {
        .string(Timestamp.text(nanoseconds: value))
    }
}

extension DecodedFlow {
    static let headings = [
        "RECORD", "RECEIVED", "EXPORTER", "PROTOCOL", "SOURCE", "DESTINATION", "IP", "IN", "OUT",
        "OCTETS", "PACKETS", "RATE",
    ]
    static let widths = [6, 30, 15, 8, 21, 21, 3, 6, 6, 10, 7, 5]

    /// The columns of a flow; "-" for what the exporter did not say.
    static func cells(_ record: FlowRecord, number: UInt64) -> [String] {
        let output =
            record.has(.egressInterface)
            ? "\(record.egressInterface)"
            : record.egressKind == .interface ? "-" : record.egressKind.word
        return [
            "\(number)",
            Timestamp.text(nanoseconds: record.arrival),
            "\(record.exporter)",
            record.flowProtocol.word,
            endpoint(record, record.source, .source, record.sourcePort, .sourcePort),
            endpoint(
                record,
                record.destination,
                .destination,
                record.destinationPort,
                .destinationPort
            ),
            record.has(.ipProtocol) ? "\(record.ipProtocol)" : "-",
            record.has(.ingressInterface) ? "\(record.ingressInterface)" : "-",
            output,
            record.has(.octets) ? "\(record.octets)" : "-",
            record.has(.packets) ? "\(record.packets)" : "-",
            record.samplingSource == .assumed ? "-" : rate(record.samplingRate),
        ]
    }

    private static func endpoint(
        _ record: FlowRecord,
        _ address: IPAddress,
        _ hasAddress: FlowRecord.Fields,
        _ port: UInt16,
        _ hasPort: FlowRecord.Fields
    ) -> String {
        guard record.has(hasAddress) else { return "-" }
        guard record.has(hasPort) else { return "\(address)" }
        return address.family == .ipv4 ? "\(address):\(port)" : "[\(address)]:\(port)"
    }

    private static func rate(_ rate: SamplingRate) -> String {
        rate.denominator == 1 ? "\(rate.numerator)" : "\(rate.value)"
    }
}
