// SPDX-License-Identifier: Apache-2.0

import Model
import Wire

/// One sFlow flow sample on its way to a flow record.
struct SFlowFlowSample {
    var record: FlowRecord
    let recordCount: UInt32

    /// Where the octets come from, the better the higher: a raw header says most.
    private enum Evidence: Int {
        case none, ethernet, ip, header
    }

    private var evidence = Evidence.none
    private var sourceVLAN: UInt32 = 0
    private var destinationVLAN: UInt32 = 0

    /// Value of an output interface that stands for the device itself.
    private static let local: UInt32 = 0x3fff_ffff

    /// Reads the head of a sample, compact or expanded (sFlow version 5, section 5.3,
    /// `flow_sample` and `flow_sample_expanded`).
    init(
        _ body: inout WireReader,
        isExpanded: Bool,
        _ context: MessageContext
    ) throws(WireError) {
        record = context.record
        try body.skip(octets: 4)  // sequence
        let source = try DataSource(&body, isExpanded: isExpanded)
        let rate = try body.read(UInt32.self)
        if rate > 0 {
            record.samplingRate = SamplingRate(rate)
            record.samplingSource = .header
        }
        try body.skip(octets: 8)  // pool, drops
        let input = try Interface(&body, isExpanded: isExpanded)
        let output = try Interface(&body, isExpanded: isExpanded)
        recordCount = try body.read()
        record.packets = 1
        record.known.insert(.packets)
        setInterfaces(input, output, source)
    }

    private mutating func setInterfaces(
        _ input: Interface,
        _ output: Interface,
        _ source: DataSource
    ) {
        if input.format == 0, input.value != 0, input.value != Self.local {
            record.ingressInterface = input.value
            record.known.insert(.ingressInterface)
        }
        switch output.format {
        case 0 where output.value == Self.local: record.egressKind = .local
        case 0 where output.value != 0:
            record.egressInterface = output.value
            record.known.insert(.egressInterface)
        case 1: record.egressKind = .discarded
        case 2: record.egressKind = .multiple
        default: break
        }
        guard source.type == 0, source.index != 0 else { return }  // only type 0 is an ifIndex
        if record.has(.ingressInterface), source.index == record.ingressInterface {
            record.direction = .ingress
        } else if record.has(.egressInterface), source.index == record.egressInterface {
            record.direction = .egress
        }
    }

    /// Reads one flow record; formats without a row here are skipped by their length.
    mutating func read(
        _ body: inout WireReader,
        _ format: UInt32,
        words: inout [UInt32]
    ) throws(WireError) {
        switch format {
        case 1: try readRawHeader(&body, &words)
        case 2: try readEthernet(&body)
        case 3: try readIP(&body, isIPv6: false)
        case 4: try readIP(&body, isIPv6: true)
        case 1001: try readSwitch(&body)
        case 1002: try readRouter(&body)
        case 1003: try readGateway(&body, &words)
        default: break
        }
    }

    /// Completes the record when all of the sample was read.
    mutating func finish(words: inout [UInt32]) {
        guard !record.has(.vlan) else { return }
        let vlan = record.direction == .egress ? destinationVLAN : sourceVLAN
        guard vlan > 0, vlan < 0xfff else { return }
        record.vlan = UInt16(vlan)
        record.vlans = WordRange(start: words.count, count: 1)
        words.append(vlan)
        record.known.insert(.vlan)
    }

    /// The packet's first octets (`sampled_header`).
    private mutating func readRawHeader(
        _ body: inout WireReader,
        _ words: inout [UInt32]
    ) throws(WireError) {
        guard evidence != .header else { return }
        let link = try body.read(UInt32.self)
        let frame = UInt64(try body.read(UInt32.self))
        let stripped = UInt64(try body.read(UInt32.self))
        let length = Int(try body.read(UInt32.self))
        var header = try body.read(octets: length, as: "sFlow sampled header")
        var lengths = SampledHeader.Lengths()
        if let link = SampledHeader.Link(rawValue: link) {
            lengths = SampledHeader.read(&header, as: link, &record, &words)
        }
        setOctets(lengths.octets(frame: frame, stripped: stripped), .header)
    }

    private mutating func setOctets(_ octets: UInt64, _ evidence: Evidence) {
        guard evidence.rawValue > self.evidence.rawValue else { return }
        self.evidence = evidence
        record.octets = octets
        record.known.insert(.octets)
    }

    /// A frame of which only the addresses are known (`sampled_ethernet`).
    private mutating func readEthernet(_ body: inout WireReader) throws(WireError) {
        let length = UInt64(try body.read(UInt32.self))
        let source = try body.readSFlowMAC()
        let destination = try body.readSFlowMAC()
        let type = try body.read(UInt32.self)
        guard evidence != .header else { return }
        record.sourceMAC = source
        record.destinationMAC = destination
        record.etherType = UInt16(truncatingIfNeeded: type)
        record.known.formUnion([.sourceMAC, .destinationMAC, .etherType])
        setOctets(length > 14 ? length - 14 : 0, .ethernet)
    }

    /// A packet as the device understood it (`sampled_ipv4`, `sampled_ipv6`).
    private mutating func readIP(_ body: inout WireReader, isIPv6: Bool) throws(WireError) {
        let length = UInt64(try body.read(UInt32.self))
        let ipProtocol = try body.read(UInt32.self)
        let source: IPAddress = isIPv6 ? .v6(try body.read()) : .v4(try body.read())
        let destination: IPAddress = isIPv6 ? .v6(try body.read()) : .v4(try body.read())
        let sourcePort = try body.read(UInt32.self)
        let destinationPort = try body.read(UInt32.self)
        guard evidence != .header else { return }
        record.ipProtocol = UInt8(truncatingIfNeeded: ipProtocol)
        record.source = source
        record.destination = destination
        record.sourcePort = UInt16(truncatingIfNeeded: sourcePort)
        record.destinationPort = UInt16(truncatingIfNeeded: destinationPort)
        record.known.formUnion([
            .ipProtocol, .source, .destination, .sourcePort, .destinationPort,
        ])
        setOctets(length, .ip)
    }

    /// The VLANs a switch assigned (`extended_switch`).
    private mutating func readSwitch(_ body: inout WireReader) throws(WireError) {
        sourceVLAN = try body.read()
        try body.skip(octets: 4)  // priority
        destinationVLAN = try body.read()
    }

    /// The next hop a router chose (`extended_router`).
    private mutating func readRouter(_ body: inout WireReader) throws(WireError) {
        guard let nextHop = try body.readSFlowAddress() else { return }
        record.nextHop = nextHop
        record.known.insert(.nextHop)
    }
}

/// Who sampled (`sflow_data_source`): a type and an index, in one word or in two.
struct DataSource {
    let type: UInt32
    let index: UInt32

    init(_ body: inout WireReader, isExpanded: Bool) throws(WireError) {
        let first = try body.read(UInt32.self)
        type = isExpanded ? first : first >> 24
        index = isExpanded ? try body.read() : first & 0xff_ffff
    }
}

/// An interface (`interface`): a format in the two highest bits, or in a word of its own, and a
/// value; format 0 is an ifIndex, 1 a reason to discard, 2 a number of interfaces.
private struct Interface {
    let format: UInt32
    let value: UInt32

    init(_ body: inout WireReader, isExpanded: Bool) throws(WireError) {
        let first = try body.read(UInt32.self)
        format = isExpanded ? first : first >> 30
        value = isExpanded ? try body.read() : first & 0x3fff_ffff
    }
}
