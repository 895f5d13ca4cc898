// SPDX-License-Identifier: Apache-2.0

package import Model

/// Writes samples and records of every format of sFlow version 5.
///
/// A flow sample has the packet itself, as octets, where ``SFlowDatagram/FlowSample`` has what a
/// test puts in; and the records around it that say the rest of a flow record.
package struct SFlowEncoder: Sendable {
    /// What one flow sample says, and what the decoder must make of it.
    package struct Sample: Sendable {
        package var record = FlowRecord()
        package var vlans: [UInt32] = []
        /// Kind and AS numbers, first segment first; nil for no gateway record.
        package var path: [(kind: UInt32, members: [UInt32])]?
        package var communities: [UInt32] = []
        package var isExpanded = false
        package var sequence: UInt32 = 1
        package var pool: UInt32 = 0
        package var drops: UInt32 = 0
        /// ifIndex of the data source.
        package var source: UInt32 = 1
        /// Records that are beside the packet: format and body.
        package var others: [(format: UInt32, body: [UInt8])] = []
        /// Octets captured of the packet at most.
        package var captured = 128

        package init() {}
    }

    /// A record: format, length, body, filled up to four octets.
    package static func record(_ format: UInt32, _ body: [UInt8]) -> [UInt8] {
        var record = OctetWriter()
        record.write32(format)
        record.write32(UInt32((body.count + 3) / 4 * 4))
        record.write(body)
        record.writeZeros((4 - body.count % 4) % 4)
        return record.octets
    }

    /// Format and body of a flow sample (sFlow version 5, section 5.3, `flow_sample`).
    package static func flow(_ sample: Sample) -> (format: UInt32, body: [UInt8]) {
        var records = [record(1, header(of: sample))]
        if sample.record.has(.nextHop) { records.append(record(1002, router(sample.record))) }
        if let path = sample.path { records.append(record(1003, gateway(sample, path))) }
        records += sample.others.map { record($0.format, $0.body) }
        var body = OctetWriter()
        body.write32(sample.sequence)
        if sample.isExpanded { body.write32(0) }
        body.write32(sample.source)
        body.write32(sample.record.samplingRate.numerator)
        body.write32(sample.pool)
        body.write32(sample.drops)
        let flow = sample.record
        write(interface: flow.ingressInterface, .interface, sample.isExpanded, to: &body)
        write(interface: flow.egressInterface, flow.egressKind, sample.isExpanded, to: &body)
        body.write32(UInt32(records.count))
        for record in records { body.write(record) }
        return (sample.isExpanded ? 3 : 1, body.octets)
    }

    private static func write(
        interface: UInt32,
        _ kind: EgressKind,
        _ isExpanded: Bool,
        to body: inout OctetWriter
    ) {
        let (format, value): (UInt32, UInt32) =
            switch kind {
            case .interface: (0, interface)
            case .local: (0, 0x3fff_ffff)
            case .discarded: (1, 258)
            case .multiple: (2, 7)
            }
        if isExpanded {
            body.write32(format)
            body.write32(value)
        } else {
            body.write32(format << 30 | value)
        }
    }

    /// The body of a raw header record (`sampled_header`): an Ethernet frame with its check
    /// sequence stripped.
    private static func header(of sample: Sample) -> [UInt8] {
        let frame = frame(of: sample)
        let captured = Array(frame.prefix(sample.captured))
        var body = OctetWriter()
        body.write32(1)
        body.write32(UInt32(14 + 4 * sample.vlans.count) + UInt32(sample.record.octets) + 4)
        body.write32(4)
        body.write32(UInt32(captured.count))
        body.write(captured)
        return body.octets
    }

    /// The first octets of the packet that the record is of, down to its ports.
    private static func frame(of sample: Sample) -> [UInt8] {
        let record = sample.record
        var frame = OctetWriter()
        frame.write(record.destinationMAC.rawValue, octets: 6)
        frame.write(record.sourceMAC.rawValue, octets: 6)
        for (index, vlan) in sample.vlans.enumerated() {
            frame.write16(index == 0 && sample.vlans.count > 1 ? 0x88a8 : 0x8100)
            frame.write16(Int(vlan))
        }
        frame.write16(Int(record.etherType))
        if record.source.family == .ipv4 {
            frame.write16(0x4500)
            frame.write16(Int(record.octets))
            frame.write32(0x0001_0000)  // identification, no fragment
            frame.write8(64)
            frame.write8(record.ipProtocol)
            frame.write16(0)
        } else {
            frame.write32(0x6000_0000)
            frame.write16(Int(record.octets) - 40)
            frame.write8(record.ipProtocol)
            frame.write8(64)
        }
        frame.write(record.source)
        frame.write(record.destination)
        frame.write16(Int(record.sourcePort))
        frame.write16(Int(record.destinationPort))
        frame.writeZeros(60)
        return frame.octets
    }

    private static func write(_ address: IPAddress, to body: inout OctetWriter) {
        body.write32(address.family == .ipv4 ? 1 : 2)
        body.write(address)
    }

    private static func router(_ record: FlowRecord) -> [UInt8] {
        var body = OctetWriter()
        write(record.nextHop, to: &body)
        body.write32(24)
        body.write32(24)
        return body.octets
    }

    private static func gateway(
        _ sample: Sample,
        _ path: [(kind: UInt32, members: [UInt32])]
    ) -> [UInt8] {
        let record = sample.record
        var body = OctetWriter()
        write(record.bgpNextHop, to: &body)
        body.write32(64500)
        body.write32(record.sourceAS.rawValue)
        body.write32(record.sourcePeerAS.rawValue)
        body.write32(UInt32(path.count))
        for segment in path {
            body.write32(segment.kind)
            body.write32(UInt32(segment.members.count))
            for member in segment.members { body.write32(member) }
        }
        body.write32(UInt32(sample.communities.count))
        for community in sample.communities { body.write32(community) }
        body.write32(record.localPreference)
        return body.octets
    }

    /// Format and body of a counter sample; a record is a format and the widths of its counters.
    package static func counters(
        isExpanded: Bool,
        sequence: UInt32,
        source: UInt32,
        records: [(format: UInt32, body: [UInt8])]
    ) -> (format: UInt32, body: [UInt8]) {
        var body = OctetWriter()
        body.write32(sequence)
        if isExpanded { body.write32(0) }
        body.write32(source)
        body.write32(UInt32(records.count))
        for entry in records { body.write(record(entry.format, entry.body)) }
        return (isExpanded ? 4 : 2, body.octets)
    }

    /// Format and body of a discarded packet (sFlow "Discarded Packet Notification"): sequence, data
    /// source, drops, input, output, reason, records.
    package static func discarded(
        _ sample: Sample,
        reason: UInt32
    ) -> (format: UInt32, body: [UInt8]) {
        var body = OctetWriter()
        body.write32(sample.sequence)
        body.write32(0)
        body.write32(sample.source)
        body.write32(sample.drops)
        body.write32(sample.record.ingressInterface)
        body.write32(sample.record.egressInterface)
        body.write32(reason)
        body.write32(1)
        body.write(record(1, header(of: sample)))
        return (5, body.octets)
    }
}
