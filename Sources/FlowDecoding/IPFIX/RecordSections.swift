// SPDX-License-Identifier: Apache-2.0

import Model
import Wire

/// Pieces of packets in records.
extension RecordRows {
    /// Reads what is there of each record's packet, for what the record does not say itself.
    func finishSections(
        _ records: inout MutableSpan<FlowRecord>,
        _ program: RecordProgram,
        _ section: RecordProgram.Section,
        _ octets: RawSpan,
        _ tunnels: InnerHeaders,
        _ words: inout [UInt32]
    ) {
        let facts = SectionFacts(
            frameType: program.column(.frameType),
            frameSize: program.column(.frameSize),
            packetOctets: program.column(.packetOctets),
            sectionOctets: program.column(.sectionOctets),
            offset: program.column(.sectionOffset)
        )
        for row in 0..<count {
            // A piece from within a packet does not begin with a header that is known.
            guard value(facts.offset, row) == 0 else { continue }
            let piece = octets.extracting(range(of: section, row))
            let link = Self.link(of: piece, section.reading, type: value(facts.frameType, row))
            var lengths = SampledHeader.Lengths()
            if let link {
                var packet = FlowRecord()
                var reader = WireReader(piece, as: "sampled packet")
                lengths = SampledHeader.read(&reader, as: link, &packet, &words, tunnels: tunnels)
                records[base + row].complete(by: packet)
            }
            if !records[base + row].has(.octets) {
                let octets = self.octets(lengths, facts, isRead: link != nil, row)
                guard octets > 0 else { continue }
                records[base + row].octets = octets
                records[base + row].known.insert(.octets)
            }
            if !records[base + row].has(.packets) {
                records[base + row].packets = 1
                records[base + row].known.insert(.packets)
            }
        }
    }

    /// Where the values are that say more of a piece of a packet.
    private struct SectionFacts {
        let frameType: FieldReading?
        let frameSize: FieldReading?
        let packetOctets: FieldReading?
        let sectionOctets: FieldReading?
        let offset: FieldReading?
    }

    /// What a piece of a packet begins with; nil when that is nothing known here.
    ///
    /// dataLinkFrameType 1 is Ethernet, 2 is 802.11 (RFC 7133); an IP packet says its version.
    private static func link(
        of piece: RawSpan,
        _ reading: FieldReading,
        type: UInt64
    ) -> SampledHeader.Link? {
        guard reading == .packetSection else { return type <= 1 ? .ethernet : nil }
        var reader = WireReader(piece, as: "sampled packet")
        switch try? reader.read(UInt8.self) >> 4 {
        case 4: return .ipv4
        case 6: return .ipv6
        default: return nil
        }
    }

    /// Octets of the IP packet: by its header, else by ipTotalLength, else by the frame.
    private func octets(
        _ lengths: SampledHeader.Lengths,
        _ facts: SectionFacts,
        isRead: Bool,
        _ row: Int
    ) -> UInt64 {
        if lengths.packet > 0 { return UInt64(lengths.packet) }
        let packet = value(facts.packetOctets, row)
        if packet > 0 { return packet }
        guard isRead else { return 0 }
        let size = max(value(facts.frameSize, row), value(facts.sectionOctets, row))
        return lengths.octets(frame: size, stripped: 0)
    }
}

extension FlowRecord {
    /// Takes from its packet what the record does not say itself.
    mutating func complete(by packet: FlowRecord) {
        let new = packet.known.subtracting(known)
        if new.contains(.source) { source = packet.source }
        if new.contains(.destination) { destination = packet.destination }
        if new.contains(.ipProtocol) { ipProtocol = packet.ipProtocol }
        if new.contains(.sourcePort) { sourcePort = packet.sourcePort }
        if new.contains(.destinationPort) { destinationPort = packet.destinationPort }
        if new.contains(.sourceMAC) { sourceMAC = packet.sourceMAC }
        if new.contains(.destinationMAC) { destinationMAC = packet.destinationMAC }
        if new.contains(.etherType) { etherType = packet.etherType }
        if new.contains(.vlan) { vlan = packet.vlan }
        if vlans.count == 0 { vlans = packet.vlans }
        known.formUnion(new)
    }
}
